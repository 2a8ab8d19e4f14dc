// Who works here. Nobody logged in: the login page, and then back to where one wanted to go. A login that runs out in the
// middle of work puts the login over the page instead, so that nothing typed is lost.

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useState, type ReactNode } from 'react';
import { ask, isSignedOut, onSignedOut, setCsrf } from './api.ts';
import type { Me } from './api-types.ts';
import { Dialog } from './dialog.tsx';
import { LoginForm } from './login-form.tsx';
import { api, pages, safeBack } from './paths.ts';
import { navigate, usePlace } from './router.tsx';
import { FaultView, LoadingView } from './views.tsx';
import { LoginPage } from './page-login.tsx';

const SessionContext = createContext<Me | null>(null);

/** The person at the desk. Only inside SessionGate. */
export function useMe(): Me {
  const me = useContext(SessionContext);
  if (!me) throw new Error('useMe outside of a session');
  return me;
}

const meKey = ['me'] as const;

export function SessionGate({ children }: { readonly children: ReactNode }) {
  const place = usePlace();
  const client = useQueryClient();
  const [expired, setExpired] = useState(false);
  const me = useQuery({
    queryKey: meKey,
    queryFn: async () => {
      const found = await ask<Me>(api.me);
      setCsrf(found.csrf);
      return found;
    },
    retry: false,
    staleTime: Infinity,
  });
  const atLogin = place.pathname === pages.login();
  const mustLogIn = !me.data && isSignedOut(me.error);

  useEffect(() => onSignedOut(() => setExpired(true)), []);
  useEffect(() => {
    if (mustLogIn && !atLogin) navigate(pages.login(place.pathname + place.search), { replace: true });
    if (me.data && atLogin) navigate(safeBack(new URLSearchParams(place.search).get('back')), { replace: true });
  }, [mustLogIn, atLogin, me.data, place]);

  const renewed = async (): Promise<void> => {
    const before = me.data?.staff.staffId;
    const after = await me.refetch();
    // Somebody else at the same screen must not go on in the other's page.
    if (before && after.data && after.data.staff.staffId !== before) return location.reload();
    setExpired(false);
    await client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== meKey[0] });
  };

  if (me.data) {
    return (
      <SessionContext value={me.data}>
        {children}
        {expired && (
          <Dialog title="登录已过期，请重新登录">
            <p className="soft">登录后留在本页，已经填写的内容不会丢。</p>
            <LoginForm onDone={renewed} />
          </Dialog>
        )}
      </SessionContext>
    );
  }
  if (mustLogIn) return <LoginPage onDone={() => me.refetch()} />;
  if (me.error) return <FaultView error={me.error} onRetry={() => void me.refetch()} whole />;
  return <LoadingView whole />;
}

/** The server's time, which in demonstration mode is not the computer's. */
export function useNow(): string {
  const me = useMe();
  const [startedMs] = useState(() => performance.now());
  const [passedMs, setPassedMs] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setPassedMs(performance.now() - startedMs), 30_000);
    return () => clearInterval(timer);
  }, [startedMs]);
  return new Date(Date.parse(me.now) + passedMs).toISOString();
}
