// A place at the desk: where it is in words, and its position as the map's point, typed or pasted. Browsers at a desk rarely know where
// they are; the phone's pages locate themselves.

import { Input } from 'antd';
import { entriesOf, textOr } from './data.ts';
import type { ControlProps } from './field.tsx';
import type { ControlArgs } from './form-options.ts';

export function LocationControl({ args, control }: { readonly args: ControlArgs; readonly control: ControlProps }) {
  const { field, value, onChange, onLeave } = args;
  const given = entriesOf(typeof value === 'string' ? { text: value } : value);
  const part = (name: string) => {
    const found = given.get(name);
    return typeof found === 'number' ? String(found) : textOr(found, '');
  };
  const set = (name: string, text: string): void => {
    const next = Object.fromEntries([...given, [name, text]].filter(([, one]) => one !== ''));
    onChange(Object.keys(next).length === 0 ? '' : next);
  };
  return (
    <>
      <Input
        {...control}
        value={part('text')}
        onChange={(event) => set('text', event.target.value)}
        onBlur={onLeave}
        placeholder="街道、门牌、楼名"
        autoComplete="off"
      />
      <div className="pair gap">
        <Input
          aria-label={`${field.zh}：纬度`}
          value={part('lat')}
          onChange={(event) => set('lat', event.target.value.trim())}
          onBlur={onLeave}
          placeholder="纬度，如 24.479627"
          inputMode="decimal"
        />
        <Input
          aria-label={`${field.zh}：经度`}
          value={part('lng')}
          onChange={(event) => set('lng', event.target.value.trim())}
          onBlur={onLeave}
          placeholder="经度，如 118.089204"
          inputMode="decimal"
        />
      </div>
    </>
  );
}
