// A sensitive value as it comes, masked. Seeing it whole asks for a reason, is recorded by the server, and lasts a minute on the
// screen.

import { Button, Input } from 'antd';
import { useEffect, useState } from 'react';
import { sentenceOf, write } from './api.ts';
import { Dialog } from './dialog.tsx';
import { LabeledInput } from './field.tsx';

const shownForMs = 60_000;
const reasonCharactersMin = 4;

type MaskedProps = {
  /** Where it is asked for, and what else is told there. */
  readonly at: string;
  readonly more?: Readonly<Record<string, string>>;
  /** By what name the server knows it: a field of the case, or of the applicant. */
  readonly field: string;
  readonly zh: string;
  readonly text: string;
  readonly canUnmask: boolean;
};

export function Masked({ at, more, field, zh, text, canUnmask }: MaskedProps) {
  const [asking, setAsking] = useState(false);
  const [whole, setWhole] = useState<string | null>(null);
  useEffect(() => {
    if (whole === null) return;
    const timer = setTimeout(() => setWhole(null), shownForMs);
    return () => clearTimeout(timer);
  }, [whole]);
  return (
    <>
      {whole ?? text}
      {canUnmask && whole === null && (
        <button type="button" className="text-button" onClick={() => setAsking(true)}>
          查看全文<span className="hidden">（{zh}）</span>
        </button>
      )}
      {whole !== null && <span className="soft"> 一分钟后重新遮盖，已记录本次查看</span>}
      {asking && (
        <UnmaskDialog
          at={at}
          more={more}
          field={field}
          zh={zh}
          onClose={() => setAsking(false)}
          onShown={(value) => {
            setWhole(value);
            setAsking(false);
          }}
        />
      )}
    </>
  );
}

type DialogProps = Pick<MaskedProps, 'at' | 'field' | 'zh'> & {
  readonly more: MaskedProps['more'] | undefined;
  readonly onClose: () => void;
  readonly onShown: (value: string) => void;
};

function UnmaskDialog({ at, more, field, zh, onClose, onShown }: DialogProps) {
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  const ask = async (): Promise<void> => {
    if (Array.from(reason.trim()).length < reasonCharactersMin) return setProblem('请写明查看原因，至少四个字。');
    setBusy(true);
    try {
      const { value } = await write<{ value: string }>(at, { ...more, field, reason: reason.trim() });
      onShown(value);
    } catch (error) {
      setProblem(sentenceOf(error).what);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={`查看“${zh}”全文`} onClose={onClose}>
      <p>查看会记下来，本人可以看到谁在什么时候、因为什么看过。</p>
      <LabeledInput label="查看原因" required error={problem}>
        {(props) => (
          <Input
            {...props}
            value={reason}
            onChange={(event) => {
              setReason(event.target.value);
              setProblem(undefined);
            }}
            onPressEnter={() => void ask()}
            placeholder={field === 'phone' ? '例如：首次联系申请人' : '例如：核对收款账户户名'}
            maxLength={200}
            autoFocus
          />
        )}
      </LabeledInput>
      <div className="action-row">
        <Button type="primary" loading={busy} onClick={() => void ask()}>
          查看
        </Button>
        <Button onClick={onClose}>取消</Button>
      </div>
    </Dialog>
  );
}
