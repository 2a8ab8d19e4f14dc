// What of the identity provider opens this account: registered by a system administrator, confirmed by a security administrator, ended by
// either. The server decides in any case.

import { Button } from 'antd';
import type { StaffDetail } from '#contract/identity';
import { DataTable, type Column } from './data-table.tsx';
import { Tag, When } from './marks.tsx';
import type { ActField, ActValues } from './act-dialog.tsx';
import { api } from './paths.ts';
import { EmptyView } from './views.tsx';

export type StaffAct = {
  readonly title: string;
  readonly url: string;
  readonly fields: readonly ActField[];
  readonly note?: string;
  readonly danger?: boolean;
  readonly fixed?: ActValues;
};
type Subject = StaffDetail['subjects'][number];

const reason = { name: 'reason', label: '理由', kind: 'text' } as const;
const urlOf = (one: StaffDetail) => `${api.staffMember(one.staffId)}/subject`;

export function subjectActs(one: StaffDetail): readonly StaffAct[] {
  if (!one.can.linkSubject || one.state === 'closed' || one.subjects.length > 0) return [];
  const subject = {
    name: 'subject',
    label: '认证标识',
    kind: 'text',
    help: '由本人在登录页看到后告知，不是邮箱。',
  } as const;
  const note = '登记后由安全管理员确认才生效。请与本人当面核对，认证标识错了，别人就能登录这个账号。';
  return [{ title: '登记统一身份认证', url: urlOf(one), fields: [subject, reason], note }];
}

export function SubjectList({ one, onAct }: { readonly one: StaffDetail; readonly onAct: (act: StaffAct) => void }) {
  if (one.subjects.length === 0 && !one.can.linkSubject) return null;
  const mayEnd = one.can.administer || one.can.grant;
  const columns: readonly Column<Subject>[] = [
    {
      key: 'subject',
      title: '认证标识',
      cell: (link) => (
        <>
          <span className="mono">{link.subject}</span>
          <span className="sub">{link.issuer}</span>
        </>
      ),
    },
    {
      key: 'proposed',
      title: '登记',
      cell: (link) => (
        <>
          {link.proposedBy}
          <span className="sub">
            <When at={link.proposedAt} />
          </span>
        </>
      ),
    },
    {
      key: 'confirmed',
      title: '确认',
      cell: (link) => (link.confirmedBy ? link.confirmedBy : <Tag tone="yellow">等待安全管理员确认</Tag>),
    },
    {
      key: 'act',
      title: '操作',
      width: 160,
      cell: (link) => (
        <span className="marks">
          {!link.confirmedBy && one.can.grant && (
            <Button
              size="small"
              type="primary"
              onClick={() =>
                onAct({
                  title: '确认统一身份认证',
                  url: `${urlOf(one)}/confirm`,
                  fields: [],
                  fixed: { linkId: link.linkId },
                  note: `确认后，${link.issuer} 上的“${link.subject}”就能登录“${one.name}”的账号。`,
                })
              }
            >
              确认
            </Button>
          )}
          {mayEnd && (
            <Button
              size="small"
              onClick={() =>
                onAct({
                  title: '解除统一身份认证',
                  url: `${urlOf(one)}/remove`,
                  fields: [reason],
                  fixed: { linkId: link.linkId },
                  note: '解除立即生效，这个人现有的登录一并结束；工号和密码照常可用。',
                })
              }
            >
              解除
            </Button>
          )}
          {!mayEnd && '—'}
        </span>
      ),
    },
  ];
  return (
    <>
      <h2>统一身份认证</h2>
      <DataTable
        caption="统一身份认证"
        columns={columns}
        rows={one.subjects}
        keyOf={(link) => link.linkId}
        empty={<EmptyView title="没有登记">登记并确认后，本人可以从统一身份认证登录。</EmptyView>}
      />
    </>
  );
}
