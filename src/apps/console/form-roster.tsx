// A list of people handed in as a file: uploaded at once, checked while one looks on, reported line by line. What is wrong is shown by
// the file's own line numbers and can be downloaded beside each line, mended and handed in again.

import { Alert, Button, Progress } from 'antd';
import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { RosterLines, RosterView } from '#contract/rosters';
import { get, sentenceOf, upload } from './api.ts';
import { DataTable, type Column } from './data-table.tsx';
import type { ControlProps } from './field.tsx';
import { textOption, type ControlArgs } from './form-options.ts';
import { api } from './paths.ts';
import { FaultView, LoadingView } from './views.tsx';

const accept = '.xlsx,.csv,.txt,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const pollMs = 1_000;

function rosterIdOf(value: unknown): string | null {
  return typeof value === 'object' && value !== null && 'rosterId' in value ? String(value.rosterId) : null;
}

type Props = { readonly args: ControlArgs; readonly control: ControlProps };
type Sending = { readonly requestId: string; readonly file: File; readonly error: unknown };

export function RosterControl({ args, control }: Props) {
  const { field, value, onChange } = args;
  const input = useRef<HTMLInputElement>(null);
  const [sending, setSending] = useState<Sending | null>(null);
  const rosterId = rosterIdOf(value);
  const send = async (one: Sending): Promise<void> => {
    setSending({ ...one, error: null });
    try {
      const query = {
        requestId: one.requestId,
        service: textOption(field.options, 'service'),
        field: field.name,
        role: textOption(field.options, 'role'),
        orgId: textOption(field.options, 'orgId'),
        previousId: rosterId,
      };
      onChange(await upload<{ readonly rosterId: string }>(api.rosters(query), one.file));
      setSending(null);
    } catch (error) {
      setSending({ ...one, error });
    }
  };
  return (
    <div className="files">
      <input
        ref={input}
        id={control.id}
        type="file"
        className="hidden"
        tabIndex={-1}
        aria-label={field.zh}
        accept={accept}
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file) void send({ requestId: crypto.randomUUID(), file, error: null });
          event.target.value = '';
        }}
      />
      <div className="action-row">
        <Button
          onClick={() => input.current?.click()}
          loading={sending !== null && sending.error === null}
          {...(control['aria-invalid'] ? { 'aria-invalid': true } : {})}
        >
          {rosterId ? '重新上传名单' : '上传名单'}
        </Button>
        {rosterId && (
          <button type="button" className="text-button" onClick={() => onChange('')}>
            不用这份名单
          </button>
        )}
      </div>
      <p className="field-help">
        Excel（.xlsx）或 CSV，最多 10 万人。要有“姓名”“身份证号”“手机号”三列，标题、空行、合计行不用删。
      </p>
      {sending?.error !== null && sending && <Failed sending={sending} onRetry={() => void send(sending)} />}
      {rosterId && <Report rosterId={rosterId} />}
    </div>
  );
}

function Failed({ sending, onRetry }: { readonly sending: Sending; readonly onRetry: () => void }) {
  const { what, next } = sentenceOf(sending.error);
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={`${sending.file.name}：${what}`}
      description={next}
      action={<Button onClick={onRetry}>再试一次</Button>}
    />
  );
}

function Report({ rosterId }: { readonly rosterId: string }) {
  const found = useQuery({
    queryKey: ['roster', rosterId],
    queryFn: () => get<RosterView>(api.roster(rosterId)),
    refetchInterval: (query) => (query.state.data && query.state.data.state !== 'checking' ? false : pollMs),
  });
  const view = found.data;
  if (!view)
    return found.error ? <FaultView error={found.error} onRetry={() => void found.refetch()} /> : <LoadingView />;
  return (
    <div className="roster" aria-live="polite">
      <p>
        <strong>{view.fileName}</strong>{' '}
        <span className="soft">{[view.how, view.headerZh].filter(Boolean).join('；')}</span>
      </p>
      {view.state === 'checking' && <Checking view={view} />}
      {view.state === 'failed' && <Alert type="error" showIcon title="这份名单读不了" description={view.failure} />}
      {view.notes.map((note) => (
        <p key={note} className="note yellow">
          {note}
        </p>
      ))}
      {(view.state === 'checked' || view.state === 'taken') && <Result view={view} />}
    </div>
  );
}

function Checking({ view }: { readonly view: RosterView }) {
  return (
    <p role="status">
      正在核对，已核对 {view.read} 人（{view.good} 人没有问题，{view.bad} 人有问题）。可以离开这一页，回来接着看。
      <Progress percent={100} status="active" showInfo={false} size="small" aria-label="正在核对名单" />
    </p>
  );
}

function Result({ view }: { readonly view: RosterView }) {
  const { changes } = view;
  return (
    <>
      <p>
        共 {view.read} 人：<strong>{view.good} 人没有问题</strong>
        {view.bad > 0 ? `，${view.bad} 人有问题，提交时不包括他们。` : '。'}
        {changes &&
          ` 与上一次相比：增加 ${changes.added} 人，改动 ${changes.changed} 人，减少 ${changes.removed} 人，${changes.same} 人没变。`}
      </p>
      {view.bad > 0 && (
        <>
          <p className="soft">{view.kinds.map(({ zh, count }) => `${zh} ${count}`).join('；')}</p>
          <p>
            <a href={api.rosterCorrected(view.rosterId)} download>
              下载标好问题的名单
            </a>
            <span className="soft">，在“问题”一列看原因，改好后重新上传。</span>
          </p>
          <Lines key={view.rosterId} rosterId={view.rosterId} />
        </>
      )}
    </>
  );
}

type Line = RosterLines['items'][number];

const columns: readonly Column<Line>[] = [
  { key: 'line', title: '行号', width: 88, cell: (one) => one.line },
  { key: 'name', title: '姓名', width: 120, cell: (one) => one.name },
  {
    key: 'problems',
    title: '问题和办法',
    cell: (one) =>
      one.problems.map(({ field, zh }) => (
        <span key={field + zh} className="sub">
          {field}：{zh}
        </span>
      )),
  },
];

function Lines({ rosterId }: { readonly rosterId: string }) {
  const [trail, setTrail] = useState<readonly (string | undefined)[]>([undefined]);
  const cursor = trail.at(-1);
  const found = useQuery({
    queryKey: ['roster-lines', rosterId, cursor],
    queryFn: () => get<RosterLines>(api.rosterLines(rosterId, cursor)),
    staleTime: Infinity,
  });
  if (!found.data)
    return found.error ? <FaultView error={found.error} onRetry={() => void found.refetch()} /> : <LoadingView />;
  const { items, nextCursor } = found.data;
  return (
    <>
      <DataTable caption="有问题的行" columns={columns} rows={items} keyOf={(one) => String(one.line)} empty={null} />
      {(trail.length > 1 || nextCursor) && (
        <nav className="pager" aria-label="有问题的行翻页">
          {trail.length > 1 && <Button onClick={() => setTrail(trail.slice(0, -1))}>上一页</Button>}
          {nextCursor && <Button onClick={() => setTrail([...trail, nextCursor])}>下一页</Button>}
        </nav>
      )}
    </>
  );
}
