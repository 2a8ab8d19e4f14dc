// An organisation: found by its name or credit code among those that are registered; where the field allows it, written down
// as it is called.

import { Select } from 'antd';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import type { OrgView } from '#contract/orgs';
import { get } from './api.ts';
import type { ControlProps } from './field.tsx';
import { textOption, type ControlArgs } from './form-options.ts';
import { api } from './paths.ts';

type Chosen = { readonly name: string; readonly orgId?: string };

function chosenOf(value: unknown): Chosen | null {
  if (typeof value !== 'object' || value === null || !('name' in value)) return null;
  const orgId = 'orgId' in value && typeof value.orgId === 'string' ? { orgId: value.orgId } : {};
  return { name: String(value.name), ...orgId };
}

export function OrgControl({ args, control }: { readonly args: ControlArgs; readonly control: ControlProps }) {
  const { field, value, onChange, onLeave } = args;
  const [text, setText] = useState('');
  const words = useDeferredValue(text.trim());
  const several = field.options['roles'];
  const role = Array.isArray(several) ? several.join(',') : textOption(field.options, 'role');
  const found = useQuery({
    queryKey: ['orgs', words, role],
    queryFn: () => get<{ readonly items: readonly OrgView[] }>(api.orgs(words, role)),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
  const chosen = chosenOf(value);
  // A verb's `orgId` names an organisation that the system knows.
  const knownOnly = field.options['known'] === true || field.name === 'orgId';
  const options = (found.data?.items ?? []).map((org) => ({ value: org.orgId, label: org.name }));
  const written = !knownOnly && words !== '' ? [{ value: `text:${words}`, label: `按名称填写：${words}` }] : [];
  const choose = (picked: string | null): void => {
    if (picked === null) onChange('');
    else if (picked.startsWith('text:')) onChange({ name: picked.slice('text:'.length) });
    else onChange({ orgId: picked, name: options.find((one) => one.value === picked)?.label ?? '' });
    setText('');
  };
  const shown = chosen === null ? null : { value: chosen.orgId ?? `text:${chosen.name}`, label: chosen.name };
  return (
    <Select
      {...control}
      labelInValue
      value={shown}
      onChange={(picked) => choose(picked?.value ?? null)}
      onBlur={onLeave}
      showSearch={{ filterOption: false, onSearch: setText }}
      allowClear
      placeholder="输入单位名称查找"
      notFoundContent={found.isFetching ? '正在查找…' : '没有找到，换几个字试试'}
      options={[...options, ...written]}
      style={{ width: '100%' }}
    />
  );
}
