// The to-do list: what waits for me, most urgent first as the server orders it, with its clock in words. Filters live in the
// address, so a list can be kept as a bookmark.

import { Button, Input, Select } from 'antd';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { DeskPage, DeskTask } from '#contract/cases';
import { get } from './api.ts';
import type { ServiceSummary } from './api-types.ts';
import { DataTable, Pager, rowStop, type Column } from './data-table.tsx';
import { Due, LightMark, Tag, When } from './marks.tsx';
import { api, pages, type Query } from './paths.ts';
import { Link, navigate, useQueryParams } from './router.tsx';
import { useShortcuts } from './shortcuts.ts';
import { EmptyView, Loaded, PageHead } from './views.tsx';
import { digitsOf } from './words.ts';

const tabs = [
  { tab: 'todo', zh: '待办' },
  { tab: 'done', zh: '已办' },
  { tab: 'copied', zh: '抄送我的' },
  { tab: 'supervised', zh: '督办' },
  { tab: 'started', zh: '我发起的' },
] as const;

type Filters = {
  readonly tab: string;
  readonly light?: string;
  readonly service?: string;
  readonly q?: string;
  readonly cursor?: string;
};

function filtersOf(params: Readonly<Record<string, string>>): Filters {
  const { light, service, q, cursor } = params;
  const tab = tabs.find((one) => one.tab === params['tab'])?.tab ?? 'todo';
  return {
    tab,
    ...(light ? { light } : {}),
    ...(service ? { service } : {}),
    ...(q ? { q } : {}),
    ...(cursor ? { cursor } : {}),
  };
}

/** The first tab and the first page need no words in the address. */
function addressOf(filters: Filters): string {
  const query: Query = { ...filters, tab: filters.tab === 'todo' ? undefined : filters.tab };
  return pages.tasks(query);
}

const columns: readonly Column<DeskTask>[] = [
  {
    key: 'light',
    title: '时限',
    width: 88,
    cell: (task) => (task.paused ? <Tag>已暂停</Tag> : <LightMark light={task.light} />),
  },
  {
    key: 'case',
    title: '事项',
    cell: (task) => (
      <>
        <Link to={pages.case(task.caseId)} className="row-title" {...rowStop}>
          {task.serviceZh}
        </Link>
        <span className="sub mono">{task.caseNo}</span>
      </>
    ),
  },
  {
    key: 'step',
    title: '当前环节',
    cell: (task) => (
      <>
        <span>{task.stepZh}</span>
        <span className="sub">{task.limitText}</span>
      </>
    ),
  },
  { key: 'applicant', title: '申请人', width: 96, cell: (task) => task.applicant },
  { key: 'due', title: '到期', width: 116, cell: (task) => <Due at={task.dueAt} /> },
  { key: 'entered', title: '到达', width: 116, spare: true, cell: (task) => <When at={task.enteredAt} /> },
  {
    key: 'who',
    title: '经办',
    cell: (task) => (
      <>
        <span>{task.orgZh}</span>
        <span className="marks">
          {task.assignedToMe && <Tag tone="accent">我已领办</Tag>}
          {task.assignedToOther && <Tag>他人已领办</Tag>}
          {task.supervised && <Tag tone="red">督办</Tag>}
        </span>
      </>
    ),
  },
];

/** New work is noticed within this time. */
const pollMs = 20_000;

export default function TasksPage() {
  const filters = filtersOf(useQueryParams());
  const list = useQuery({
    queryKey: ['tasks', filters],
    queryFn: () => get<DeskPage>(api.tasks(filters)),
    placeholderData: keepPreviousData,
    // While the page is looked at; a page in the background asks nothing.
    refetchInterval: pollMs,
    refetchOnWindowFocus: true,
  });
  const change = (changed: Partial<Filters>): void => {
    const { cursor: _cursor, ...kept } = filters;
    navigate(addressOf({ ...kept, ...changed }));
  };
  useShortcuts({ r: () => void list.refetch() });
  return (
    <>
      <PageHead title="任务" />
      <Tabs filters={filters} counts={list.data?.counts} />
      <div className="bar">
        <FilterBar filters={filters} counts={list.data?.counts} onChange={change} />
        <Button onClick={() => void list.refetch()} loading={list.isFetching} title="R">
          刷新
        </Button>
      </div>
      <Loaded query={list}>
        {(page) => (
          <>
            <DataTable
              caption={`${tabs.find((one) => one.tab === filters.tab)?.zh ?? ''}任务`}
              columns={columns}
              rows={page.items}
              keyOf={(task) => `${task.caseId} ${task.step}`}
              markOf={(task) => (task.light === 'red' && !task.paused ? 'row-red' : undefined)}
              busy={list.isPlaceholderData}
              empty={<NoTasks filters={filters} />}
            />
            <Pager
              nextCursor={page.nextCursor}
              pageAt={(cursor) => addressOf({ ...withoutCursor(filters), ...(cursor ? { cursor } : {}) })}
            />
          </>
        )}
      </Loaded>
    </>
  );
}

function withoutCursor({ cursor: _cursor, ...rest }: Filters): Filters {
  return rest;
}

type Counts = DeskPage['counts'];

function Tabs({ filters, counts }: { readonly filters: Filters; readonly counts: Counts | undefined }) {
  const countOf: Readonly<Record<string, number | undefined>> = { todo: counts?.todo, supervised: counts?.supervised };
  return (
    <nav className="tabs" aria-label="任务分类">
      {tabs.map(({ tab, zh }) => (
        <Link key={tab} to={addressOf({ tab })} aria-current={filters.tab === tab ? 'page' : undefined}>
          {zh}
          {countOf[tab] !== undefined && <span className="count">{countOf[tab]}</span>}
        </Link>
      ))}
    </nav>
  );
}

type BarProps = {
  readonly filters: Filters;
  readonly counts: Counts | undefined;
  readonly onChange: (changed: Partial<Filters>) => void;
};

function FilterBar({ filters, counts, onChange }: BarProps) {
  const services = useQuery({
    queryKey: ['services'],
    queryFn: () => get<readonly ServiceSummary[]>(api.services),
    staleTime: 600_000,
  });
  const [text, setText] = useState(filters.q ?? '');
  useEffect(() => setText(filters.q ?? ''), [filters.q]);
  const lights = [
    { light: '', zh: '全部' },
    { light: 'yellow', zh: counts ? `临期 ${counts.yellow}` : '临期' },
    { light: 'red', zh: counts ? `超期 ${counts.red}` : '超期' },
  ];
  return (
    <form
      className="filters"
      aria-label="筛选"
      onSubmit={(event) => {
        event.preventDefault();
        onChange({ q: digitsOf(text) });
      }}
    >
      <div className="segments" role="group" aria-label="按时限">
        {lights.map(({ light, zh }) => (
          <button
            key={light}
            type="button"
            aria-pressed={(filters.light ?? '') === light}
            onClick={() => onChange({ light })}
          >
            {zh}
          </button>
        ))}
      </div>
      <Select
        aria-label="按事项筛选"
        value={filters.service ?? ''}
        onChange={(service: string) => onChange({ service })}
        style={{ width: 220 }}
        options={[
          { value: '', label: '全部事项' },
          ...(services.data ?? []).map(({ code, zh }) => ({ value: code, label: zh })),
        ]}
      />
      <Input
        data-search=""
        aria-label="按办件编号筛选"
        placeholder="办件编号或前几位（按 / 到这里）"
        inputMode="numeric"
        value={text}
        onChange={(event) => setText(event.target.value)}
        allowClear
        style={{ width: 240 }}
      />
      <Button htmlType="submit">筛选</Button>
      {(filters.q || filters.light || filters.service) && <Link to={addressOf({ tab: filters.tab })}>清除筛选</Link>}
    </form>
  );
}

function NoTasks({ filters }: { readonly filters: Filters }) {
  if (filters.q || filters.light || filters.service || filters.cursor) {
    return (
      <EmptyView title="没有符合条件的任务">
        换一个条件，或<Link to={addressOf({ tab: filters.tab })}>清除筛选</Link>看全部。
      </EmptyView>
    );
  }
  if (filters.tab === 'todo') {
    return (
      <EmptyView title="待办都办完了">
        新任务到达后会出现在这里，列表每 20 秒自动刷新。也可以看看<Link to={addressOf({ tab: 'done' })}>已办</Link>
        ，或处理
        <Link to={pages.ratings()}>评价整改</Link>。
      </EmptyView>
    );
  }
  const why: Readonly<Record<string, string>> = {
    done: '您办理过的任务会留在这里，便于回看。',
    copied: '别的单位抄送给您的办件会出现在这里。',
    supervised: '被督办的办件会出现在这里，请优先答复。',
    started: '本单位申请的办件会出现在这里，看得到办到哪一步、在等谁。要申请新的，请到“发起办件”。',
  };
  return <EmptyView title="这里还没有办件">{why[filters.tab]}</EmptyView>;
}
