// Files, signatures and organisations: plain inputs first; the island adds the camera's progress and the canvas to them.

import { acceptOf } from '#catalog/fields/index';
import type { InputProps } from './inputs-base.tsx';
import { partView, problemsUnder, Several } from './inputs-base.tsx';
import { flag, numberOf, part, textOf } from './raw.ts';
import { ErrorText, idOf } from './parts.tsx';

/** No `capture`: in some webviews the camera kills the page; the picker offers both. */
export function FileInput({ view, big }: InputProps) {
  const id = idOf(`${view.name}.upload`);
  const max = numberOf(view.options, 'maxCount') ?? 9;
  const full = view.files.length >= max;
  return (
    <Several view={view} big={big}>
      <div class="stack" data-files={view.name}>
        <ul class="cells files" data-list>
          {view.files.map((file) => (
            <li>
              {file.mediaType.startsWith('image/') ? (
                <img src={`/m/files/${file.fileId}`} alt="" loading="lazy" width={56} height={56} />
              ) : null}
              <span class="grow">
                {file.name}
                <span class="soft sm"> {file.stateZh}</span>
              </span>
              <input type="hidden" name={view.name} value={file.fileId} />
              <button
                class="btn plain slim"
                name="_op"
                value={`remove:${view.name}:${file.fileId}`}
                aria-label={`删去 ${file.name}`}
              >
                删去
              </button>
            </li>
          ))}
        </ul>
        {full ? (
          <p class="note">已经有 {max} 个文件，不能再加。</p>
        ) : (
          <div class="f">
            <label class="q" for={id}>
              拍照或选择文件
            </label>
            <p class="hint">可以多选，最多 {max} 个；照片会先缩小再上传，省流量。</p>
            <input
              id={id}
              type="file"
              name={`${view.name}.upload`}
              accept={acceptOf(view.options)}
              multiple={max > 1}
              data-upload={view.name}
            />
          </div>
        )}
        <div data-progress role="status" />
      </div>
    </Several>
  );
}

/** Typed name and SMS code by hand; with the island a canvas whose picture is uploaded instead. */
export function SignatureInput({ view, big }: InputProps) {
  const name = partView(view, 'typedName', { kind: 'person_name', zh: '姓名', required: view.required });
  const nameId = idOf(name.name);
  const codeId = idOf(`${view.name}.smsCode`);
  const code = [
    ...problemsUnder(view.problems, `${view.name}.smsCode`),
    ...view.problems.filter((one) => one.code === 'sms_code'),
  ];
  const own = view.problems.filter((one) => one.path === view.name && one.code !== 'sms_code');
  return (
    <Several view={view} big={big} own={own}>
      {view.masked === null ? null : <p class="note">已签名：{view.masked}。重新签名会代替它。</p>}
      <div data-sign={view.name} />
      <div class="stack" data-typed>
        <p class="hint">填写您的姓名，再用发到您手机上的验证码确认，与手写签名同样有效。</p>
        <div class="f">
          <label class="q" for={nameId}>
            姓名
          </label>
          <ErrorText id={nameId} problems={name.problems} />
          <input id={nameId} name={name.name} type="text" autocomplete="name" value={textOf(name.raw) || view.signer} />
        </div>
        <div class="f">
          <label class="q" for={codeId}>
            短信验证码
          </label>
          <ErrorText id={codeId} problems={code} />
          <input
            id={codeId}
            name={`${view.name}.smsCode`}
            type="text"
            inputmode="numeric"
            autocomplete="one-time-code"
            maxLength={6}
            aria-invalid={code.length > 0 || undefined}
          />
        </div>
        <button class="btn plain" name="_op" value="code">
          发送验证码
        </button>
      </div>
    </Several>
  );
}

export function OrgInput({ view, big }: InputProps) {
  const known = flag(view.options, 'known');
  const chosenId = textOf(part(view.raw, 'orgId'));
  const name = partView(view, 'name', { kind: 'text', zh: '单位名称', required: view.required });
  const nameId = idOf(name.name);
  const options = view.orgs ?? [];
  return (
    <Several view={view} big={big} own={view.problems.filter((one) => one.path !== name.name)}>
      {options.length > 0 ? (
        <div class="opts">
          {options.map((org) => (
            <label class="opt">
              <input
                type="radio"
                name={`${view.name}.pick`}
                value={JSON.stringify({ name: org.name, orgId: org.orgId })}
                checked={org.orgId === chosenId}
              />
              <span>
                {org.name} <span class="soft sm">{org.note}</span>
              </span>
            </label>
          ))}
          {known ? null : (
            <label class="opt">
              <input type="radio" name={`${view.name}.pick`} value="" />
              <span>列表里没有，我来填写</span>
            </label>
          )}
        </div>
      ) : null}
      {view.orgs !== null && options.length === 0 && view.query !== '' ? (
        <p class="note yellow" role="status">
          没有找到“{view.query}”。
          {known ? '请换一个说法再找，或联系工会工作人员登记。' : '可以换一个说法，或直接填写全称。'}
        </p>
      ) : null}
      <div class="f">
        <label class="q" for={nameId}>
          {options.length > 0 ? '或者：名称里的几个字' : '单位名称'}
        </label>
        <ErrorText id={nameId} problems={name.problems} />
        <input
          id={nameId}
          name={name.name}
          type="text"
          autocomplete="organization"
          value={view.query || textOf(name.raw) || (typeof view.raw === 'string' ? view.raw : '')}
          aria-invalid={name.problems.length > 0 || undefined}
        />
      </div>
      {view.orgs === null ? null : (
        <button class="btn plain" name="_op" value="search">
          在名录里找
        </button>
      )}
    </Several>
  );
}
