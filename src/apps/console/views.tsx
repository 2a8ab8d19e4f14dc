// The states that every page shares: loading, failed, empty, and the head of a page. One look for each.

import { Alert, Button, Spin } from 'antd';
import type { UseQueryResult } from '@tanstack/react-query';
import { useEffect, useRef, type ReactNode } from 'react';
import { ApiError, sentenceOf } from './api.ts';
import { hasMoved } from './router.tsx';

export function LoadingView({ whole = false }: { readonly whole?: boolean }) {
  return (
    <div className={whole ? 'whole' : 'loading'} role="status" aria-live="polite">
      <Spin /> <span className="soft">正在载入…</span>
    </div>
  );
}

type FaultProps = { readonly error: unknown; readonly onRetry?: () => void; readonly whole?: boolean };

export function FaultView({ error, onRetry, whole = false }: FaultProps) {
  const { what, next } = sentenceOf(error);
  const alert = (
    <Alert
      type={error instanceof ApiError && error.status < 500 && error.status > 0 ? 'warning' : 'error'}
      showIcon
      role="alert"
      title={what}
      description={next}
      action={onRetry && <Button onClick={onRetry}>重新载入</Button>}
    />
  );
  return whole ? <main className="whole">{alert}</main> : alert;
}

type LoadedProps<Data> = {
  readonly query: UseQueryResult<Data>;
  /** Heading of a page that has none of its own until the data are there. */
  readonly title?: string;
  readonly children: (data: Data) => ReactNode;
};

/** What a query gave, or that it is loading, or why it failed. A failed refresh keeps what was there, with a word about it. */
export function Loaded<Data>({ query, title, children }: LoadedProps<Data>) {
  if (query.data === undefined) {
    return (
      <>
        {title && <PageHead title={title} />}
        {query.error ? <FaultView error={query.error} onRetry={() => void query.refetch()} /> : <LoadingView />}
      </>
    );
  }
  return (
    <>
      {query.error && <FaultView error={query.error} onRetry={() => void query.refetch()} />}
      {children(query.data)}
    </>
  );
}

export function EmptyView({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="empty">
      <p>
        <strong>{title}</strong>
      </p>
      {children && <div className="soft">{children}</div>}
    </div>
  );
}

type HeadProps = {
  readonly title: string;
  readonly note?: ReactNode;
  readonly extra?: ReactNode;
  readonly documentTitle?: string;
};

/** The heading of a page takes the focus when one comes to the page from another. */
export function PageHead({ title, note, extra, documentTitle }: HeadProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (hasMoved()) heading.current?.focus({ preventScroll: true });
  }, []);
  useEffect(() => {
    document.title = `${documentTitle ?? title} · 工盾经办台`;
  }, [title, documentTitle]);
  return (
    <header className="page-head">
      <div>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {note && <p className="soft">{note}</p>}
      </div>
      {extra && <div className="page-extra">{extra}</div>}
    </header>
  );
}
