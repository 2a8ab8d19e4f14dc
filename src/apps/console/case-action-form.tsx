// The form of one chosen action: its fields, its reason, Ctrl+Enter to send, Esc to put away. Checks with the server's own
// field kinds before sending and shows the server's problems in the same places.

import { Alert, Button } from 'antd';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import type { CaseView, FormField, PossibleAction } from '#contract/cases';
import { get } from './api.ts';
import type { Suggestion } from './api-types.ts';
import { reasonProblem } from './command.ts';
import { textOr } from './data.ts';
import { Explanation } from './explanation-list.tsx';
import { LabeledInput } from './field.tsx';
import { checkForm, problemOf, valuesShown } from './form-check.ts';
import { FormControl } from './form-control.tsx';
import { api } from './paths.ts';
import { afterPress } from './pointer.ts';
import { useNow } from './session.tsx';
import { TextArea } from './text-area.tsx';
import { dayOf, yuan } from './words.ts';

export type Draft = { readonly values: Readonly<Record<string, unknown>>; readonly reason: string };
export const emptyDraft: Draft = { values: {}, reason: '' };

type Props = {
  readonly view: CaseView;
  readonly action: PossibleAction;
  readonly draft: Draft;
  readonly onDraft: (draft: Draft) => void;
  readonly serverProblems: Readonly<Record<string, string>>;
  readonly busy: boolean;
  readonly onSubmit: (values: Readonly<Record<string, unknown>>, reason: string) => void;
  readonly onCancel: () => void;
};

const none: ReadonlySet<string> = new Set();

export function ActionForm({ view, action, draft, onDraft, serverProblems, busy, onSubmit, onCancel }: Props) {
  const now = useNow();
  const form = useRef<HTMLFormElement>(null);
  const [pressed, setPressed] = useState(false);
  const [touched, setTouched] = useState(none);
  const [changed, setChanged] = useState(none);
  const state = checkForm(action.form, draft.values, { today: dayOf(now), now });
  const reasonError = reasonProblem(action, draft.reason);

  useEffect(() => {
    form.current
      ?.querySelector<HTMLElement>('.field :is(input, textarea), button[type="submit"]')
      ?.focus({ preventScroll: true });
    form.current?.scrollIntoView({ block: 'start' });
  }, []);
  useEffect(() => setChanged(none), [serverProblems]);

  const errorOf = (name: string): string | undefined => {
    if (pressed || touched.has(name)) {
      const found = problemOf(state.problems, name);
      if (found) return found;
    }
    // The server's word stands until the field is changed.
    return changed.has(name) ? undefined : problemOf(serverProblems, name);
  };
  const change = (name: string, value: unknown): void => {
    setChanged((before) => new Set([...before, name]));
    onDraft({ ...draft, values: { ...draft.values, [name]: value } });
  };
  const submit = (): void => {
    if (busy) return;
    setPressed(true);
    if (Object.keys(state.problems).length > 0 || reasonError) {
      // After the errors are drawn.
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
      return;
    }
    onSubmit(valuesShown(state, draft.values), draft.reason);
  };
  const keys = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      submit();
    } else if (event.key === 'Escape') {
      event.stopPropagation();
      onCancel();
    }
  };
  const moneyField = state.shown.find((field) => field.kind === 'money');
  const wrong = pressed ? Object.keys(state.problems).length + (reasonError ? 1 : 0) : 0;

  return (
    // The keys work anywhere in the form; each has a button that does the same.
    <form
      ref={form}
      className="action-form"
      aria-label={action.zh}
      noValidate
      onKeyDown={keys}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <h3>{action.zh}</h3>
      {moneyField && (
        <SuggestionView
          view={view}
          action={action}
          onUse={(fen) => change(moneyField.name, yuan(fen).replaceAll(',', ''))}
        />
      )}
      {state.shown.map((field) => (
        <FormControl
          key={field.name}
          field={withRole(field, draft.values, view.serviceCode)}
          required={state.required.has(field.name)}
          value={draft.values[field.name]}
          error={errorOf(field.name)}
          errors={pressed ? state.problems : serverProblems}
          warning={touched.has(field.name) ? problemOf(state.warnings, field.name) : undefined}
          onChange={(value) => change(field.name, value)}
          onLeave={() => afterPress(() => setTouched((before) => new Set([...before, field.name])))}
        />
      ))}
      {action.needsReason && (
        <LabeledInput
          label="理由"
          required
          help="申请人会看到。"
          error={(pressed ? reasonError : null) ?? (changed.has('reason') ? undefined : serverProblems['reason'])}
        >
          {(control) => (
            <TextArea
              control={control}
              value={draft.reason}
              max={2000}
              onChange={(reason) => {
                setChanged((before) => new Set([...before, 'reason']));
                onDraft({ ...draft, reason });
              }}
            />
          )}
        </LabeledInput>
      )}
      {wrong > 0 && (
        <Alert className="gap" type="error" showIcon role="alert" title={`有 ${wrong} 处需要修改，请看上面的提示。`} />
      )}
      <div className="action-row">
        <Button
          type={action.tone === 'danger' ? 'default' : 'primary'}
          danger={action.tone === 'danger'}
          htmlType="submit"
          loading={busy}
          title="Ctrl + Enter"
        >
          确认{action.zh}
        </Button>
        <Button onClick={onCancel}>收起</Button>
        <span className="soft">Ctrl + Enter 提交</span>
      </div>
    </form>
  );
}

/** Where one field names the role, the other offers only organisations that act in it. */
function withRole(field: FormField, values: Draft['values'], service: string): FormField {
  if (field.kind === 'roster') return { ...field, options: { ...field.options, service } };
  const from = field.options['roleFrom'];
  return typeof from === 'string' ? { ...field, options: { ...field.options, role: values[from] } } : field;
}

type SuggestionProps = {
  readonly view: CaseView;
  readonly action: PossibleAction;
  readonly onUse: (fen: number) => void;
};

/** What the rules make of the facts, for a person to take or to depart from with reasons. */
function SuggestionView({ view, action, onUse }: SuggestionProps) {
  const step = textOr(action.command['step'], view.active.find(({ mine }) => mine)?.step ?? '');
  const found = useQuery({
    queryKey: ['suggestion', view.caseId, step],
    queryFn: () => get<Suggestion>(api.suggestion(view.caseId, step)),
    enabled: step !== '',
    retry: false,
  });
  if (!found.data || 'none' in found.data) return null;
  const { amountFen, explanation } = found.data;
  const unchecked = new Set(explanation.filter((line) => !line.verified).map(({ basis }) => basis)).size;
  return (
    <div className="suggestion">
      <p className="suggestion-head">
        <span>
          按规则测算：<strong>{yuan(amountFen)} 元</strong>
        </span>
        <Button size="small" onClick={() => onUse(amountFen)}>
          填入金额
        </Button>
      </p>
      <Explanation lines={explanation} />
      {unchecked > 0 && <p className="note yellow">有 {unchecked} 条依据待核，请对照原文后再决定。</p>}
    </div>
  );
}
