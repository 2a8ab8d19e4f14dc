// The desk's table: a real <table> with a caption, numbers to the right, J and K between rows, Enter to open. It knows columns
// and rows, nothing of what they mean.

import { Button } from 'antd';
import { useRef, type ReactNode } from 'react';
import { useShortcuts } from './shortcuts.ts';
import { Link, navigate, usePlace } from './router.tsx';

export type Column<Row> = {
  readonly key: string;
  readonly title: string;
  /** One sentence under the title. */
  readonly help?: string;
  readonly cell: (row: Row) => ReactNode;
  readonly align?: 'right';
  readonly width?: number;
  /** Hidden on a narrow window. */
  readonly spare?: boolean;
};

type TableProps<Row> = {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly markOf?: (row: Row) => string | undefined;
  readonly empty: ReactNode;
  readonly busy?: boolean;
};

const rowLink = '[data-row-link]';

/** Puts `data-row-link` on the link or box that J and K should stop at. */
export const rowStop = { 'data-row-link': '' };

export function DataTable<Row>({ caption, columns, rows, keyOf, markOf, empty, busy = false }: TableProps<Row>) {
  const body = useRef<HTMLTableSectionElement>(null);
  const step = (by: 1 | -1): void => {
    const stops = [...(body.current?.querySelectorAll<HTMLElement>(rowLink) ?? [])];
    const at = stops.findIndex((stop) => stop.closest('tr')?.contains(document.activeElement) ?? false);
    const next = at === -1 ? 0 : Math.min(stops.length - 1, Math.max(0, at + by));
    stops[next]?.focus();
    stops[next]?.closest('tr')?.scrollIntoView({ block: 'nearest' });
  };
  useShortcuts({ j: () => step(1), k: () => step(-1) });
  if (rows.length === 0) return <>{empty}</>;
  return (
    // A wide table scrolls by itself; the keyboard reaches it.
    <div className="table-wrap" role="region" aria-label={caption} tabIndex={0}>
      <table className="table" aria-busy={busy}>
        <caption className="hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.key}
                scope="col"
                className={cellClass(column)}
                style={column.width ? { width: column.width } : undefined}
              >
                {column.title}
                {column.help && <span className="sub">{column.help}</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {rows.map((row) => (
            <tr key={keyOf(row)} className={markOf?.(row)}>
              {columns.map((column) => (
                <td key={column.key} className={cellClass(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function cellClass(column: { readonly align?: 'right'; readonly spare?: boolean }): string | undefined {
  const names = [column.align === 'right' && 'number', column.spare && 'spare'].filter(Boolean);
  return names.length > 0 ? names.join(' ') : undefined;
}

type PagerProps = {
  readonly nextCursor: string | null | undefined;
  /** The address of the same list from another cursor; none is the first page. */
  readonly pageAt: (cursor: string | undefined) => string;
};

/** First, previous and next page. What lies behind is kept in the browser's history entry, so that a reload keeps it. */
export function Pager({ nextCursor, pageAt }: PagerProps) {
  const { trail, pathname, search } = usePlace();
  const first = pageAt(undefined);
  const here = pathname + search;
  const previous = trail.at(-1);
  if (!nextCursor && here === first) return null;
  return (
    <nav className="pager" aria-label="翻页">
      {here !== first && <Link to={first}>第一页</Link>}
      {previous !== undefined && (
        <Button onClick={() => navigate(previous, { trail: trail.slice(0, -1) })}>上一页</Button>
      )}
      {trail.length > 0 && <span className="soft">第 {trail.length + 1} 页</span>}
      {nextCursor ? (
        <Button onClick={() => navigate(pageAt(nextCursor), { trail: [...trail, here] })}>下一页</Button>
      ) : (
        <span className="soft">已是最后一页</span>
      )}
    </nav>
  );
}
