// One account: state, roles held and once held, stand-ins, and what the administrator who looks may do. A blocked act is not shown;
// the server decides in any case.

import { App, Button } from 'antd';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { roles as catalogueRoles } from '#catalog/roles';
import type { StaffDetail } from '#contract/identity';
import { ActDialog, SecretDialog, type ActField, type ActValues } from './act-dialog.tsx';
import { get, write } from './api.ts';
import { DataTable, type Column } from './data-table.tsx';
import { Tag, When } from './marks.tsx';
import { staffTone } from './page-staff.tsx';
import { api, pages } from './paths.ts';
import { Link } from './router.tsx';
import { subjectActs, SubjectList, type StaffAct } from './staff-subject.tsx';
import { EmptyView, Loaded, PageHead } from './views.tsx';

type Answer = { readonly link?: string; readonly code?: string; readonly state?: string };

const reason: ActField = { name: 'reason', label: '理由', kind: 'text' };

export default function StaffMemberPage({ staffId }: { readonly staffId: string }) {
  const { message } = App.useApp();
  const client = useQueryClient();
  const [act, setAct] = useState<StaffAct | null>(null);
  const [secret, setSecret] = useState<{ title: string; note: string; secret: string } | null>(null);
  const found = useQuery({
    queryKey: ['staff-member', staffId],
    queryFn: () => get<StaffDetail>(api.staffMember(staffId)),
  });
  const submit = async (values: ActValues): Promise<void> => {
    if (!act) return;
    const given = Object.fromEntries(Object.entries({ ...values, ...act.fixed }).filter(([, value]) => value !== ''));
    const answer = await write<Answer>(act.url, given);
    setAct(null);
    if (answer.link)
      setSecret({ title: act.title, note: '请把链接交给本人，设新口令时还要有第二验证：', secret: answer.link });
    else if (answer.code)
      setSecret({
        title: act.title,
        note: `请当面把重置码交给本人，${act.title === '重置安全密钥' ? '登记新密钥' : '登录时口令之后'}填写：`,
        secret: answer.code,
      });
    else void message.success(answer.state === 'waiting' ? '已提交，等待另一名安全管理员复核。' : '已办好。');
    await client.invalidateQueries({ queryKey: ['staff-member', staffId] });
    await client.invalidateQueries({ queryKey: ['staff'] });
  };
  return (
    <Loaded query={found} title="账号">
      {(one) => (
        <>
          <PageHead
            title={one.name}
            note={
              <>
                {one.login} · {one.orgName} · {one.kindZh} <Tag tone={staffTone[one.state]}>{one.stateZh}</Tag>
              </>
            }
            extra={<Acts one={one} onAct={setAct} />}
          />
          <h2>现有岗位</h2>
          <HeldRoles one={one} onAct={setAct} />
          {one.proposals.length > 0 && (
            <p className="soft">
              有 {one.proposals.filter(({ state }) => state === 'waiting').length} 件岗位变动等待复核，见
              <Link to={pages.roleProposals()}>授权复核</Link>。
            </p>
          )}
          <h2>岗位记录</h2>
          <History one={one} />
          {one.substitutions.length > 0 && (
            <>
              <h2>代办</h2>
              <ul>
                {one.substitutions.map((each) => (
                  <li key={each.substitutionId}>
                    {each.substituteName}代{each.staffName}办“{each.roleZh}”，{each.fromDay} 至 {each.untilDay}（
                    {{ coming: '未开始', running: '进行中', over: '已结束' }[each.state]}）
                  </li>
                ))}
              </ul>
            </>
          )}
          <SubjectList one={one} onAct={setAct} />
          {act && (
            <ActDialog
              title={act.title}
              fields={act.fields}
              submitZh={act.title}
              onSubmit={submit}
              onClose={() => setAct(null)}
              {...(act.note ? { note: act.note } : {})}
              {...(act.danger ? { danger: true } : {})}
            />
          )}
          {secret && <SecretDialog {...secret} onClose={() => setSecret(null)} />}
        </>
      )}
    </Loaded>
  );
}

function Acts({ one, onAct }: { readonly one: StaffDetail; readonly onAct: (act: StaffAct) => void }) {
  const url = api.staffMember(one.staffId);
  const { can, state, kind } = one;
  const acts: StaffAct[] = [];
  if (can.administer && (state === 'active' || state === 'invited')) {
    const title = state === 'invited' ? '重发邀请链接' : '重设口令';
    acts.push({ title, url: `${url}/link`, fields: [], note: '旧链接同时作废。' });
    acts.push({
      title: '停用账号',
      url: `${url}/suspend`,
      fields: [reason],
      note: '登录立即失效，领走的任务退回单位。',
    });
  }
  if (can.administer && state === 'suspended') acts.push({ title: '恢复账号', url: `${url}/resume`, fields: [reason] });
  if (can.administer && state !== 'closed') {
    const note = '注销后不能恢复；离职、调走时使用。';
    acts.push({ title: '注销账号', url: `${url}/close`, fields: [reason], note, danger: true });
  }
  acts.push(...subjectActs(one));
  if (can.grant && state !== 'closed') {
    acts.push({
      title: '授予岗位',
      url: `${url}/roles`,
      fields: grantFields(kind),
      note: '标有“复核”的岗位要另一名安全管理员同意。',
    });
    if (state !== 'invited') {
      const note = '原来的验证器立即失效；重置码配合本人的口令才能登录。';
      acts.push({ title: '重置第二验证', url: `${url}/second-factor`, fields: [reason], note });
      acts.push({
        title: '重置安全密钥',
        url: `${url}/keys/reset`,
        fields: [reason],
        note: '本人登记的密钥全部移除，登录退出；凭重置码才能重新登记，在此之前不能同意付款。',
      });
    }
  }
  return (
    <span className="marks">
      {acts.map((act) => (
        <Button key={act.title} danger={act.danger ?? false} onClick={() => onAct(act)}>
          {act.title}
        </Button>
      ))}
    </span>
  );
}

function grantFields(kind: StaffDetail['kind']): readonly ActField[] {
  const fits = (role: string, group: string): boolean =>
    kind === 'business'
      ? ['department', 'external'].includes(group) || role === 'enterprise_administrator'
      : role === kind;
  const options = Object.entries(catalogueRoles)
    .filter(([role, { kind: group }]) => fits(role, group))
    .map(([value, { zh }]) => ({ value, label: zh }));
  return [
    { name: 'role', label: '岗位', kind: 'choice', options },
    { name: 'orgId', label: '在哪个单位', kind: 'org' },
    { name: 'fromDay', label: '从哪天起', kind: 'day', optional: true, help: '不填为今天。' },
    { name: 'untilDay', label: '到哪天止', kind: 'day', optional: true, help: '不填为长期。' },
    reason,
  ];
}

function HeldRoles({ one, onAct }: { readonly one: StaffDetail; readonly onAct: (act: StaffAct) => void }) {
  const columns: readonly Column<StaffDetail['roles'][number]>[] = [
    {
      key: 'role',
      title: '岗位',
      cell: (held) => (
        <>
          {held.roleZh} {held.critical && <Tag tone="accent">双人复核</Tag>}
          {held.standsInFor && <span className="sub">代{held.standsInFor}办理</span>}
        </>
      ),
    },
    { key: 'org', title: '单位', cell: (held) => held.orgName },
    {
      key: 'act',
      title: '操作',
      width: 120,
      cell: (held) =>
        one.can.grant && !held.standsInFor ? (
          <Button
            size="small"
            onClick={() =>
              onAct({
                title: '收回岗位',
                url: `${api.staffMember(one.staffId)}/roles/take`,
                fields: [reason],
                fixed: { role: held.role, orgId: held.orgId },
                note: `${held.orgName}“${held.roleZh}”`,
              })
            }
          >
            收回
          </Button>
        ) : (
          '—'
        ),
    },
  ];
  return (
    <DataTable
      caption="现有岗位"
      columns={columns}
      rows={one.roles}
      keyOf={(held) => `${held.role}@${held.orgId}${held.standsInFor ?? ''}`}
      empty={<EmptyView title="没有岗位">安全管理员授予岗位后，本人才能办件。</EmptyView>}
    />
  );
}

const historyColumns: readonly Column<StaffDetail['history'][number]>[] = [
  { key: 'role', title: '岗位', cell: (row) => row.roleZh },
  { key: 'org', title: '单位', cell: (row) => row.orgName },
  { key: 'from', title: '起', width: 120, cell: (row) => row.fromDay },
  {
    key: 'until',
    title: '止',
    width: 120,
    cell: (row) => (row.untilDay === null ? '长期' : row.untilDay < row.fromDay ? '已收回' : row.untilDay),
  },
  { key: 'by', title: '经手', cell: (row) => row.givenBy ?? '安装时' },
];

function History({ one }: { readonly one: StaffDetail }) {
  return (
    <>
      <DataTable
        caption="岗位记录"
        columns={historyColumns}
        rows={one.history}
        keyOf={(row) => JSON.stringify(row)}
        empty={<EmptyView title="没有记录" />}
      />
      {one.invitedAt && (
        <p className="soft">
          邀请于 <When at={one.invitedAt} />
        </p>
      )}
    </>
  );
}
