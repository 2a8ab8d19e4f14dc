// Everything that administrators did, for the audit administrator: who, in which right, what, about whom, and the leaf that proves it.

import { Button } from 'antd';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { AdminActDetail, AdminActItem } from '#contract/administration';
import { get } from './api.ts';
import type { Listing } from './api-types.ts';
import { DataTable, Pager, rowStop, type Column } from './data-table.tsx';
import { Dialog } from './dialog.tsx';
import { When } from './marks.tsx';
import { api, pages } from './paths.ts';
import { useQueryParams } from './router.tsx';
import { EmptyView, Loaded, PageHead } from './views.tsx';

export default function AdminTrailPage() {
  const { cursor } = useQueryParams();
  const [open, setOpen] = useState<string | null>(null);
  const list = useQuery({
    queryKey: ['admin-acts', cursor],
    queryFn: () => get<Listing<AdminActItem>>(api.adminActs({ cursor })),
    placeholderData: keepPreviousData,
  });
  const columns: readonly Column<AdminActItem>[] = [
    { key: 'at', title: '时间', width: 150, cell: (one) => <When at={one.at} /> },
    {
      key: 'who',
      title: '谁',
      cell: (one) => (
        <>
          {one.actorName}
          <span className="sub">{one.actorRoleZh}</span>
        </>
      ),
    },
    { key: 'what', title: '做了什么', cell: (one) => one.title },
    { key: 'org', title: '涉及单位', cell: (one) => one.orgName ?? '—', spare: true },
    {
      key: 'open',
      title: '存证',
      width: 90,
      cell: (one) => (
        <Button size="small" onClick={() => setOpen(one.actId)} {...rowStop}>
          查看
        </Button>
      ),
    },
  ];
  return (
    <>
      <PageHead title="管理留痕" note="全部管理行为，只能看，不能改；每一条都有存证。" />
      <Loaded query={list}>
        {(page) => (
          <>
            <DataTable
              caption="管理留痕"
              columns={columns}
              rows={page.items}
              keyOf={(one) => one.actId}
              empty={<EmptyView title="还没有管理行为" />}
            />
            <Pager nextCursor={page.nextCursor} pageAt={(next) => pages.adminTrail({ cursor: next })} />
          </>
        )}
      </Loaded>
      {open && <ActDetail actId={open} onClose={() => setOpen(null)} />}
    </>
  );
}

function ActDetail({ actId, onClose }: { readonly actId: string; readonly onClose: () => void }) {
  const found = useQuery({ queryKey: ['admin-act', actId], queryFn: () => get<AdminActDetail>(api.adminAct(actId)) });
  return (
    <Dialog title="存证内容" onClose={onClose} wide>
      <Loaded query={found}>
        {(act) => (
          <>
            <p>{act.title}</p>
            <pre className="mono wraps">{JSON.stringify(act.body, null, 2)}</pre>
            <p className="soft">存证叶（内容只以承诺值进入）：</p>
            <pre className="mono wraps">{act.entry}</pre>
          </>
        )}
      </Loaded>
    </Dialog>
  );
}
