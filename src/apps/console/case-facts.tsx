// What the applicant and each step filled in. Sensitive values come masked.

import type { CaseView, Fact } from '#contract/cases';
import { api } from './paths.ts';
import { Masked } from './unmask.tsx';

export function Facts({ view }: { readonly view: CaseView }) {
  const facts = view.facts.filter((fact) => fact.fileIds.length === 0);
  if (facts.length === 0) return null;
  const groups = groupsOf(facts, view);
  return (
    <section className="panel" aria-labelledby="facts-title">
      <h2 id="facts-title">填报信息</h2>
      {groups.map(([title, list]) => (
        <div key={title}>
          {groups.length > 1 && <h3>{title}</h3>}
          <dl className="facts">
            {list.map(({ name, zh, text, step, masked, canUnmask }) => (
              <div key={`${step ?? ''}.${name}`} className={text.length > 40 ? 'wide' : undefined}>
                <dt>{zh}</dt>
                <dd>
                  <Masked
                    at={api.unmask(view.caseId)}
                    field={name}
                    zh={zh}
                    text={text}
                    canUnmask={masked && canUnmask}
                  />
                </dd>
              </div>
            ))}
          </dl>
        </div>
      ))}
    </section>
  );
}

function groupsOf(facts: readonly Fact[], view: CaseView): readonly (readonly [string, readonly Fact[]])[] {
  const names = new Map(view.path.map(({ step, zh }) => [step, zh]));
  for (const { step, zh } of view.active) names.set(step, zh);
  const groups = new Map<string, Fact[]>();
  for (const fact of facts) {
    const title = fact.step === null ? '申请表' : (names.get(fact.step) ?? '办理过程中填写');
    groups.set(title, [...(groups.get(title) ?? []), fact]);
  }
  return [...groups];
}
