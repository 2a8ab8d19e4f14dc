// One settlement: what the ledger came to, each difference with both amounts, and for the investigator whom to call. Deciding is done
// in the case.

import { App, Button } from 'antd';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { DifferenceView, SampleView, SettlementView } from '#contract/settlement';
import { get, sentenceOf, write } from './api.ts';
import type { Listing } from './api-types.ts';
import { DataTable, Pager, type Column } from './data-table.tsx';
import { Money, Serial, Tag, When } from './marks.tsx';
import { Fact, monthText } from './page-settlements.tsx';
import { api, pages } from './paths.ts';
import { Link, useQueryParams } from './router.tsx';
import { useMe } from './session.tsx';
import { EmptyView, Loaded, PageHead } from './views.tsx';

export default function SettlementPage({ caseId }: { readonly caseId: string }) {
  const roles = useMe().roles.map(({ role }) => role);
  const one = useQuery({
    queryKey: ['settlement', caseId],
    queryFn: () => get<SettlementView>(api.settlement(caseId)),
    // While a job compares, the page looks again by itself.
    refetchInterval: (query) => (query.state.data?.round === 0 ? 2_000 : false),
  });
  return (
    <Loaded query={one} title="补贴结算">
      {(view) => (
        <>
          <PageHead
            title={`${monthText(view.month)}补贴结算`}
            note={view.insurer}
            extra={<Link to={pages.case(caseId)}>打开办件</Link>}
          />
          <Figures view={view} />
          <Differences caseId={caseId} view={view} />
          {roles.includes('hrss_investigator') && view.state !== 'declared' && <Sample caseId={caseId} />}
        </>
      )}
    </Loaded>
  );
}

function Figures({ view }: { readonly view: SettlementView }) {
  if (view.round === 0)
    return (
      <p role="status" className="panel gap">
        正在逐单对账，完成后自动显示。
      </p>
    );
  return (
    <section className="panel gap" aria-label="核算">
      <h2>
        核算 <Tag>{view.stateZh}</Tag>
      </h2>
      <dl className="facts">
        <Fact zh="承保人次日" value={view.personDays.toLocaleString('zh-CN')} />
        <Fact zh="总保费（元）" value={<Money fen={view.grossFen} />} />
        <Fact zh="本月补贴（元）" value={<Money fen={view.subsidyFen} />} />
        <Fact
          zh="剔除（元）"
          value={
            <>
              {view.excludedDays} 人次日 <Money fen={view.excludedFen} />
            </>
          }
        />
        <Fact zh="以前月份冲回（元）" value={<Money fen={view.offsetFen} />} />
        <Fact zh="以前月份审定未拨（元）" value={<Money fen={view.carriedFen} />} />
        <Fact zh="应付补贴（元）" value={<Money fen={view.claimFen} strong />} />
        <Fact zh="审定（元）" value={<Money fen={view.approvedFen} />} />
        <Fact zh="批准拨付（元）" value={<Money fen={view.allocatedFen} />} />
      </dl>
      <p className="soft">
        台账截至 <When at={view.cutoffAt} />
        ，其后的退保和批改进入下次结算。第 {view.round} 次对账。
      </p>
    </section>
  );
}

const columns: readonly Column<DifferenceView>[] = [
  { key: 'place', title: '序号', align: 'right', width: 80, cell: (one) => one.place },
  { key: 'kind', title: '差异', cell: (one) => one.kindZh },
  { key: 'policy', title: '保单号', cell: (one) => (one.policyNo ? <Serial no={one.policyNo} /> : null) },
  { key: 'day', title: '保障日期', cell: (one) => one.day },
  { key: 'ours', title: '台账（元）', align: 'right', cell: (one) => <Side fen={one.oursFen} note={one.note} /> },
  { key: 'theirs', title: '申报（元）', align: 'right', cell: (one) => <Side fen={one.theirsFen} note={one.note} /> },
  { key: 'note', title: '说明', cell: (one) => one.note },
];

function Side({ fen, note }: { readonly fen: number | null; readonly note: string | null }) {
  if (fen !== null) return <Money fen={fen} />;
  return note === null ? <span className="soft">没有这笔</span> : null;
}

function Differences({ caseId, view }: { readonly caseId: string; readonly view: SettlementView }) {
  const { cursor } = useQueryParams();
  const list = useQuery({
    queryKey: ['settlement-differences', caseId, view.round, cursor],
    queryFn: () => get<Listing<DifferenceView>>(api.settlementDifferences(caseId, { cursor })),
    placeholderData: keepPreviousData,
    enabled: view.round > 0,
  });
  if (view.round === 0) return null;
  return (
    <section className="panel gap" aria-labelledby="differences-title">
      <h2 id="differences-title">
        逐单差异{' '}
        {view.differenceCount === 0 ? (
          <Tag tone="green">全部相符</Tag>
        ) : (
          <Tag tone="red">{view.differenceCount} 处</Tag>
        )}
      </h2>
      <Loaded query={list}>
        {(page) => (
          <>
            <DataTable
              caption="逐单差异"
              columns={columns}
              rows={page.items}
              keyOf={(one) => String(one.place)}
              empty={
                view.differenceCount === 0 ? null : (
                  <EmptyView title="本次按系统核算数结算">差异明细见上一次对账，已写入办件。</EmptyView>
                )
              }
            />
            <Pager nextCursor={page.nextCursor} pageAt={(next) => pages.settlement(caseId, { cursor: next })} />
          </>
        )}
      </Loaded>
      {view.differenceCount > 0 && <Button href={api.settlementDifferencesFile(caseId)}>下载差异清单</Button>}
    </section>
  );
}

function Sample({ caseId }: { readonly caseId: string }) {
  const list = useQuery({
    queryKey: ['settlement-sample', caseId],
    queryFn: () => get<{ readonly items: readonly SampleView[] }>(api.settlementSample(caseId)),
  });
  const sampleColumns: readonly Column<SampleView>[] = [
    { key: 'place', title: '序号', align: 'right', width: 80, cell: (one) => one.place },
    { key: 'name', title: '姓名', cell: (one) => one.name },
    { key: 'policy', title: '保单号', cell: (one) => <Serial no={one.policyNo} /> },
    { key: 'days', title: '本月天数', align: 'right', cell: (one) => one.days },
    { key: 'phone', title: '电话', cell: (one) => <Phone caseId={caseId} place={one.place} /> },
  ];
  return (
    <section className="panel gap" aria-labelledby="sample-title">
      <h2 id="sample-title">抽样名单</h2>
      <p className="soft">名单由种子确定，可以重新抽出同一批人；本人已收到短信，知道会有电话。查看电话会留痕。</p>
      <Loaded query={list}>
        {({ items }) => (
          <DataTable
            caption="抽样名单"
            columns={sampleColumns}
            rows={items}
            keyOf={(one) => String(one.place)}
            empty={<EmptyView title="这个月没有可抽样的保单">承保人次日为零。</EmptyView>}
          />
        )}
      </Loaded>
    </section>
  );
}

function Phone({ caseId, place }: { readonly caseId: string; readonly place: number }) {
  const { message } = App.useApp();
  const [phone, setPhone] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const open = async (): Promise<void> => {
    setBusy(true);
    try {
      const { phone: opened } = await write<{ phone: string }>(api.settlementPhone(caseId), {
        place,
        reason: '补贴抽样电话核实',
      });
      setPhone(opened);
    } catch (error) {
      const { what, next } = sentenceOf(error);
      void message.error(`${what}${next ?? ''}`);
    } finally {
      setBusy(false);
    }
  };
  if (phone !== null) return <span className="mono">{phone}</span>;
  return (
    <Button size="small" loading={busy} onClick={() => void open()}>
      查看（留痕）
    </Button>
  );
}
