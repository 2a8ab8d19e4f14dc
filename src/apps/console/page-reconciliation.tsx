// Reconciliation of a day with the bank, the payment channel or the insurer: what agrees, and each difference with both amounts.

import { Alert, App, Button, Input, Select } from 'antd';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import type { Difference, ReconciliationView } from '#contract/money';
import { get, sentenceOf, write } from './api.ts';
import type { Listing } from './api-types.ts';
import { DataTable, Pager, type Column } from './data-table.tsx';
import { LabeledInput } from './field.tsx';
import { Money, Serial, Tag, When } from './marks.tsx';
import { api, pages } from './paths.ts';
import { useQueryParams } from './router.tsx';
import { useNow } from './session.tsx';
import { EmptyView, Loaded, PageHead } from './views.tsx';
import { dayBefore, dayOf, dayZh } from './words.ts';

const parties = [
  { value: 'bank', label: '银行（付款）' },
  { value: 'payment', label: '支付渠道（收费）' },
];

const partyZh = { bank: '银行', payment: '支付渠道' } as const;

export default function ReconciliationPage() {
  const { cursor } = useQueryParams();
  const list = useQuery({
    queryKey: ['reconciliations', cursor],
    queryFn: () => get<Listing<ReconciliationView>>(api.reconciliations({ cursor })),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHead title="对账" note="每天自动对前一天的账。差异不会自动消失：查清后按回单处理，再对一次。" />
      <StartForm />
      <Loaded query={list}>
        {(page) =>
          page.items.length === 0 ? (
            <EmptyView title="还没有对账记录">选择日期和对方，点“开始对账”。</EmptyView>
          ) : (
            <>
              {page.items.map((one) => (
                <Result key={one.reconciliationId} result={one} />
              ))}
              <Pager nextCursor={page.nextCursor} pageAt={(next) => pages.reconciliation({ cursor: next })} />
            </>
          )
        }
      </Loaded>
    </>
  );
}

function StartForm() {
  const { message } = App.useApp();
  const client = useQueryClient();
  const today = dayOf(useNow());
  // A day can be reconciled once it is over.
  const [day, setDay] = useState(dayBefore(today));
  const [party, setParty] = useState('bank');
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const start = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    try {
      await write(api.reconcile, { day, party });
      void message.success('对账已完成。');
      await client.invalidateQueries({ queryKey: ['reconciliations'] });
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  const said = failure === null ? null : sentenceOf(failure);
  return (
    <form className="filters" aria-label="开始对账" onSubmit={(event) => void start(event)}>
      <LabeledInput label="日期">
        {(props) => (
          <Input
            {...props}
            type="date"
            value={day}
            max={dayBefore(today)}
            onChange={(event) => setDay(event.target.value)}
          />
        )}
      </LabeledInput>
      <LabeledInput label="对方">
        {(props) => <Select {...props} value={party} onChange={setParty} options={parties} style={{ width: 180 }} />}
      </LabeledInput>
      <Button type="primary" htmlType="submit" loading={busy} disabled={day === ''}>
        开始对账
      </Button>
      {said && <Alert type="error" showIcon role="alert" title={said.what} description={said.next} />}
    </form>
  );
}

const columns: readonly Column<Difference>[] = [
  { key: 'zh', title: '差异', cell: (one) => one.zh },
  { key: 'reference', title: '流水号', cell: (one) => <Serial no={one.reference} /> },
  { key: 'ours', title: '我方（元）', align: 'right', width: 140, cell: (one) => <Side fen={one.oursFen} /> },
  { key: 'theirs', title: '对方（元）', align: 'right', width: 140, cell: (one) => <Side fen={one.theirsFen} /> },
];

function Side({ fen }: { readonly fen: number | null }) {
  return fen === null ? <span className="soft">没有这笔</span> : <Money fen={fen} />;
}

function Result({ result }: { readonly result: ReconciliationView }) {
  return (
    <section className="panel gap" aria-label={`${dayZh(result.day)}与${partyZh[result.party]}对账`}>
      <h2>
        {dayZh(result.day)} · {partyZh[result.party]}
        <span className="marks">
          {result.differenceCount === 0 ? (
            <Tag tone="green">全部相符</Tag>
          ) : (
            <Tag tone="red">差异 {result.differenceCount} 笔</Tag>
          )}
        </span>
      </h2>
      <p className="soft">
        相符 {result.matchedCount} 笔 · 对账时间 <When at={result.at} />
      </p>
      <DataTable
        caption={`${dayZh(result.day)} ${partyZh[result.party]}差异`}
        columns={columns}
        rows={result.differences}
        keyOf={(one) => `${one.kind} ${one.reference}`}
        empty={null}
      />
    </section>
  );
}
