// The first thing that a signed-in worker sees: am I covered now, what waits for me, what is being done for me, and help.

import type { CaseItem, PageModel } from './model.ts';
import { Due, Shield } from './parts.tsx';
import { ServiceList } from './services.tsx';
import { dayText, localMoment } from './words.ts';

type Model<Name extends PageModel['page']> = Extract<PageModel, { page: Name }>;

export function HomePage({ model }: { model: Model<'home'> }) {
  const { home } = model;
  return (
    <>
      <h1 class="vh">{home.name}，您好</h1>
      <section class={`hero${home.cover.covered ? '' : ' no'}`} aria-labelledby="cover-now">
        <Shield tick={home.cover.covered} />
        <div>
          <strong id="cover-now">{home.cover.covered ? '您现在有保障' : '您现在没有当天保障'}</strong>
          <p class="lead">{home.cover.text}</p>
        </div>
      </section>
      <div class="row">
        {home.cover.covered ? null : (
          <a class="btn" href={`/m/services/${home.buyService}`}>
            现在投保
          </a>
        )}
        <a class="btn plain" href="/m/cover">
          我的保障
        </a>
      </div>
      {home.renewal === null ? null : (
        <a class="btn plain" href="/m/renewal">
          {home.renewal}
        </a>
      )}
      <a class="btn sos" href={`/m/services/${home.reportService}`}>
        出事了 / 我要报案
        <small>先保证安全，受伤请拨 120</small>
      </a>
      {home.due.length === 0 ? null : (
        <section class="stack" aria-labelledby="due">
          <h2 id="due">等您处理</h2>
          <ul class="cells">
            {home.due.map((item) => (
              <li>
                <a class="cell" href={item.href}>
                  <span class="grow">
                    <span class="t">{item.title}</span>
                    <span class="d">{item.text}</span>
                    <Due text={item.dueText} light={item.light} />
                  </span>
                </a>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section class="stack" aria-labelledby="doing">
        <h2 id="doing">正在为您办</h2>
        {home.doing.length === 0 ? (
          <p class="card soft">现在没有在办的事。</p>
        ) : (
          <CaseList items={home.doing} today={model.frame.today} />
        )}
      </section>
      <section class="stack" aria-labelledby="services">
        <h2 id="services">常用事项</h2>
        <ServiceList services={home.services} />
        <a class="btn plain" href="/m/services">
          全部事项
        </a>
      </section>
    </>
  );
}

export function CaseList({ items, today }: { items: readonly CaseItem[]; today: string }) {
  return (
    <ul class="cells">
      {items.map((item) => (
        <li>
          <a class="cell" href={`/m/cases/${item.caseId}`}>
            <span class="grow">
              <span class="t">{item.serviceZh}</span>
              <span class="d num">
                {dayText(localMoment(item.at).slice(0, 10), today)}提交 · {item.caseNo}
              </span>
              <span class="d">{item.statusText}</span>
              <span class="d">
                {item.status === 'ended' ? '已办结' : item.whose === '' ? '' : `轮到：${item.whose}`}{' '}
                <Due text={item.dueText} light={item.light} />
              </span>
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}
