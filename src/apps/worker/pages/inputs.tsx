// One component a field kind: label, hint, problem and inputs, named so that a plain form post says all. Draws what it is given;
// parsing and checking belong to the catalogue's field kinds.

import { idDocumentTypes, idDocumentZh } from '#catalog/fields/index';
import type { FieldKindName } from '#catalog/fields/index';
import { dateBounds, flag, labelsOf, part, texts, textOf, unitOf } from './raw.ts';
import { describedBy, Hint, partView, problemsUnder, Several, Single } from './inputs-base.tsx';
import type { InputProps } from './inputs-base.tsx';
import type { FieldView } from './model.ts';
import { FileInput, OrgInput, SignatureInput } from './inputs-rich.tsx';
import { PlaceInput, RegionInput } from './inputs-place.tsx';
import { RowsInput } from './inputs-rows.tsx';
import { ErrorText, idOf } from './parts.tsx';

type Typing = { mode?: 'numeric' | 'decimal' | 'tel' | 'text'; complete?: string };

const typing: Partial<Record<FieldKindName, Typing>> = {
  phone: { mode: 'tel', complete: 'tel' },
  bank_card: { mode: 'numeric' },
  money: { mode: 'decimal' },
  integer: { mode: 'numeric' },
  decimal: { mode: 'decimal' },
  case_ref: { mode: 'numeric' },
  person_name: { complete: 'name' },
};

function checkOf(view: FieldView): string | undefined {
  return JSON.stringify({ kind: view.kind, options: view.options, required: view.required, zh: view.zh });
}

function TextInput({ view, big }: InputProps) {
  const how = typing[view.kind] ?? {};
  const unit = view.kind === 'money' ? '元' : unitOf(view.options);
  return (
    <Single view={view} big={big}>
      {(id, described) => {
        const input = (
          <input
            id={id}
            name={view.name}
            type="text"
            inputmode={how.mode ?? 'text'}
            autocomplete={view.sensitive ? 'off' : (how.complete ?? 'off')}
            value={textOf(view.raw)}
            aria-invalid={view.problems.length > 0 || undefined}
            aria-describedby={described}
            aria-required={view.required || undefined}
            data-check={checkOf(view)}
          />
        );
        return (
          <>
            {view.masked === null ? null : (
              <p class="note">
                已填写：<span class="num">{view.masked}</span>。不修改请留空。
              </p>
            )}
            {unit === '' ? (
              input
            ) : (
              <div class="unit">
                {input}
                <span>{unit}</span>
              </div>
            )}
          </>
        );
      }}
    </Single>
  );
}

function LongText({ view, big }: InputProps) {
  return (
    <Single view={view} big={big}>
      {(id, described) => (
        <textarea
          id={id}
          name={view.name}
          rows={5}
          aria-invalid={view.problems.length > 0 || undefined}
          aria-describedby={described}
          aria-required={view.required || undefined}
          value={textOf(view.raw)}
        />
      )}
    </Single>
  );
}

function DateInput({ view, big }: InputProps) {
  const month = view.kind === 'date' && 'precision' in view.options && view.options.precision === 'month';
  const type = view.kind === 'datetime' ? 'datetime-local' : month ? 'month' : 'date';
  const { min, max } = dateBounds(view.options, view.today, type);
  const value = textOf(view.raw);
  return (
    <Single view={view} big={big}>
      {(id, described) => (
        <input
          id={id}
          name={view.name}
          type={type}
          min={min}
          max={max}
          value={month ? value.slice(0, 7) : value}
          placeholder={type === 'datetime-local' ? '2026-03-01 18:30' : month ? '2026-03' : '2026-03-01'}
          aria-invalid={view.problems.length > 0 || undefined}
          aria-describedby={described}
          aria-required={view.required || undefined}
        />
      )}
    </Single>
  );
}

function Option(props: { view: FieldView; type: 'radio' | 'checkbox'; value: string; zh: string; on: boolean }) {
  return (
    <label class="opt">
      <input type={props.type} name={props.view.name} value={props.value} checked={props.on} />
      <span>{props.zh}</span>
    </label>
  );
}

function Choice({ view, big }: InputProps) {
  const chosen = texts(view.raw);
  const type = view.kind === 'multi_enum' ? 'checkbox' : 'radio';
  return (
    <Several view={view} big={big}>
      <div class="opts">
        {labelsOf(view.options).map((choice) => (
          <Option view={view} type={type} value={choice.value} zh={choice.zh} on={chosen.includes(choice.value)} />
        ))}
      </div>
    </Several>
  );
}

const yesWords = ['true', 'on', '1', '是'];
const noWords = ['false', 'off', '0', '否'];

function YesNo({ view, big }: InputProps) {
  if (flag(view.options, 'mustBeTrue')) return <Agree view={view} big={big} value="on" text={`我确认：${view.zh}`} />;
  const said = textOf(view.raw);
  return (
    <Several view={view} big={big}>
      <div class="opts">
        <Option view={view} type="radio" value="true" zh="是" on={yesWords.includes(said)} />
        <Option view={view} type="radio" value="false" zh="否" on={noWords.includes(said)} />
      </div>
    </Several>
  );
}

/** A box to tick; its value names the text that stood beside it. */
function Agree(props: InputProps & { value: string; text: string }) {
  const { view } = props;
  const id = idOf(view.name);
  const said = textOf(view.raw);
  return (
    <div class="f" data-show={view.showWhen ? JSON.stringify(view.showWhen) : undefined}>
      {props.big ? <h1>请阅读并确认</h1> : null}
      <Hint view={view} id={id} />
      <ErrorText id={id} problems={view.problems} />
      <div class="opts">
        <label class="opt">
          <input
            type="checkbox"
            id={id}
            name={view.name}
            value={props.value}
            checked={said === props.value || yesWords.includes(said)}
            aria-invalid={view.problems.length > 0 || undefined}
            aria-describedby={describedBy(view, id, view.problems)}
          />
          <span>{props.text}</span>
        </label>
      </div>
    </div>
  );
}

function ConsentInput({ view, big }: InputProps) {
  const options = view.options;
  const purpose = 'purpose' in options ? textOf(options.purpose) : '';
  const version = 'version' in options ? textOf(options.version) : '';
  return (
    <Agree view={view} big={big} value={`${purpose}@${version}`} text={`我同意：${view.zh}（第 ${version} 版）`} />
  );
}

function IdDocumentInput({ view, big }: InputProps) {
  const allowed = 'types' in view.options ? texts(view.options.types) : [];
  const types = allowed.length > 0 ? idDocumentTypes.filter((type) => allowed.includes(type)) : idDocumentTypes;
  const typeId = idOf(`${view.name}.type`);
  const number = partView(view, 'number', { kind: 'id_number', zh: '证件号码', required: view.required });
  const bare = typeof view.raw === 'string' ? { ...number, raw: view.raw } : number;
  return (
    <Several view={view} big={big} own={view.problems.filter((one) => one.path === view.name)}>
      {view.masked === null ? null : (
        <p class="note">
          已填写：<span class="num">{view.masked}</span>。不修改请留空。
        </p>
      )}
      <div class="f">
        <label class="q" for={typeId}>
          证件类型
        </label>
        <select id={typeId} name={`${view.name}.type`}>
          {types.map((type) => (
            <option value={type} selected={part(view.raw, 'type') === type}>
              {idDocumentZh[type]}
            </option>
          ))}
        </select>
        <ErrorText id={typeId} problems={problemsUnder(view.problems, `${view.name}.type`)} />
      </div>
      <TextInput view={{ ...bare, kind: 'id_number', options: {} }} big={false} />
    </Several>
  );
}

function PersonInput({ view, big }: InputProps) {
  const needs = 'required' in view.options ? texts(view.options.required) : [];
  return (
    <Several view={view} big={big} own={view.problems.filter((one) => one.path === view.name)}>
      <FieldInput
        view={partView(view, 'name', { kind: 'person_name', zh: '姓名', required: view.required })}
        big={false}
      />
      <FieldInput
        view={partView(view, 'phone', {
          kind: 'phone',
          zh: '手机号',
          required: view.required && needs.includes('phone'),
        })}
        big={false}
      />
      {needs.includes('idDocument') ? (
        <FieldInput
          view={partView(view, 'idDocument', { kind: 'id_document', zh: '证件', required: view.required })}
          big={false}
        />
      ) : null}
    </Several>
  );
}

export function FieldInput({ view, big }: InputProps) {
  switch (view.kind) {
    case 'longtext':
      return <LongText view={view} big={big} />;
    case 'date':
    case 'datetime':
      return <DateInput view={view} big={big} />;
    case 'enum':
    case 'multi_enum':
      return <Choice view={view} big={big} />;
    case 'boolean':
      return <YesNo view={view} big={big} />;
    case 'consent':
      return <ConsentInput view={view} big={big} />;
    case 'id_document':
      return <IdDocumentInput view={view} big={big} />;
    case 'region':
      return <RegionInput view={view} big={big} />;
    case 'address':
    case 'location':
      return <PlaceInput view={view} big={big} />;
    case 'file':
      return <FileInput view={view} big={big} />;
    case 'signature':
      return <SignatureInput view={view} big={big} />;
    case 'org_ref':
      return <OrgInput view={view} big={big} />;
    case 'person_ref':
      return <PersonInput view={view} big={big} />;
    case 'person_list':
    case 'group':
      return <RowsInput view={view} big={big} draw={(inner) => <FieldInput view={inner} big={false} />} />;
    default:
      return <TextInput view={view} big={big} />;
  }
}
