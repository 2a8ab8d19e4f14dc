// What can be done now: a button for each action that the server offers, those that are blocked with their reason, and the form
// of the one that was chosen. What is typed stays through a refusal, a reload and a new login.

import { Alert, App, Button } from 'antd';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { Answer, CaseView, DeskPage, PossibleAction } from '#contract/cases';
import { ApiError, get, isSignedOut, isStale, sentenceOf, write } from './api.ts';
import { ActionForm, emptyDraft, type Draft } from './case-action-form.tsx';
import { ShownFirst } from './case-shows.tsx';
import { buildCommand, isImmediate } from './command.ts';
import { problemsByPath } from './form-check.ts';
import { api, pages } from './paths.ts';
import { Link, navigate } from './router.tsx';
import { useShortcuts } from './shortcuts.ts';

type Props = { readonly view: CaseView; readonly onChanged: () => Promise<void> };

export function ActionPanel({ view, onChanged }: Props) {
  const { message } = App.useApp();
  const [chosen, setChosen] = useState<string | null>(null);
  const [drafts, setDrafts] = useState<Readonly<Record<string, Draft>>>({});
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState<string | null>(null);
  const [done, setDone] = useState<string | null>(null);
  const action = view.actions.find(({ key }) => key === chosen);

  const submit = async (
    target: PossibleAction,
    values: Readonly<Record<string, unknown>>,
    reason: string,
  ): Promise<void> => {
    if (busy !== null) return;
    setBusy(target.key);
    setFailure(null);
    try {
      await write<Answer>(api.commands(view.caseId), { command: buildCommand(target, values, reason) });
      setChosen(null);
      setDrafts(({ [target.key]: _sent, ...kept }) => kept);
      setDone(target.zh);
      void message.success(`已提交：${target.zh}`);
      await onChanged();
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(null);
    }
  };
  const choose = (target: PossibleAction): void => {
    setFailure(null);
    setDone(null);
    if (isImmediate(target)) void submit(target, {}, '');
    else setChosen(target.key === chosen ? null : target.key);
  };
  const reload = async (): Promise<void> => {
    await onChanged();
    setFailure(null);
  };
  const problems = useMemo(() => (failure instanceof ApiError ? problemsByPath(failure.problems) : {}), [failure]);

  return (
    <section className="panel" aria-labelledby="actions-title">
      <h2 id="actions-title">办理</h2>
      <ShownFirst view={view} />
      {done && <Done zh={done} caseId={view.caseId} />}
      {view.actions.length === 0 && !done && (
        <p className="soft">
          {view.status === 'ended' ? '办件已办结，没有可办的操作。' : '现在没有轮到您办理的操作。'}
        </p>
      )}
      <Buttons
        title="作出决定"
        actions={view.actions.filter(({ kind }) => kind === 'outcome')}
        chosen={chosen}
        busy={busy}
        onChoose={choose}
      />
      <Buttons
        title="其他操作"
        actions={view.actions.filter(({ kind }) => kind === 'verb')}
        chosen={chosen}
        busy={busy}
        onChoose={choose}
      />
      {failure !== null && !isSignedOut(failure) && <Failure error={failure} onReload={reload} />}
      {chosen !== null && !action && (
        <Alert
          type="warning"
          showIcon
          role="alert"
          title="这个操作现在不能做了"
          description="办件已经到了别的环节。您填写的内容仍然保留，可按最新情况选择其他操作。"
        />
      )}
      {action && (
        <ActionForm
          key={action.key}
          view={view}
          action={action}
          draft={drafts[action.key] ?? emptyDraft}
          onDraft={(draft) => setDrafts((before) => ({ ...before, [action.key]: draft }))}
          serverProblems={problems}
          busy={busy === action.key}
          onSubmit={(values, reason) => void submit(action, values, reason)}
          onCancel={() => setChosen(null)}
        />
      )}
    </section>
  );
}

type ButtonsProps = {
  readonly title: string;
  readonly actions: readonly PossibleAction[];
  readonly chosen: string | null;
  readonly busy: string | null;
  readonly onChoose: (action: PossibleAction) => void;
};

function Buttons({ title, actions, chosen, busy, onChoose }: ButtonsProps) {
  if (actions.length === 0) return null;
  const blocked = actions.filter((action) => action.blocked !== null);
  return (
    <div role="group" aria-label={title} className="actions">
      <div className="action-row">
        {actions.map((action) => (
          <Button
            key={action.key}
            type={action.tone === 'primary' ? 'primary' : 'default'}
            danger={action.tone === 'danger'}
            disabled={action.blocked !== null}
            loading={busy === action.key}
            aria-pressed={isImmediate(action) ? undefined : chosen === action.key}
            className={chosen === action.key ? 'chosen' : ''}
            onClick={() => onChoose(action)}
            {...(action.blocked === null ? {} : { title: action.blocked, 'aria-describedby': `blocked-${action.key}` })}
          >
            {action.zh}
          </Button>
        ))}
      </div>
      {blocked.map((action) => (
        <p key={action.key} id={`blocked-${action.key}`} className="blocked">
          “{action.zh}”不能办：{action.blocked}
        </p>
      ))}
    </div>
  );
}

function Failure({ error, onReload }: { readonly error: unknown; readonly onReload: () => Promise<void> }) {
  const { what, next } = sentenceOf(error);
  return (
    <Alert
      className="gap"
      type={isStale(error) ? 'warning' : 'error'}
      showIcon
      role="alert"
      title={what}
      description={isStale(error) ? '点“重新载入”看最新情况；您填写的内容不会丢。' : next}
      action={isStale(error) && <Button onClick={() => void onReload()}>重新载入</Button>}
    />
  );
}

/** After a step is done: on to the next one, by hand or by N. */
function Done({ zh, caseId }: { readonly zh: string; readonly caseId: string }) {
  const list = useQuery({
    queryKey: ['tasks', 'next'],
    queryFn: () => get<DeskPage>(api.tasks({ tab: 'todo' })),
    staleTime: 0,
  });
  const next = list.data?.items.find((task) => task.caseId !== caseId && !task.assignedToOther);
  useShortcuts({ n: () => next && navigate(pages.case(next.caseId)) });
  return (
    <div className="note green" role="status">
      <p>已提交：{zh}。</p>
      <p>
        {next ? (
          <Link to={pages.case(next.caseId)}>
            下一件待办：{next.serviceZh} · {next.stepZh}（N）
          </Link>
        ) : (
          <Link to={pages.tasks()}>回到任务列表</Link>
        )}
      </p>
    </div>
  );
}
