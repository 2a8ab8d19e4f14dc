// Repeated groups and lists of persons: one box a row, with buttons that add and remove by a plain post.

import { isFieldKindName } from '#catalog/fields/index';
import type { FieldKindName } from '#catalog/fields/index';
import type { ComponentChildren } from 'preact';
import type { InputProps } from './inputs-base.tsx';
import { partView, Several } from './inputs-base.tsx';
import { flag, list, numberOf, part, texts, textOf } from './raw.ts';
import type { FieldView } from './model.ts';

type Column = { key: string; kind: FieldKindName; zh: string; required: boolean; options: object };

const personColumns: Readonly<Record<string, { kind: FieldKindName; zh: string }>> = {
  idDocument: { kind: 'id_document', zh: '证件' },
  phone: { kind: 'phone', zh: '手机号' },
  post: { kind: 'text', zh: '岗位' },
  relation: { kind: 'text', zh: '关系' },
  sharePercent: { kind: 'decimal', zh: '份额（%）' },
  cardNumber: { kind: 'bank_card', zh: '收款账户' },
  amountFen: { kind: 'money', zh: '金额' },
  note: { kind: 'text', zh: '备注' },
};

function columnsOf(view: FieldView): readonly Column[] {
  if (view.kind === 'person_list') {
    const named = texts(part(view.options, 'columns'));
    const required = texts(part(view.options, 'required'));
    const keys = named.length > 0 ? named : ['idDocument', 'phone'];
    return [
      { key: 'name', kind: 'person_name', zh: '姓名', required: true, options: {} },
      ...keys.flatMap((key) => {
        const column = personColumns[key];
        return column ? [{ key, ...column, required: required.includes(key), options: {} }] : [];
      }),
    ];
  }
  const fields = part(view.options, 'fields');
  if (typeof fields !== 'object' || fields === null) return [];
  return Object.entries(fields).map(([key, spec]: [string, unknown]) => {
    const kind = textOf(part(spec, 'kind'));
    const options = part(spec, 'options');
    return {
      key,
      kind: isFieldKindName(kind) ? kind : 'text',
      zh: textOf(part(spec, 'zh')),
      required: typeof spec === 'object' && spec !== null && flag(spec, 'required'),
      options: typeof options === 'object' && options !== null ? options : {},
    };
  });
}

export function RowsInput({ view, big, draw }: InputProps & { draw: (inner: FieldView) => ComponentChildren }) {
  const rows = list(view.raw);
  const shown = rows.length > 0 ? rows : [{}];
  const max = numberOf(view.options, 'max') ?? 50;
  const columns = columnsOf(view);
  return (
    <Several view={view} big={big} own={view.problems.filter((one) => one.path === view.name)}>
      {shown.map((row, index) => {
        const rowView: FieldView = { ...view, name: `${view.name}.${index}`, raw: row };
        return (
          <fieldset class="rowset">
            <legend class="vh">第 {index + 1} 行</legend>
            <p class="soft sm" aria-hidden="true">
              第 {index + 1} 行
            </p>
            {columns.map((column) => draw(partView(rowView, column.key, column)))}
            {shown.length > 1 ? (
              <button class="btn danger slim" name="_op" value={`drop:${view.name}:${index}`}>
                删去第 {index + 1} 行
              </button>
            ) : null}
          </fieldset>
        );
      })}
      {shown.length < max ? (
        <button class="btn plain" name="_op" value={`add:${view.name}`}>
          再加一行
        </button>
      ) : null}
    </Several>
  );
}
