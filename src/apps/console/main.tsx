// Starts the desk in the browser: theme, language, data cache, session, pages. It wires and decides nothing.

import { App as AntdApp, ConfigProvider } from 'antd';
import zhCN from 'antd/locale/zh_CN';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode, useEffect, useMemo, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiError } from './api.ts';
import { ErrorBoundary } from './error-boundary.tsx';
import { InvitationPage } from './page-invitation.tsx';
import { matchPage } from './paths.ts';
import { SessionGate } from './session.tsx';
import { Shell } from './shell.tsx';
import { antdThemeOf, applyPalette, keepMode, startMode } from './theme.ts';
import './console.css';

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // What the server refused it will refuse again; only a lost connection or a fault is worth another try.
      retry: (count, error) => count < 2 && !(error instanceof ApiError && error.status > 0 && error.status < 500),
    },
  },
});

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content;
const firstMode = startMode();
applyPalette(firstMode);

function Desk() {
  const [mode, setMode] = useState(firstMode);
  useEffect(() => applyPalette(mode), [mode]);
  const theme = useMemo(() => antdThemeOf(mode), [mode]);
  const toggle = (): void => {
    const other = mode === 'dark' ? 'light' : 'dark';
    keepMode(other);
    setMode(other);
  };
  return (
    <ConfigProvider
      locale={zhCN}
      theme={theme}
      button={{ autoInsertSpace: false }}
      // Lists are short. In a virtual one the options that assistive technology finds bear values, not words.
      virtual={false}
      wave={{ disabled: true }}
      {...(nonce ? { csp: { nonce } } : {})}
    >
      <AntdApp message={{ maxCount: 3 }}>
        <ErrorBoundary>
          <QueryClientProvider client={client}>
            {matchPage(location.pathname).page === 'invitation' ? (
              <InvitationPage />
            ) : (
              <SessionGate>
                <Shell mode={mode} onToggleMode={toggle} />
              </SessionGate>
            )}
          </QueryClientProvider>
        </ErrorBoundary>
      </AntdApp>
    </ConfigProvider>
  );
}

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Desk />
    </StrictMode>,
  );
}
