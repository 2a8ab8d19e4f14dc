// One batch before the second pair of eyes: every line, the total, the fingerprint of the lines that the approval is bound to.
// The maker sees why approving is not his; the database holds that too.

import { Alert, App, Button } from 'antd';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { KeyRequest } from '#contract/identity';
import type { BatchDetail } from '#contract/money';
import { get, isStale, sentenceOf, write } from './api.ts';
import type { Payout } from './api-types.ts';
import { DataTable, type Column } from './data-table.tsx';
import { LabeledInput } from './field.tsx';
import { Money, Serial, Tag, When } from './marks.tsx';
import { UnknownNote } from './page-payouts.tsx';
import { api, pages } from './paths.ts';
import { toneOf } from './payout-states.ts';
import { Link } from './router.tsx';
import { signWith } from './security-key.ts';
import { TextArea } from './text-area.tsx';
import { Loaded, PageHead } from './views.tsx';
import { shortHash, shortNo, yuan } from './words.ts';

const columns: readonly Column<Payout & { readonly at: number }>[] = [
  { key: 'at', title: '序号', align: 'right', width: 60, cell: (line) => line.at },
  { key: 'payee', title: '收款人', cell: (line) => line.payee },
  { key: 'card', title: '收款卡', cell: (line) => <span className="mono">{line.card}</span> },
  {
    key: 'case',
    title: '办件',
    cell: (line) => <Link to={pages.case(line.caseId)}>{line.caseNo ?? '打开办件'}</Link>,
  },
  { key: 'purpose', title: '用途', cell: (line) => line.purpose },
  {
    key: 'state',
    title: '结果',
    cell: (line) => (
      <>
        <Tag tone={toneOf(line.state)}>{line.stateZh}</Tag>
        {line.reason && <span className="sub">{line.reason}</span>}
      </>
    ),
  },
  { key: 'reference', title: '流水号', spare: true, cell: (line) => <Serial no={line.reference} /> },
  { key: 'amount', title: '金额（元）', align: 'right', width: 140, cell: (line) => <Money fen={line.amountFen} /> },
];

export default function BatchPage({ batchId }: { readonly batchId: string }) {
  const found = useQuery({ queryKey: ['batch', batchId], queryFn: () => get<BatchDetail>(api.batch(batchId)) });
  return (
    <Loaded query={found} title="付款批次">
      {(batch) => (
        <>
          <nav className="crumbs" aria-label="位置">
            <Link to={pages.batches()}>付款批次</Link> <span aria-hidden="true">›</span> <Serial no={batch.batchNo} />
          </nav>
          <PageHead
            title={`付款批次 ${shortNo(batch.batchNo)}`}
            extra={<Tag tone={toneOf(batch.state)}>{batch.stateZh}</Tag>}
          />
          <dl className="summary">
            <div>
              <dt>批次号</dt>
              <dd className="mono">{batch.batchNo}</dd>
            </div>
            <div>
              <dt>合计</dt>
              <dd>
                <Money fen={batch.totalFen} strong /> 元
              </dd>
            </div>
            <div>
              <dt>笔数</dt>
              <dd>{batch.lineCount}</dd>
            </div>
            <div>
              <dt>制单人</dt>
              <dd>
                {batch.maker}
                {batch.makerFor && <span className="sub">代{batch.makerFor}办理</span>}
              </dd>
            </div>
            <div>
              <dt>制单时间</dt>
              <dd>
                <When at={batch.madeAt} />
              </dd>
            </div>
            <div>
              <dt>明细指纹</dt>
              <dd className="mono" title={batch.linesHash}>
                {shortHash(batch.linesHash)}
              </dd>
            </div>
          </dl>
          {batch.lines.some(({ state }) => state === 'unknown') && <UnknownNote />}
          <DataTable
            caption="批次明细"
            columns={columns}
            rows={batch.lines.map((line, index) => ({ ...line, at: index + 1 }))}
            keyOf={({ payoutId }) => payoutId}
            empty={null}
          />
          <Decision batch={batch} onChanged={() => found.refetch()} />
          <DecisionMade batch={batch} />
        </>
      )}
    </Loaded>
  );
}

function Decision({ batch, onChanged }: { readonly batch: BatchDetail; readonly onChanged: () => Promise<unknown> }) {
  const { message } = App.useApp();
  const client = useQueryClient();
  const [refusing, setRefusing] = useState(false);
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<string | undefined>();
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  if (!batch.canDecide) {
    // A decided batch shows its decision instead.
    return batch.blocked && batch.decision === null ? (
      <Alert type="info" showIcon className="gap" title="您不能复核这个批次" description={batch.blocked} />
    ) : null;
  }
  const decide = async (decision: 'approve' | 'refuse'): Promise<void> => {
    if (decision === 'refuse' && Array.from(reason.trim()).length < 4)
      return setProblem('请写明不同意的理由，至少四个字。');
    setBusy(true);
    setFailure(null);
    try {
      const { linesHash } = batch;
      const isSigned = decision === 'approve' && batch.key === 'needed';
      const proof = isSigned
        ? await signWith(await write<KeyRequest>(api.proveBatch(batch.batchId), { linesHash }))
        : null;
      await write(api.decideBatch(batch.batchId), {
        decision,
        linesHash,
        ...(proof ? { proof } : {}),
        ...(decision === 'refuse' ? { reason: reason.trim() } : {}),
      });
      void message.success(decision === 'approve' ? '已同意，批次将送往银行。' : '已退回制单人。');
      setRefusing(false);
      await Promise.all([
        onChanged(),
        client.invalidateQueries({ queryKey: ['batches'] }),
        client.invalidateQueries({ queryKey: ['payouts'] }),
      ]);
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  const said = failure === null ? null : sentenceOf(failure);
  return (
    <section className="panel gap" aria-labelledby="decision-title">
      <h2 id="decision-title">复核</h2>
      <p>
        请核对：共 <strong>{batch.lineCount}</strong> 笔，合计 <strong>{yuan(batch.totalFen)}</strong> 元，制单人{' '}
        {batch.maker}
        。同意后系统即送银行，不能撤回。{batch.key === 'needed' && '同意时要触碰您的安全密钥。'}
      </p>
      {said && (
        <Alert
          type={isStale(failure) ? 'warning' : 'error'}
          showIcon
          role="alert"
          className="gap"
          title={said.what}
          description={said.next}
          action={
            isStale(failure) && <Button onClick={() => void onChanged().then(() => setFailure(null))}>重新载入</Button>
          }
        />
      )}
      {batch.key === 'missing' && (
        <Alert
          type="warning"
          showIcon
          className="gap"
          title="同意付款要用安全密钥，您还没有可用的密钥"
          description={
            <p>
              请先到 <Link to={pages.account()}>我的账户</Link> 登记一把，再来复核；不同意不需要密钥。
            </p>
          }
        />
      )}
      {refusing && (
        <LabeledInput label="不同意的理由" required error={problem}>
          {(control) => (
            <TextArea
              control={control}
              autoFocus
              rows={2}
              max={500}
              value={reason}
              onChange={(text) => {
                setReason(text);
                setProblem(undefined);
              }}
            />
          )}
        </LabeledInput>
      )}
      <div className="action-row">
        {!refusing && (
          <Button
            type="primary"
            loading={busy}
            disabled={batch.key === 'missing'}
            onClick={() => void decide('approve')}
          >
            同意付款 {yuan(batch.totalFen)} 元
          </Button>
        )}
        <Button
          danger
          loading={refusing && busy}
          onClick={() => (refusing ? void decide('refuse') : setRefusing(true))}
        >
          {refusing ? '确认不同意' : '不同意…'}
        </Button>
        {refusing && <Button onClick={() => setRefusing(false)}>取消</Button>}
      </div>
    </section>
  );
}

function DecisionMade({ batch }: { readonly batch: BatchDetail }) {
  if (batch.decision === null) return null;
  return (
    <section className="panel gap" aria-labelledby="decided-title">
      <h2 id="decided-title">复核结果</h2>
      <p>
        <strong>{batch.approver}</strong>
        {batch.approverFor && `代${batch.approverFor}`}{' '}
        {batch.decision === 'approve' ? '同意付款' : '不同意，批次已退回'}
        {batch.reason && `：${batch.reason}`}
        {batch.signed && '，已用安全密钥签名'}
      </p>
    </section>
  );
}
