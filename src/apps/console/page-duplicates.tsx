// People who may be registered twice: why, how strongly, and what was decided. A clerk with two documents in hand can ask for a look too.

import { App, Button } from 'antd';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { idDocumentTypes, idDocumentZh } from '#catalog/fields/index';
import type { SuspicionItem } from '#contract/merges';
import { ActDialog } from './act-dialog.tsx';
import { get, write } from './api.ts';
import type { Listing } from './api-types.ts';
import { DataTable, Pager, rowStop, type Column } from './data-table.tsx';
import { Tag, When } from './marks.tsx';
import { api, pages } from './paths.ts';
import { Link, navigate, useQueryParams } from './router.tsx';
import { useMe } from './session.tsx';
import { EmptyView, Loaded, PageHead } from './views.tsx';

const tones = { strong: 'red', likely: 'accent', weak: 'plain' } as const;
const states = { open: '待核对', different: '不是同一人', proposed: '已提请合并', merged: '已合并' } as const;
const strengths = [
  ['', '全部'],
  ['strong', '很可能'],
  ['likely', '可能'],
  ['weak', '需要留意'],
] as const;

export default function DuplicatesPage() {
  const me = useMe();
  const client = useQueryClient();
  const { message } = App.useApp();
  const { done, strength, cursor } = useQueryParams();
  const [comparing, setComparing] = useState(false);
  const state = done ? 'different' : 'open';
  const query = { state, strength, cursor };
  const list = useQuery({
    queryKey: ['duplicates', query],
    queryFn: () => get<Listing<SuspicionItem>>(api.duplicates(query)),
    placeholderData: keepPreviousData,
  });
  const isWindow = me.roles.some(({ role }) => role === 'hrss_window');
  return (
    <>
      <PageHead
        title="疑似重复人员"
        note="登记当时和每天夜里自动查找。只列出姓名、证件都已遮盖的线索；是不是同一人，由人核对证件后决定。"
      />
      <nav className="tabs" aria-label="处理情况">
        <Link to={pages.duplicates()} aria-current={done ? undefined : 'page'}>
          待核对
        </Link>
        <Link to={pages.duplicates({ done: 1 })} aria-current={done ? 'page' : undefined}>
          不是同一人
        </Link>
        <Link to={pages.merges()}>合并与撤销</Link>
      </nav>
      <p className="marks" role="group" aria-label="有多像">
        {strengths.map(([value, zh]) => (
          <Link
            key={value}
            to={pages.duplicates({ done: done ? 1 : null, strength: value || null })}
            aria-current={(strength ?? '') === value ? 'true' : undefined}
          >
            {(strength ?? '') === value ? <strong>{zh}</strong> : zh}
          </Link>
        ))}
        {isWindow && <Button onClick={() => setComparing(true)}>按证件号码提出核对</Button>}
      </p>
      <Loaded query={list}>
        {(page) => (
          <>
            <DataTable
              caption="疑似重复人员"
              columns={columns}
              rows={page.items}
              keyOf={(one) => one.suspicionId}
              empty={
                <EmptyView title={done ? '还没有认定为不是同一人的' : '没有待核对的疑似重复'}>
                  本地区的人登记时、每天夜里都会查找；手上有同一个人的两个证件，也可以按号码提出核对。
                </EmptyView>
              }
            />
            <Pager
              nextCursor={page.nextCursor}
              pageAt={(next) => pages.duplicates({ done: done ? 1 : null, strength: strength ?? null, cursor: next })}
            />
          </>
        )}
      </Loaded>
      {comparing && (
        <ActDialog
          title="按证件号码提出核对"
          note="两个证件都在手上时使用。号码不会留在记录里。"
          fields={[
            { name: 'oneType', label: '第一个证件的种类', kind: 'choice', options: documentChoices },
            { name: 'oneNumber', label: '第一个证件的号码', kind: 'text' },
            { name: 'otherType', label: '第二个证件的种类', kind: 'choice', options: documentChoices },
            { name: 'otherNumber', label: '第二个证件的号码', kind: 'text' },
            { name: 'note', label: '为什么核对', kind: 'text', help: '例如：换过证件，两个原件都核对过。' },
          ]}
          submitZh="提出核对"
          onClose={() => setComparing(false)}
          onSubmit={async (values) => {
            const { suspicionId } = await write<{ suspicionId: string }>(api.compareDocuments, { ...values });
            void message.success('已列入待核对。');
            await client.invalidateQueries({ queryKey: ['duplicates'] });
            navigate(pages.duplicate(suspicionId));
          }}
        />
      )}
    </>
  );
}

const documentChoices = idDocumentTypes.map((value) => ({ value, label: idDocumentZh[value] }));

const columns: readonly Column<SuspicionItem>[] = [
  {
    key: 'who',
    title: '两个登记',
    cell: (one) => (
      <Link to={pages.duplicate(one.suspicionId)} className="row-title" {...rowStop}>
        {one.one}
        <span className="sub">{one.other}</span>
      </Link>
    ),
  },
  { key: 'why', title: '为什么', cell: (one) => one.reasons.join('；') },
  { key: 'strength', title: '有多像', cell: (one) => <Tag tone={tones[one.strength]}>{one.strengthZh}</Tag> },
  {
    key: 'state',
    title: '处理',
    cell: (one) => (
      <>
        {states[one.state]}
        {one.note && (
          <span className="sub">
            {one.settledBy ?? ''} {one.note}
          </span>
        )}
      </>
    ),
  },
  { key: 'found', title: '发现于', spare: true, cell: (one) => <When at={one.foundAt} /> },
];
