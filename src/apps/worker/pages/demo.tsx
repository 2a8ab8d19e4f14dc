// Pages of the demonstration only: the SMS that were sent, and the demonstration's time. Never bound elsewhere.

import type { PageModel } from './model.ts';
import { ErrorSummary, Form } from './parts.tsx';
import { fullMomentText } from './words.ts';

type Model<Name extends PageModel['page']> = Extract<PageModel, { page: Name }>;

export function PhonePage({ model }: { model: Model<'phone'> }) {
  return (
    <>
      <h1>演示手机：收到的短信</h1>
      <p class="soft">只有演示环境有这一页。真实环境的短信发到本人手机。</p>
      {model.inbox.length === 0 ? <p class="card soft">还没有短信。</p> : null}
      <ul class="stack">
        {model.inbox.map((sms) => (
          <li>
            <p class="sm soft num">
              发给 {sms.to} · {fullMomentText(sms.at)}
            </p>
            <p class="bubble">{sms.text}</p>
          </li>
        ))}
      </ul>
      <div class="row">
        <a class="btn plain" href="/dev/phone">
          刷新
        </a>
        <a class="btn plain" href="/m">
          回到首页
        </a>
      </div>
    </>
  );
}

const jumps = [
  { value: 'hour', zh: '1 小时后' },
  { value: 'day', zh: '1 天后' },
  { value: 'week', zh: '7 天后' },
  { value: 'month', zh: '30 天后' },
] as const;

export function ClockPage({ model }: { model: Model<'clock'> }) {
  return (
    <>
      <ErrorSummary problems={model.problems} />
      <h1>演示时间</h1>
      <section class="card">
        <p class="soft">现在是</p>
        <p class="num">
          <strong>{fullMomentText(model.now)}</strong>
        </p>
        <p class="sm soft">{model.offsetText}</p>
      </section>
      <p class="soft">把时间往前拨，法定期限到期、自动提醒和默示结果都会真的发生。时间不能往回拨。</p>
      <Form frame={model.frame} action="/dev/clock" plain>
        {jumps.map((jump) => (
          <button class="btn plain" name="jump" value={jump.value}>
            {jump.zh}
          </button>
        ))}
        <div class="f">
          <label class="q" for="f-hours">
            或者往前拨多少小时
          </label>
          <input
            id="f-hours"
            name="hours"
            type="text"
            inputmode="decimal"
            aria-invalid={model.problems.length > 0 || undefined}
          />
        </div>
        <button class="btn" name="jump" value="hours">
          拨过去
        </button>
      </Form>
    </>
  );
}
