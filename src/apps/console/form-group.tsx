// A repeated group: rows of fields, each drawn by its kind, with problems at their place (`group.0.field`).

import { Button } from 'antd';
import type { ReactNode } from 'react';
import { numberOption, rowFields, type ControlArgs, type Options } from './form-options.ts';

type Row = Readonly<Record<string, unknown>>;

function rowsOf(value: unknown, min: number): readonly Row[] {
  const rows = Array.isArray(value)
    ? value.map((row: unknown): Row => (typeof row === 'object' && row !== null ? { ...row } : {}))
    : [];
  return rows.length >= min ? rows : [...rows, ...Array.from({ length: min - rows.length }, () => ({}))];
}

type Props = { readonly args: ControlArgs; readonly options: Options; readonly draw: (args: ControlArgs) => ReactNode };

export function GroupControl({ args, options, draw }: Props) {
  const { field, value, errors, onChange, onLeave } = args;
  const min = numberOption(options, 'min') ?? 1;
  const max = numberOption(options, 'max') ?? 50;
  const rows = rowsOf(value, min);
  const set = (at: number, name: string, changed: unknown): void =>
    onChange(rows.map((row, index) => (index === at ? { ...row, [name]: changed } : row)));
  return (
    <div className="rows">
      {rows.map((row, index) => (
        // Rows have no name but their place, and the problems of the server speak of the place.
        <fieldset key={index} className="row">
          <legend>
            第 {index + 1} 行
            {rows.length > min && (
              <button
                type="button"
                className="text-button"
                onClick={() => onChange(rows.filter((_, at) => at !== index))}
              >
                删去<span className="hidden">第 {index + 1} 行</span>
              </button>
            )}
          </legend>
          {rowFields(options).map((inner) =>
            draw({
              field: inner,
              required: inner.required,
              value: row[inner.name],
              error: errors[`${field.name}.${index}.${inner.name}`],
              errors: {},
              warning: undefined,
              onChange: (changed) => set(index, inner.name, changed),
              onLeave,
            }),
          )}
        </fieldset>
      ))}
      {rows.length < max && <Button onClick={() => onChange([...rows, {}])}>增加一行</Button>}
    </div>
  );
}
