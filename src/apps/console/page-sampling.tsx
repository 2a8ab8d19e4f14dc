// The check of ended claims: months that are closed and drawn, with the hash that came before the seed, and the sheets of what was drawn.

import { App, Button } from 'antd';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SamplingView, SheetItem } from '#contract/sampling';
import { ActDialog } from './act-dialog.tsx';
import { get, write } from './api.ts';
import type { Listing } from './api-types.ts';
import { DataTable, Pager, rowStop, type Column } from './data-table.tsx';
import { Money, Serial, Tag, When } from './marks.tsx';
import { api, pages, type Query } from './paths.ts';
import { Link, useQueryParams } from './router.tsx';
import { useMe } from './session.tsx';
import { EmptyView, Loaded, PageHead } from './views.tsx';
import { dayZh } from './words.ts';

const shown = [
  ['open', '未完成'],
  ['overdue', '已超期'],
  ['to_confirm', '待复核'],
  ['done', '已完成'],
  ['all', '全部'],
] as const;

const columns: readonly Column<SheetItem>[] = [
  {
    key: 'no',
    title: '检查单',
    width: 120,
    cell: (row) => (
      <Link to={pages.samplingSheet(row.sheetId)} {...rowStop}>
        {row.no}
      </Link>
    ),
  },
  {
    key: 'case',
    title: '办件',
    cell: (row) => (
      <>
        <Serial no={row.caseNo} />
        <span className="sub">{row.benefitZh}</span>
      </>
    ),
  },
  { key: 'insurer', title: '保险公司', cell: (row) => row.insurer, spare: true },
  {
    key: 'outcome',
    title: '结果',
    cell: (row) => (
      <>
        {row.outcomeZh} {row.amountFen > 0 && <Money fen={row.amountFen} />}
      </>
    ),
  },
  {
    key: 'who',
    title: '检查部门',
    cell: (row) => (
      <>
        {row.department}
        <span className="sub">{row.checker ?? '还没有人领取'}</span>
      </>
    ),
  },
  {
    key: 'due',
    title: '期限',
    cell: (row) => (
      <>
        {dayZh(row.dueOn)} {row.overdue && <Tag tone="red">已超期</Tag>}
      </>
    ),
  },
  {
    key: 'state',
    title: '状态',
    cell: (row) => (
      <Tag tone={row.conclusion === 'wrong' ? 'red' : row.state === 'done' ? 'green' : 'plain'}>
        {row.state === 'done' && row.conclusion ? conclusionZh[row.conclusion] : row.stateZh}
      </Tag>
    ),
  },
];
const conclusionZh = { right: '无误', wrong: '有误', unclear: '不能确定' } as const;

export default function SamplingPage() {
  const { month, mine, show = 'open', cursor } = useQueryParams();
  const filter: Query = { month, mine, show };
  const list = useQuery({
    queryKey: ['sampling-sheets', cursor, filter],
    queryFn: () => get<Listing<SheetItem>>(api.samplingSheets({ ...filter, cursor })),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHead
        title="理赔抽查"
        note="每月办结的理赔封存后按保险公司和结果分层抽取，由人社、财政、工会检查。种子的摘要先公布，抽取时再公布种子，谁也不能挑选抽到谁。检查期限二十个工作日，待核。"
      />
      <Months />
      <section className="panel gap" aria-labelledby="sheets-title">
        <h2 id="sheets-title">检查单{month ? `：${monthZh(month)}` : ''}</h2>
        <p className="marks gap">
          {shown.map(([value, zh]) =>
            value === show ? (
              <strong key={value}>{zh}</strong>
            ) : (
              <Link key={value} to={pages.sampling({ ...filter, show: value })}>
                {zh}
              </Link>
            ),
          )}
          {mine ? (
            <Link to={pages.sampling({ ...filter, mine: null })}>看本部门全部</Link>
          ) : (
            <Link to={pages.sampling({ ...filter, mine: 1 })}>只看我领取的</Link>
          )}
          {month && <Link to={pages.sampling({ ...filter, month: null })}>看所有月份</Link>}
        </p>
        <Loaded query={list}>
          {(page) => (
            <>
              <DataTable
                caption="检查单列表"
                columns={columns}
                rows={page.items}
                keyOf={(row) => row.sheetId}
                busy={list.isPlaceholderData}
                empty={<EmptyView title="没有符合条件的检查单">换一个条件；抽取以后，检查单按部门分到这里。</EmptyView>}
              />
              <Pager nextCursor={page.nextCursor} pageAt={(next) => pages.sampling({ ...filter, cursor: next })} />
            </>
          )}
        </Loaded>
      </section>
    </>
  );
}

function Months() {
  const { message } = App.useApp();
  const client = useQueryClient();
  const { months: cursor } = useQueryParams();
  const isSupervisor = useMe().roles.some(({ role }) => role === 'supervisor');
  const [drawing, setDrawing] = useState<SamplingView | null>(null);
  const list = useQuery({
    queryKey: ['sampling-months', cursor],
    queryFn: () => get<Listing<SamplingView>>(api.samplingMonths({ cursor, limit: 6 })),
    placeholderData: keepPreviousData,
  });
  return (
    <section className="panel" aria-labelledby="months-title">
      <h2 id="months-title">月份</h2>
      <Loaded query={list}>
        {(page) => (
          <>
            <DataTable
              caption="封存和抽取的月份"
              columns={monthColumns(isSupervisor ? setDrawing : null)}
              rows={page.items}
              keyOf={(row) => row.month}
              empty={
                <EmptyView title="还没有封存的月份">
                  月份结束后的第二天，上个月办结的理赔自动封存，然后可以抽取。
                </EmptyView>
              }
            />
            <Pager nextCursor={page.nextCursor} pageAt={(next) => pages.sampling({ months: next })} />
          </>
        )}
      </Loaded>
      {drawing && (
        <ActDialog
          title={`抽取${monthZh(drawing.month)}办结的理赔`}
          note={`共 ${drawing.total} 件。每个月只抽取一次，抽取后不能更改。`}
          fields={[
            { name: 'sharePercent', label: '每层抽取百分之几', kind: 'number', start: '5' },
            {
              name: 'leastEach',
              label: '每层至少几件',
              kind: 'number',
              start: '2',
              help: '一层是一家保险公司的一种结果；不足的全抽。',
            },
          ]}
          submitZh="抽取"
          onClose={() => setDrawing(null)}
          onSubmit={async ({ sharePercent, leastEach }) => {
            const body = { sharePercent: Number(sharePercent), leastEach: Number(leastEach) };
            await write(api.samplingDraw(drawing.month), body);
            void message.success('已抽取，检查单已分到各部门。');
            await client.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith('sampling') });
            setDrawing(null);
          }}
        />
      )}
    </section>
  );
}

function monthColumns(onDraw: ((row: SamplingView) => void) | null): readonly Column<SamplingView>[] {
  return [
    {
      key: 'month',
      title: '月份',
      cell: (row) => (
        <>
          <Link to={pages.sampling({ month: row.month, show: 'all' })}>{monthZh(row.month)}</Link>
          <span className="sub">
            <When at={row.closedAt} />
            封存
          </span>
        </>
      ),
    },
    {
      key: 'strata',
      title: '各层',
      help: '保险公司、结果：抽中／办结。',
      cell: (row) =>
        row.strata.length === 0
          ? '没有办结的理赔'
          : row.strata.map((one) => (
              <span className="sub" key={`${one.insurer} ${one.outcomeZh}`}>
                {one.insurer}，{one.outcomeZh}：{one.drawn}／{one.total}
              </span>
            )),
    },
    {
      key: 'progress',
      title: '检查',
      cell: (row) =>
        row.drawnAt ? (
          <>
            完成 {row.done}／{row.sheets} {row.overdue > 0 && <Tag tone="red">超期 {row.overdue}</Tag>}{' '}
            {row.wrong > 0 && <Tag tone="red">有误 {row.wrong}</Tag>}
            <span className="sub">
              {row.drawnBy}抽取，{row.sharePercent}%，每层至少 {row.leastEach} 件
            </span>
          </>
        ) : (
          '还没有抽取'
        ),
    },
    {
      key: 'proof',
      title: '凭据',
      help: '种子的摘要在封存时公布。',
      spare: true,
      cell: (row) => (
        <details>
          <summary>种子和摘要</summary>
          <span className="sub">种子摘要</span>
          <span className="mono breaks">{row.seedHash}</span>
          <span className="sub">名单摘要</span>
          <span className="mono breaks">{row.poolHash}</span>
          <span className="sub">种子</span>
          <span className="mono breaks">{row.seed ?? '抽取时公布'}</span>
        </details>
      ),
    },
    {
      key: 'act',
      title: '操作',
      width: 200,
      cell: (row) => (
        <span className="marks">
          {onDraw && !row.drawnAt && row.total > 0 && (
            <Button size="small" type="primary" onClick={() => onDraw(row)}>
              抽取
            </Button>
          )}
          {row.drawnAt && (
            <Button size="small" href={api.samplingFile(row.month, 'sheets')}>
              下载清单
            </Button>
          )}
          <Button size="small" href={api.samplingFile(row.month, 'pool')}>
            封存名单
          </Button>
        </span>
      ),
    },
  ];
}

function monthZh(month: string): string {
  return `${month.slice(0, 4)}年${Number(month.slice(5, 7))}月`;
}
