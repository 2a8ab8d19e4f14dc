// Legal hold: what authorities ordered to be kept, put here by named roles and lifted by two persons. While it stands nothing of it is
// erased, whatever its retention and whoever asks.

import { App, Button } from 'antd';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { HoldView } from '#contract/privacy';
import { ActDialog, type ActField } from './act-dialog.tsx';
import { get, sentenceOf, write } from './api.ts';
import type { Listing } from './api-types.ts';
import { DataTable, Pager, rowStop, type Column } from './data-table.tsx';
import { Tag, When } from './marks.tsx';
import { api, pages } from './paths.ts';
import { Link, useQueryParams } from './router.tsx';
import { EmptyView, Loaded, PageHead } from './views.tsx';

const tones = { active: 'red', lifting: 'yellow', lifted: 'plain' } as const;
const order: readonly ActField[] = [
  { name: 'authority', label: '要求保全的机关', kind: 'text', help: '例如哪个法院、仲裁委、公安机关。' },
  { name: 'documentNo', label: '文书编号', kind: 'text' },
  { name: 'reason', label: '事由', kind: 'text' },
];
const ofCase: readonly ActField[] = [
  { name: 'caseNo', label: '办件编号', kind: 'text' },
  {
    name: 'scope',
    label: '范围',
    kind: 'choice',
    start: 'case',
    options: [
      { value: 'case', label: '这一个办件' },
      { value: 'dossier', label: '这次事件的全部办件' },
    ],
  },
  ...order,
];
const ofPerson: readonly ActField[] = [
  { name: 'idNumber', label: '完整的证件号码', kind: 'text', help: '号码只用来找人，不另外保存。' },
  ...order,
];

export default function HoldsPage() {
  const { message } = App.useApp();
  const client = useQueryClient();
  const { cursor, all } = useQueryParams();
  const [putting, setPutting] = useState<'case' | 'person' | null>(null);
  const [lifting, setLifting] = useState<HoldView | null>(null);
  const [refusing, setRefusing] = useState<HoldView | null>(null);
  const list = useQuery({
    queryKey: ['holds', cursor, all],
    queryFn: () => get<Listing<HoldView>>(api.holds({ cursor, all })),
    placeholderData: keepPreviousData,
  });
  const send = async (url: string, body: Record<string, unknown>, said: string): Promise<void> => {
    await write(url, body);
    void message.success(said);
    await client.invalidateQueries({ queryKey: ['holds'] });
  };
  const agree = (one: HoldView): void =>
    void send(api.hold(one.holdId, 'decide'), { agree: true, reason: '' }, '已解除。').catch(
      (error: unknown) => void message.error(sentenceOf(error).what),
    );
  const columns: readonly Column<HoldView>[] = [
    {
      key: 'what',
      title: '保全什么',
      cell: (one) =>
        one.caseId ? (
          <Link to={pages.case(one.caseId)} {...rowStop}>
            {one.what}
          </Link>
        ) : (
          one.what
        ),
    },
    {
      key: 'order',
      title: '依据',
      cell: (one) => (
        <>
          {one.authority}
          <span className="sub">{one.documentNo}</span>
          <span className="sub">{one.reason}</span>
        </>
      ),
    },
    {
      key: 'by',
      title: '登记',
      cell: (one) => (
        <>
          {one.putBy} <When at={one.putAt} />
        </>
      ),
      spare: true,
    },
    {
      key: 'state',
      title: '状态',
      cell: (one) => (
        <>
          <Tag tone={tones[one.state]}>{one.stateZh}</Tag>
          {one.liftReason && (
            <span className="sub">
              {one.liftProposedBy}提请：{one.liftReason}
            </span>
          )}
          {one.liftedBy && <span className="sub">{one.liftedBy}同意</span>}
        </>
      ),
    },
    {
      key: 'act',
      title: '操作',
      width: 180,
      cell: (one) =>
        one.state === 'active' ? (
          <Button size="small" onClick={() => setLifting(one)}>
            提请解除
          </Button>
        ) : one.canDecide ? (
          <span className="marks">
            <Button size="small" type="primary" onClick={() => agree(one)}>
              同意解除
            </Button>
            <Button size="small" onClick={() => setRefusing(one)}>
              不同意
            </Button>
          </span>
        ) : one.state === 'lifting' ? (
          '由另一人决定'
        ) : (
          '—'
        ),
    },
  ];
  return (
    <>
      <PageHead
        title="法律保全"
        note="法院、仲裁、公安等机关要求保留的资料登记在这里。保全期间，不论保存期限是否届满、本人是否申请，都不删除；解除要两个人。"
        extra={
          <span className="marks">
            <Button type="primary" onClick={() => setPutting('case')}>
              保全办件或事件
            </Button>
            <Button onClick={() => setPutting('person')}>保全一个人的资料</Button>
          </span>
        }
      />
      <p className="gap">
        {all ? <Link to={pages.holds()}>只看保全中的</Link> : <Link to={pages.holds({ all: 1 })}>包括已解除的</Link>}
      </p>
      <Loaded query={list}>
        {(page) => (
          <>
            <DataTable
              caption="法律保全"
              columns={columns}
              rows={page.items}
              keyOf={(one) => one.holdId}
              empty={<EmptyView title="没有法律保全">收到有关机关的文书后，在这里登记。</EmptyView>}
            />
            <Pager nextCursor={page.nextCursor} pageAt={(next) => pages.holds({ all, cursor: next })} />
          </>
        )}
      </Loaded>
      {putting && (
        <ActDialog
          title={putting === 'case' ? '保全办件或事件' : '保全一个人的资料'}
          fields={putting === 'case' ? ofCase : ofPerson}
          submitZh="登记保全"
          onClose={() => setPutting(null)}
          onSubmit={async (values) => {
            await send(api.putHold, putting === 'case' ? values : { ...values, scope: 'person' }, '已登记，马上生效。');
            setPutting(null);
          }}
        />
      )}
      {lifting && (
        <ActDialog
          title={`提请解除：${lifting.what}`}
          fields={[{ name: 'reason', label: '解除的理由', kind: 'text', help: '写明解除文书的机关和编号。' }]}
          submitZh="提请解除"
          onClose={() => setLifting(null)}
          onSubmit={async (values) => {
            await send(api.hold(lifting.holdId, 'lift'), values, '已提请，等另一人同意。');
            setLifting(null);
          }}
        />
      )}
      {refusing && (
        <ActDialog
          title="不同意解除"
          fields={[{ name: 'reason', label: '理由', kind: 'text' }]}
          submitZh="不同意"
          onClose={() => setRefusing(null)}
          onSubmit={async (values) => {
            await send(api.hold(refusing.holdId, 'decide'), { ...values, agree: false }, '继续保全。');
            setRefusing(null);
          }}
        />
      )}
    </>
  );
}
