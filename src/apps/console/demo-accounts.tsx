// The logins of a demonstration: those that the tour needs in its order, the others behind a press or found by words.

import { Button, Input } from 'antd';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from './api.ts';
import type { DemoAccount } from './api-types.ts';
import { api } from './paths.ts';

type Props = { readonly onUse: (account: DemoAccount) => void };

export function DemoAccounts({ onUse }: Props) {
  const found = useQuery({
    queryKey: ['demo-accounts'],
    queryFn: () => ask<readonly DemoAccount[]>(api.demoAccounts),
    retry: false,
    // The codes change every half minute.
    refetchInterval: 25_000,
  });
  const [text, setText] = useState('');
  const accounts = found.data ?? [];
  if (accounts.length === 0) return null;
  const words = text.trim().toLowerCase();
  const matching = accounts.filter(({ login, name, roleZh, orgZh, tour }) =>
    `${login} ${name} ${roleZh} ${orgZh} ${tour ?? ''}`.toLowerCase().includes(words),
  );
  const touring = accounts.filter(({ tour }) => tour !== null);
  const others = accounts.filter(({ tour }) => tour === null);
  return (
    <section className="demo-accounts" aria-labelledby="demo-accounts">
      <h2 id="demo-accounts">演示账号</h2>
      <Input
        aria-label="查找演示账号"
        placeholder="按岗位、单位、姓名或工号查找"
        value={text}
        onChange={(event) => setText(event.target.value)}
        allowClear
      />
      {words !== '' ? (
        <>
          <p className="sub" role="status">
            找到 {matching.length} 个
          </p>
          <AccountList accounts={matching} onUse={onUse} />
        </>
      ) : (
        <>
          <AccountList accounts={touring} onUse={onUse} />
          {others.length > 0 && (
            <details open={touring.length === 0}>
              <summary>其他岗位和其他区的账号（{others.length} 个）</summary>
              <AccountList accounts={others} onUse={onUse} />
            </details>
          )}
        </>
      )}
    </section>
  );
}

function AccountList({ accounts, onUse }: Props & { readonly accounts: readonly DemoAccount[] }) {
  return (
    <ul>
      {accounts.map((account) => (
        <li key={account.login}>
          <span>
            <strong>{account.roleZh}</strong>
            {account.tour && <span className="tour">{account.tour}</span>}
            <span className="soft">
              {account.name} · {account.orgZh} · <span className="login">{account.login}</span>
            </span>
          </span>
          <Button size="small" onClick={() => onUse(account)}>
            使用<span className="hidden">{account.roleZh}账号</span>
          </Button>
        </li>
      ))}
    </ul>
  );
}
