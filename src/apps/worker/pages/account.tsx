// Payments, cover, messages, my data, text size, and what is shown when something cannot be done.

import type { PageModel, PaymentState } from './model.ts';
import { ErrorSummary, ErrorText, Form, More, Shield } from './parts.tsx';
import { dayText, fullMomentText, momentText, yuanText } from './words.ts';

type Model<Name extends PageModel['page']> = Extract<PageModel, { page: Name }>;

const waits: readonly PaymentState[] = ['waiting', 'unknown', 'refunding'];

export function PaymentPage({ model }: { model: Model<'payment'> }) {
  const { payment, frame } = model;
  const waiting = waits.includes(payment.state);
  const settled = ['paid', 'refunding', 'refunded', 'closed'].includes(payment.state);
  return (
    <>
      <h1>{payment.title}</h1>
      <section
        class="card"
        data-poll={waiting || payment.payUrl !== null ? `/m/pay/${payment.caseId}/state` : undefined}
      >
        <p class="soft">{settled ? '金额' : '应付'}</p>
        <p class="num">
          <strong class="amount">{yuanText(payment.amountFen)}</strong>
        </p>
        {payment.lines.map((line) => (
          <p class="sm">
            {line.zh}：{line.text}
          </p>
        ))}
        <p
          class={`note${payment.state === 'failed' || payment.state === 'closed' ? ' yellow' : ''}`}
          role="status"
          data-state={payment.state}
        >
          {payment.stateText}
        </p>
        {payment.expiresText === null ? null : <p class="sm soft">{payment.expiresText}</p>}
        {payment.payUrl === null ? null : (
          <a class="btn" href={payment.payUrl}>
            去收银台付款
          </a>
        )}
        {waiting || payment.payUrl !== null ? (
          <Form frame={frame} action={`/m/pay/${payment.caseId}/refresh`}>
            <button class={payment.payUrl === null ? 'btn' : 'btn plain'}>我已付款，查看结果</button>
          </Form>
        ) : null}
      </section>
      {settled ? null : (
        <p class="soft sm">付款结果以支付机构的回执为准。没有到账前请不要重复付款；多付的会原路退回。</p>
      )}
      <a class="btn plain" href={`/m/cases/${payment.caseId}`}>
        查看办件
      </a>
    </>
  );
}

export function CoverPage({ model }: { model: Model<'cover'> }) {
  const { cover, answer } = model;
  return (
    <>
      <ErrorSummary problems={model.problems} />
      <h1>我的保障</h1>
      <section class={`hero${cover.now.covered ? '' : ' no'}`}>
        <Shield tick={cover.now.covered} />
        <div>
          <strong>{cover.now.covered ? '现在有保障' : '现在没有保障'}</strong>
          <p class="lead">{cover.now.text}</p>
        </div>
      </section>
      <div class="row">
        <a class="btn" href={`/m/services/${cover.buyService}`}>
          投保
        </a>
        {cover.refundService === null ? null : (
          <a class="btn plain" href={`/m/services/${cover.refundService}`}>
            退未开始的天
          </a>
        )}
      </div>
      <a class="btn plain" href="/m/renewal">
        {cover.renewal ?? '不想天天买？签自动续保'}
      </a>
      <section class="card" aria-labelledby="asked">
        <h2 id="asked">查某个时刻有没有保障</h2>
        <form method="get" action="/m/cover" class="stack">
          <div class="f">
            <label class="q" for="f-day">
              哪一天
            </label>
            <ErrorText id="f-day" problems={model.problems} />
            <input
              id="f-day"
              type="date"
              name="day"
              value={model.askedDay}
              placeholder="2026-05-03"
              aria-invalid={model.problems.length > 0 || undefined}
            />
          </div>
          <div class="f">
            <label class="q" for="f-time">
              几点几分
            </label>
            <input id="f-time" type="time" name="time" value={model.askedTime} placeholder="14:32" />
          </div>
          <button class="btn plain">查询</button>
        </form>
        {answer === null ? null : (
          <div class={`note${answer.covered ? '' : ' yellow'}`} role="status">
            <p>
              <strong>
                {fullMomentText(answer.at)}：{answer.covered ? '有保障' : '没有保障'}
              </strong>
            </p>
            <p>{answer.text}</p>
            {answer.policyNo === null ? null : <p class="num">保单号 {answer.policyNo}</p>}
            {answer.evidence === null ? null : <p class="sm soft">凭证 {answer.evidence}</p>}
          </div>
        )}
      </section>
      <section class="stack" aria-labelledby="days">
        <h2 id="days">每一天</h2>
        {cover.days.items.length === 0 ? <p class="card soft">还没有投保记录。</p> : null}
        <ul class="cells">
          {cover.days.items.map((day) => (
            <li>
              <div class="cell">
                <span class="grow">
                  <span class="t">
                    {dayText(day.day, model.frame.today)} <span class="tag">{day.stateZh}</span>
                  </span>
                  <span class="d num">
                    {day.from} 至 {day.to} · 保单 {day.policyNo}
                  </span>
                  {day.holder === null ? null : (
                    <span class="d">
                      由{day.holder}为您投保，您没有付款。<a href={`/m/cover/${day.policyNo}`}>看凭证</a>
                    </span>
                  )}
                  {day.importedFrom === null ? null : <span class="d">由旧系统“{day.importedFrom}”导入，资料待核</span>}
                </span>
              </div>
            </li>
          ))}
        </ul>
        <More href="/m/cover" cursor={cover.days.nextCursor} />
      </section>
    </>
  );
}

export function MessagesPage({ model }: { model: Model<'messages'> }) {
  const { items, nextCursor } = model.messages;
  return (
    <>
      <h1>消息</h1>
      {items.length === 0 ? <p class="card soft">{model.first ? '还没有消息。' : '没有更多了。'}</p> : null}
      <ul class="cells">
        {items.map((message) => (
          <li>
            <a class="cell" href={`/m/messages/${message.messageId}`}>
              <span class="grow">
                <span class="t">
                  {message.read ? null : <span class="badge">新</span>} {message.title}
                </span>
                <span class="d">{message.text}</span>
                <span class="d">{momentText(message.at, model.frame.today)}</span>
              </span>
            </a>
          </li>
        ))}
      </ul>
      <More href="/m/messages" cursor={nextCursor} />
      {items.some((message) => !message.read) ? (
        <Form frame={model.frame} action="/m/messages/read">
          <button class="btn plain">全部标为已读</button>
        </Form>
      ) : null}
    </>
  );
}

export function MessagePage({ model }: { model: Model<'message'> }) {
  const { message } = model;
  return (
    <>
      <h1>{message.title}</h1>
      <p class="soft sm">{fullMomentText(message.at)}</p>
      <p class="card pre">{message.text}</p>
      {message.caseId === null ? null : (
        <a class="btn" href={`/m/cases/${message.caseId}`}>
          查看办件
        </a>
      )}
    </>
  );
}

export function ProfilePage({ model }: { model: Model<'profile'> }) {
  const { profile, frame } = model;
  return (
    <>
      <h1>我的</h1>
      <dl class="cells kv">
        {profile.rows.map((row) => (
          <div>
            <dt>{row.zh}</dt>
            <dd>{row.text}</dd>
          </div>
        ))}
      </dl>
      <ul class="cells">
        {[
          { href: '/m/cover', zh: '我的保障', d: '哪一天有保障，当时有没有' },
          { href: '/m/me/helping', zh: '替家人办', d: '替别人办事，看谁在替我办' },
          { href: '/m/me/phone', zh: '手机号', d: '换号码，停止不是我办的换号' },
          { href: '/m/me/card', zh: '银行卡', d: '赔款付到哪张卡，换卡，停止不是我办的' },
          { href: '/m/me/privacy', zh: '个人信息', d: '用来做什么、给谁，同意和撤回' },
          { href: '/m/me/access', zh: '谁看过我的信息', d: '哪个单位的谁、什么时候、为什么' },
          ...(profile.merged
            ? [{ href: '/m/me/merged', zh: '合并的登记', d: '登记过两次的；不该合并的，在这里说' }]
            : []),
          { href: '/m/display', zh: '字的大小', d: '标准、大字、特大' },
        ].map((one) => (
          <li>
            <a class="cell" href={one.href}>
              <span class="grow">
                <span class="t">{one.zh}</span>
                <span class="d">{one.d}</span>
              </span>
            </a>
          </li>
        ))}
      </ul>
      <Form frame={frame} action="/m/logout">
        <button class="btn danger">退出登录</button>
      </Form>
    </>
  );
}

export function AccessPage({ model }: { model: Model<'access'> }) {
  return (
    <>
      <h1>谁看过我的信息</h1>
      <p class="soft">
        工作人员或代办人打开您的办件、文件和文书，都记在这里，同一个人一小时内反复看同一件记一次。号码平时是遮盖的，查看完整号码另记，并写明原因。
        办件本身在<a href="/m/cases">我的办件</a>。有疑问可以拨打 12351。
      </p>
      {model.items.items.length === 0 ? <p class="card soft">还没有人查看过。</p> : null}
      <ul class="cells">
        {model.items.items.map((item) => (
          <li>
            <div class="cell">
              <span class="grow">
                <span class="t">{item.who}</span>
                <span class="d">
                  {fullMomentText(item.at)} · {item.what}
                </span>
                <span class="d">为了：{item.why}</span>
              </span>
            </div>
          </li>
        ))}
      </ul>
      <More href="/m/me/access" cursor={model.items.nextCursor} />
    </>
  );
}

const sizes = [
  { value: 'normal', zh: '标准' },
  { value: 'large', zh: '大字' },
  { value: 'huge', zh: '特大' },
] as const;

export function DisplayPage({ model }: { model: Model<'display'> }) {
  return (
    <>
      <Form frame={model.frame} action="/m/display">
        <input type="hidden" name="next" value={model.next} />
        <fieldset class="stack">
          <legend>
            <h1>字的大小</h1>
          </legend>
          <div class="opts">
            {sizes.map((size) => (
              <label class="opt">
                <input type="radio" name="size" value={size.value} checked={size.value === model.frame.size} />
                <span>{size.zh}</span>
              </label>
            ))}
          </div>
        </fieldset>
        <p class="card">看看这样合适吗：您现在有保障，到今晚 24:00。</p>
        <button class="btn">保存</button>
      </Form>
    </>
  );
}

export function ProblemPage({ model }: { model: Model<'problem'> }) {
  return (
    <>
      <div class="hero no">
        <Shield tick={false} />
        <div>
          <h1>{model.zh}</h1>
          <p class="lead">{model.nextStep}</p>
        </div>
      </div>
      <div class="stack">
        {model.links.map((link, index) => (
          <a class={index === 0 ? 'btn' : 'btn plain'} href={link.href}>
            {link.zh}
          </a>
        ))}
      </div>
    </>
  );
}
