// A company's own administrator: the keys of its programs with when and where each was used, and its clerks.

import { App, Button } from 'antd';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { scopeZh, scopes, type KeyItem, type KeyUseItem } from '#contract/enterprise';
import type { StaffItem } from '#contract/identity';
import { ActDialog, SecretDialog, type ActField, type ActValues } from './act-dialog.tsx';
import { get, write } from './api.ts';
import type { Listing } from './api-types.ts';
import { DataTable, type Column } from './data-table.tsx';
import { Dialog } from './dialog.tsx';
import { Tag, When } from './marks.tsx';
import { api } from './paths.ts';
import { EmptyView, Loaded, PageHead } from './views.tsx';

type Act = {
  readonly title: string;
  readonly url: string;
  readonly fields: readonly ActField[];
  readonly note?: string;
};

const keyFields: readonly ActField[] = [
  { name: 'name', label: '用在哪里', kind: 'text' },
  {
    name: 'scopes',
    label: '权限',
    kind: 'several',
    options: scopes.map((value) => ({ value, label: scopeZh[value] })),
  },
  { name: 'days', label: '有效天数', kind: 'number', start: '90', help: '最长 365 天。' },
  { name: 'ratePerMinute', label: '每分钟最多调用次数', kind: 'number', start: '60' },
];
const rotateFields: readonly ActField[] = [
  {
    name: 'overlapHours',
    label: '旧密钥再用几小时',
    kind: 'number',
    start: '24',
    help: '换好之前两个都能用，最多 168 小时。',
  },
  { name: 'days', label: '新密钥的有效天数', kind: 'number', start: '90' },
];
const clerkFields: readonly ActField[] = [
  { name: 'name', label: '姓名', kind: 'text' },
  { name: 'login', label: '用户名', kind: 'text' },
  { name: 'idNumber', label: '证件号码', kind: 'text', help: '只用来保证一人一个账号，系统不保存号码。' },
  {
    name: 'role',
    label: '岗位',
    kind: 'choice',
    options: [
      { value: 'enterprise', label: '企业／站点经办人' },
      { value: 'platform_company', label: '平台企业经办人' },
    ],
  },
];
const keyTone = { live: 'green', ending: 'yellow', over: 'plain' } as const;
const whole = new Set(['days', 'ratePerMinute', 'overlapHours']);

function bodyOf(values: ActValues): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (whole.has(name)) return [name, Number(value)];
      return [name, name === 'scopes' ? value.split(',').filter(Boolean) : value];
    }),
  );
}

export default function ApiKeysPage() {
  const { message } = App.useApp();
  const client = useQueryClient();
  const [act, setAct] = useState<Act | null>(null);
  const [secret, setSecret] = useState<{ title: string; note: string; secret: string } | null>(null);
  const [shown, setShown] = useState<KeyItem | null>(null);
  const keys = useQuery({
    queryKey: ['api-keys'],
    queryFn: () => get<{ readonly items: readonly KeyItem[] }>(api.apiKeys),
  });
  const clerks = useQuery({
    queryKey: ['clerks'],
    queryFn: () => get<{ readonly items: readonly StaffItem[] }>(api.clerks),
  });
  const submit = async (values: ActValues): Promise<void> => {
    if (!act) return;
    const answer = await write<{ key?: string; link?: string }>(act.url, bodyOf(values));
    setAct(null);
    if (answer.key)
      setSecret({ title: '接口密钥', note: '请现在就存进您的程序；离开后只能更换：', secret: answer.key });
    else if (answer.link) setSecret({ title: '邀请链接', note: '请交给本人，72 小时内有效：', secret: answer.link });
    else void message.success('已办好。');
    await client.invalidateQueries({ queryKey: ['api-keys'] });
    await client.invalidateQueries({ queryKey: ['clerks'] });
  };
  const keyColumns: readonly Column<KeyItem>[] = [
    {
      key: 'name',
      title: '密钥',
      cell: (one) => (
        <>
          {one.name} <span className="mono">…{one.hint}</span>
          <span className="sub">{one.scopesZh.join('、')}</span>
        </>
      ),
    },
    {
      key: 'state',
      title: '状态',
      cell: (one) => <Tag tone={keyTone[one.state]}>{one.stateZh}</Tag>,
    },
    { key: 'until', title: '到期', width: 130, cell: (one) => <When at={one.expiresAt} /> },
    {
      key: 'used',
      title: '最近使用',
      width: 130,
      cell: (one) => (one.lastUsedAt ? <When at={one.lastUsedAt} /> : '没有用过'),
    },
    {
      key: 'act',
      title: '操作',
      width: 230,
      cell: (one) => (
        <span className="marks">
          <Button size="small" onClick={() => setShown(one)}>
            调用记录
          </Button>
          {one.state === 'live' && (
            <Button
              size="small"
              onClick={() => setAct({ title: '更换密钥', url: api.apiKey(one.keyId, 'rotate'), fields: rotateFields })}
            >
              更换
            </Button>
          )}
          {one.state !== 'over' && (
            <Button
              size="small"
              danger
              onClick={() =>
                setAct({
                  title: '停用密钥',
                  url: api.apiKey(one.keyId, 'revoke'),
                  fields: [],
                  note: `“${one.name}”立即不能再用，不能恢复。`,
                })
              }
            >
              停用
            </Button>
          )}
        </span>
      ),
    },
  ];
  const clerkColumns: readonly Column<StaffItem>[] = [
    { key: 'name', title: '姓名', cell: (one) => `${one.name}（${one.login}）` },
    { key: 'role', title: '岗位', cell: (one) => one.roles.map(({ roleZh }) => roleZh).join('、') || '没有岗位' },
    { key: 'state', title: '状态', width: 150, cell: (one) => one.stateZh },
    {
      key: 'act',
      title: '操作',
      width: 100,
      cell: (one) =>
        one.state === 'closed' || one.roles.some(({ role }) => role === 'enterprise_administrator') ? (
          '—'
        ) : (
          <Button
            size="small"
            danger
            onClick={() =>
              setAct({
                title: '移除经办人',
                url: api.removeClerk(one.staffId),
                fields: [{ name: 'reason', label: '理由', kind: 'text' }],
                note: `${one.name}的账号会注销，领走的任务退回本单位。`,
              })
            }
          >
            移除
          </Button>
        ),
    },
  ];
  return (
    <>
      <PageHead title="企业管理" note="本企业的经办人，和程序用的接口密钥。接口说明见 /api/openapi.json。" />
      <h2>接口密钥</h2>
      <Button className="gap" onClick={() => setAct({ title: '新建密钥', url: api.apiKeys, fields: keyFields })}>
        新建密钥
      </Button>
      <Loaded query={keys}>
        {({ items }) => (
          <DataTable
            caption="接口密钥"
            columns={keyColumns}
            rows={items}
            keyOf={(one) => one.keyId}
            empty={<EmptyView title="还没有密钥">需要用程序报送接单信息、发起办件时，新建一个。</EmptyView>}
          />
        )}
      </Loaded>
      <h2>经办人</h2>
      <Button className="gap" onClick={() => setAct({ title: '邀请经办人', url: api.clerks, fields: clerkFields })}>
        邀请经办人
      </Button>
      <Loaded query={clerks}>
        {({ items }) => (
          <DataTable
            caption="经办人"
            columns={clerkColumns}
            rows={items}
            keyOf={(one) => one.staffId}
            empty={<EmptyView title="还没有经办人" />}
          />
        )}
      </Loaded>
      {act && (
        <ActDialog
          title={act.title}
          fields={act.fields}
          submitZh={act.title}
          onSubmit={submit}
          onClose={() => setAct(null)}
          {...(act.note ? { note: act.note } : {})}
        />
      )}
      {secret && <SecretDialog {...secret} onClose={() => setSecret(null)} />}
      {shown && <Uses of={shown} onClose={() => setShown(null)} />}
    </>
  );
}

const useColumns: readonly Column<KeyUseItem>[] = [
  { key: 'at', title: '时间', width: 150, cell: (one) => <When at={one.at} /> },
  { key: 'call', title: '调用', cell: (one) => `${one.method} ${one.route}` },
  { key: 'status', title: '结果', width: 80, cell: (one) => one.status },
  { key: 'address', title: '来自', cell: (one) => one.address },
];

function Uses({ of, onClose }: { readonly of: KeyItem; readonly onClose: () => void }) {
  const found = useQuery({
    queryKey: ['api-key-uses', of.keyId],
    queryFn: () => get<Listing<KeyUseItem>>(api.apiKeyUses(of.keyId)),
  });
  return (
    <Dialog title={`“${of.name}”最近的调用`} onClose={onClose} wide>
      <Loaded query={found}>
        {({ items }) => (
          <DataTable
            caption="调用记录"
            columns={useColumns}
            rows={items}
            keyOf={(one) => one.useId}
            empty={<EmptyView title="没有调用过" />}
          />
        )}
      </Loaded>
    </Dialog>
  );
}
