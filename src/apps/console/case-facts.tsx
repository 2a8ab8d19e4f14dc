// What the applicant and each step filled in. Sensitive values come masked; seeing one whole asks for a reason, is recorded by
// the server, and lasts a minute on the screen.

import { Button, Input } from 'antd';
import { useEffect, useState } from 'react';
import type { CaseView, Fact } from '#contract/cases';
import { sentenceOf, write } from './api.ts';
import { Dialog } from './dialog.tsx';
import { LabeledInput } from './field.tsx';
import { api } from './paths.ts';

const shownForMs = 60_000;
const reasonCharactersMin = 4;

export function Facts({ view }: { readonly view: CaseView }) {
  const [asking, setAsking] = useState<Fact | null>(null);
  const [whole, setWhole] = useState<Readonly<Record<string, string>>>({});
  const facts = view.facts.filter((fact) => fact.fileIds.length === 0);
  useEffect(() => {
    if (Object.keys(whole).length === 0) return;
    const timer = setTimeout(() => setWhole({}), shownForMs);
    return () => clearTimeout(timer);
  }, [whole]);
  if (facts.length === 0) return null;
  const groups = groupsOf(facts, view);
  return (
    <section className="panel" aria-labelledby="facts-title">
      <h2 id="facts-title">填报信息</h2>
      {groups.map(([title, list]) => (
        <div key={title}>
          {groups.length > 1 && <h3>{title}</h3>}
          <dl className="facts">
            {list.map((fact) => (
              <div key={`${fact.step ?? ''}.${fact.name}`} className={fact.text.length > 40 ? 'wide' : undefined}>
                <dt>{fact.zh}</dt>
                <dd>
                  {whole[fact.name] ?? fact.text}
                  {fact.masked && fact.canUnmask && whole[fact.name] === undefined && (
                    <button type="button" className="text-button" onClick={() => setAsking(fact)}>
                      查看全文<span className="hidden">（{fact.zh}）</span>
                    </button>
                  )}
                  {whole[fact.name] !== undefined && <span className="soft"> 一分钟后重新遮盖，已记录本次查看</span>}
                </dd>
              </div>
            ))}
          </dl>
        </div>
      ))}
      {asking && (
        <UnmaskDialog
          fact={asking}
          caseId={view.caseId}
          onClose={() => setAsking(null)}
          onShown={(name, value) => {
            setWhole((before) => ({ ...before, [name]: value }));
            setAsking(null);
          }}
        />
      )}
    </section>
  );
}

function groupsOf(facts: readonly Fact[], view: CaseView): readonly (readonly [string, readonly Fact[]])[] {
  const names = new Map(view.path.map(({ step, zh }) => [step, zh]));
  for (const { step, zh } of view.active) names.set(step, zh);
  const groups = new Map<string, Fact[]>();
  for (const fact of facts) {
    const title = fact.step === null ? '申请表' : (names.get(fact.step) ?? '办理过程中填写');
    groups.set(title, [...(groups.get(title) ?? []), fact]);
  }
  return [...groups];
}

type DialogProps = {
  readonly fact: Fact;
  readonly caseId: string;
  readonly onClose: () => void;
  readonly onShown: (name: string, value: string) => void;
};

function UnmaskDialog({ fact, caseId, onClose, onShown }: DialogProps) {
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  const ask = async (): Promise<void> => {
    if (Array.from(reason.trim()).length < reasonCharactersMin) return setProblem('请写明查看原因，至少四个字。');
    setBusy(true);
    try {
      const { value } = await write<{ value: string }>(api.unmask(caseId), { field: fact.name, reason: reason.trim() });
      onShown(fact.name, value);
    } catch (error) {
      setProblem(sentenceOf(error).what);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={`查看“${fact.zh}”全文`} onClose={onClose}>
      <p>查看会记入办件的留痕，本人可以看到谁在什么时候、因为什么看过。</p>
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
            placeholder="例如：核对收款账户户名"
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
