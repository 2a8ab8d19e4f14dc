// Acting for somebody else: what an agent sees first, who acts for whom, and short forms of one page.

import type { ComponentChildren } from 'preact';
import { FieldInput } from './inputs.tsx';
import type { AuthorityCard, PageModel } from './model.ts';
import { CaseList } from './home.tsx';
import { DefaultButton, ErrorSummary, Form, Shield } from './parts.tsx';
import { ServiceList } from './services.tsx';
import { fullMomentText } from './words.ts';

type Model<Name extends PageModel['page']> = Extract<PageModel, { page: Name }>;

export function AskPage({ model }: { model: Model<'ask'> }) {
  return (
    <>
      <ErrorSummary problems={model.problems} />
      <h1>{model.title}</h1>
      {model.lead.map((text) => (
        <p class="soft">{text}</p>
      ))}
      <Form
        frame={model.frame}
        action={model.action}
        multipart={model.fields.some((field) => field.kind === 'file')}
        draftKey={null}
      >
        <DefaultButton />
        {model.fields.map((view) => (
          <FieldInput view={view} big={false} />
        ))}
        <button class="btn" name="_op" value="next" data-primary>
          {model.button}
        </button>
      </Form>
      {model.links.map((link) => (
        <a class="btn plain" href={link.href}>
          {link.zh}
        </a>
      ))}
      {model.frame.demo ? (
        <p class="note">
          演示环境的短信在 <a href="/dev/phone">演示手机</a> 里查看。
        </p>
      ) : null}
    </>
  );
}

export function ActingPage({ model }: { model: Model<'acting'> }) {
  const { acting, frame } = model;
  return (
    <>
      <h1 class="vh">正在替{acting.principalName}办事</h1>
      <section class="hero">
        <Shield />
        <div>
          <strong>替{acting.principalName}办事</strong>
          <p class="lead">
            {acting.kindZh}，到 {acting.untilText}。这里只有您替他办的事。
          </p>
        </div>
      </section>
      <section class="stack" aria-labelledby="services">
        <h2 id="services">可以替他办</h2>
        <ServiceList services={acting.services} />
      </section>
      <section class="stack" aria-labelledby="doing">
        <h2 id="doing">替他办的事</h2>
        {acting.cases.length === 0 ? (
          <p class="card soft">还没有替他办过事。</p>
        ) : (
          <CaseList items={acting.cases} today={frame.today} />
        )}
      </section>
      <Form frame={frame} action="/m/helping/stop">
        <button class="btn danger">结束代办</button>
      </Form>
    </>
  );
}

export function HelpingPage({ model }: { model: Model<'helping'> }) {
  const { helping, frame } = model;
  return (
    <>
      <h1>替家人办</h1>
      <div class="stack">
        <a class="btn" href="/m/me/helping/consent">
          他同意，用他的验证码
        </a>
        <a class="btn plain" href="/m/me/helping/proof">
          他去世、昏迷或未成年，凭证明
        </a>
      </div>
      <section class="stack" aria-labelledby="as-agent">
        <h2 id="as-agent">我替谁办</h2>
        {helping.asAgent.length === 0 ? <p class="card soft">现在没有替别人办事的授权。</p> : null}
        {helping.asAgent.map((one) => (
          <Authority one={one} name={one.principalName} frame={frame}>
            {one.live ? (
              <>
                <Form frame={frame} action={`/m/me/helping/${one.authorityId}/start`}>
                  <button class="btn">开始替他办</button>
                </Form>
                <Form frame={frame} action={`/m/me/helping/${one.authorityId}/end`}>
                  <button class="btn plain">不再替他办</button>
                </Form>
              </>
            ) : null}
          </Authority>
        ))}
      </section>
      <section class="stack" aria-labelledby="as-principal">
        <h2 id="as-principal">谁替我办</h2>
        {helping.asPrincipal.length === 0 ? <p class="card soft">没有人替您办过事。</p> : null}
        {helping.asPrincipal.map((one) => (
          <Authority one={one} name={one.agentName} frame={frame}>
            {one.live ? (
              <Form frame={frame} action={`/m/me/helping/${one.authorityId}/end`}>
                <button class="btn plain">停止，不让他再办</button>
              </Form>
            ) : null}
            {one.disownable ? (
              <Form frame={frame} action={`/m/me/helping/${one.authorityId}/end`}>
                <input type="hidden" name="disowned" value="yes" />
                <button class="btn danger">不是我办的</button>
                <p class="hint">马上停止代办；已经提交、还没办结的，会请督办人员先与您核实。</p>
              </Form>
            ) : null}
          </Authority>
        ))}
      </section>
    </>
  );
}

function Authority(props: {
  one: AuthorityCard;
  name: string;
  frame: Model<'helping'>['frame'];
  children: ComponentChildren;
}) {
  const { one } = props;
  return (
    <section class="card stack">
      <h3>
        {props.name} <span class={`tag ${one.live ? 'green' : ''}`}>{one.stateZh}</span>
      </h3>
      <p class="sm">
        {one.kindZh}：{one.services.join('、')}
      </p>
      <p class="sm soft">
        {fullMomentText(one.createdAt)} 提出，到 {one.untilDay}
      </p>
      {one.reason === null ? null : <p class="note">窗口意见：{one.reason}</p>}
      {props.children}
    </section>
  );
}
