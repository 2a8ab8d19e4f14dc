// What whoever acts in a step should look at first, as the catalogue names it: on top of the actions, so that nobody decides beside it.

import type { CaseView } from '#contract/cases';
import { Explanation } from './explanation-list.tsx';
import { api } from './paths.ts';
import { Masked } from './unmask.tsx';

export function ShownFirst({ view }: { readonly view: CaseView }) {
  const shown = view.active.flatMap((step) => (step.mine ? step.shows : []));
  if (shown.length === 0) return null;
  return (
    <div role="group" aria-label="办理前先看" className="shown-first">
      <dl>
        {shown.map(({ name, zh, text, masked, canUnmask, lines }) => (
          <div key={name}>
            <dt>{zh}</dt>
            <dd>
              {lines.length > 0 ? (
                <Explanation lines={lines} />
              ) : (
                <Masked at={api.unmask(view.caseId)} field={name} zh={zh} text={text} canUnmask={masked && canUnmask} />
              )}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
