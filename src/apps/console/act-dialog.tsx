// One small form over the page for an act of administration: its fields, what the server said, and what to do next. What the act means
// is the page's.

import { Alert, Button, Checkbox, Input, Select } from 'antd';
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState, type FormEvent } from 'react';
import type { OrgView } from '#contract/orgs';
import { ApiError, get, sentenceOf } from './api.ts';
import { Dialog } from './dialog.tsx';
import { LabeledInput, type ControlProps } from './field.tsx';
import { api } from './paths.ts';

export type ActField = {
  readonly name: string;
  readonly label: string;
  /** `secret` is not shown, `code` is a one-time code. */
  readonly kind: 'text' | 'day' | 'number' | 'choice' | 'several' | 'org' | 'secret' | 'code';
  readonly options?: readonly { readonly value: string; readonly label: string }[];
  readonly help?: string;
  readonly optional?: boolean;
  readonly start?: string;
};
export type ActValues = Readonly<Record<string, string>>;

type Props = {
  readonly title: string;
  readonly note?: string;
  readonly fields: readonly ActField[];
  readonly submitZh: string;
  readonly danger?: boolean;
  readonly onSubmit: (values: ActValues) => Promise<void>;
  readonly onClose: () => void;
};

export function ActDialog({ title, note, fields, submitZh, danger = false, onSubmit, onClose }: Props) {
  const [values, setValues] = useState<ActValues>(() =>
    Object.fromEntries(fields.map((field) => [field.name, field.start ?? ''])),
  );
  const [problems, setProblems] = useState<ActValues>({});
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const missing = fields.filter((field) => !field.optional && (values[field.name] ?? '').trim() === '');
    setProblems(Object.fromEntries(missing.map((field) => [field.name, `请填写${field.label}。`])));
    if (missing.length > 0) return;
    setBusy(true);
    setFailure(null);
    try {
      await onSubmit(values);
    } catch (error) {
      setFailure(error);
      if (error instanceof ApiError) setProblems(Object.fromEntries(error.problems.map((one) => [one.path, one.zh])));
    } finally {
      setBusy(false);
    }
  };
  const said = failure === null ? null : sentenceOf(failure);
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} noValidate>
        {note && <p className="soft">{note}</p>}
        {said && <Alert type="error" showIcon role="alert" title={said.what} description={said.next} className="gap" />}
        {fields.map((field) => (
          <LabeledInput
            key={field.name}
            label={field.label}
            required={!field.optional}
            help={field.help}
            error={problems[field.name]}
            group={field.kind === 'several'}
          >
            {(control) => (
              <Control
                field={field}
                control={control}
                value={values[field.name] ?? ''}
                onChange={(value) => setValues({ ...values, [field.name]: value })}
              />
            )}
          </LabeledInput>
        ))}
        <Button type="primary" danger={danger} htmlType="submit" loading={busy}>
          {submitZh}
        </Button>
      </form>
    </Dialog>
  );
}

const typeOf: Readonly<Partial<Record<ActField['kind'], string>>> = {
  day: 'date',
  number: 'number',
  secret: 'password',
};

type ControlArgs = {
  readonly field: ActField;
  readonly control: ControlProps;
  readonly value: string;
  readonly onChange: (value: string) => void;
};

function Control({ field, control, value, onChange }: ControlArgs) {
  const { kind, options = [] } = field;
  if (kind === 'org') return <OrgSelect control={control} value={value} onChange={onChange} />;
  if (kind === 'choice') {
    return (
      <Select
        {...control}
        value={value || null}
        onChange={(picked) => onChange(picked ?? '')}
        options={[...options]}
        showSearch={{ optionFilterProp: 'label' }}
        style={{ width: '100%' }}
      />
    );
  }
  if (kind === 'several') {
    return (
      <Checkbox.Group
        value={value === '' ? [] : value.split(',')}
        onChange={(picked) => onChange(picked.join(','))}
        options={[...options]}
      />
    );
  }
  const hints =
    kind === 'code' ? ({ inputMode: 'numeric', autoComplete: 'one-time-code', maxLength: 12 } as const) : {};
  return (
    <Input
      {...control}
      {...hints}
      type={typeOf[kind] ?? 'text'}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

function OrgSelect({ control, value, onChange }: Omit<ControlArgs, 'field'>) {
  const [text, setText] = useState('');
  const words = useDeferredValue(text.trim());
  const found = useQuery({
    queryKey: ['orgs', words, ''],
    queryFn: () => get<{ readonly items: readonly OrgView[] }>(api.orgs(words, '')),
  });
  return (
    <Select
      {...control}
      value={value || null}
      onChange={(picked) => onChange(picked ?? '')}
      showSearch={{ filterOption: false, onSearch: setText }}
      options={(found.data?.items ?? []).map((org) => ({ value: org.orgId, label: org.name }))}
      placeholder="输入单位名称查找"
      notFoundContent={found.isFetching ? '正在查找…' : '没有找到，换几个字试试'}
      style={{ width: '100%' }}
    />
  );
}

/** Shown once: a link, a code or a key, with who should get it. */
export function SecretDialog({
  title,
  note,
  secret,
  onClose,
}: {
  readonly title: string;
  readonly note: string;
  readonly secret: string;
  readonly onClose: () => void;
}) {
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{note}</p>
      <p className="mono secret">{secret}</p>
      <p className="soft">关闭后不再显示。</p>
      <Button type="primary" onClick={() => void navigator.clipboard?.writeText(secret).catch(() => {})}>
        复制
      </Button>
    </Dialog>
  );
}
