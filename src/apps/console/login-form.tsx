// Password, then the code of the authenticator. In demonstration mode the accounts are listed and one press fills both; where
// there is no demonstration the list does not exist and nothing of it is shown.

import { Alert, Button, Input } from 'antd';
import { useRef, useState, type FormEvent } from 'react';
import { enter, sentenceOf, setCsrf } from './api.ts';
import { DemoAccounts } from './demo-accounts.tsx';
import { LabeledInput } from './field.tsx';
import { api } from './paths.ts';

type Props = {
  readonly onDone: () => unknown;
  /** Who has come back from the identity provider has only the code before him. */
  readonly proven?: boolean;
};

export function LoginForm({ onDone, proven = false }: Props) {
  const [stage, setStage] = useState<'password' | 'totp' | 'recover' | 'enrol'>(proven ? 'totp' : 'password');
  const [recovery, setRecovery] = useState('');
  const [secret, setSecret] = useState('');
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const totp = useRef('');

  const attempt = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  const sendPassword = (given: { login: string; password: string }) =>
    attempt(async () => {
      await enter(api.login, given);
      setPassword('');
      setCode(totp.current);
      setStage('totp');
    });
  const sendCode = () =>
    attempt(async () => {
      const { csrf } = await enter<{ csrf: string }>(api.totp, { code: code.replace(/\s/g, '') });
      setCsrf(csrf);
      await onDone();
    });
  const lookAtRecovery = () =>
    attempt(async () => {
      const { totpSecret } = await enter<{ totpSecret: string }>(api.recoverLook, { recovery });
      setSecret(totpSecret);
      setCode('');
      setStage('enrol');
    });
  const enrol = () =>
    attempt(async () => {
      const { csrf } = await enter<{ csrf: string }>(api.recoverAccept, { recovery, code: code.replace(/\s/g, '') });
      setCsrf(csrf);
      await onDone();
    });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (stage === 'totp') void sendCode();
    else if (stage === 'recover') void lookAtRecovery();
    else if (stage === 'enrol') void enrol();
    else if (login.trim() !== '' && password !== '') void sendPassword({ login: login.trim(), password });
    else setError(new EmptyLogin());
  };
  const said =
    error instanceof EmptyLogin ? { what: '请填写工号和密码。', next: null } : error ? sentenceOf(error) : null;

  return (
    <>
      <form onSubmit={submit} className="login-form" noValidate>
        {said && <Alert type="error" showIcon title={said.what} description={said.next} role="alert" />}
        {stage === 'password' ? (
          <>
            <LabeledInput label="工号">
              {(props) => (
                <Input
                  {...props}
                  value={login}
                  onChange={(event) => setLogin(event.target.value)}
                  autoComplete="username"
                  autoFocus
                  size="large"
                />
              )}
            </LabeledInput>
            <LabeledInput label="密码">
              {(props) => (
                <Input.Password
                  {...props}
                  visibilityToggle={false}
                  value={password}
                  onChange={(event) => setPassword(event.target.value)}
                  autoComplete="current-password"
                  size="large"
                />
              )}
            </LabeledInput>
          </>
        ) : stage === 'recover' ? (
          <LabeledInput label="重置码" help="安全管理员当面给您的 16 位重置码。">
            {(props) => (
              <Input
                {...props}
                value={recovery}
                onChange={(event) => setRecovery(event.target.value)}
                autoFocus
                size="large"
              />
            )}
          </LabeledInput>
        ) : (
          <LabeledInput label="动态验证码" help="打开手机上的身份验证器，填写 6 位数字。">
            {(props) => (
              <Input
                {...props}
                value={code}
                onChange={(event) => setCode(event.target.value)}
                inputMode="numeric"
                autoComplete="one-time-code"
                maxLength={8}
                autoFocus
                size="large"
              />
            )}
          </LabeledInput>
        )}
        <Button type="primary" htmlType="submit" size="large" block loading={busy}>
          {stage === 'password' || stage === 'recover' ? '下一步' : '登录'}
        </Button>
        {stage === 'enrol' && (
          <p>
            在手机的身份验证器里添加账号，选“手动输入密钥”，再填它显示的数字：
            <br />
            <span className="mono secret">{secret.replaceAll(/(.{4})/g, '$1 ')}</span>
          </p>
        )}
        {stage !== 'password' && (
          <Button type="link" block onClick={() => setStage('password')}>
            返回重填工号和密码
          </Button>
        )}
        {stage === 'totp' && (
          <Button type="link" block onClick={() => setStage('recover')}>
            验证器丢了，我有重置码
          </Button>
        )}
      </form>
      {stage === 'password' && (
        <DemoAccounts
          onUse={(account) => {
            setLogin(account.login);
            totp.current = account.totp;
            void sendPassword(account);
          }}
        />
      )}
    </>
  );
}

class EmptyLogin extends Error {
  override readonly name = 'EmptyLogin';
}
