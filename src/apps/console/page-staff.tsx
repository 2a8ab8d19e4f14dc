// Everybody who has an account: found by name, with state and roles. The system administrator invites here.

import { Button, Input } from 'antd';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { StaffItem } from '#contract/identity';
import { ActDialog, SecretDialog, type ActField } from './act-dialog.tsx';
import { get, write } from './api.ts';
import type { Listing } from './api-types.ts';
import { DataTable, Pager, rowStop, type Column } from './data-table.tsx';
import { Tag } from './marks.tsx';
import { api, pages } from './paths.ts';
import { Link, navigate, useQueryParams } from './router.tsx';
import { useMe } from './session.tsx';
import { EmptyView, Loaded, PageHead } from './views.tsx';

export const staffTone = { invited: 'accent', active: 'green', suspended: 'yellow', closed: 'plain' } as const;

const columns: readonly Column<StaffItem>[] = [
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
  { key: 'org', title: '单位', cell: (one) => one.orgName },
  {
    key: 'roles',
    title: '岗位',
    cell: (one) =>
      one.roles.length === 0
        ? '没有岗位'
        : one.roles
            .map(({ roleZh, standsInFor }) => (standsInFor ? `${roleZh}（代${standsInFor}）` : roleZh))
            .join('、'),
  },
  { key: 'kind', title: '种类', width: 120, cell: (one) => one.kindZh, spare: true },
  { key: 'state', title: '状态', width: 150, cell: (one) => <Tag tone={staffTone[one.state]}>{one.stateZh}</Tag> },
];

const invitation: readonly ActField[] = [
  { name: 'name', label: '姓名', kind: 'text' },
  { name: 'login', label: '用户名', kind: 'text', help: '字母、数字、点、横线，例如姓名拼写加工号。' },
  { name: 'idNumber', label: '证件号码', kind: 'text', help: '只用来保证一人一个账号，系统不保存号码。' },
  { name: 'orgId', label: '单位', kind: 'org' },
  {
    name: 'kind',
    label: '账号种类',
    kind: 'choice',
    start: 'business',
    help: '以后不能改；三员账号不能兼办业务。',
    options: [
      { value: 'business', label: '业务人员' },
      { value: 'system_administrator', label: '系统管理员' },
      { value: 'security_administrator', label: '安全管理员' },
      { value: 'audit_administrator', label: '审计管理员' },
    ],
  },
];

export default function StaffPage() {
  const me = useMe();
  const client = useQueryClient();
  const { cursor, text } = useQueryParams();
  const [words, setWords] = useState(text ?? '');
  const [inviting, setInviting] = useState(false);
  const [link, setLink] = useState<string | null>(null);
  const list = useQuery({
    queryKey: ['staff', cursor, text],
    queryFn: () => get<Listing<StaffItem>>(api.staff({ cursor, text })),
    placeholderData: keepPreviousData,
  });
  const isSystem = me.roles.some(({ role }) => role === 'system_administrator');
  return (
    <>
      <PageHead
        title="人员"
        note="账号由系统管理员设立，岗位由安全管理员授予，全部行为由审计管理员查看。"
        extra={
          isSystem && (
            <Button type="primary" onClick={() => setInviting(true)}>
              邀请人员
            </Button>
          )
        }
      />
      <form
        className="bar"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          navigate(pages.staff({ text: words.trim() }));
        }}
      >
        <Input
          data-search=""
          aria-label="按姓名、用户名或单位查找"
          placeholder="姓名、用户名或单位（按 / 到这里）"
          value={words}
          onChange={(event) => setWords(event.target.value)}
          allowClear
          style={{ width: 300 }}
        />
        <Button htmlType="submit">查找</Button>
      </form>
      <Loaded query={list}>
        {(page) => (
          <>
            <DataTable
              caption="人员"
              columns={columns}
              rows={page.items}
              keyOf={(one) => one.staffId}
              empty={<EmptyView title="没有找到人员">换几个字试试，或清空查找框看全部。</EmptyView>}
            />
            <Pager nextCursor={page.nextCursor} pageAt={(next) => pages.staff({ text, cursor: next })} />
          </>
        )}
      </Loaded>
      {inviting && (
        <ActDialog
          title="邀请人员"
          note="对方用链接自己设口令和动态码；链接 72 小时内有效，只显示一次。"
          fields={invitation}
          submitZh="生成邀请链接"
          onClose={() => setInviting(false)}
          onSubmit={async (values) => {
            const made = await write<{ link: string }>(api.staff({}), values);
            setInviting(false);
            setLink(made.link);
            await client.invalidateQueries({ queryKey: ['staff'] });
          }}
        />
      )}
      {link && (
        <SecretDialog
          title="邀请链接"
          note="请把链接当面或用可靠的方式交给本人："
          secret={link}
          onClose={() => setLink(null)}
        />
      )}
    </>
  );
}
