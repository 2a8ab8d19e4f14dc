// What every field kind is drawn with: the label that may be the page's heading, hint, problem, and parts of composite answers.

import type { ComponentChildren } from 'preact';
import type { FieldKindName } from '#catalog/fields/index';
import type { FieldView, Problems } from './model.ts';
import { ErrorText, idOf } from './parts.tsx';
import { part } from './raw.ts';

export type InputProps = { view: FieldView; big: boolean };

export function describedBy(view: FieldView, id: string, problems: Problems): string | undefined {
  const ids = [hintOf(view) === null ? '' : `${id}-hint`, problems.length > 0 ? `${id}-error` : ''].filter(
    (one) => one !== '',
  );
  return ids.length > 0 ? ids.join(' ') : undefined;
}

const kindHints: Partial<Record<FieldKindName, string>> = {
  bank_card: '银行卡正面的卡号，请填写本人的卡。',
  uscc: '营业执照上的 18 位代码。',
  icd10: '诊断证明上的疾病编码，如 S82.201。',
  case_ref: '20 位数字，在受理通知里。',
  money: '单位是元，如 12.30。',
};

function hintOf(view: FieldView): string | null {
  const parts = [
    view.help,
    kindHints[view.kind] ?? null,
    view.from === null ? null : `已为您填好，来自${view.from}，可以修改。`,
  ];
  const said = parts.filter((one) => one !== null);
  return said.length > 0 ? said.join(' ') : null;
}

function Title({ view }: { view: FieldView }) {
  return (
    <>
      {view.zh}
      {view.required ? null : <span class="soft">（选填）</span>}
    </>
  );
}

/** One input with its label: the label is the page's heading where the page asks one question. */
export function Single(
  props: InputProps & { path?: string; children: (id: string, described: string | undefined) => ComponentChildren },
) {
  const { view, big } = props;
  const path = props.path ?? view.name;
  const id = idOf(path);
  const label = (
    <label class="q" for={id}>
      <Title view={view} />
    </label>
  );
  return (
    <div class={`f${big ? ' big' : ''}`} data-show={view.showWhen ? JSON.stringify(view.showWhen) : undefined}>
      {big ? <h1 class="q">{label}</h1> : label}
      <Hint view={view} id={id} />
      <ErrorText id={id} problems={view.problems} />
      {props.children(id, describedBy(view, id, view.problems))}
    </div>
  );
}

/** Several inputs that are one answer. */
export function Several(props: InputProps & { children: ComponentChildren; own?: Problems }) {
  const { view, big } = props;
  const id = idOf(view.name);
  const own = props.own ?? view.problems;
  return (
    <div class={`f${big ? ' big' : ''}`} data-show={view.showWhen ? JSON.stringify(view.showWhen) : undefined}>
      <fieldset id={id} tabIndex={-1} aria-describedby={describedBy(view, id, own)} class="stack">
        <legend class="q">
          {big ? (
            <h1>
              <Title view={view} />
            </h1>
          ) : (
            <Title view={view} />
          )}
        </legend>
        <Hint view={view} id={id} />
        <ErrorText id={id} problems={own} />
        {props.children}
      </fieldset>
    </div>
  );
}

export function Hint({ view, id }: { view: FieldView; id: string }) {
  const hint = hintOf(view);
  return hint === null ? null : (
    <p class="hint" id={`${id}-hint`}>
      {hint}
    </p>
  );
}

export function problemsUnder(problems: Problems, path: string): Problems {
  return problems.filter((one) => one.path === path || one.path.startsWith(`${path}.`));
}

/** A part of a composite answer as a field of its own. */
export function partView(
  view: FieldView,
  key: string,
  spec: { kind: FieldKindName; zh: string; required: boolean; options?: object },
): FieldView {
  const path = `${view.name}.${key}`;
  return {
    ...view,
    name: path,
    kind: spec.kind,
    zh: spec.zh,
    help: null,
    required: spec.required,
    options: spec.options ?? {},
    raw: part(view.raw, key),
    masked: null,
    from: null,
    showWhen: null,
    problems: problemsUnder(view.problems, path),
  };
}
