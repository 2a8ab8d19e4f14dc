// Payments that are drafted, under way, settled or returned. The finance officer puts drafted ones into a batch here; approving
// a batch is somebody else's work, on the page of the batch.

import { Alert, App, Button, Checkbox } from 'antd';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { get, sentenceOf, write } from './api.ts';
import type { Listing, Payout } from './api-types.ts';
import { DataTable, Pager, rowStop, type Column } from './data-table.tsx';
import { Money, Serial, Tag, When } from './marks.tsx';
import { api, pages } from './paths.ts';
import { drafted, payoutStates, toneOf } from './payout-states.ts';
import { Link, navigate, useQueryParams } from './router.tsx';
import { EmptyView, Loaded, PageHead } from './views.tsx';
import { yuan } from './words.ts';

export default function PayoutsPage() {
  const { state = drafted, cursor } = useQueryParams();
  const list = useQuery({
    queryKey: ['payouts', state, cursor],
    queryFn: () => get<Listing<Payout>>(api.payouts({ state: state === 'all' ? null : state, cursor })),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHead title="付款" note="制单人把付款单编成批次，另一人复核后送银行；制单和复核不能是同一人。" />
      <nav className="tabs" aria-label="付款状态">
        {payoutStates.map((one) => (
          <Link
            key={one.state}
            to={pages.payouts({ state: one.state === drafted ? null : one.state })}
            aria-current={one.state === state ? 'page' : undefined}
          >
            {one.zh}
          </Link>
        ))}
      </nav>
      {state === 'unknown' && <UnknownNote />}
      <Loaded query={list}>
        {(page) => (
          <>
            <PayoutTable key={`${state} ${cursor ?? ''}`} payouts={page.items} choosable={state === drafted} />
            <Pager
              nextCursor={page.nextCursor}
              pageAt={(next) => pages.payouts({ state: state === drafted ? null : state, cursor: next })}
            />
          </>
        )}
      </Loaded>
    </>
  );
}

export function UnknownNote() {
  return (
    <Alert
      type="warning"
      showIcon
      className="gap"
      title="“结果待查”是银行还没有说清这笔钱付没付出去"
      description="这时既不能当成功，也不能重付，否则可能付两遍。系统会继续查询银行；日终对账后仍查不清的，请凭流水号与银行核对，再按回单结果处理。"
    />
  );
}

const columns: readonly Column<Payout>[] = [
  {
    key: 'payee',
    title: '收款人',
    cell: (payout) => (
      <>
        <span>{payout.payee}</span>
        <span className="sub mono">{payout.card}</span>
      </>
    ),
  },
  {
    key: 'purpose',
    title: '用途',
    cell: (payout) => (
      <>
        <span>{payout.purpose}</span>
        <Link to={pages.case(payout.caseId)} className="sub">
          {payout.caseNo ?? '打开办件'}
        </Link>
      </>
    ),
  },
  {
    key: 'amount',
    title: '金额（元）',
    align: 'right',
    width: 130,
    cell: (payout) => <Money fen={payout.amountFen} strong />,
  },
  {
    key: 'state',
    title: '状态',
    cell: (payout) => (
      <>
        <Tag tone={toneOf(payout.state)}>{payout.stateZh}</Tag>
        {payout.reason && <span className="sub">{payout.reason}</span>}
        {payout.waitsZh && <span className="sub">{payout.waitsZh}</span>}
      </>
    ),
  },
  { key: 'created', title: '生成', width: 116, cell: (payout) => <When at={payout.createdAt} /> },
  { key: 'settled', title: '到账', width: 116, spare: true, cell: (payout) => <When at={payout.settledAt} /> },
  {
    key: 'reference',
    title: '流水号',
    spare: true,
    cell: (payout) => <Serial no={payout.reference} />,
  },
];

function PayoutTable({ payouts, choosable }: { readonly payouts: readonly Payout[]; readonly choosable: boolean }) {
  const { message } = App.useApp();
  const client = useQueryClient();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const picked = payouts.filter(({ payoutId, state }) => chosen.has(payoutId) && state === drafted);
  const totalFen = picked.reduce((sum, { amountFen }) => sum + amountFen, 0);
  const payable = payouts.filter(({ waitsZh }) => waitsZh === null);
  const all = picked.length > 0 && picked.length === payable.length;
  const toggle = (payoutId: string): void =>
    setChosen((before) => {
      const after = new Set(before);
      if (!after.delete(payoutId)) after.add(payoutId);
      return after;
    });
  const make = async (): Promise<void> => {
    setBusy(true);
    setFailure(null);
    try {
      const { batchId } = await write<{ batchId: string }>(api.makeBatch, {
        payoutIds: picked.map(({ payoutId }) => payoutId),
      });
      void message.success('批次已组好，请通知另一人复核。');
      await client.invalidateQueries({ queryKey: ['payouts'] });
      navigate(pages.batch(batchId));
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  const box: Column<Payout> = {
    key: 'choose',
    title: '选',
    width: 44,
    cell: (payout) => (
      <Checkbox
        {...rowStop}
        checked={chosen.has(payout.payoutId)}
        disabled={payout.waitsZh !== null}
        onChange={() => toggle(payout.payoutId)}
        aria-label={`选择付给${payout.payee}的 ${yuan(payout.amountFen)} 元`}
      />
    ),
  };
  const said = failure === null ? null : sentenceOf(failure);
  return (
    <>
      {choosable && payouts.length > 0 && (
        <div className="bulk">
          <Checkbox
            checked={all}
            indeterminate={picked.length > 0 && !all}
            onChange={() => setChosen(all ? new Set() : new Set(payable.map(({ payoutId }) => payoutId)))}
          >
            全选本页
          </Checkbox>
          <span role="status">
            已选 {picked.length} 笔，合计 <strong>{yuan(totalFen)}</strong> 元
          </span>
          <Button type="primary" disabled={picked.length === 0} loading={busy} onClick={() => void make()}>
            组批
          </Button>
        </div>
      )}
      {said && <Alert type="error" showIcon role="alert" title={said.what} description={said.next} className="gap" />}
      <DataTable
        caption="付款"
        columns={choosable ? [box, ...columns] : columns}
        rows={payouts}
        keyOf={({ payoutId }) => payoutId}
        empty={
          choosable ? (
            <EmptyView title="没有待组批的付款">办件核定金额后，付款单会自动出现在这里。</EmptyView>
          ) : (
            <EmptyView title="没有这种状态的付款">换一个状态看看。</EmptyView>
          )
        }
      />
    </>
  );
}
