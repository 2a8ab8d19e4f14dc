// Balances of the double-entry ledger: what is posted and what is reserved on the way. Reading only.

import { useQuery } from '@tanstack/react-query';
import type { AccountView } from '#contract/money';
import { get } from './api.ts';
import type { Listing } from './api-types.ts';
import { DataTable, type Column } from './data-table.tsx';
import { Money } from './marks.tsx';
import { api } from './paths.ts';
import { EmptyView, Loaded, PageHead } from './views.tsx';

const columns: readonly Column<AccountView>[] = [
  { key: 'name', title: '账户', help: '每笔钱同时记在两个账户里。', cell: (account) => account.name },
  {
    key: 'kind',
    title: '性质',
    help: '清算账户在对账后回到零。',
    cell: (account) => account.kindZh,
  },
  {
    key: 'balance',
    title: '余额（元）',
    help: '正数：存着、应收、已支出或应付的钱。',
    align: 'right',
    width: 260,
    cell: (account) => <Money fen={account.balanceFen} strong />,
  },
  {
    key: 'reserved',
    title: '其中已预留（元）',
    help: '已组批（含待复核）或退款中，等结果的钱。',
    align: 'right',
    width: 300,
    cell: (account) => <Money fen={account.reservedFen} />,
  },
];

export default function LedgerPage() {
  const list = useQuery({ queryKey: ['accounts'], queryFn: () => get<Listing<AccountView>>(api.accounts) });
  return (
    <>
      <PageHead title="资金账户" note="复式记账，只增不改。“已核定待付赔款”的余额减去已预留的，是还没有组批的。" />
      <Loaded query={list}>
        {(page) => (
          <DataTable
            caption="资金账户余额"
            columns={columns}
            rows={page.items}
            keyOf={({ accountId }) => accountId}
            empty={<EmptyView title="还没有资金账户">第一笔缴费或付款后会出现在这里。</EmptyView>}
          />
        )}
      </Loaded>
    </>
  );
}
