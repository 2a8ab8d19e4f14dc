// The certificate of a day that an organisation took out for the person: what is covered, who paid, and the way out before it begins.

import type { PageModel } from './model.ts';
import { Form, Shield } from './parts.tsx';

type Model<Name extends PageModel['page']> = Extract<PageModel, { page: Name }>;

export function CertificatePage({ model }: { model: Model<'certificate'> }) {
  const { certificate: one, frame } = model;
  return (
    <>
      <h1>保险凭证</h1>
      <section class={`hero${one.held ? '' : ' no'}`}>
        <Shield tick={one.held} />
        <div>
          <strong>{one.stateZh}</strong>
          <p class="lead">{one.text}</p>
        </div>
      </section>
      <section class="card" aria-label="凭证内容">
        <dl class="kv">
          {one.rows.map((row) => (
            <div>
              <dt>{row.zh}</dt>
              <dd>{row.text}</dd>
            </div>
          ))}
        </dl>
      </section>
      <details class="card">
        <summary>保什么，哪些不赔</summary>
        {one.terms.map((term) => (
          <p class="sm">
            <strong>{term.zh}：</strong>
            {term.text}
          </p>
        ))}
      </details>
      {one.canLeave ? (
        <section class="card stack" aria-labelledby="leave">
          <h2 id="leave">不想由单位投保？</h2>
          <p class="sm">
            保障开始前可以退出，不用说明理由。退出后那天没有这份保障，单位付的钱退给单位；要出工，请自己按天投保。
          </p>
          <Form frame={frame} action={`/m/cover/${one.policyNo}/leave`}>
            <button class="btn plain">退出这一天的保障</button>
          </Form>
        </section>
      ) : null}
      {one.held ? (
        <a class="btn sos" href={`/m/services/${one.reportService}`}>
          出事了 / 我要报案
        </a>
      ) : null}
    </>
  );
}
