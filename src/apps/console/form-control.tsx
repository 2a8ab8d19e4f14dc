// One field of a form, drawn by its kind. Values are kept as typed (raw); the field kinds turn them into values on both sides.

import { Checkbox, Input, Radio, Select } from 'antd';
import { idDocumentZh } from '#catalog/fields/index';
import type { FormField } from '#contract/cases';
import { entriesOf, textOr } from './data.ts';
import { LabeledInput, type ControlProps } from './field.tsx';
import { FileControl } from './form-file.tsx';
import { GroupControl } from './form-group.tsx';
import { RosterControl } from './form-roster.tsx';
import { LocationControl } from './form-location.tsx';
import { OrgControl } from './form-org.tsx';
import {
  choicesOf,
  numberOption,
  personListFields,
  textOption,
  unitOf,
  type Choice,
  type ControlArgs,
} from './form-options.ts';
import { TextArea } from './text-area.tsx';

const radiosMax = 6;

function isGrouped(field: FormField): boolean {
  const grouped = ['boolean', 'multi_enum', 'group', 'person_list', 'roster', 'file', 'signature', 'id_document'];
  return grouped.includes(field.kind) || (field.kind === 'enum' && choicesOf(field.options).length <= radiosMax);
}

export function FormControl(args: ControlArgs) {
  const { field, required, error, warning } = args;
  return (
    <LabeledInput
      label={field.zh}
      required={required}
      help={field.help}
      error={error}
      warning={warning}
      group={isGrouped(field)}
    >
      {(props) => <Control {...args} props={props} />}
    </LabeledInput>
  );
}

const draw = (args: ControlArgs) => <FormControl key={args.field.name} {...args} />;

type Args = ControlArgs & { readonly props: ControlProps };

function Control(args: Args) {
  const { field, value, onChange, onLeave, props } = args;
  switch (field.kind) {
    case 'longtext':
      return <LongText {...args} />;
    case 'enum':
      return <OneOf {...args} />;
    case 'multi_enum':
      return (
        <Checkbox.Group
          value={Array.isArray(value) ? value : []}
          onChange={onChange}
          options={choicesOf(field.options).map(({ value, zh }) => ({ value, label: zh }))}
        />
      );
    case 'boolean':
      return <YesNo {...args} />;
    case 'consent':
      return (
        <Checkbox
          id={props.id}
          checked={value !== undefined && value !== ''}
          onChange={(event) =>
            onChange(
              event.target.checked
                ? {
                    purpose: textOption(field.options, 'purpose'),
                    version: textOption(field.options, 'version'),
                    agreed: true,
                  }
                : '',
            )
          }
        >
          {textOption(field.options, 'purpose')}
        </Checkbox>
      );
    case 'file':
      return <FileControl args={args} />;
    case 'signature':
      return <FileControl args={args} single />;
    case 'group':
      return <GroupControl args={args} options={field.options} draw={draw} />;
    case 'person_list':
      return <GroupControl args={args} options={personListFields(field.options)} draw={draw} />;
    case 'id_document':
      return <IdDocument {...args} />;
    case 'roster':
      return <RosterControl args={args} control={args.props} />;
    case 'org_ref':
      return <OrgControl args={args} control={args.props} />;
    case 'location':
      return <LocationControl args={args} control={args.props} />;
    case 'date':
      return <TypedInput {...args} type={textOption(field.options, 'precision') === 'month' ? 'month' : 'date'} />;
    case 'datetime':
      return <TypedInput {...args} type="datetime-local" />;
    default:
      return (
        <Input
          {...props}
          value={typeof value === 'string' ? value : ''}
          onChange={(event) => onChange(event.target.value)}
          onBlur={onLeave}
          {...(numeric.includes(field.kind) ? { inputMode: 'decimal' as const } : {})}
          {...(unitOf(field) ? { suffix: unitOf(field) } : {})}
          {...(field.kind === 'text' && numberOption(field.options, 'max')
            ? { maxLength: numberOption(field.options, 'max') ?? 0 }
            : {})}
          autoComplete="off"
        />
      );
  }
}

const numeric = ['money', 'integer', 'decimal', 'phone', 'bank_card'];

function LongText({ field, value, onChange, onLeave, props }: Args) {
  const max = numberOption(field.options, 'max') ?? 2000;
  return (
    <TextArea
      control={props}
      value={typeof value === 'string' ? value : ''}
      onChange={onChange}
      onBlur={onLeave}
      max={max}
    />
  );
}

function TypedInput({
  value,
  onChange,
  onLeave,
  props,
  type,
}: Args & { readonly type: 'date' | 'month' | 'datetime-local' }) {
  return (
    <Input
      {...props}
      type={type}
      value={typeof value === 'string' ? value : ''}
      onChange={(event) => onChange(event.target.value)}
      onBlur={onLeave}
      style={{ width: 220 }}
    />
  );
}

function Radios({ choices, args }: { readonly choices: readonly Choice[]; readonly args: Args }) {
  const { value, onChange, props } = args;
  return (
    <Radio.Group name={props.id} value={value} onChange={(event) => onChange(event.target.value)}>
      {choices.map((choice) => (
        <Radio key={choice.value} value={choice.value} {...(props['aria-invalid'] ? { 'aria-invalid': true } : {})}>
          {choice.zh}
        </Radio>
      ))}
    </Radio.Group>
  );
}

function OneOf(args: Args) {
  const { field, value, onChange, onLeave, props } = args;
  const choices = choicesOf(field.options);
  if (choices.length <= radiosMax) return <Radios choices={choices} args={args} />;
  return (
    <Select
      {...props}
      value={typeof value === 'string' ? value : null}
      onChange={(chosen: string | null) => onChange(chosen ?? '')}
      onBlur={onLeave}
      showSearch={{ optionFilterProp: 'label' }}
      placeholder="请选择，可输入文字查找"
      options={choices.map((choice) => ({ value: choice.value, label: choice.zh }))}
      style={{ width: '100%' }}
    />
  );
}

/** Yes or no, neither chosen beforehand: a judgement is made, not left standing. A declaration is a box to tick. */
function YesNo(args: Args) {
  const { field, value, onChange } = args;
  if (field.options['mustBeTrue'] === true) {
    return (
      <Checkbox checked={value === 'true'} onChange={(event) => onChange(event.target.checked ? 'true' : '')}>
        是，我确认
      </Checkbox>
    );
  }
  const choices = [
    { value: 'true', zh: '是' },
    { value: 'false', zh: '否' },
  ];
  return <Radios choices={choices} args={args} />;
}

const documentTypes = Object.entries(idDocumentZh).map(([value, label]) => ({ value, label }));

function IdDocument({ field, value, onChange, onLeave, props }: Args) {
  const given = entriesOf(value);
  const type = textOr(given.get('type'), 'resident_id');
  const number = textOr(given.get('number'), '');
  return (
    <div className="pair">
      <Select
        aria-label={`${field.zh}类型`}
        value={type}
        onChange={(chosen: string) => onChange({ type: chosen, number })}
        options={documentTypes}
      />
      <Input
        {...props}
        aria-label={`${field.zh}号码`}
        value={number}
        onChange={(event) => onChange(event.target.value === '' ? '' : { type, number: event.target.value })}
        onBlur={onLeave}
        autoComplete="off"
      />
    </div>
  );
}
