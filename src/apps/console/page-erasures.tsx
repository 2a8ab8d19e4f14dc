// Wishes to be erased: what would go and what must stay, a first opinion, and another person's decision. The job erases; nothing is
// erased from here.

import { App, Button } from 'antd';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ErasureView, PlanItem } from '#contract/privacy';
import { ActDialog } from './act-dialog.tsx';
import { get, sentenceOf, write } from './api.ts';
import type { Listing } from './api-types.ts';
import { DataTable, Pager, rowStop, type Column } from './data-table.tsx';
import { Dialog } from './dialog.tsx';
import { NeedsCheck, Tag, When } from './marks.tsx';
import { api, pages } from './paths.ts';
import { Link, useQueryParams } from './router.tsx';
import { EmptyView, Loaded, PageHead } from './views.tsx';
import { dayZh } from './words.ts';

const tones = {
  waiting: 'plain',
  proposed: 'yellow',
  approved: 'accent',
  done: 'green',
  refused: 'red',
  cancelled: 'plain',
} as const;

export default function ErasuresPage() {
  const { message } = App.useApp();
  const client = useQueryClient();
  const { cursor, all } = useQueryParams();
  const [planOf, setPlanOf] = useState<ErasureView | null>(null);
  const [proposing, setProposing] = useState<{ readonly one: ErasureView; readonly agree: boolean } | null>(null);
  const list = useQuery({
    queryKey: ['erasures', cursor, all],
    queryFn: () => get<Listing<ErasureView>>(api.erasures({ cursor, all })),
    placeholderData: keepPreviousData,
  });
  const send = async (url: string, body: Record<string, unknown>, said: string): Promise<void> => {
    await write(url, body);
    void message.success(said);
    await client.invalidateQueries({ queryKey: ['erasures'] });
  };
  const decide = (one: ErasureView, agree: boolean): void =>
    void send(api.erasure(one.erasureId, 'decide'), { agree }, agree ? '已决定。' : '已退回重提。').catch(
      (error: unknown) => void message.error(sentenceOf(error).what),
    );
  const columns: readonly Column<ErasureView>[] = [
    {
      key: 'person',
      title: '申请人',
      cell: (one) => (
        <Button size="small" onClick={() => setPlanOf(one)} {...rowStop}>
          {one.person}：看删什么、留什么
        </Button>
      ),
    },
    { key: 'at', title: '申请时间', width: 150, cell: (one) => <When at={one.requestedAt} /> },
    { key: 'due', title: '等待期到', width: 150, cell: (one) => <When at={one.dueAt} />, spare: true },
    {
      key: 'state',
      title: '状态',
      cell: (one) => (
        <>
          <Tag tone={tones[one.state]}>{one.stateZh}</Tag>
          {one.proposedBy && (
            <span className="sub">
              {one.proposedBy}：{one.agree ? '删除' : '不予删除'}，{one.reason}
            </span>
          )}
          {one.decidedBy && <span className="sub">{one.decidedBy}同意</span>}
          {one.state === 'done' && (
            <span className="sub">
              删除 {one.erasedCount} 项，依法保留 {one.keptCount} 项
            </span>
          )}
        </>
      ),
    },
    { key: 'act', title: '操作', width: 200, cell: (one) => <Acts one={one} decide={decide} propose={setProposing} /> },
  ];
  return (
    <>
      <PageHead
        title="删除个人信息"
        note="本人在手机上申请，等待期内可以撤销；期满由一人核对后提出意见、另一人决定，系统逐项删除。资金凭证和保存期内的资料不删。"
      />
      <p className="gap">
        {all ? (
          <Link to={pages.erasures()}>只看未办结的</Link>
        ) : (
          <Link to={pages.erasures({ all: 1 })}>包括已办结的</Link>
        )}
      </p>
      <Loaded query={list}>
        {(page) => (
          <>
            <DataTable
              caption="删除个人信息的申请"
              columns={columns}
              rows={page.items}
              keyOf={(one) => one.erasureId}
              empty={<EmptyView title="没有等待处理的删除申请" />}
            />
            <Pager nextCursor={page.nextCursor} pageAt={(next) => pages.erasures({ all, cursor: next })} />
          </>
        )}
      </Loaded>
      {planOf && <Plan one={planOf} onClose={() => setPlanOf(null)} />}
      {proposing && (
        <ActDialog
          title={proposing.agree ? '提请删除' : '提请不予删除'}
          note="理由本人看得到。"
          fields={[{ name: 'reason', label: '理由', kind: 'text' }]}
          submitZh="提出"
          onClose={() => setProposing(null)}
          onSubmit={async ({ reason = '' }) => {
            const { one, agree } = proposing;
            await send(api.erasure(one.erasureId, 'propose'), { agree, reason }, '已提出，等另一人决定。');
            setProposing(null);
          }}
        />
      )}
    </>
  );
}

type ActsProps = {
  readonly one: ErasureView;
  readonly decide: (one: ErasureView, agree: boolean) => void;
  readonly propose: (asked: { readonly one: ErasureView; readonly agree: boolean }) => void;
};

function Acts({ one, decide, propose }: ActsProps) {
  if (one.state === 'waiting' && !one.isDue) return '等待期内，本人可以撤销';
  if (one.state === 'waiting')
    return (
      <span className="marks">
        <Button size="small" type="primary" onClick={() => propose({ one, agree: true })}>
          提请删除
        </Button>
        <Button size="small" onClick={() => propose({ one, agree: false })}>
          不予删除
        </Button>
      </span>
    );
  if (one.canDecide)
    return (
      <span className="marks">
        <Button size="small" type="primary" onClick={() => decide(one, true)}>
          同意
        </Button>
        <Button size="small" onClick={() => decide(one, false)}>
          退回重提
        </Button>
      </span>
    );
  return one.state === 'proposed' ? '由另一人决定' : '—';
}

const planColumns: readonly Column<PlanItem>[] = [
  { key: 'what', title: '资料', cell: (item) => item.zh },
  {
    key: 'verdict',
    title: '怎么处理',
    width: 110,
    cell: (item) => (
      <Tag tone={item.verdict === 'erase' ? 'red' : 'green'}>{item.verdict === 'erase' ? '删除' : '保留'}</Tag>
    ),
  },
  {
    key: 'why',
    title: '为什么',
    cell: (item) => (
      <>
        {item.why}
        {item.until && `，到${dayZh(item.until)}`}
        <span className="sub">
          {item.basis} {item.needsCheck && <NeedsCheck />}
        </span>
      </>
    ),
  },
];

function Plan({ one, onClose }: { readonly one: ErasureView; readonly onClose: () => void }) {
  const found = useQuery({
    queryKey: ['erasure-plan', one.erasureId],
    queryFn: () => get<Listing<PlanItem>>(api.erasure(one.erasureId, 'plan')),
  });
  return (
    <Dialog title={`${one.person}：今天会删什么、留什么`} onClose={onClose} wide>
      <Loaded query={found}>
        {(plan) => (
          <DataTable
            caption="删除计划"
            columns={planColumns}
            rows={plan.items}
            keyOf={(item) => `${item.kind} ${item.id ?? ''}`}
            empty={<EmptyView title="已经没有可以删除的资料" />}
          />
        )}
      </Loaded>
    </Dialog>
  );
}
