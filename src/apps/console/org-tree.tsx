// The tree of organisations, each level loaded when it is opened and continued on demand. Arrow keys walk it, Enter opens the one in
// focus. It knows only names and places; what may be done with one stands on its page.

import { useInfiniteQuery } from '@tanstack/react-query';
import { useRef, useState, type KeyboardEvent } from 'react';
import type { AdminOrg } from '#contract/orgs';
import { get } from './api.ts';
import type { Listing } from './api-types.ts';
import { api, pages } from './paths.ts';
import { Link, navigate } from './router.tsx';
import { EmptyView, FaultView, LoadingView } from './views.tsx';

/** What was open stays open when one comes back from an organisation's page. */
const opened = new Set<string>();

const item = '[role="treeitem"]';

export function OrgTree({ kind }: { readonly kind: string | undefined }) {
  const tree = useRef<HTMLUListElement>(null);
  const [focused, setFocused] = useState<string | null>(null);
  const [, redraw] = useState(0);
  const toggle = (orgId: string, open: boolean): void => {
    if (open) opened.add(orgId);
    else opened.delete(orgId);
    redraw((count) => count + 1);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.target instanceof HTMLElement)) return;
    const here = event.target.closest<HTMLElement>(item);
    const all = [...(tree.current?.querySelectorAll<HTMLElement>(item) ?? [])];
    const at = here ? all.indexOf(here) : -1;
    const expanded = here?.getAttribute('aria-expanded') ?? null;
    const orgId = here?.dataset['org'];
    const act: Readonly<Record<string, () => void>> = {
      ArrowDown: () => all[at + 1]?.focus(),
      ArrowUp: () => all[at - 1]?.focus(),
      Home: () => all[0]?.focus(),
      End: () => all.at(-1)?.focus(),
      ArrowRight: () => {
        if (expanded === 'false' && orgId) toggle(orgId, true);
        else if (expanded === 'true') all[at + 1]?.focus();
      },
      ArrowLeft: () => {
        if (expanded === 'true' && orgId) toggle(orgId, false);
        else here?.closest('[role="group"]')?.parentElement?.querySelector<HTMLElement>(item)?.focus();
      },
      Enter: () => (orgId ? navigate(pages.org(orgId)) : here?.click()),
    };
    const key = { j: 'ArrowDown', k: 'ArrowUp' }[event.key] ?? event.key;
    if (!act[key]) return;
    event.preventDefault();
    act[key]();
  };
  return (
    <ul role="tree" aria-label="单位" className="tree" ref={tree} onKeyDown={onKeyDown}>
      <Level parentId={null} kind={kind} depth={1} focused={focused} onFocus={setFocused} onToggle={toggle} />
    </ul>
  );
}

type LevelProps = {
  readonly parentId: string | null;
  readonly kind: string | undefined;
  readonly depth: number;
  readonly focused: string | null;
  readonly onFocus: (orgId: string) => void;
  readonly onToggle: (orgId: string, open: boolean) => void;
};

function Level({ parentId, kind, depth, focused, onFocus, onToggle }: LevelProps) {
  const level = useInfiniteQuery({
    queryKey: ['orgs-level', parentId, kind],
    queryFn: ({ pageParam }) => get<Listing<AdminOrg>>(api.adminOrgs({ parentId, kind, cursor: pageParam, limit: 50 })),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
  });
  if (level.data === undefined) {
    return (
      <li role="none">
        {level.error ? <FaultView error={level.error} onRetry={() => void level.refetch()} /> : <LoadingView />}
      </li>
    );
  }
  const orgs = level.data.pages.flatMap(({ items }) => items);
  const first = orgs[0]?.orgId;
  return (
    <>
      {orgs.length === 0 && (
        <li role="none">
          <EmptyView title={depth === 1 ? '这里还没有单位' : '没有下级单位'}>
            {depth === 1 && '换一个种类看看；还没有设立的，由系统管理员设立。'}
          </EmptyView>
        </li>
      )}
      {orgs.map((org) => (
        <Node
          key={org.orgId}
          org={org}
          // One stop for the Tab key: where one was, or the first.
          stop={focused === null ? depth === 1 && org.orgId === first : org.orgId === focused}
          {...{ depth, focused, onFocus, onToggle }}
        />
      ))}
      {level.hasNextPage && (
        <li role="none">
          <div
            role="treeitem"
            aria-level={depth}
            aria-selected={false}
            tabIndex={-1}
            className="tree-more"
            onClick={() => void level.fetchNextPage()}
          >
            {level.isFetchingNextPage ? '正在载入…' : '显示更多'}
          </div>
        </li>
      )}
    </>
  );
}

type NodeProps = Omit<LevelProps, 'parentId' | 'kind'> & { readonly org: AdminOrg; readonly stop: boolean };

function Node({ org, stop, depth, focused, onFocus, onToggle }: NodeProps) {
  const { orgId, name, children } = org;
  const open = children > 0 && opened.has(orgId);
  return (
    <li role="none">
      <div
        role="treeitem"
        aria-level={depth}
        aria-selected={false}
        {...(children > 0 ? { 'aria-expanded': open } : {})}
        data-org={orgId}
        tabIndex={stop ? 0 : -1}
        className="tree-row"
        onFocus={() => onFocus(orgId)}
      >
        {/* By keyboard the arrows do this. */}
        <button
          type="button"
          className="tree-twist"
          tabIndex={-1}
          aria-hidden="true"
          disabled={children === 0}
          onClick={() => onToggle(orgId, !open)}
        >
          {children === 0 ? '' : open ? '▾' : '▸'}
        </button>
        <Link to={pages.org(orgId)} tabIndex={-1}>
          {name}
        </Link>
        <span className="soft">
          {org.kindZh}，{org.regionZh}
          {children > 0 && `，下级 ${children} 个`}
        </span>
      </div>
      {open && (
        <ul role="group">
          <Level parentId={orgId} kind={undefined} depth={depth + 1} {...{ focused, onFocus, onToggle }} />
        </ul>
      )}
    </li>
  );
}
