// One's security keys: enrolled after a fresh code, named, removed. Approving payments asks for one of them.

import { Alert, App, Button } from 'antd';
import { useState } from 'react';
import type { KeyBeginAnswer, KeyItem, OwnAccount } from '#contract/identity';
import { ActDialog, type ActField, type ActValues } from './act-dialog.tsx';
import { write } from './api.ts';
import { DataTable, type Column } from './data-table.tsx';
import { When } from './marks.tsx';
import { api } from './paths.ts';
import { canUseKeys, createKey, signWith } from './security-key.ts';
import { EmptyView } from './views.tsx';

type Props = { readonly account: OwnAccount; readonly onChanged: () => Promise<unknown> };

const code: ActField = { name: 'code', label: '动态码', kind: 'code', help: '登录时用过的要等下一个。' };
const name: ActField = { name: 'name', label: '给密钥起个名字', kind: 'text', help: '例如“蓝色U盘”，丢了好认。' };
const recovery: ActField = { name: 'recovery', label: '重置码', kind: 'text', help: '由安全管理员当面给您。' };

export function AccountKeys({ account, onChanged }: Props) {
  const { message } = App.useApp();
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<KeyItem | null>(null);
  const add = async (values: ActValues): Promise<void> => {
    const { code: given = '', recovery: reset = '' } = values;
    const begun = await write<KeyBeginAnswer>(api.keysBegin, { code: given, ...(reset ? { recovery: reset } : {}) });
    const proof = begun.request ? await signWith(begun.request) : null;
    const credential = await createKey(begun.creation);
    await write(api.keys, { enrolId: begun.enrolId, name: values['name'] ?? '', credential, proof });
    setAdding(false);
    void message.success('安全密钥已登记。');
    await onChanged();
  };
  const remove = async (values: ActValues): Promise<void> => {
    if (!removing) return;
    await write(api.keyRemove(removing.keyId), { code: values['code'] ?? '' });
    setRemoving(null);
    void message.success('安全密钥已移除。');
    await onChanged();
  };
  const columns: readonly Column<KeyItem>[] = [
    { key: 'name', title: '密钥', cell: (one) => one.name },
    { key: 'enrolled', title: '登记时间', width: 160, cell: (one) => <When at={one.enrolledAt} /> },
    {
      key: 'used',
      title: '最近使用',
      width: 160,
      cell: (one) => (one.lastUsedAt ? <When at={one.lastUsedAt} /> : '没有用过'),
    },
    {
      key: 'act',
      title: '操作',
      width: 100,
      cell: (one) => (
        <Button size="small" danger onClick={() => setRemoving(one)}>
          移除
        </Button>
      ),
    },
  ];
  const usable = account.canUseKeys && canUseKeys();
  return (
    <section aria-labelledby="keys-title">
      <h2 id="keys-title">安全密钥</h2>
      <p className="soft">
        复核付款时，用它签名证明是您本人同意。登记一把之后，没有密钥就不能同意付款；建议登记两把，分开放。
      </p>
      {account.keyNeed === 'code' && (
        <Alert
          type="warning"
          showIcon
          className="gap"
          title="您的密钥已全部移除，现在不能同意付款"
          description="请当面向安全管理员申请“重置安全密钥”，凭重置码重新登记。"
        />
      )}
      {account.keys.length === 0 ? (
        account.keyNeed === 'first' && <EmptyView title="还没有安全密钥" />
      ) : (
        <DataTable
          caption="登记着的密钥"
          columns={columns}
          rows={account.keys}
          keyOf={(one) => one.keyId}
          empty={<EmptyView title="还没有安全密钥" />}
        />
      )}
      {usable ? (
        <p className="gap">
          <Button onClick={() => setAdding(true)}>登记安全密钥</Button>
        </p>
      ) : (
        <p className="soft">
          {account.canUseKeys
            ? '这个浏览器不支持安全密钥，请换新版浏览器。'
            : '本系统的网址不能使用安全密钥，要以域名和 https 访问；请联系运维人员。'}
        </p>
      )}
      {adding && (
        <ActDialog
          title="登记安全密钥"
          note={
            account.keyNeed === 'proof'
              ? '先触碰一把已登记的密钥，再触碰新的；浏览器会提示两次。'
              : '按下之后，请按浏览器的提示触碰密钥，并输入 PIN 或按指纹。'
          }
          fields={account.keyNeed === 'code' ? [name, code, recovery] : [name, code]}
          submitZh="登记"
          onSubmit={add}
          onClose={() => setAdding(false)}
        />
      )}
      {removing && (
        <ActDialog
          title="移除安全密钥"
          note={`移除“${removing.name}”以后它不能再签名。${
            account.keys.length === 1
              ? '这是最后一把：移除后要安全管理员的重置码才能再登记，在此之前不能同意付款。'
              : ''
          }`}
          fields={[code]}
          submitZh="移除"
          danger
          onSubmit={remove}
          onClose={() => setRemoving(null)}
        />
      )}
    </section>
  );
}
