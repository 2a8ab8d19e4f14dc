// One's own account: keys, password, where one is logged in, who stands in while one is away, and what was done with the account.

import { App, Button } from 'antd';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { OwnAccount } from '#contract/identity';
import { AccountKeys } from './account-keys.tsx';
import { AccountStandIns } from './account-stand-ins.tsx';
import { ActDialog, type ActField, type ActValues } from './act-dialog.tsx';
import { ApiError, enter, get, setCsrf, write } from './api.ts';
import { When } from './marks.tsx';
import { api } from './paths.ts';
import { Loaded, PageHead } from './views.tsx';

const passwordFields: readonly ActField[] = [
  { name: 'current', label: '现用口令', kind: 'secret' },
  { name: 'next', label: '新口令', kind: 'secret', help: '至少 10 位，含三种字符；或至少 16 位。不能含用户名。' },
  { name: 'again', label: '再输一遍新口令', kind: 'secret' },
  { name: 'code', label: '动态码', kind: 'code' },
];

export default function AccountPage() {
  const client = useQueryClient();
  const found = useQuery({ queryKey: ['account'], queryFn: () => get<OwnAccount>(api.account) });
  const reload = () => client.invalidateQueries({ queryKey: ['account'] });
  return (
    <Loaded query={found} title="我的账户">
      {(account) => (
        <>
          <PageHead title="我的账户" note={`${account.name}（${account.login}）· ${account.orgName}`} />
          <AccountKeys account={account} onChanged={reload} />
          <Password onChanged={reload} />
          <Sessions account={account} onChanged={reload} />
          <AccountStandIns />
          <Events account={account} />
        </>
      )}
    </Loaded>
  );
}

type Part = { readonly account: OwnAccount; readonly onChanged: () => Promise<unknown> };

function Password({ onChanged }: Pick<Part, 'onChanged'>) {
  const { message } = App.useApp();
  const [open, setOpen] = useState(false);
  const submit = async ({ current, next, again, code }: ActValues): Promise<void> => {
    if (next !== again) throw new ApiError(422, 'again', '两次输入的新口令不一样。', '请重新输入。');
    const { csrf } = await enter<{ csrf: string }>(api.password, { current, next, code });
    setCsrf(csrf);
    setOpen(false);
    void message.success('口令已更改，其他地方的登录已退出。');
    await onChanged();
  };
  return (
    <section aria-labelledby="password-title">
      <h2 id="password-title">口令与动态码</h2>
      <p>
        <Button onClick={() => setOpen(true)}>更改口令</Button>
      </p>
      <p className="soft gap">手机换了、动态码用不了：请当面找安全管理员重置第二验证，凭重置码登录后装新的验证器。</p>
      {open && (
        <ActDialog
          title="更改口令"
          note="更改后，其他地方的登录都会退出，本页不用重新登录。"
          fields={passwordFields}
          submitZh="更改口令"
          onSubmit={submit}
          onClose={() => setOpen(false)}
        />
      )}
    </section>
  );
}

function Sessions({ account, onChanged }: Part) {
  const { message } = App.useApp();
  const others = account.sessions.filter((one) => !one.current).length;
  const end = async (): Promise<void> => {
    const { ended } = await write<{ ended: number }>(api.endSessions, {});
    void message.success(`已退出 ${ended} 处登录。`);
    await onChanged();
  };
  return (
    <section aria-labelledby="sessions-title">
      <h2 id="sessions-title">登录着的地方</h2>
      <ul>
        {account.sessions.map((one) => (
          <li key={`${one.since}${one.seenAt}`}>
            <When at={one.since} /> 登录，最近使用 <When at={one.seenAt} />
            {one.current && <strong>（就是这里）</strong>}
          </li>
        ))}
      </ul>
      {others > 0 && (
        <p>
          <Button danger onClick={() => void end()}>
            退出其他 {others} 处
          </Button>
        </p>
      )}
    </section>
  );
}

function Events({ account }: Pick<Part, 'account'>) {
  return (
    <section aria-labelledby="events-title">
      <h2 id="events-title">与本账号有关的办理</h2>
      {account.events.length === 0 ? (
        <p className="soft">还没有。管理员重置口令、第二验证、密钥，变动岗位，都会记在这里。</p>
      ) : (
        <>
          <ul>
            {account.events.map((one) => (
              <li key={`${one.at}${one.title}`}>
                <When at={one.at} /> {one.title}
                {one.by && <span className="sub">{one.by}</span>}
              </li>
            ))}
          </ul>
          <p className="soft gap">不是您知道的，请立即告诉安全管理员。</p>
        </>
      )}
    </section>
  );
}
