// A rule's explanation on the page: what was looked at and what came out, a line each; beneath, each clause once, with 待核 where it
// was not checked yet. A number leads from a line to its clause.

import type { Explained } from './api-types.ts';
import { clausesOf } from './explanation.ts';
import { NeedsCheck } from './marks.tsx';

export function Explanation({ lines }: { readonly lines: readonly Explained[] }) {
  const clauses = clausesOf(lines);
  const numberOf = (line: Explained) => clauses.findIndex(({ basis }) => basis === line.basis) + 1;
  return (
    <>
      <ol className="explanation">
        {lines.map((line, index) => (
          // Two lines may read alike; the order never changes.
          <li key={index}>
            <span className="clause">
              <span>
                {line.zh} {clauses.length > 1 && numberOf(line) > 0 && <sup>[{numberOf(line)}]</sup>}{' '}
                {line.basis === '' && !line.verified && <NeedsCheck />}
              </span>
              {line.value && <strong>{line.value}</strong>}
            </span>
          </li>
        ))}
      </ol>
      {clauses.length > 0 && (
        <p className="sub">
          依据：
          {clauses.map(({ basis, verified }, index) => (
            <span key={basis}>
              {index > 0 && '；'}
              {clauses.length > 1 && `[${index + 1}] `}
              {basis} {!verified && <NeedsCheck />}
            </span>
          ))}
        </p>
      )}
    </>
  );
}
