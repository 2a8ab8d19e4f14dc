// Claims watched over: decided and refused by insurer and month of the accident, with the numbers behind each share. Reading only;
// complaints and what is overdue are one link away.

import { useQuery } from '@tanstack/react-query';
import type { RefusalRate } from '#contract/cover';
import { get } from './api.ts';
import type { Listing } from './api-types.ts';
import { DataTable, type Column } from './data-table.tsx';
import { Money } from './marks.tsx';
import { api, pages } from './paths.ts';
import { Link } from './router.tsx';
import { EmptyView, Loaded, PageHead } from './views.tsx';

const columns: readonly Column<RefusalRate>[] = [
  { key: 'month', title: '出险月份', help: '按事故发生的月份归集，最近十二个月。', cell: (row) => row.month },
  { key: 'insurer', title: '保险公司', help: '保险公司的人员只看得到自己的。', cell: (row) => row.insurer },
  {
    key: 'decided',
    title: '已有结果',
    help: '已赔付和不予赔付的合计，是拒赔率的分母。',
    align: 'right',
    cell: (row) => row.decided,
  },
  { key: 'denied', title: '其中不予赔付', help: '作出不予赔付决定的项数。', align: 'right', cell: (row) => row.denied },
  {
    key: 'rate',
    title: '拒赔率',
    help: '不予赔付除以已有结果；不足 20 项的不算比例。',
    align: 'right',
    cell: (row) =>
      row.refusalBasisPoints === null ? '件数少，不算比例' : `${(row.refusalBasisPoints / 100).toFixed(1)}%`,
  },
  {
    key: 'open',
    title: '还在办',
    help: '还没有作出决定、或核定了还没有付的。',
    align: 'right',
    cell: (row) => row.open,
  },
  {
    key: 'paid',
    title: '已赔付（元）',
    help: '已到账的赔款合计，不含预付。',
    align: 'right',
    cell: (row) => <Money fen={row.paidFen} />,
  },
];

export default function OversightPage() {
  const list = useQuery({ queryKey: ['refusals'], queryFn: () => get<Listing<RefusalRate>>(api.refusals) });
  return (
    <>
      <PageHead title="理赔监督" note="各保险公司每月的理赔结果。比例要和件数一起看；不足 20 项的只列件数。" />
      <p className="gap">
        <Link to={pages.tasks({ tab: 'supervised' })}>超过时限和督办的办件</Link> ·{' '}
        <Link to={pages.ratings({ all: 1 })}>评价与差评整改</Link>
      </p>
      <Loaded query={list}>
        {(page) => (
          <DataTable
            caption="各保险公司每月理赔结果"
            columns={columns}
            rows={page.items}
            keyOf={({ insurer, month }) => `${month} ${insurer}`}
            empty={<EmptyView title="最近十二个月没有理赔">有了理赔，这里按月列出结果。</EmptyView>}
          />
        )}
      </Loaded>
    </>
  );
}
