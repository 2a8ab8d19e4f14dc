// Subsidy settlements: for an insurer the month's own figures, lines and templates before it declares; for the offices that check, the
// declarations and the clues of what was given twice. Deciding is done in the case.

import { Button, Input } from 'antd';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ClueView, PreviewView, SettlementView } from '#contract/settlement';
import { get } from './api.ts';
import type { Listing } from './api-types.ts';
import { DataTable, Pager, rowStop, type Column } from './data-table.tsx';
import { LabeledInput } from './field.tsx';
import { Money, Serial, Tag, When } from './marks.tsx';
import { api, pages } from './paths.ts';
import { Link, useQueryParams } from './router.tsx';
import { useMe, useNow } from './session.tsx';
import { EmptyView, Loaded, PageHead } from './views.tsx';
import { dayOf } from './words.ts';

const clueRoles = ['risk_analyst', 'hrss_investigator', 'hrss_reviewer', 'audit_officer'];

export function monthText(month: string): string {
  return `${month.slice(0, 4)}年${Number(month.slice(5, 7))}月`;
}

function monthBefore(day: string): string {
  const [year = 0, month = 1] = day.split('-').map(Number);
  return month === 1 ? `${year - 1}-12` : `${year}-${String(month - 1).padStart(2, '0')}`;
}

const columns: readonly Column<SettlementView>[] = [
  {
    key: 'month',
    title: '月份',
    cell: (one) => (
      <Link to={pages.settlement(one.caseId)} {...rowStop}>
        {monthText(one.month)}
      </Link>
    ),
  },
  { key: 'insurer', title: '保险公司', spare: true, cell: (one) => one.insurer },
  { key: 'state', title: '状态', cell: (one) => one.stateZh },
  { key: 'days', title: '人次日', align: 'right', cell: (one) => one.personDays.toLocaleString('zh-CN') },
  { key: 'claim', title: '应付补贴（元）', align: 'right', cell: (one) => <Money fen={one.claimFen} /> },
  {
    key: 'differences',
    title: '差异',
    align: 'right',
    cell: (one) =>
      one.round === 0 ? (
        <span className="soft">正在对账</span>
      ) : one.differenceCount === 0 ? (
        <Tag tone="green">相符</Tag>
      ) : (
        <Tag tone="red">{one.differenceCount} 处</Tag>
      ),
  },
  {
    key: 'paid',
    title: '批准拨付（元）',
    align: 'right',
    spare: true,
    cell: (one) => <Money fen={one.allocatedFen} />,
  },
  { key: 'at', title: '申报时间', spare: true, cell: (one) => <When at={one.declaredAt} /> },
];

export default function SettlementsPage() {
  const { cursor } = useQueryParams();
  const roles = useMe().roles.map(({ role }) => role);
  const list = useQuery({
    queryKey: ['settlements', cursor],
    queryFn: () => get<Listing<SettlementView>>(api.settlements({ cursor })),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHead title="补贴结算" note="每月申报一次；系统按申报时刻的保障台账逐单核对，其后的变动进入下次结算。" />
      {roles.includes('insurer_finance') && <Month />}
      <Loaded query={list}>
        {(page) => (
          <>
            <DataTable
              caption="补贴结算"
              columns={columns}
              rows={page.items}
              keyOf={({ settlementId }) => settlementId}
              empty={<EmptyView title="还没有申报">保险公司从“发起办件”申报月度补贴后，会出现在这里。</EmptyView>}
            />
            <Pager nextCursor={page.nextCursor} pageAt={(next) => pages.settlements({ cursor: next })} />
          </>
        )}
      </Loaded>
      {roles.some((role) => clueRoles.includes(role)) && <Clues />}
    </>
  );
}

function useMonth() {
  const [month, setMonth] = useState(monthBefore(dayOf(useNow())));
  const input = (
    <LabeledInput label="月份">
      {(props) => (
        <Input
          {...props}
          type="month"
          value={month}
          onChange={(event) => setMonth(event.target.value)}
          style={{ width: 200 }}
        />
      )}
    </LabeledInput>
  );
  return { month, input, isWhole: /^20\d{2}-\d{2}$/.test(month) };
}

/** What the ledger says of a month, before it is declared. */
function Month() {
  const { month, input, isWhole } = useMonth();
  const figures = useQuery({
    queryKey: ['settlement-month', month],
    queryFn: () => get<PreviewView>(api.settlementMonth(month)),
    enabled: isWhole,
    placeholderData: keepPreviousData,
  });
  return (
    <section className="panel gap" aria-labelledby="month-title">
      <h2 id="month-title">申报之前</h2>
      <div className="filters">{input}</div>
      {!isWhole ? (
        <p className="soft">请选择月份。</p>
      ) : (
        <Loaded query={figures}>
          {(one) => (
            <>
              <dl className="facts">
                <Fact zh="承保人次日" value={one.personDays.toLocaleString('zh-CN')} />
                <Fact zh="保单" value={`${one.policies.toLocaleString('zh-CN')} 张`} />
                <Fact zh="总保费（元）" value={<Money fen={one.grossFen} />} />
                <Fact zh="个人或单位承担（元）" value={<Money fen={one.personalFen} />} />
                <Fact zh="补贴（元）" value={<Money fen={one.subsidyFen} />} />
                <Fact zh="年龄不符、剔除" value={`${one.excludedDays} 人次日`} />
              </dl>
              <p>
                {one.declared ? (
                  <Tag>这个月已经申报</Tag>
                ) : one.over ? (
                  <Link to={pages.startService('DI-011')}>去申报{monthText(one.month)}</Link>
                ) : (
                  <span className="soft">月份还没有结束，下月一日零时十分以后可以申报。</span>
                )}
              </p>
            </>
          )}
        </Loaded>
      )}
      <div className="filters">
        <Button href={api.settlementLedger(month, 'ledger')} disabled={!isWhole}>
          下载台账明细
        </Button>
        <Button href={api.settlementLedger(month, 'flow')} disabled={!isWhole}>
          下载缴费流水
        </Button>
        <Button type="link" href={api.settlementTemplate('ledger')}>
          承保明细模板
        </Button>
        <Button type="link" href={api.settlementTemplate('flow')}>
          缴费流水模板
        </Button>
      </div>
    </section>
  );
}

export function Fact({ zh, value }: { readonly zh: string; readonly value: React.ReactNode }) {
  return (
    <div>
      <dt>{zh}</dt>
      <dd>{value}</dd>
    </div>
  );
}

const clueColumns: readonly Column<ClueView>[] = [
  { key: 'policy', title: '保单号', cell: (one) => <Serial no={one.policyNo} /> },
  { key: 'kind', title: '线索', cell: (one) => one.kindZh },
  { key: 'range', title: '区间', cell: (one) => `${one.firstDay} 至 ${one.lastDay}` },
  { key: 'days', title: '天数', align: 'right', cell: (one) => one.days },
  { key: 'fen', title: '涉及补贴（元）', align: 'right', cell: (one) => <Money fen={one.subsidyFen} /> },
];

function Clues() {
  const { month, input, isWhole } = useMonth();
  const list = useQuery({
    queryKey: ['settlement-clues', month],
    queryFn: () => get<{ readonly items: readonly ClueView[] }>(api.settlementClues(month)),
    enabled: isWhole,
    placeholderData: keepPreviousData,
  });
  return (
    <section className="panel gap" aria-labelledby="clues-title">
      <h2 id="clues-title">不应补贴的线索</h2>
      <p className="soft">系统按保障台账比对。核实属实的，登记“重复享受补贴核查与追回”。</p>
      <div className="filters">{input}</div>
      {isWhole && (
        <Loaded query={list}>
          {({ items }) => (
            <DataTable
              caption="线索"
              columns={clueColumns}
              rows={items}
              keyOf={(one) => `${one.policyNo} ${one.kindZh}`}
              empty={<EmptyView title="这个月没有发现线索">同一人同一日只能有一份保障，由台账保证。</EmptyView>}
            />
          )}
        </Loaded>
      )}
      <div className="filters">
        <Button href={api.settlementCluesFile(month)} disabled={!isWhole}>
          下载比对报告
        </Button>
        <Link to={pages.startService('DI-012')}>登记线索</Link>
      </div>
    </section>
  );
}
