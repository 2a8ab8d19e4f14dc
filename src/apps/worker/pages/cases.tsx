// A case as its person sees it: whose turn, the clock in words, what can be done now, papers, and everything that happened.

import type { CaseView, ExplanationLine } from '#contract/cases';
import type { PageModel, PossibleAction } from './model.ts';
import { CaseList } from './home.tsx';
import { FieldInput } from './inputs.tsx';
import { DefaultButton, ErrorSummary, ErrorText, Form, Limit, More } from './parts.tsx';
import { Explanation, ShownFacts } from './shown.tsx';
import { fullMomentText, momentText, untilText, yuanText } from './words.ts';

type Model<Name extends PageModel['page']> = Extract<PageModel, { page: Name }>;

export function CasesPage({ model }: { model: Model<'cases'> }) {
  return (
    <>
      <h1>我的办件</h1>
      {model.cases.items.length === 0 ? (
        <div class="card">
          <p>{model.first ? '还没有办过事。' : '没有更多了。'}</p>
          <a class="btn plain" href="/m/services">
            看看能办什么
          </a>
        </div>
      ) : (
        <CaseList items={model.cases.items} today={model.frame.today} />
      )}
      <More href="/m/cases" cursor={model.cases.nextCursor} />
    </>
  );
}

export function CasePage({ model }: { model: Model<'case'> }) {
  const { view, payments } = model.case;
  return (
    <>
      <ErrorSummary problems={model.ratingProblems} />
      <div>
        <h1>{view.serviceZh}</h1>
        <p class="soft sm num">办件编号 {view.caseNo}</p>
      </div>
      <Status view={view} today={model.frame.today} />
      <MainCase view={view} today={model.frame.today} />
      {payments.map((payment) => (
        <a class={payment.payable ? 'btn' : 'btn plain'} href={`/m/pay/${payment.caseId}`}>
          {payment.payable
            ? `去付款：${yuanText(payment.amountFen)}`
            : `缴费情况：${yuanText(payment.amountFen)}（${payment.stateText}）`}
        </a>
      ))}
      {model.case.links.map((link) => (
        <a class={link.first ? 'btn' : 'btn plain'} href={link.href}>
          {link.zh}
        </a>
      ))}
      {view.active.map((step) => (
        <ShownFacts step={step} />
      ))}
      <Actions view={view} />
      {view.canRate ? <Rating model={model} /> : null}
      {view.rating === null ? null : (
        <p class="note">
          您的评价：{starsZh[view.rating.stars - 1] ?? ''}
          {view.rating.comment === null ? '' : `。${view.rating.comment}`}
        </p>
      )}
      <Papers view={view} />
      <Timeline view={view} today={model.frame.today} />
      <Facts view={view} />
      <Related view={view} />
    </>
  );
}

/** Merged: how the main case stands, and the summary of its reply. Whose it is, nobody is told. */
function MainCase({ view, today }: { view: CaseView; today: string }) {
  const { main } = view;
  if (main === null) return null;
  return (
    <section class="card" aria-labelledby="main">
      <h2 id="main">并入的主件办到哪一步</h2>
      <p>{main.statusZh}</p>
      {main.dueAt === null ? null : <p class="soft">期限：{untilText(main.dueAt, today)} 前</p>}
      {main.replySummary === null ? (
        main.ended ? (
          <p>主件没有另写答复要点，请拨打 12345 或到窗口询问，报本办件编号即可。</p>
        ) : null
      ) : (
        <>
          <h3>答复要点</h3>
          <p>{main.replySummary}</p>
        </>
      )}
      <p class="sm soft">您的诉求与一件正在办的相同，一并办理。不同意并案，可以提出异议。</p>
    </section>
  );
}

function Status({ view, today }: { view: CaseView; today: string }) {
  return (
    <section class="card" aria-labelledby="now">
      <h2 id="now">{view.status === 'ended' ? (view.endZh ?? '已办结') : '现在到哪一步'}</h2>
      <p>{view.statusText}</p>
      {view.path.length === 0 ? null : (
        <ol class="steps">
          {view.path.map((one) => (
            <li class={one.state} aria-current={one.state === 'active' ? 'step' : undefined}>
              {one.zh}
              {one.state === 'done' ? <span class="vh">（已完成）</span> : null}
            </li>
          ))}
        </ol>
      )}
      {view.active.map((step) => (
        <div class={`note${step.light === 'green' ? '' : ` ${step.light}`}`}>
          <p>
            <strong>{step.mine || step.whose === '您' ? '轮到您' : `轮到：${step.whose}`}</strong> · {step.zh}
          </p>
          {step.limitText === '' ? null : (
            <p>
              <Limit step={step} today={today} />
              {step.provisional ? <span class="sm">（假期安排公布后可能调整）</span> : null}
            </p>
          )}
          {step.mine && step.silence !== null ? <p>到期没有办的：{step.silence}</p> : null}
          {step.paused === null ? null : <p>{step.paused}，时限暂停。</p>}
          {step.supplement === null ? null : (
            <>
              <p>请补交（{untilText(step.supplement.dueAt, today)} 前）：</p>
              <ul>
                {step.supplement.items.map((item) => (
                  <li>· {item}</li>
                ))}
              </ul>
              {step.supplement.note === '' ? null : <p>{step.supplement.note}</p>}
            </>
          )}
          {step.basis === '' ? null : <p class="sm soft">时限依据：{step.basis}</p>}
        </div>
      ))}
      {view.supervised === null ? null : <p class="tag yellow">督办中：{view.supervised}</p>}
    </section>
  );
}

function buttonClass(action: PossibleAction): string {
  if (action.tone === 'primary') return 'btn';
  return action.tone === 'danger' ? 'btn danger' : 'btn plain';
}

function Actions({ view }: { view: CaseView }) {
  if (view.actions.length === 0) return null;
  return (
    <section class="stack" aria-labelledby="can">
      <h2 id="can">我现在可以</h2>
      {view.actions.map((action) =>
        action.blocked === null ? (
          <a class={buttonClass(action)} href={actionHref(view, action)}>
            {action.zh}
          </a>
        ) : (
          <p class="card soft">
            {action.zh}：{action.blocked}
          </p>
        ),
      )}
    </section>
  );
}

/** A step that a service of its own enters (a claim after the report) leads to that service. */
function actionHref(view: CaseView, action: PossibleAction): string {
  const { type, serviceCode } = action.command;
  return type === 'start' && typeof serviceCode === 'string'
    ? `/m/services/${serviceCode}`
    : `/m/cases/${view.caseId}/act/${encodeURIComponent(action.key)}`;
}

function Papers({ view }: { view: CaseView }) {
  return view.documents.length === 0 ? null : (
    <section class="stack" aria-labelledby="papers">
      <h2 id="papers">文书和凭证</h2>
      <ul class="cells">
        {view.documents.map((paper) => (
          <li>
            <a class="cell" href={`/m/documents/${paper.documentId}`}>
              <span class="grow">
                <span class="t">{paper.title}</span>
                <span class="d">{fullMomentText(paper.at)}</span>
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function explained(value: unknown): readonly ExplanationLine[] {
  if (!Array.isArray(value)) return [];
  return value.filter(
    (line: unknown): line is ExplanationLine =>
      typeof line === 'object' &&
      line !== null &&
      'zh' in line &&
      'value' in line &&
      'basis' in line &&
      'verified' in line,
  );
}

const traceZh = { recorded: '已记录', numbered: '已编号', witnessed: '已见证', anchored: '已上链' };

function Timeline({ view, today }: { view: CaseView; today: string }) {
  return (
    <section class="card" aria-labelledby="story">
      <h2 id="story">经过</h2>
      <ol class="line">
        {view.timeline.map((item) => (
          <li>
            <p>
              <strong>{item.title}</strong>
            </p>
            <p class="sm soft">
              {momentText(item.at, today)} · {item.by} ·{' '}
              <span title={item.trace.entryHash}>{traceZh[item.trace.state]}</span>
            </p>
            {item.note === null ? null : <p class="pre">{item.note}</p>}
            <Explanation lines={explained(item.explanation)} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Facts({ view }: { view: CaseView }) {
  return view.facts.length === 0 ? null : (
    <details class="card">
      <summary>填写的内容（{view.facts.length} 项）</summary>
      <dl class="kv">
        {view.facts.map((fact) => (
          <div>
            <dt>{fact.zh}</dt>
            <dd>
              <span class="pre">{fact.text}</span>
              {fact.fileIds.map((fileId, index) => (
                <a href={`/m/files/${fileId}`}>看第 {index + 1} 个</a>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function Related({ view }: { view: CaseView }) {
  if (view.related.length === 0 && view.referrals.length === 0) return null;
  return (
    <section class="stack" aria-labelledby="related">
      <h2 id="related">有关的事</h2>
      <ul class="cells">
        {view.related.map((one) => (
          <li>
            <a class="cell" href={`/m/cases/${one.caseId}`}>
              <span class="grow">
                <span class="t">{one.serviceZh}</span>
                <span class="d">
                  {one.caseNo} · {one.relation} · {one.statusText}
                </span>
              </span>
            </a>
          </li>
        ))}
        {view.referrals.map((one) => (
          <li>
            <div class="cell">
              <span class="grow">
                {one.zh}
                <span class="d">{one.available ? '可以办理' : '请到窗口办理，或拨打 12351'}</span>
              </span>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

const starsZh = ['非常不满意', '不满意', '基本满意', '满意', '非常满意'] as const;

function Rating({ model }: { model: Model<'case'> }) {
  const problems = model.ratingProblems;
  return (
    <section class="card">
      <Form frame={model.frame} action={`/m/cases/${model.case.view.caseId}/rate`}>
        <fieldset
          class="stack"
          id="f-stars"
          tabIndex={-1}
          aria-describedby={problems.length > 0 ? 'f-stars-error' : undefined}
        >
          <legend>
            <h2>这次办得怎么样？</h2>
          </legend>
          <ErrorText id="f-stars" problems={problems} />
          <div class="opts">
            {[5, 4, 3, 2, 1].map((stars) => (
              <label class="opt">
                <input type="radio" name="stars" value={stars} />
                <span>{starsZh[stars - 1]}</span>
              </label>
            ))}
          </div>
        </fieldset>
        <div class="f">
          <label class="q" for="f-comment">
            想说的话<span class="soft">（选填）</span>
          </label>
          <textarea id="f-comment" name="comment" rows={3} value={model.ratingComment} />
        </div>
        <p class="hint">不满意的，会有人在规定时间内联系您整改。</p>
        <button class="btn">提交评价</button>
      </Form>
    </section>
  );
}

export function ActPage({ model }: { model: Model<'act'> }) {
  const { action } = model;
  const files = model.fields.some((field) => field.kind === 'file');
  const reasonProblems = model.problems.filter((one) => one.path === 'reason');
  return (
    <>
      <ErrorSummary problems={model.problems} />
      <p class="soft sm num">办件编号 {model.caseNo}</p>
      <h1>{action.zh}</h1>
      {model.note === null ? null : <p class="note yellow">{model.note}</p>}
      {model.step === null ? null : <ShownFacts step={model.step} />}
      {model.step === null || model.step.dueAt === null ? null : (
        <div class="note">
          <p>
            <Limit step={model.step} today={model.frame.today} />
          </p>
          {model.step.silence === null ? null : <p>到期没有办的：{model.step.silence}</p>}
        </div>
      )}
      <Form
        frame={model.frame}
        action={`/m/cases/${model.caseId}/act/${encodeURIComponent(action.key)}`}
        multipart={files}
        draftKey={null}
      >
        <DefaultButton />
        {model.fields.map((view) => (
          <FieldInput view={view} big={false} />
        ))}
        {action.needsReason || action.tone === 'danger' ? (
          <div class="f">
            <label class="q" for="f-reason">
              理由{action.needsReason ? null : <span class="soft">（选填）</span>}
            </label>
            <ErrorText id="f-reason" problems={reasonProblems} />
            <textarea
              id="f-reason"
              name="reason"
              rows={3}
              value={model.reason}
              aria-invalid={reasonProblems.length > 0 || undefined}
              aria-describedby={reasonProblems.length > 0 ? 'f-reason-error' : undefined}
            />
          </div>
        ) : null}
        <button class={buttonClass(action)} name="_op" value="next" data-primary>
          确认：{action.zh}
        </button>
        <a class="btn plain" href={`/m/cases/${model.caseId}`}>
          不办，返回
        </a>
      </Form>
    </>
  );
}
