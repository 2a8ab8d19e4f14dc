// The page in front of the desk. It knows nothing but whether this is a demonstration.

import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { ask } from './api.ts';
import type { DemoAccount } from './api-types.ts';
import { DemoBanner } from './demo-banner.tsx';
import { LoginForm } from './login-form.tsx';
import { ProviderButton, ProviderRefused, useProviderAnswer } from './login-provider.tsx';
import { api } from './paths.ts';

export function LoginPage({ onDone }: { readonly onDone: () => unknown }) {
  const demo = useQuery({
    queryKey: ['demo-accounts'],
    queryFn: () => ask<readonly DemoAccount[]>(api.demoAccounts),
    retry: false,
  });
  const { proven, refused } = useProviderAnswer();
  useEffect(() => {
    document.title = '登录 · 工盾经办台';
  }, []);
  return (
    <div className="login-page">
      {demo.data && <DemoBanner />}
      <main className="login-card">
        <img src={`${import.meta.env.BASE_URL}shield.svg`} alt="" width={44} height={44} />
        <h1>工盾经办台</h1>
        <p className="soft">新就业形态劳动者权益保障，一件事一次办。</p>
        {refused && <ProviderRefused code={refused} />}
        {!proven && <ProviderButton told={refused === 'identity.oidc_unreachable'} />}
        <LoginForm onDone={onDone} proven={proven} />
      </main>
    </div>
  );
}
