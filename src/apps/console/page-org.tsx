// One organisation: where it hangs, what hangs below it, who works there, what it acts in, and every change of it. A blocked act is not
// shown; the server decides in any case.

import { App, Button } from 'antd';
import { keepPreviousData, useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { AdminActItem } from '#contract/administration';
import type { StaffItem } from '#contract/identity';
import type { AdminOrg, AdminOrgDetail } from '#contract/orgs';
import { ActDialog } from './act-dialog.tsx';
import { get, write } from './api.ts';
import type { Listing } from './api-types.ts';
import { DataTable, Pager, rowStop, type Column } from './data-table.tsx';
import { Tag, When } from './marks.tsx';
import { actsFor, endRouteAct, type OrgAct } from './org-acts.ts';
import { orgColumns } from './page-orgs.tsx';
import { staffTone } from './page-staff.tsx';
import { api, pages } from './paths.ts';
import { Link, navigate, useQueryParams } from './router.tsx';
import { useMe } from './session.tsx';
import { EmptyView, Loaded, PageHead } from './views.tsx';

const tabs = [
  { tab: 'children', zh: '下级单位' },
  { tab: 'people', zh: '人员' },
  { tab: 'routes', zh: '承办的岗位和地区' },
  { tab: 'history', zh: '变更记录' },
] as const;
type Tab = (typeof tabs)[number]['tab'];

/** The first part has the plain address, so that its first page is where one comes in. */
function addressOf(orgId: string, tab: Tab, cursor?: string): string {
  return pages.org(orgId, { tab: tab === 'children' ? null : tab, cursor });
}

export default function OrgPage({ orgId }: { readonly orgId: string }) {
  const me = useMe();
  const client = useQueryClient();
  const { message } = App.useApp();
  const { tab: wanted, cursor } = useQueryParams();
  const tab: Tab = tabs.find((one) => one.tab === wanted)?.tab ?? 'children';
  const [act, setAct] = useState<OrgAct | null>(null);
  const found = useQuery({ queryKey: ['org', orgId], queryFn: () => get<AdminOrgDetail>(api.adminOrg(orgId)) });
  const isSystem = me.roles.some(({ role }) => role === 'system_administrator');
  return (
    <Loaded query={found} title="单位">
      {(org) => (
        <>
          <Above org={org} />
          <PageHead title={org.name} note={<Where org={org} />} extra={isSystem && <Acts org={org} onAct={setAct} />} />
          <nav className="tabs" aria-label="单位资料">
            {tabs.map((one) => (
              <Link key={one.tab} to={addressOf(orgId, one.tab)} aria-current={one.tab === tab ? 'page' : undefined}>
                {one.zh}
                {one.tab === 'children' && org.children > 0 && ` ${org.children}`}
                {one.tab === 'routes' && org.routes.length > 0 && ` ${org.routes.length}`}
              </Link>
            ))}
          </nav>
          {tab === 'children' && <Children orgId={orgId} cursor={cursor} />}
          {tab === 'people' && <People orgId={orgId} cursor={cursor} />}
          {tab === 'routes' && <Routes org={org} onAct={isSystem ? setAct : null} />}
          {tab === 'history' && <History orgId={orgId} cursor={cursor} />}
          {act && (
            <ActDialog
              key={act.title}
              title={act.title}
              {...(act.note ? { note: act.note } : {})}
              fields={act.fields}
              submitZh={act.title}
              onClose={() => setAct(null)}
              onSubmit={async (values) => {
                const done = await write<{ orgId: string }>(act.url, act.bodyOf(values));
                setAct(null);
                void message.success('已办好。');
                await client.invalidateQueries({
                  predicate: ({ queryKey: [first] }) => typeof first === 'string' && first.startsWith('org'),
                });
                if (done.orgId !== orgId) navigate(pages.org(done.orgId));
              }}
            />
          )}
        </>
      )}
    </Loaded>
  );
}

function Acts({ org, onAct }: { readonly org: AdminOrgDetail; readonly onAct: (act: OrgAct) => void }) {
  const me = useMe();
  return (
    <span className="marks">
      {actsFor(org, me.roles[0]?.region).map((act) => (
        <Button key={act.title} onClick={() => onAct(act)}>
          {act.title}
        </Button>
      ))}
    </span>
  );
}

function Above({ org }: { readonly org: AdminOrgDetail }) {
  return (
    <nav aria-label="上级单位">
      <Link to={pages.orgs()}>全部单位</Link>
      {org.path.map((one) => (
        <span key={one.orgId}>
          {' › '}
          <Link to={pages.org(one.orgId)}>{one.name}</Link>
        </span>
      ))}
    </nav>
  );
}

function Where({ org }: { readonly org: AdminOrgDetail }) {
  return (
    <>
      {org.kindZh}，{org.regionZh}，代码 <span className="mono">{org.code}</span>
      {org.uscc && (
        <>
          ，统一社会信用代码 <span className="mono">{org.uscc}</span>
        </>
      )}{' '}
      {org.synthetic && <Tag>虚构</Tag>} {!org.active && <Tag tone="red">已撤销</Tag>}
    </>
  );
}

type PartProps = { readonly orgId: string; readonly cursor: string | undefined };

function Paged<Row>({
  query,
  pageAt,
  children,
}: {
  readonly query: UseQueryResult<Listing<Row>>;
  readonly pageAt: (cursor: string | undefined) => string;
  readonly children: (rows: readonly Row[]) => ReactNode;
}) {
  return (
    <Loaded query={query}>
      {(page) => (
        <>
          {children(page.items)}
          <Pager nextCursor={page.nextCursor} pageAt={pageAt} />
        </>
      )}
    </Loaded>
  );
}

function Children({ orgId, cursor }: PartProps) {
  const list = useQuery({
    queryKey: ['org-children', orgId, cursor],
    queryFn: () => get<Listing<AdminOrg>>(api.adminOrgs({ parentId: orgId, cursor })),
    placeholderData: keepPreviousData,
  });
  return (
    <Paged query={list} pageAt={(next) => addressOf(orgId, 'children', next)}>
      {(rows) => (
        <DataTable
          caption="下级单位"
          columns={orgColumns.filter(({ key }) => key !== 'parent')}
          rows={rows}
          keyOf={(org) => org.orgId}
          empty={<EmptyView title="没有下级单位" />}
        />
      )}
    </Paged>
  );
}

const staffColumns: readonly Column<StaffItem>[] = [
  {
    key: 'name',
    title: '姓名',
    cell: (one) => (
      <Link to={pages.staffMember(one.staffId)} className="row-title" {...rowStop}>
        {one.name}
        <span className="sub">{one.login}</span>
      </Link>
    ),
  },
  {
    key: 'roles',
    title: '岗位',
    cell: (one) => (one.roles.length === 0 ? '没有岗位' : one.roles.map(({ roleZh }) => roleZh).join('、')),
  },
  { key: 'state', title: '状态', width: 150, cell: (one) => <Tag tone={staffTone[one.state]}>{one.stateZh}</Tag> },
];

function People({ orgId, cursor }: PartProps) {
  const list = useQuery({
    queryKey: ['staff', 'of', orgId, cursor],
    queryFn: () => get<Listing<StaffItem>>(api.staff({ orgId, cursor })),
    placeholderData: keepPreviousData,
  });
  return (
    <Paged query={list} pageAt={(next) => addressOf(orgId, 'people', next)}>
      {(rows) => (
        <DataTable
          caption="人员"
          columns={staffColumns}
          rows={rows}
          keyOf={(one) => one.staffId}
          empty={<EmptyView title="这个单位还没有人员">系统管理员在“人员”里邀请，安全管理员授予岗位。</EmptyView>}
        />
      )}
    </Paged>
  );
}

type RoutesProps = {
  readonly org: AdminOrgDetail;
  /** Null of who only looks. */
  readonly onAct: ((act: OrgAct) => void) | null;
};

function Routes({ org, onAct }: RoutesProps) {
  const next = (one: AdminOrgDetail['routes'][number]): string | null =>
    org.successors.find(({ role, region }) => role === one.role && region === one.region)?.name ?? null;
  const columns: readonly Column<AdminOrgDetail['routes'][number]>[] = [
    { key: 'role', title: '岗位', cell: (one) => one.roleZh },
    { key: 'region', title: '地区', cell: (one) => one.regionZh },
    { key: 'priority', title: '优先', align: 'right', width: 80, cell: (one) => one.priority },
    { key: 'next', title: '取消后由谁承办', cell: (one) => next(one) ?? '没有别的单位，先让接替的单位增加承办' },
    {
      key: 'act',
      title: '操作',
      width: 110,
      cell: (one) => {
        const successor = next(one);
        return onAct && successor !== null ? (
          <Button size="small" onClick={() => onAct(endRouteAct(org, one, successor))} {...rowStop}>
            取消承办
          </Button>
        ) : (
          '—'
        );
      },
    },
  ];
  return (
    <DataTable
      caption="承办的岗位和地区"
      columns={columns}
      rows={org.routes}
      keyOf={(one) => `${one.role}@${one.region}`}
      empty={<EmptyView title="不承办任何岗位">没有承办的岗位，办件不会按地区分到这里。</EmptyView>}
    />
  );
}

const historyColumns: readonly Column<AdminActItem>[] = [
  { key: 'at', title: '时间', width: 150, cell: (one) => <When at={one.at} /> },
  {
    key: 'who',
    title: '谁',
    width: 180,
    cell: (one) => (
      <>
        {one.actorName}
        <span className="sub">{one.actorRoleZh}</span>
      </>
    ),
  },
  { key: 'what', title: '做了什么', cell: (one) => one.title },
];

function History({ orgId, cursor }: PartProps) {
  const list = useQuery({
    queryKey: ['org-history', orgId, cursor],
    queryFn: () => get<Listing<AdminActItem>>(api.adminOrgHistory(orgId, { cursor })),
    placeholderData: keepPreviousData,
  });
  return (
    <Paged query={list} pageAt={(next) => addressOf(orgId, 'history', next)}>
      {(rows) => (
        <DataTable
          caption="变更记录"
          columns={historyColumns}
          rows={rows}
          keyOf={(one) => one.actId}
          empty={<EmptyView title="没有变更过">安装或导入时设立的单位，从第一次变更起有记录。</EmptyView>}
        />
      )}
    </Paged>
  );
}
