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
  { key: 'name', title: '账户', cell: (account) => account.name },
  { key: 'id', title: '编号', spare: true, cell: (account) => <span className="mono">{account.accountId}</span> },
  {
    key: 'posted',
    title: '余额（元）',
    align: 'right',
    width: 180,
    cell: (account) => <Money fen={account.postedFen} strong />,
  },
  {
    key: 'reserved',
    title: '已预留（元）',
    align: 'right',
    width: 180,
    cell: (account) => <Money fen={account.reservedFen} />,
  },
];

export default function LedgerPage() {
  const list = useQuery({ queryKey: ['accounts'], queryFn: () => get<Listing<AccountView>>(api.accounts) });
  return (
    <>
      <PageHead title="资金账户" note="复式记账，只增不改。余额为贷减借；已预留是已组批或已送银行、还没有结果的钱。" />
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
