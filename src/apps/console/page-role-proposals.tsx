// Critical roles that one security administrator proposed and another must decide; and what became of earlier ones.

import { App, Button } from 'antd';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ProposalItem } from '#contract/identity';
import { ActDialog } from './act-dialog.tsx';
import { get, sentenceOf, write } from './api.ts';
import type { Listing } from './api-types.ts';
import { DataTable, Pager, rowStop, type Column } from './data-table.tsx';
import { Tag, When } from './marks.tsx';
import { api, pages } from './paths.ts';
import { Link, useQueryParams } from './router.tsx';
import { EmptyView, Loaded, PageHead } from './views.tsx';

const tones = { waiting: 'accent', approved: 'green', rejected: 'red', withdrawn: 'plain' } as const;

export default function RoleProposalsPage() {
  const { message } = App.useApp();
  const client = useQueryClient();
  const { cursor } = useQueryParams();
  const [refusing, setRefusing] = useState<ProposalItem | null>(null);
  const list = useQuery({
    queryKey: ['role-proposals', cursor],
    queryFn: () => get<Listing<ProposalItem>>(api.roleProposals({ cursor })),
    placeholderData: keepPreviousData,
  });
  const send = async (one: ProposalItem, verb: 'decide' | 'withdraw', body: Record<string, unknown>): Promise<void> => {
    await write(api.roleProposal(one.proposalId, verb), body);
    void message.success(verb === 'withdraw' ? '已撤回。' : '已复核。');
    await client.invalidateQueries({ queryKey: ['role-proposals'] });
  };
  const attempt = (work: Promise<void>): void =>
    void work.catch((error: unknown) => void message.error(sentenceOf(error).what));
  const columns: readonly Column<ProposalItem>[] = [
    {
      key: 'what',
      title: '事项',
      cell: (one) => (
        <Link to={pages.staffMember(one.staffId)} className="row-title" {...rowStop}>
          {one.purposeZh}：{one.staffName} {one.standsInFor && `代${one.standsInFor}`}
          <span className="sub">
            {one.orgName} {one.roleZh}，{one.fromDay} 起{one.untilDay ? `至 ${one.untilDay}` : ''}
          </span>
        </Link>
      ),
    },
    { key: 'reason', title: '理由', cell: (one) => one.reason },
    {
      key: 'by',
      title: '提请',
      cell: (one) => (
        <>
          {one.proposedBy} <When at={one.proposedAt} />
        </>
      ),
    },
    {
      key: 'state',
      title: '状态',
      cell: (one) => (
        <>
          <Tag tone={tones[one.state]}>{one.stateZh}</Tag>
          {one.decidedBy && <span className="sub">{one.decidedBy}</span>}
          {one.decisionReason && <span className="sub">{one.decisionReason}</span>}
        </>
      ),
    },
    {
      key: 'act',
      title: '操作',
      width: 180,
      cell: (one) =>
        one.canDecide ? (
          <span className="marks">
            <Button
              size="small"
              type="primary"
              onClick={() => attempt(send(one, 'decide', { agree: true, reason: '' }))}
            >
              同意
            </Button>
            <Button size="small" onClick={() => setRefusing(one)}>
              不同意
            </Button>
          </span>
        ) : one.canWithdraw ? (
          <Button size="small" onClick={() => attempt(send(one, 'withdraw', {}))}>
            撤回
          </Button>
        ) : one.state === 'waiting' ? (
          '由另一名安全管理员复核'
        ) : (
          '—'
        ),
    },
  ];
  return (
    <>
      <PageHead
        title="授权复核"
        note="付款岗位和三员岗位由一名安全管理员提请、另一名复核；提请的人和本人都不能复核。"
      />
      <Loaded query={list}>
        {(page) => (
          <>
            <DataTable
              caption="授权复核"
              columns={columns}
              rows={page.items}
              keyOf={(one) => one.proposalId}
              empty={<EmptyView title="没有等待复核的授权">在人员页授予或收回重要岗位后，会出现在这里。</EmptyView>}
            />
            <Pager nextCursor={page.nextCursor} pageAt={(next) => pages.roleProposals({ cursor: next })} />
          </>
        )}
      </Loaded>
      {refusing && (
        <ActDialog
          title="不同意这件授权"
          fields={[{ name: 'reason', label: '理由', kind: 'text' }]}
          submitZh="不同意"
          onClose={() => setRefusing(null)}
          onSubmit={async ({ reason = '' }) => {
            await send(refusing, 'decide', { agree: false, reason });
            setRefusing(null);
          }}
        />
      )}
    </>
  );
}
