// What stands above the buttons of a step because a person decides by it: the amount, how it was calculated, where it is paid to.

import type { ExplanationLine } from '#contract/cases';
import type { ActiveStepView } from './model.ts';
import { Unverified } from './parts.tsx';
import { saidDates } from './words.ts';

export function ShownFacts({ step }: { step: ActiveStepView }) {
  if (step.shows.length === 0) return null;
  return (
    <section class="card" aria-label={step.zh}>
      {step.shows.map((one) => (
        <div>
          <p class="soft">{one.zh}</p>
          {one.lines.length > 0 ? (
            <Calculation lines={one.lines} />
          ) : (
            <p class="num">
              {one.kind === 'money' ? <strong class="amount">{one.text}</strong> : <strong>{one.text}</strong>}
            </p>
          )}
        </div>
      ))}
    </section>
  );
}

/** Behind a press: who reads what happened wants to know that it did before why. */
export function Explanation({ lines }: { lines: readonly ExplanationLine[] }) {
  if (lines.length === 0) return null;
  return (
    <details>
      <summary class="sm">逐条说明（{lines.length} 条）</summary>
      <Calculation lines={lines} />
    </details>
  );
}

/** Line by line; a basis that several lines share is said after the last of them. */
export function Calculation({ lines }: { lines: readonly ExplanationLine[] }) {
  const isLast = ({ basis, verified }: ExplanationLine, next: ExplanationLine | undefined) =>
    basis !== next?.basis || verified !== next.verified;
  return (
    <>
      {lines.map((line, index) => (
        <p class="sm">
          {line.zh}：<strong class="num">{saidDates(line.value)}</strong>
          {isLast(line, lines[index + 1]) ? (
            <>
              <span class="soft">（依据：{line.basis}）</span>
              <Unverified when={!line.verified} />
            </>
          ) : null}
        </p>
      ))}
    </>
  );
}
