// A short form of our own on one page, as data: its fields are the catalogue's kinds, checked and drawn like those of any service.

import { parseField } from '#catalog/fields/index';
import type { Field } from '#catalog/define';
import { isRegion } from '#catalog/regions';
import { dayOf } from '#platform/calendar';
import { Refusal, type FieldProblem } from '#platform/errors';
import { fieldView } from './field-view.ts';
import type { Body } from './body.ts';
import type { FieldView } from './pages/model.ts';
import { texts } from './pages/raw.ts';
import { answerIn, edited } from './runner.ts';

export type AskFields = Readonly<Record<string, Field>>;

export type Asked = {
  readonly values: Readonly<Record<string, unknown>>;
  readonly problems: readonly FieldProblem[];
  /** What was posted, for the page that comes back. */
  readonly tried: Tried;
  /** A button of the form itself was pressed (a file taken away): the page is shown again and nothing is sent. */
  readonly isEdit: boolean;
};

type Tried = Pick<Body, 'values' | 'files'> & { readonly problems: readonly FieldProblem[] };

export function ask(kind: Field['kind'], zh: string, options: object = {}, more: Partial<Field> = {}): Field {
  return { kind, zh, options, required: true, class: 'personal', retention: 'permanent', ...more };
}

export function readAsk(fields: AskFields, body: Pick<Body, 'values' | 'files'>, now: string): Asked {
  const changed = edited(typeof body.values['_op'] === 'string' ? body.values['_op'] : '', body.values);
  const posted = changed ? { ...body.values, [changed.name]: changed.raw } : body.values;
  const values: Record<string, unknown> = {};
  const problems: FieldProblem[] = [];
  for (const [name, field] of Object.entries(fields)) {
    const uploaded = (body.files[name] ?? []).map((file) => file.fileId);
    const raw =
      field.kind === 'file' ? { fileIds: [...texts(posted[name]), ...uploaded] } : answerIn(field.kind, name, posted);
    const parsed = parseField(field, raw, { today: dayOf(now), now, isRegion });
    if (parsed.ok) values[name] = parsed.value;
    else
      problems.push(
        ...parsed.problems.map(({ path = [], code, zh }) => ({ path: [name, ...path].join('.'), code, zh })),
      );
  }
  return {
    values,
    problems,
    isEdit: changed !== null,
    tried: { values: posted, files: body.files, problems: changed ? [] : problems },
  };
}

export function askViews(fields: AskFields, tried: Tried | null, now: string): readonly FieldView[] {
  return Object.entries(fields).map(([name, field]) => {
    const raw = tried?.values[name];
    const before = field.kind === 'file' ? texts(raw) : [];
    const kept = before.map((fileId) => ({ fileId, name: '已上传的文件', mediaType: '', stateZh: '' }));
    return fieldView({
      name,
      field,
      required: field.required,
      raw,
      today: dayOf(now),
      problems: (tried?.problems ?? []).filter(({ path }) => path === name || path.startsWith(`${name}.`)),
      files: [...kept, ...(tried?.files[name] ?? [])],
    });
  });
}

/** What a person can mend on the form itself, said beside its first field unless the refusal names another. */
export function problemsOf(error: unknown, fields: AskFields, path?: string): readonly FieldProblem[] {
  if (!(error instanceof Refusal) || (error.status !== 422 && error.status !== 429)) throw error;
  if (error.problems.length > 0) return error.problems.map((one) => ({ ...one, path: one.path.replace(/^.*?\./, '') }));
  return [{ path: path ?? Object.keys(fields)[0] ?? '', code: error.code, zh: `${error.zh}${error.next}` }];
}
