// What somebody sees who was handed a link: sets a password and, for a new account, the authenticator. It stands before the login and
// reads the link's secret from behind the hash sign, which no server's log sees.

import { Alert, Button, Input } from 'antd';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState, type FormEvent } from 'react';
import type { LookAnswer } from '#contract/identity';
import { enter, sentenceOf } from './api.ts';
import { LabeledInput } from './field.tsx';
import { api, pages } from './paths.ts';
import { FaultView, LoadingView } from './views.tsx';

export function InvitationPage() {
  const [token] = useState(() => location.hash.slice(1));
  const found = useQuery({
    queryKey: ['invitation', token],
    queryFn: () => enter<LookAnswer>(api.invitationLook, { token }),
    retry: false,
    staleTime: Infinity,
  });
  useEffect(() => {
    document.title = '启用账号 · 工盾经办台';
  }, []);
  return (
    <div className="login-page">
      <main className="login-card">
        <h1>{found.data?.purpose === 'password' ? '设新口令' : '启用账号'}</h1>
        {found.data ? (
          <AcceptForm token={token} seen={found.data} />
        ) : found.error ? (
          <FaultView error={found.error} />
        ) : (
          <LoadingView />
        )}
      </main>
    </div>
  );
}

function AcceptForm({ token, seen }: { readonly token: string; readonly seen: LookAnswer }) {
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [code, setCode] = useState('');
  const [recovery, setRecovery] = useState('');
  const [failure, setFailure] = useState<unknown>(null);
  const [mismatch, setMismatch] = useState(false);
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState(false);
  const isNew = seen.purpose === 'invitation';
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setMismatch(password !== again);
    if (password !== again) return;
    setBusy(true);
    setFailure(null);
    try {
      await enter(api.invitationAccept, {
        token,
        password,
        ...(code ? { code } : {}),
        ...(recovery ? { recovery } : {}),
      });
      setDone(true);
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  const said = failure === null ? null : sentenceOf(failure);
  if (done)
    return (
      <>
        <Alert
          type="success"
          showIcon
          title={isNew ? '账号已经启用。' : '新口令已经设好。'}
          description={`用户名：${seen.login}`}
        />
        <p>
          <a href={pages.login()}>去登录</a>
        </p>
      </>
    );
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="login-form">
      <p>
        {seen.name}（{seen.orgName}），用户名 <strong>{seen.login}</strong>
      </p>
      {said && <Alert type="error" showIcon role="alert" title={said.what} description={said.next} />}
      <LabeledInput label="新口令" required help="至少 10 位，含大写、小写、数字、符号中的三种；或至少 16 位。">
        {(control) => (
          <Input.Password
            {...control}
            value={password}
            onChange={(event) => setPassword(event.target.value)}
            autoComplete="new-password"
          />
        )}
      </LabeledInput>
      <LabeledInput label="再输一次" required error={mismatch ? '两次填写的口令不一样。' : undefined}>
        {(control) => (
          <Input.Password
            {...control}
            value={again}
            onChange={(event) => setAgain(event.target.value)}
            autoComplete="new-password"
          />
        )}
      </LabeledInput>
      {seen.totpSecret && (
        <p>
          在手机的身份验证器里添加账号，选“手动输入密钥”：
          <br />
          <span className="mono secret">{seen.totpSecret.replaceAll(/(.{4})/g, '$1 ')}</span>
        </p>
      )}
      <LabeledInput label="动态码" required={isNew} help="验证器里显示的 6 位数字。">
        {(control) => (
          <Input
            {...control}
            value={code}
            onChange={(event) => setCode(event.target.value)}
            inputMode="numeric"
            autoComplete="one-time-code"
          />
        )}
      </LabeledInput>
      {!isNew && (
        <LabeledInput label="重置码" help="验证器也丢了的，填安全管理员给的重置码，动态码不填。">
          {(control) => <Input {...control} value={recovery} onChange={(event) => setRecovery(event.target.value)} />}
        </LabeledInput>
      )}
      <Button type="primary" htmlType="submit" size="large" block loading={busy}>
        {isNew ? '启用账号' : '设新口令'}
      </Button>
    </form>
  );
}
