// Auto-renewal as its person sees it: whether it runs, what may be taken, what was taken and why, day by day; where to sign, change, stop.

import type { PageModel } from './model.ts';
import { More, Shield } from './parts.tsx';
import { dayText, yuanText } from './words.ts';

type Model<Name extends PageModel['page']> = Extract<PageModel, { page: Name }>;

export function RenewalPage({ model }: { model: Model<'renewal'> }) {
  const { renewal, first } = model;
  return (
    <>
      <h1>自动续保</h1>
      <section class={`hero${renewal.running ? '' : ' no'}`}>
        <Shield tick={renewal.running} />
        <div>
          <strong>{renewal.stateZh}</strong>
          <p class="lead">{renewal.text}</p>
        </div>
      </section>
      {renewal.signUrl === null ? null : (
        <a class="btn" href={renewal.signUrl}>
          去支付平台签代扣协议
        </a>
      )}
      {renewal.caseHref === null ? null : (
        <a class={renewal.signUrl === null ? 'btn' : 'btn plain'} href={renewal.caseHref}>
          {renewal.ended ? '看办件' : '修改或停止'}
        </a>
      )}
      {renewal.startService === null ? null : (
        <a class="btn" href={`/m/services/${renewal.startService}`}>
          签一份自动续保
        </a>
      )}
      {renewal.rows.length === 0 ? null : (
        <section class="card" aria-labelledby="terms">
          <h2 id="terms">您签的是</h2>
          <dl class="kv">
            {renewal.rows.map((row) => (
              <div>
                <dt>{row.zh}</dt>
                <dd>{row.text}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
      <section class="stack" aria-labelledby="days">
        <h2 id="days">每一次续保</h2>
        {renewal.days.items.length === 0 ? (
          <p class="card soft">{first ? '还没有续保过。' : '没有更多了。'}</p>
        ) : (
          <ul class="cells">
            {renewal.days.items.map((one) => (
              <li>
                <div class="cell">
                  <span class="grow">
                    <span class="t">
                      {dayText(one.day, model.frame.today)}的保障 <span class="tag">{one.stateZh}</span>
                    </span>
                    <span class="d num">
                      {one.taken ? '扣款' : '应扣'} {yuanText(one.amountFen)}，补贴 {yuanText(one.subsidyFen)}
                    </span>
                    <span class="d">{one.why}</span>
                  </span>
                </div>
              </li>
            ))}
          </ul>
        )}
      </section>
      <More href="/m/renewal" cursor={renewal.days.nextCursor} />
    </>
  );
}
