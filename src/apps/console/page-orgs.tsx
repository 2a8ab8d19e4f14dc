// All organisations: as a tree of which each level opens on demand, or what a search finds. The system administrator sets one up here.

import { App, Button, Input, Select } from 'antd';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { AdminOrg } from '#contract/orgs';
import { ActDialog } from './act-dialog.tsx';
import { get, write } from './api.ts';
import type { Listing } from './api-types.ts';
import { DataTable, Pager, rowStop, type Column } from './data-table.tsx';
import { addAct, kindOptions } from './org-acts.ts';
import { OrgTree } from './org-tree.tsx';
import { api, pages } from './paths.ts';
import { Link, navigate, useQueryParams } from './router.tsx';
import { useMe } from './session.tsx';
import { EmptyView, Loaded, PageHead } from './views.tsx';

export const orgColumns: readonly Column<AdminOrg>[] = [
  {
    key: 'name',
    title: '名称',
    cell: (org) => (
      <Link to={pages.org(org.orgId)} className="row-title" {...rowStop}>
        {org.name}
        <span className="sub">{org.code}</span>
      </Link>
    ),
  },
  { key: 'kind', title: '种类', width: 170, cell: (org) => org.kindZh },
  { key: 'region', title: '地区', cell: (org) => org.regionZh, spare: true },
  { key: 'parent', title: '上级', cell: (org) => org.parentName ?? '—', spare: true },
  { key: 'children', title: '下级', align: 'right', width: 80, cell: (org) => org.children },
];

export default function OrgsPage() {
  const me = useMe();
  const client = useQueryClient();
  const { message } = App.useApp();
  const { cursor, text, kind } = useQueryParams();
  const [words, setWords] = useState(text ?? '');
  const [adding, setAdding] = useState(false);
  const act = addAct(null, me.roles[0]?.region);
  return (
    <>
      <PageHead
        title="单位"
        note="部门、工会、企业、站点、保险和其他单位，按上下级看；设立、改名、移动都留痕。"
        extra={
          me.roles.some(({ role }) => role === 'system_administrator') && (
            <Button type="primary" onClick={() => setAdding(true)}>
              设立单位
            </Button>
          )
        }
      />
      <form
        className="filters"
        role="search"
        aria-label="查找单位"
        onSubmit={(event) => {
          event.preventDefault();
          navigate(pages.orgs({ text: words.trim(), kind }));
        }}
      >
        <Input
          data-search=""
          aria-label="按名称、拼音首字母、代码或信用代码查找"
          placeholder="名称、拼音首字母或代码（按 / 到这里）"
          value={words}
          onChange={(event) => setWords(event.target.value)}
          allowClear
          style={{ width: 300 }}
        />
        <Select
          aria-label="种类"
          value={kind ?? ''}
          onChange={(picked: string) => navigate(pages.orgs({ text: words.trim(), kind: picked }))}
          options={[{ value: '', label: '全部种类' }, ...kindOptions]}
          showSearch={{ optionFilterProp: 'label' }}
          style={{ width: 200 }}
        />
        <Button htmlType="submit">查找</Button>
        {text && (
          <Link
            to={pages.orgs({ kind })}
            onClick={() => {
              setWords('');
            }}
          >
            回到上下级
          </Link>
        )}
      </form>
      {text ? <Found text={text} kind={kind} cursor={cursor} /> : <OrgTree key={kind ?? ''} kind={kind} />}
      {adding && (
        <ActDialog
          title={act.title}
          {...(act.note ? { note: act.note } : {})}
          fields={act.fields}
          submitZh="设立"
          onClose={() => setAdding(false)}
          onSubmit={async (values) => {
            const made = await write<{ orgId: string }>(act.url, act.bodyOf(values));
            setAdding(false);
            void message.success('已设立。');
            await client.invalidateQueries({ queryKey: ['orgs-level'] });
            navigate(pages.org(made.orgId));
          }}
        />
      )}
    </>
  );
}

type FoundProps = {
  readonly text: string;
  readonly kind: string | undefined;
  readonly cursor: string | undefined;
};

function Found({ text, kind, cursor }: FoundProps) {
  const list = useQuery({
    queryKey: ['orgs-found', text, kind, cursor],
    queryFn: () => get<Listing<AdminOrg>>(api.adminOrgs({ text, kind, cursor })),
    placeholderData: keepPreviousData,
  });
  return (
    <Loaded query={list}>
      {(page) => (
        <>
          <DataTable
            caption="找到的单位"
            columns={orgColumns}
            rows={page.items}
            keyOf={(org) => org.orgId}
            empty={<EmptyView title="没有找到单位">换几个字试试；刚设立的单位稍等片刻再找。</EmptyView>}
          />
          <Pager nextCursor={page.nextCursor} pageAt={(next) => pages.orgs({ text, kind, cursor: next })} />
        </>
      )}
    </Loaded>
  );
}
