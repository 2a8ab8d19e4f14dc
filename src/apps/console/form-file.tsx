// Uploads: each file goes to the server as soon as it is chosen and the form keeps only its id. A file that failed stays in the
// list with its reason and can be tried again.

import { Button } from 'antd';
import { useId, useRef, useState } from 'react';
import { acceptOf } from '#catalog/fields/index';
import { sentenceOf, upload } from './api.ts';
import { numberOption, type ControlArgs } from './form-options.ts';
import { api } from './paths.ts';

type Kept = { readonly fileId: string; readonly name: string };
type Pending = { readonly key: string; readonly file: File; readonly error: string | null };

function keptOf(value: unknown): readonly Kept[] {
  const list: unknown = typeof value === 'object' && value !== null && 'names' in value ? value.names : undefined;
  if (!Array.isArray(list)) return [];
  return list.flatMap((one: unknown) =>
    typeof one === 'object' && one !== null && 'fileId' in one && 'name' in one
      ? [{ fileId: String(one.fileId), name: String(one.name) }]
      : [],
  );
}

export function FileControl({ args, single = false }: { readonly args: ControlArgs; readonly single?: boolean }) {
  const { field, value, onChange, error } = args;
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const kept = keptOf(value);
  // Uploads end in any order; each adds to what is there by then.
  const latest = useRef(kept);
  latest.current = kept;
  const [pending, setPending] = useState<readonly Pending[]>([]);
  const max = single ? 1 : (numberOption(field.options, 'maxCount') ?? 9);
  const keep = (files: readonly Kept[]): void => {
    latest.current = files;
    const [first] = files;
    if (!first) onChange('');
    else
      onChange(
        single ? { fileId: first.fileId, names: files } : { fileIds: files.map(({ fileId }) => fileId), names: files },
      );
  };
  const start = async (one: Pending): Promise<void> => {
    setPending((before) => [...before.filter(({ key }) => key !== one.key), { ...one, error: null }]);
    try {
      const { fileId } = await upload(api.files, one.file);
      keep([...latest.current, { fileId, name: one.file.name }].slice(-max));
      setPending((before) => before.filter(({ key }) => key !== one.key));
    } catch (failure) {
      const { what } = sentenceOf(failure);
      setPending((before) => before.map((other) => (other.key === one.key ? { ...other, error: what } : other)));
    }
  };
  return (
    <div className="files">
      <input
        ref={input}
        id={id}
        type="file"
        className="hidden"
        tabIndex={-1}
        aria-label={field.zh}
        multiple={max > 1}
        accept={acceptOf(field.options)}
        onChange={(event) => {
          for (const file of event.target.files ?? []) void start({ key: crypto.randomUUID(), file, error: null });
          event.target.value = '';
        }}
      />
      <Button
        onClick={() => input.current?.click()}
        disabled={kept.length >= max && !single}
        {...(error ? { 'aria-invalid': true } : {})}
      >
        选择文件
      </Button>
      <ul className="plain" aria-live="polite">
        {kept.map((one) => (
          <li key={one.fileId}>
            <a href={api.file(one.fileId)} target="_blank" rel="noreferrer">
              {one.name}
            </a>
            <button
              type="button"
              className="text-button"
              onClick={() => keep(latest.current.filter(({ fileId }) => fileId !== one.fileId))}
            >
              删去<span className="hidden">{one.name}</span>
            </button>
          </li>
        ))}
        {pending.map((one) => (
          <li key={one.key}>
            {one.file.name}{' '}
            {one.error === null ? (
              <span className="soft">正在上传…</span>
            ) : (
              <span className="field-error">{one.error}</span>
            )}
            {one.error !== null && (
              <button type="button" className="text-button" onClick={() => void start(one)}>
                重试
              </button>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
