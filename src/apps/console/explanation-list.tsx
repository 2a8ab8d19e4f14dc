// A rule's explanation on the page: one clause a line, 待核 where the clause was not checked yet. A basis is said once.

import type { Explained } from './api-types.ts';
import { NeedsCheck } from './marks.tsx';

export function Explanation({ lines }: { readonly lines: readonly Explained[] }) {
  return (
    <ol className="explanation">
      {lines.map((line, index) => (
        // Two clauses may read alike; the order never changes.
        <li key={index}>
          <span className="clause">
            <span>{line.zh}</span>
            {line.value && <strong>{line.value}</strong>}
          </span>
          {line.basis !== lines[index - 1]?.basis && (
            <span className="sub">
              {line.basis && `依据：${line.basis} `}
              {!line.verified && <NeedsCheck />}
            </span>
          )}
        </li>
      ))}
    </ol>
  );
}
