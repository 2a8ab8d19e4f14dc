// Batches of payments: who made each, how much, and whether it waits for me.

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { BatchView } from '#contract/money';
import { get } from './api.ts';
import type { Listing } from './api-types.ts';
import { DataTable, Pager, rowStop, type Column } from './data-table.tsx';
import { Money, Serial, Tag, When } from './marks.tsx';
import { api, pages } from './paths.ts';
import { toneOf } from './payout-states.ts';
import { Link, useQueryParams } from './router.tsx';
import { EmptyView, Loaded, PageHead } from './views.tsx';

const columns: readonly Column<BatchView>[] = [
  {
    key: 'no',
    title: '批次',
    cell: (batch) => (
      <Link to={pages.batch(batch.batchId)} className="row-title" {...rowStop}>
        <Serial no={batch.batchNo} />
      </Link>
    ),
  },
  {
    key: 'state',
    title: '状态',
    cell: (batch) => (
      <span className="marks">
        <Tag tone={toneOf(batch.state)}>{batch.stateZh}</Tag>
        {batch.canDecide && <Tag tone="accent">待我复核</Tag>}
      </span>
    ),
  },
  { key: 'count', title: '笔数', align: 'right', width: 80, cell: (batch) => batch.lineCount },
  {
    key: 'total',
    title: '合计（元）',
    align: 'right',
    width: 150,
    cell: (batch) => <Money fen={batch.totalFen} strong />,
  },
  { key: 'maker', title: '制单人', cell: (batch) => (batch.mine ? `${batch.maker}（我）` : batch.maker) },
  { key: 'made', title: '制单时间', width: 130, cell: (batch) => <When at={batch.madeAt} /> },
  { key: 'approver', title: '复核人', spare: true, cell: (batch) => batch.approver ?? '—' },
];

export default function BatchesPage() {
  const { cursor } = useQueryParams();
  const list = useQuery({
    queryKey: ['batches', cursor],
    queryFn: () => get<Listing<BatchView>>(api.batches({ cursor })),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHead title="付款批次" note="复核人逐笔看过并核对合计后同意，系统才把批次送到银行。" />
      <Loaded query={list}>
        {(page) => (
          <>
            <DataTable
              caption="付款批次"
              columns={columns}
              rows={page.items}
              keyOf={({ batchId }) => batchId}
              empty={
                <EmptyView title="还没有付款批次">
                  到<Link to={pages.payouts()}>付款</Link>里勾选付款单，组成批次。
                </EmptyView>
              }
            />
            <Pager nextCursor={page.nextCursor} pageAt={(next) => pages.batches({ cursor: next })} />
          </>
        )}
      </Loaded>
    </>
  );
}
