// My personal information: each purpose in plain words, what I said to it, and one tap to say otherwise; and the page that asks for
// one purpose before a service that needs it. Nothing is ticked beforehand, and no box answers for two purposes.

import type { PageBody, PageModel } from './model.ts';
import { ErrorSummary, ErrorText, Form } from './parts.tsx';
import { fullMomentText } from './words.ts';

type Model<Name extends PageModel['page']> = Extract<PageModel, { page: Name }>;
type Purpose = Extract<PageBody, { page: 'privacy' }>['purposes'][number];

export function PrivacyPage({ model }: { model: Model<'privacy'> }) {
  const { frame } = model;
  const asked = model.purposes.filter((one) => one.state !== 'duty');
  const duties = model.purposes.filter((one) => one.state === 'duty');
  return (
    <>
      <h1>个人信息</h1>
      <p class="soft">您的信息用来做什么，由您一项一项决定。撤回一项，只停需要这一项的事，其他事照常办。</p>
      {model.note === null ? null : (
        <p class="note" role="status">
          {model.note}
        </p>
      )}
      {asked.map((one) => (
        <section class="card stack" id={one.code}>
          <h2>
            {one.zh} <span class={`tag${one.state === 'given' ? '' : ' yellow'}`}>{one.stateZh}</span>
          </h2>
          {one.at === null ? null : (
            <p class="sm soft">{`${fullMomentText(one.at)}，第 ${one.agreedVersion} 版${one.byZh}`}</p>
          )}
          <Words purpose={one} />
          {one.state === 'given' ? (
            <Form frame={frame} action={`/m/me/privacy/${one.code}`}>
              <p class="sm">
                <strong>撤回以后：</strong>
                {one.stops}
              </p>
              <p class="sm">
                <strong>不变的：</strong>
                {one.remains}
              </p>
              <button class="btn plain" name="_op" value="withdraw">
                撤回同意
              </button>
            </Form>
          ) : (
            <Form frame={frame} action={`/m/me/privacy/${one.code}`}>
              <input type="hidden" name="version" value={one.version} />
              <button class="btn plain" name="_op" value="give">
                我已阅读并同意（第 {one.version} 版）
              </button>
            </Form>
          )}
        </section>
      ))}
      <h2>依法必须做的</h2>
      <p class="soft sm">下面几项不以同意为前提，也不能撤回，写在这里让您知道。</p>
      {duties.map((one) => (
        <section class="card stack">
          <h3>{one.zh}</h3>
          <Words purpose={one} />
          <p class="sm">{one.remains}</p>
        </section>
      ))}
      <a class="btn plain" href="/m/me/erasure">
        删除我的信息
      </a>
    </>
  );
}

function Words({ purpose }: { purpose: Purpose }) {
  return (
    <details open={purpose.state !== 'given' && purpose.state !== 'duty' ? true : undefined}>
      <summary>用来做什么、给谁、依据</summary>
      {purpose.words.map((text) => (
        <p class="sm">{text}</p>
      ))}
      <Facts purpose={purpose} />
    </details>
  );
}

function Facts({ purpose }: { purpose: Pick<Purpose, 'data' | 'recipients' | 'law' | 'needs'> }) {
  return (
    <>
      <p class="sm">用到：{purpose.data}</p>
      <p class="sm">给谁：{purpose.recipients}</p>
      {purpose.needs === '' ? null : <p class="sm">需要它的事项：{purpose.needs}</p>}
      <p class="sm soft">依据：{purpose.law}</p>
    </>
  );
}

export function ConsentPage({ model }: { model: Model<'consent'> }) {
  const { purpose, frame, serviceZh, action } = model;
  if (!model.mayAgree)
    return (
      <>
        <h1>需要他本人同意</h1>
        <p>
          办“{serviceZh}”需要他本人同意“{purpose.zh}”。请他用自己的手机登录，到“我的 → 个人信息”里选择；您不能替他同意。
        </p>
        <a class="btn" href="/m">
          回到首页
        </a>
      </>
    );
  return (
    <>
      <ErrorSummary problems={model.problems} />
      <p class="soft sm">
        {serviceZh} · 还要问您 {model.left} 件事
      </p>
      <h1>{purpose.zh}</h1>
      {purpose.words.map((text) => (
        <p>{text}</p>
      ))}
      <section class="card stack">
        <Facts purpose={purpose} />
      </section>
      <Form frame={frame} action={action}>
        <input type="hidden" name="purpose" value={purpose.code} />
        <ErrorText id="f-agreed" problems={model.problems} />
        <div class="opts">
          <label class="opt">
            <input
              type="checkbox"
              id="f-agreed"
              name="agreed"
              value={purpose.version}
              aria-invalid={model.problems.length > 0 || undefined}
              aria-describedby={model.problems.length > 0 ? 'f-agreed-error' : undefined}
            />
            <span>
              我已阅读并同意<span class="soft sm">（第 {purpose.version} 版）</span>
            </span>
          </label>
        </div>
        <button class="btn">继续</button>
      </Form>
      <a class="btn plain" href={model.backHref}>
        不同意，先不办这件事
      </a>
      <p class="soft sm">不同意只影响需要这一项的事。以后可以在“我的 → 个人信息”里随时撤回。</p>
    </>
  );
}
