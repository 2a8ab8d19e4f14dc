// Merges: those that wait for a second person, those in force, which can be undone, and those that are over.

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { MergeItem } from '#contract/merges';
import { get } from './api.ts';
import type { Listing } from './api-types.ts';
import { DataTable, Pager, rowStop, type Column } from './data-table.tsx';
import { Tag, When } from './marks.tsx';
import { api, pages } from './paths.ts';
import { Link, useQueryParams } from './router.tsx';
import { EmptyView, Loaded, PageHead } from './views.tsx';

const tabs = [
  ['proposed', '等待复核'],
  ['active', '已合并'],
  ['over', '没有同意、撤回、撤销'],
] as const;
export const mergeTones = {
  proposed: 'accent',
  active: 'green',
  refused: 'red',
  withdrawn: 'plain',
  undone: 'plain',
} as const;

export default function MergesPage() {
  const { tab = 'proposed', objected, cursor } = useQueryParams();
  const query = { tab, objected: objected ? 'true' : null, cursor };
  const list = useQuery({
    queryKey: ['merges', query],
    queryFn: () => get<Listing<MergeItem>>(api.merges(query)),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHead title="合并与撤销" note="一人提请、另一人复核。什么都没有改写，撤销后两个登记各归各的。" />
      <nav className="tabs" aria-label="处理情况">
        <Link to={pages.duplicates()}>疑似重复</Link>
        {tabs.map(([value, zh]) => (
          <Link key={value} to={pages.merges({ tab: value })} aria-current={tab === value ? 'page' : undefined}>
            {zh}
          </Link>
        ))}
      </nav>
      {tab === 'active' && (
        <p>
          <Link to={pages.merges({ tab, objected: objected ? null : 1 })}>
            {objected ? '看全部已合并的' : '只看本人有异议的'}
          </Link>
        </p>
      )}
      <Loaded query={list}>
        {(page) => (
          <>
            <DataTable
              caption="合并"
              columns={columns}
              rows={page.items}
              keyOf={(one) => one.mergeId}
              empty={
                <EmptyView title={tab === 'proposed' ? '没有等待复核的合并' : '这里还没有合并'}>
                  人社窗口在“疑似重复人员”里核对证件后提请，会出现在这里。
                </EmptyView>
              }
            />
            <Pager
              nextCursor={page.nextCursor}
              pageAt={(next) => pages.merges({ tab, objected: objected ?? null, cursor: next })}
            />
          </>
        )}
      </Loaded>
    </>
  );
}

const columns: readonly Column<MergeItem>[] = [
  {
    key: 'who',
    title: '并入 → 保留',
    cell: (one) => (
      <Link to={pages.merge(one.mergeId)} className="row-title" {...rowStop}>
        {one.from}
        <span className="sub">→ {one.into}</span>
      </Link>
    ),
  },
  {
    key: 'note',
    title: '理由',
    cell: (one) => (
      <>
        {one.note}
        <span className="sub">{one.reasons.join('；')}</span>
      </>
    ),
  },
  {
    key: 'by',
    title: '提请',
    cell: (one) => (
      <>
        {one.proposedBy} <When at={one.proposedAt} />
        {one.decidedBy && <span className="sub">复核：{one.decidedBy}</span>}
        {one.undoneBy && <span className="sub">撤销：{one.undoneBy}</span>}
      </>
    ),
  },
  {
    key: 'state',
    title: '状态',
    cell: (one) => (
      <>
        <Tag tone={mergeTones[one.state]}>{one.stateZh}</Tag>{' '}
        {one.objectedAt && one.state === 'active' && <Tag tone="red">本人有异议</Tag>}
        {one.conflicts > 0 && <span className="sub">{one.conflicts} 项不一致</span>}
      </>
    ),
  },
];
