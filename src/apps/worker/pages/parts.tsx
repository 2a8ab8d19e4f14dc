// Small pieces that many pages share: icons, the error summary, hidden inputs of a form, lists that go on. No page of its own.

import type { ComponentChildren } from 'preact';
import type { ActiveStepView, Frame, Light, Problems } from './model.ts';
import { untilText } from './words.ts';

export function Shield({ tick = true }: { tick?: boolean }) {
  return (
    <svg
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d="M12 2.5 20 5.5v6c0 5-3.4 8.6-8 10-4.6-1.4-8-5-8-10v-6z" />
      {tick ? (
        <path d="m8.5 12 2.5 2.5 4.5-5" stroke-linecap="round" />
      ) : (
        <path d="M12 7.5v5.5m0 3v.1" stroke-linecap="round" />
      )}
    </svg>
  );
}

/** Every form of ours: a plain post with its token and request id; `draftKey` lets the phone keep what is not sensitive. */
export function Form(props: {
  frame: Frame;
  action: string;
  children: ComponentChildren;
  multipart?: boolean;
  draftKey?: string | null;
  plain?: boolean;
}) {
  return (
    <form
      method="post"
      action={props.action}
      novalidate
      class="stack"
      enctype={props.multipart ? 'multipart/form-data' : undefined}
      data-draft={props.draftKey ?? undefined}
      data-enhance={props.plain ? undefined : ''}
    >
      <input type="hidden" name="csrf" value={props.frame.csrf} />
      <input type="hidden" name="request_id" value={props.frame.requestId} />
      {props.children}
    </form>
  );
}

export function idOf(path: string): string {
  return `f-${path.replace(/[^\w-]/g, '-')}`;
}

/** Stands first on a page that came back with 422, names every problem, leads to its input, and takes the focus. */
export function ErrorSummary({ problems }: { problems: Problems }) {
  if (problems.length === 0) return null;
  return (
    <div class="errs" id="errors" role="alert" tabIndex={-1} autofocus aria-labelledby="errors-title">
      <h2 id="errors-title">有 {problems.length} 处需要修改</h2>
      <ul>
        {problems.map((problem) => (
          <li>
            <a href={`#${idOf(problem.path)}`}>{problem.zh}</a>
          </li>
        ))}
      </ul>
    </div>
  );
}

export function ErrorText({ id, problems }: { id: string; problems: Problems }) {
  if (problems.length === 0) return null;
  return (
    <p class="bad" id={`${id}-error`}>
      {problems.map((problem) => (
        <span>
          <span class="vh">错误：</span>
          {problem.zh}
        </span>
      ))}
    </p>
  );
}

const lightZh: Record<Light, string> = { green: '', yellow: '快到期：', red: '已超期：' };

export function Due({ text, light }: { text: string; light: Light }) {
  return text === '' ? null : (
    <span class={`tag ${light}`}>
      {lightZh[light]}
      {text}
    </span>
  );
}

/** Last day and what is left of a step's limit. */
export function Limit({ step, today }: { step: ActiveStepView; today: string }) {
  if (step.dueAt === null) return <Due text={step.limitText} light={step.light} />;
  return <Due text={`${untilText(step.dueAt, today)} 截止，${step.limitText}`} light={step.light} />;
}

export function More({ href, cursor }: { href: string; cursor: string | null }) {
  return cursor === null ? null : (
    <a class="btn plain" href={`${href}?cursor=${encodeURIComponent(cursor)}`}>
      看更多
    </a>
  );
}

/** Legal sources that nobody has checked word for word yet are marked. */
export function Unverified({ when }: { when: boolean }) {
  return when ? (
    <>
      {' '}
      <span class="tag yellow">待核</span>
    </>
  ) : null;
}

/** The Enter key presses the first button of a form: let that be the one that goes on. */
export function DefaultButton() {
  return (
    <button class="vh" name="_op" value="next" tabIndex={-1} aria-hidden="true">
      继续
    </button>
  );
}
