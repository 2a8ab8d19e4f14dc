// What has happened, newest first, with the reasons of each automatic decision clause by clause and the entry that proves it.

import type { CaseView, TimelineItem } from '#contract/cases';
import { explanationOf } from './explanation.ts';
import { Explanation } from './explanation-list.tsx';
import { When } from './marks.tsx';
import { shortHash, traceZh } from './words.ts';

export function Timeline({ items }: { readonly items: CaseView['timeline'] }) {
  return (
    <section className="panel" aria-labelledby="timeline-title">
      <h2 id="timeline-title">办理经过</h2>
      <ol className="timeline" reversed>
        {items
          .toSorted((a, b) => b.seq - a.seq)
          .map((item) => (
            <li key={item.seq}>
              <Entry item={item} />
            </li>
          ))}
      </ol>
    </section>
  );
}

function Entry({ item }: { readonly item: TimelineItem }) {
  const lines = explanationOf(item.explanation);
  return (
    <>
      <p className="entry-head">
        <strong>{item.title}</strong>
        <span className="soft">
          {item.by} · <When at={item.at} />
        </span>
      </p>
      {item.note && <p className="entry-note">{item.note}</p>}
      {lines.length > 0 && (
        <details>
          <summary>逐条说明（{lines.length} 条）</summary>
          <Explanation lines={lines} />
        </details>
      )}
      <p className="entry-trace" title={item.trace.entryHash}>
        留痕{traceZh[item.trace.state]} <span className="mono">{shortHash(item.trace.entryHash)}</span>
      </p>
    </>
  );
}
