// What the person's organisations may apply for, with how long it takes and what it costs. The list is the server's: by the roles that
// the person holds.

import { Input } from 'antd';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Startable } from '#contract/cases';
import { get } from './api.ts';
import { DataTable, rowStop, type Column } from './data-table.tsx';
import { api, pages } from './paths.ts';
import { Link } from './router.tsx';
import { EmptyView, Loaded, PageHead } from './views.tsx';

const columns: readonly Column<Startable>[] = [
  {
    key: 'service',
    title: '事项',
    cell: (one) => (
      <>
        <Link to={pages.startService(one.code)} className="row-title" {...rowStop}>
          {one.zh}
        </Link>
        <span className="sub">{one.summary}</span>
      </>
    ),
  },
  {
    key: 'as',
    title: '以哪个单位办理',
    cell: (one) => one.as.map(({ orgZh, roleZh }) => `${orgZh} ${roleZh}`).join('、'),
  },
  { key: 'limit', title: '时限', width: 180, cell: (one) => one.limitText },
  { key: 'fee', title: '费用', cell: (one) => one.feeZh, spare: true },
];

export default function StartPage() {
  const [text, setText] = useState('');
  const list = useQuery({
    queryKey: ['startables'],
    queryFn: () => get<{ readonly items: readonly Startable[] }>(api.startables),
  });
  const wanted = text.trim().toLowerCase();
  const matches = (one: Startable): boolean => `${one.code} ${one.zh} ${one.summary}`.toLowerCase().includes(wanted);
  return (
    <>
      <PageHead
        title="发起办件"
        note={
          <>
            以单位的名义申请。已经申请的，请看<Link to={pages.tasks({ tab: 'started' })}>我发起的</Link>。
          </>
        }
      />
      <div className="bar">
        <Input
          data-search=""
          aria-label="查找事项"
          placeholder="按名称查找（按 / 到这里）"
          value={text}
          onChange={(event) => setText(event.target.value)}
          allowClear
          style={{ width: 280 }}
        />
      </div>
      <Loaded query={list}>
        {({ items }) => (
          <DataTable
            caption="可以发起的事项"
            columns={columns}
            rows={items.filter(matches)}
            keyOf={(one) => one.code}
            empty={
              items.length === 0 ? (
                <EmptyView title="您的岗位没有可以发起的事项">
                  可以发起的事项由岗位决定；需要以单位名义申请的，请联系本单位管理员增加岗位。
                </EmptyView>
              ) : (
                <EmptyView title="没有符合的事项">换几个字试试。</EmptyView>
              )
            }
          />
        )}
      </Loaded>
    </>
  );
}
