// Finding a service by what happened, and its guide: who, what is needed, how long, what it costs, by which law.

import type { ConditionView, LifeEvent, PageModel, ServiceCard } from './model.ts';
import { Form, Unverified } from './parts.tsx';
import { momentText } from './words.ts';

type Model<Name extends PageModel['page']> = Extract<PageModel, { page: Name }>;

export function SearchBox({ query }: { query: string }) {
  return (
    <form method="get" action="/m/services" role="search" class="row">
      <label class="vh" for="q">
        想办什么事
      </label>
      <input
        id="q"
        name="q"
        type="search"
        value={query}
        placeholder="想办什么事？如：摔伤、投保、入会"
        enterkeyhint="search"
      />
      <button class="btn plain slim">查找</button>
    </form>
  );
}

export function ServiceList({ services }: { services: readonly ServiceCard[] }) {
  return (
    <ul class="cells">
      {services.map((service) => (
        <li>
          <a class="cell" href={`/m/services/${service.code}`}>
            <span class="grow">
              <span class="t">{service.zh}</span>
              <span class="d">{service.summary}</span>
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}

export function EventList({ events }: { events: readonly LifeEvent[] }) {
  return (
    <>
      {events.map((event) => (
        <section class="stack" aria-labelledby={`event-${event.code}`}>
          <h2 id={`event-${event.code}`}>{event.zh}</h2>
          <ServiceList services={event.services} />
        </section>
      ))}
    </>
  );
}

export function DirectoryPage({ model }: { model: Model<'directory'> }) {
  return (
    <>
      <h1>办事</h1>
      <SearchBox query={model.query} />
      {model.query !== '' ? (
        <p class="soft" role="status">
          {model.events.length === 0
            ? `没有找到与“${model.query}”有关的事项，请换个说法，或拨打 12351。`
            : `与“${model.query}”有关的事项：`}{' '}
        </p>
      ) : null}
      <EventList events={model.events} />
      {model.query !== '' ? (
        <a class="btn plain" href="/m/services">
          看全部事项
        </a>
      ) : null}
      <a class="btn plain" href="/m/service-points">
        附近的服务点
      </a>
    </>
  );
}

const standingZh = { met: '符合', unmet: '好像不符合', unknown: '提交后核对' } as const;

/** Said before anything is filled in, and said with the right to apply all the same: what is decided is decided after it. */
function Doubts({ conditions }: { conditions: readonly ConditionView[] }) {
  const unmet = conditions.filter((one) => one.standing === 'unmet');
  return unmet.length === 0 ? null : (
    <div class="note yellow stack" role="note">
      <p>
        <strong>您好像不符合这项条件：</strong>
      </p>
      <ul class="stack">
        {unmet.map((one) => (
          <li>
            {one.zh}：{one.why}
          </li>
        ))}
      </ul>
      <p>您仍然可以申请，提交后会核对，并告诉您结果和理由。</p>
    </div>
  );
}

export function GuidePage({ model }: { model: Model<'guide'> }) {
  const { guide } = model;
  return (
    <>
      <h1>{guide.zh}</h1>
      <p class="soft">{guide.summary}</p>
      <Doubts conditions={guide.conditions} />
      <StartButton model={model} />
      <dl class="cells kv">
        {guide.time.map((one) => (
          <div>
            <dt>{one.zh}</dt>
            <dd>
              <span>
                {one.text}
                <Unverified when={one.unverified} />
              </span>
            </dd>
          </div>
        ))}
        <div>
          <dt>费用</dt>
          <dd>{guide.fee}</dd>
        </div>
        <div>
          <dt>办成后得到</dt>
          <dd>{guide.outcome}</dd>
        </div>
        <div>
          <dt>谁来办</dt>
          <dd>{guide.office}</dd>
        </div>
      </dl>
      <section class="card">
        <h2>谁可以办</h2>
        <ul class="stack">
          {guide.who.map((one) => (
            <li>{one}</li>
          ))}
          {guide.conditions.map((one) => (
            <li>
              {one.zh}{' '}
              {one.standing === null ? null : (
                <>
                  <span class={one.standing === 'unmet' ? 'tag yellow' : 'tag'}>{standingZh[one.standing]}</span>
                  <span class="hint"> {one.why}</span>
                </>
              )}
            </li>
          ))}
        </ul>
      </section>
      {guide.needs.length === 0 ? null : (
        <section class="card">
          <h2>要准备的材料</h2>
          <ul class="stack">
            {guide.needs.map((need) => (
              <li>
                {need.zh} <span class="tag">{need.note}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <details class="card">
        <summary>会问您哪些问题（{guide.asks.length} 项）</summary>
        <ol class="stack">
          {guide.asks.map((ask) => (
            <li>{ask}</li>
          ))}
        </ol>
      </details>
      <section class="card">
        <h2>依据</h2>
        <ul class="stack">
          {guide.basis.map((one) => (
            <li>
              {one.zh}
              <Unverified when={one.unverified} />
            </li>
          ))}
        </ul>
        {guide.basis.some((one) => one.unverified) ? (
          <p class="hint">“待核”表示原文还没有由本地逐条核对，以正式文件为准。</p>
        ) : null}
      </section>
    </>
  );
}

function StartButton({ model }: { model: Model<'guide'> }) {
  const { guide, frame } = model;
  if (!frame.signedIn) {
    return (
      <a class="btn" href={`/m/login?next=${encodeURIComponent(`/m/services/${guide.code}`)}`}>
        登录后开始办理
      </a>
    );
  }
  return (
    <Form frame={frame} action={`/m/services/${guide.code}/start`}>
      {guide.draftAt === null ? null : (
        <p class="hint">{momentText(guide.draftAt, frame.today)}填过一部分，会接着填。</p>
      )}
      <button class="btn">{guide.draftAt === null ? '开始办理' : '接着填写'}</button>
    </Form>
  );
}
