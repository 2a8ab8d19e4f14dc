// Regions by pages of links (province, city, county), addresses and positions. Works without a table on the phone.

import type { InputProps } from './inputs-base.tsx';
import { partView, problemsUnder, Several, Single } from './inputs-base.tsx';
import { part, textOf } from './raw.ts';
import type { FieldView, RegionPicker } from './model.ts';
import { ErrorText, idOf } from './parts.tsx';

/** Where one is, and the next level down: a link goes deeper, a button answers. */
export function Picker(props: { picker: RegionPicker; name: string }) {
  const { path, children } = props.picker;
  return (
    <>
      <nav aria-label="已选地区">
        <ol class="steps">
          <li>
            <a class="cell" href="?at=all">
              全国
            </a>
          </li>
          {path.map((one, index) => (
            <li>
              <a class="cell" href={one.href} aria-current={index === path.length - 1 ? 'true' : undefined}>
                {one.zh}
              </a>
            </li>
          ))}
        </ol>
      </nav>
      <ul class="cells">
        {children.map((child) => (
          <li>
            {child.href === null ? (
              <button class="cell" name={props.name} value={child.code}>
                <span class="grow">{child.zh}</span>
              </button>
            ) : (
              <a class="cell" href={child.href}>
                <span class="grow">{child.zh}</span>
              </a>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

export function RegionInput({ view, big }: InputProps) {
  if (view.picker === null) {
    return (
      <Single view={view} big={big}>
        {(id, described) => (
          <input
            id={id}
            name={view.name}
            type="text"
            inputmode="numeric"
            value={textOf(view.raw)}
            aria-describedby={described}
          />
        )}
      </Single>
    );
  }
  return (
    <Several view={view} big={big}>
      {view.place === null ? null : (
        <>
          <p class="note">现在选的是：{view.place.zh}</p>
          <button class="btn" name={view.name} value={textOf(view.raw)} data-primary>
            就选这里，继续
          </button>
          <p class="soft sm">不对的话，请在下面重新选：</p>
        </>
      )}
      <Picker picker={view.picker} name={view.name} />
    </Several>
  );
}

function RegionLine({ view }: { view: FieldView }) {
  const code = textOf(part(view.raw, 'region'));
  const problems = problemsUnder(view.problems, `${view.name}.region`);
  return (
    <>
      <ErrorText id={idOf(`${view.name}.region`)} problems={problems} />
      {view.place === null ? null : (
        <p class="unit" id={idOf(`${view.name}.region`)}>
          <span>
            <span class="soft">所在区县：</span>
            {view.place.zh === '' ? '还没有选' : view.place.zh}
          </span>
          <a class="btn plain slim" href={view.place.changeHref}>
            {view.place.zh === '' ? '选择' : '更改'}
          </a>
        </p>
      )}
      {code === '' ? null : <input type="hidden" name={`${view.name}.region`} value={code} />}
    </>
  );
}

export function PlaceInput({ view, big }: InputProps) {
  if (view.picker !== null) {
    return (
      <Several view={{ ...view, zh: '选择所在区县' }} big={big}>
        <Picker picker={view.picker} name={view.name} />
      </Several>
    );
  }
  const key = view.kind === 'address' ? 'detail' : 'text';
  const zh = view.kind === 'address' ? '详细地址' : '地点说明，如路口、门牌、商户';
  const inner = partView(view, key, { kind: 'text', zh, required: view.required });
  const shown = typeof view.raw === 'string' ? { ...inner, raw: view.raw } : inner;
  const id = idOf(shown.name);
  const own = view.problems.filter((one) => one.path === view.name);
  return (
    <Several view={view} big={big} own={own}>
      <RegionLine view={view} />
      {view.kind === 'location' ? (
        <div class="stack" data-locate={view.name}>
          {(['lat', 'lng', 'accuracyM'] as const).map((axis) => (
            <input type="hidden" name={`${view.name}.${axis}`} value={textOf(part(view.raw, axis))} />
          ))}
        </div>
      ) : null}
      <div class="f">
        <label class="q" for={id}>
          {zh}
        </label>
        <ErrorText id={id} problems={shown.problems} />
        <input
          id={id}
          name={shown.name}
          type="text"
          autocomplete={view.kind === 'address' ? 'street-address' : 'off'}
          value={textOf(shown.raw)}
          aria-invalid={shown.problems.length > 0 || undefined}
          aria-describedby={shown.problems.length > 0 ? `${id}-error` : undefined}
          aria-required={view.required || undefined}
        />
      </div>
    </Several>
  );
}
