// Erase what is held about me: first what can go and what must stay, until when and by which clause; then a wish that waits some days and
// can be taken back with one tap.

import type { PageModel } from './model.ts';
import { Form } from './parts.tsx';
import { dayText, fullMomentText } from './words.ts';

type Model = Extract<PageModel, { page: 'erasure' }>;

export function ErasurePage({ model }: { model: Model }) {
  const { frame, items, last, waitDays } = model;
  const gone = items.filter(({ verdict }) => verdict === 'erase');
  const kept = items.filter(({ verdict }) => verdict === 'keep');
  const isOpen = last !== null && ['waiting', 'proposed', 'approved'].includes(last.state);
  return (
    <>
      <h1>删除我的信息</h1>
      {last === null ? null : <Last frame={frame} last={last} />}
      <h2>可以删除的</h2>
      {gone.length === 0 ? <p class="soft">现在没有可以删除的资料。</p> : <Items items={gone} />}
      <h2>依法要保留的</h2>
      {kept.length === 0 ? <p class="soft">没有。删除以后，您不能再登录，想用要重新注册。</p> : <Items items={kept} />}
      <p class="soft sm">
        付款的账目和凭证按会计档案另外保存，只用来对账和查账。存证只留编号和指纹，看不出内容。备份里的旧资料随备份到期消失；
        期间如果恢复备份，已经删除的会再删一次。
      </p>
      {isOpen || gone.length === 0 ? null : (
        <Form frame={frame} action="/m/me/erasure">
          <p>
            提交以后等 {waitDays} 天，期间随时可以撤销；到期由两名工作人员核对后删除。
            <strong>删除以后找不回来。</strong>
          </p>
          <button class="btn danger" name="_op" value="ask">
            申请删除
          </button>
        </Form>
      )}
    </>
  );
}

function Last({ frame, last }: { frame: Model['frame']; last: NonNullable<Model['last']> }) {
  const day = (instant: string) => fullMomentText(instant);
  return (
    <section class="card stack">
      <h2>
        {day(last.requestedAt)}的申请 <span class="tag yellow">{last.stateZh}</span>
      </h2>
      {last.state === 'waiting' ? <p>{day(last.dueAt)}以后处理，在那之前您可以撤销。</p> : null}
      {last.state === 'proposed' ? <p>已有一名工作人员核对，等另一人决定；还可以撤销。</p> : null}
      {last.state === 'approved' ? <p>已经同意，正在删除，不能撤销了。</p> : null}
      {last.state === 'refused' ? <p>理由：{last.reason}。不同意可以拨打 12351，或者向网信部门投诉。</p> : null}
      {last.state === 'done' && last.doneAt !== null ? (
        <p>
          {day(last.doneAt)}删除了 {last.erasedCount} 项，依法保留 {last.keptCount} 项。
        </p>
      ) : null}
      {last.state === 'waiting' || last.state === 'proposed' ? (
        <Form frame={frame} action="/m/me/erasure">
          <button class="btn" name="_op" value="cancel">
            撤销申请
          </button>
        </Form>
      ) : null}
    </section>
  );
}

function Items({ items }: { items: Model['items'] }) {
  return (
    <>
      {items.map((one) => (
        <section class="card stack">
          <h3>{one.zh}</h3>
          <p class="sm">
            {one.why}
            {one.until === null ? '' : `，保留到 ${dayText(one.until, '')}`}
          </p>
          <p class="sm soft">
            依据：{one.basis}
            {one.needsCheck ? '（待核）' : ''}
          </p>
        </section>
      ))}
    </>
  );
}
