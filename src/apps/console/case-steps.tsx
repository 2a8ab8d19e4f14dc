// The steps that are open now, each with whose turn it is, its clock in words and the basis of the limit.

import type { ActiveStepView } from '#contract/cases';
import { Due, LightMark, Tag, When } from './marks.tsx';
import { dayZh } from './words.ts';

export function ActiveSteps({ steps }: { readonly steps: readonly ActiveStepView[] }) {
  if (steps.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="steps-title">
      <h2 id="steps-title">当前环节</h2>
      {steps.map((step) => (
        <article key={step.step} className="step">
          <h3>
            {step.zh}
            <span className="marks">
              {step.paused ? <Tag>已暂停</Tag> : <LightMark light={step.light} />}
              {step.mine && <Tag tone="accent">轮到我</Tag>}
            </span>
          </h3>
          <p>
            {step.whose}
            {step.assignee && `，由${step.assignee}领办`}
          </p>
          {step.limitText && <p className={`limit ${step.paused ? '' : step.light}`}>{step.limitText}</p>}
          <dl className="inline">
            <div>
              <dt>到达</dt>
              <dd>
                <When at={step.enteredAt} />
              </dd>
            </div>
            {step.lastDay && (
              <div>
                <dt>最后一日</dt>
                <dd>
                  {dayZh(step.lastDay)}
                  {step.provisional && '（放假安排公布后可能调整）'}
                </dd>
              </div>
            )}
          </dl>
          {step.basis && <p className="basis">依据：{step.basis}</p>}
          {step.paused && <p className="note yellow">时限已暂停：{step.paused}</p>}
          {step.supplement && <Supplement supplement={step.supplement} />}
        </article>
      ))}
    </section>
  );
}

function Supplement({ supplement }: { readonly supplement: NonNullable<ActiveStepView['supplement']> }) {
  return (
    <div className="note yellow">
      <p>
        等申请人补正，期限 <Due at={supplement.dueAt} />：
      </p>
      <ul>
        {supplement.items.map((item) => (
          <li key={item}>{item}</li>
        ))}
      </ul>
      {supplement.note && <p>{supplement.note}</p>}
    </div>
  );
}
