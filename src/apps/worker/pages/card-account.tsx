// The card that one is paid to, the one that waits and those before; and the page behind the link of a message.

import { sourceZh } from '#contract/contacts';
import type { PageModel } from './model.ts';
import { Form } from './parts.tsx';
import { fullMomentText } from './words.ts';

type Model<Name extends PageModel['page']> = Extract<PageModel, { page: Name }>;
type Card = Model<'cards'>['cards'][number];

const standingZh: Readonly<Record<Card['standing'], string>> = {
  current: '现在用的',
  waiting: '等待生效',
  refused: '没有核对上',
  stopped: '已停止',
  former: '以前的',
};

export function CardsPage({ model }: { model: Model<'cards'> }) {
  const { cards, frame } = model;
  return (
    <>
      <h1>银行卡</h1>
      <p class="soft">赔款、退款付到这里。换卡要验证手机，新卡 {model.coolingHours} 小时后才付款（时长待核）。</p>
      {model.note === null ? null : (
        <p class="note" role="status">
          {model.note}
        </p>
      )}
      {cards.length === 0 ? <p class="card soft">还没有登记银行卡。申请理赔时填的卡也会记在这里。</p> : null}
      {cards.map((one) => (
        <section class="card stack">
          <h2>
            <span class="num">尾号 {one.tail}</span>{' '}
            <span class={`tag${one.standing === 'current' ? '' : ' yellow'}`}>{standingZh[one.standing]}</span>
          </h2>
          {one.addedAt === '' ? (
            <p class="sm soft">登记时留的卡</p>
          ) : (
            <p class="sm soft">
              {fullMomentText(one.addedAt)}，{sourceZh[one.source]}
            </p>
          )}
          {one.standing === 'waiting' ? (
            <p>{fullMomentText(one.usableAt)} 起付款到这张卡，这之前要付的会等到那时。</p>
          ) : null}
          {one.checkZh === '' ? null : <p class="sm">{one.checkZh}。</p>}
          {one.standing === 'refused' ? (
            <p class="sm">请换一张本人名下的卡；确实是本人的，带身份证和银行卡到就近的工会服务站。</p>
          ) : null}
          {one.accountId !== '' && (one.standing === 'waiting' || one.standing === 'current') ? (
            <Form frame={frame} action={`/m/me/card/${one.accountId}/stop`}>
              <button class="btn danger">不是我办的，停止这张卡</button>
            </Form>
          ) : null}
        </section>
      ))}
      <a class="btn" href="/m/me/card/new">
        换一张卡
      </a>
      <p class="soft sm">停止以后不会付款到那张卡，所有手机上的登录都会退出，等着的付款退回来请您另填一张卡。</p>
    </>
  );
}

export function PhoneNumberPage({ model }: { model: Model<'phone-number'> }) {
  const { frame, waiting } = model;
  return (
    <>
      <h1>手机号</h1>
      {model.note === null ? null : (
        <p class="note" role="status">
          {model.note}
        </p>
      )}
      <section class="card stack">
        <h2 class="num">{model.masked}</h2>
        <p class="sm soft">登录和收短信用这个号码。</p>
      </section>
      {waiting === null ? null : (
        <section class="card stack">
          <h2>
            <span class="num">尾号 {waiting.tail}</span> <span class="tag yellow">窗口在换</span>
          </h2>
          <p>有人带证件在窗口把登记的号码换成它，{fullMomentText(waiting.at)} 起生效。</p>
          <Form frame={frame} action="/m/me/phone/stop">
            <button class="btn danger">不是我办的，停止</button>
          </Form>
        </section>
      )}
      <a class="btn" href="/m/me/phone/new">
        换手机号
      </a>
      <p class="soft sm">
        先验证现在的号码，再验证新号码。现在的号码丢了、停了，请带证件原件到就近的工会服务站，由窗口核对后更换。
      </p>
      <a class="cell" href="/m/me/not-me">
        <span class="grow">
          <span class="t">这里的资料不是我的</span>
          <span class="d">号码是新办的，登录却看到别人的资料</span>
        </span>
      </a>
    </>
  );
}

export function StopPage({ model }: { model: Model<'stop'> }) {
  return model.stopped ? (
    <>
      <h1>已经停止</h1>
      <p>{model.zh}</p>
      <p class="soft">所有登录都已退出。请本人重新登录核对；需要帮助请拨打 12351。</p>
      <a class="btn" href="/m/login">
        去登录
      </a>
    </>
  ) : (
    <>
      <h1>是您办的吗？</h1>
      <p>{model.zh}</p>
      <p class="soft">是您本人办的，不用做什么。不是您办的，请马上停止：改动作废，所有手机上的登录都会退出。</p>
      <Form frame={model.frame} action={model.action}>
        <button class="btn danger">不是我办的，停止</button>
      </Form>
    </>
  );
}
