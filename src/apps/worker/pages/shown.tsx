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

export function Calculation({ lines }: { lines: readonly ExplanationLine[] }) {
  return (
    <>
      {lines.map((line) => (
        <p class="sm">
          {line.zh}：<strong class="num">{saidDates(line.value)}</strong>
          <span class="soft">（{line.basis}）</span>
          <Unverified when={!line.verified} />
        </p>
      ))}
    </>
  );
}
