// Coming in: what this is, phone and code, the three pages of a first registration.

import type { PageModel } from './model.ts';
import { EventList, SearchBox } from './services.tsx';
import { FieldInput } from './inputs.tsx';
import { ErrorSummary, ErrorText, Form, Shield } from './parts.tsx';

type Model<Name extends PageModel['page']> = Extract<PageModel, { page: Name }>;

export function Landing({ model }: { model: Model<'landing'> }) {
  return (
    <>
      <h1>骑手、司机、快递员、家政工，有事来这里</h1>
      <p class="soft">入会、当天的意外保障、出事报案和理赔，一个手机办完。每一步都写明轮到谁、还要多久、依据是什么。</p>
      <div class="stack">
        <a class="btn" href="/m/login">
          手机号登录
        </a>
        <a class="btn sos" href={`/m/services/${model.reportService}`}>
          出事了 / 我要报案
          <small>先保证安全，受伤请拨 120</small>
        </a>
      </div>
      <SearchBox query="" />
      <EventList events={model.events} />
    </>
  );
}

export function LoginPage({ model }: { model: Model<'login'> }) {
  return (
    <>
      <ErrorSummary problems={model.problems} />
      <div class="hero">
        <Shield />
        <div>
          <h1>登录工盾</h1>
          <p class="lead">用手机号和短信验证码，不用记密码。</p>
        </div>
      </div>
      <Form frame={model.frame} action="/m/login">
        <input type="hidden" name="next" value={model.next} />
        <div class="f">
          <label class="q" for="f-phone">
            手机号
          </label>
          <ErrorText id="f-phone" problems={model.problems} />
          <input
            id="f-phone"
            name="phone"
            type="tel"
            inputmode="tel"
            autocomplete="tel"
            value={model.phone}
            aria-invalid={model.problems.length > 0 || undefined}
            aria-describedby={model.problems.length > 0 ? 'f-phone-error' : undefined}
            data-check={JSON.stringify({ kind: 'phone', options: {}, required: true, zh: '手机号' })}
          />
        </div>
        <button class="btn">获取验证码</button>
      </Form>
      <p class="soft sm">第一次登录时，需要填写姓名和证件号码实名登记。工作人员不会向您索要验证码。</p>
    </>
  );
}

export function CodePage({ model }: { model: Model<'code'> }) {
  return (
    <>
      <ErrorSummary problems={model.problems} />
      <h1>填写验证码</h1>
      <p class="soft">
        已发送到 <span class="num">{model.phoneMasked}</span>，5 分钟内有效。
      </p>
      {model.again ? <p class="note">验证码刚才已经发过，没有再发。请查看短信，把收到的填在下面。</p> : null}
      <Form frame={model.frame} action="/m/login/verify">
        <input type="hidden" name="next" value={model.next} />
        <input type="hidden" name="challenge" value={model.challengeId} />
        <div class="f">
          <label class="q" for="f-code">
            6 位验证码
          </label>
          <ErrorText id="f-code" problems={model.problems} />
          <input
            id="f-code"
            class="code num"
            name="code"
            type="text"
            inputmode="numeric"
            autocomplete="one-time-code"
            maxLength={6}
            aria-invalid={model.problems.length > 0 || undefined}
            aria-describedby={model.problems.length > 0 ? 'f-code-error' : undefined}
          />
        </div>
        <button class="btn">登录</button>
      </Form>
      <p class="sm soft">
        {model.waitSeconds > 0
          ? `没收到？${model.waitSeconds} 秒后可以重新获取。`
          : '没收到？请检查是否被拦截，或重新获取。'}{' '}
        <a class="cell" href={`/m/login?next=${encodeURIComponent(model.next)}`}>
          <span class="grow">换手机号或重新获取</span>
        </a>
      </p>
      {model.frame.demo ? (
        <p class="note">
          演示环境的短信在 <a href="/dev/phone">演示手机</a> 里查看。
        </p>
      ) : null}
    </>
  );
}

export function RegisterPage({ model }: { model: Model<'register'> }) {
  return (
    <>
      <ErrorSummary problems={model.field.problems} />
      <p class="soft sm">
        实名登记 · 第 {model.step} 步，共 {model.steps} 步
      </p>
      <Form frame={model.frame} action={model.action}>
        <FieldInput view={model.field} big />
        <p class="hint">{model.lead}</p>
        {model.field.kind === 'region' ? null : <button class="btn">继续</button>}
      </Form>
    </>
  );
}

export function RegisterConsentPage({ model }: { model: Model<'register-consent'> }) {
  return (
    <>
      <ErrorSummary problems={model.problems} />
      <p class="soft sm">
        实名登记 · 第 {model.steps} 步，共 {model.steps} 步
      </p>
      <h1>核对并同意</h1>
      <dl class="cells kv">
        {model.rows.map((row) => (
          <div>
            <dt>{row.zh}</dt>
            <dd>
              <span>{row.text}</span>
              <a href={row.href} aria-label={`更改${row.zh}`}>
                更改
              </a>
            </dd>
          </div>
        ))}
      </dl>
      <Form frame={model.frame} action="/m/register/consent">
        {model.consents.map((consent) => {
          const problems = model.problems.filter((one) => one.path === consent.name);
          return (
            <section class="card">
              <h2>{consent.zh}</h2>
              {consent.paragraphs.map((text) => (
                <p class="sm">{text}</p>
              ))}
              <ErrorText id={`f-${consent.name}`} problems={problems} />
              <div class="opts">
                <label class="opt">
                  <input
                    type="checkbox"
                    id={`f-${consent.name}`}
                    name="agreed"
                    value={`${consent.purpose}@${consent.version}`}
                    aria-invalid={problems.length > 0 || undefined}
                    aria-describedby={problems.length > 0 ? `f-${consent.name}-error` : undefined}
                  />
                  <span>
                    我已阅读并同意{consent.required ? '' : '（可以不选）'}
                    <span class="soft sm">（第 {consent.version} 版）</span>
                  </span>
                </label>
              </div>
            </section>
          );
        })}
        <button class="btn">完成登记</button>
      </Form>
    </>
  );
}
