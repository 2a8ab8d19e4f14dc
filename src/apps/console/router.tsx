// The desk's own small router: the address is the state, links are real links, and after a change of page the heading gets the
// focus, so that a screen reader says where one is. It makes no address (paths.ts does).

import { useSyncExternalStore, type AnchorHTMLAttributes, type MouseEvent, type ReactNode } from 'react';

type Place = { readonly pathname: string; readonly search: string; readonly trail: readonly string[] };

const listeners = new Set<() => void>();
let place = read();
let moves = 0;

/** Addresses of the pages of a list that lie behind the one shown, kept with the entry of the browser's history. */
function trailOf(state: unknown): readonly string[] {
  if (typeof state !== 'object' || state === null || !('trail' in state) || !Array.isArray(state.trail)) return [];
  return state.trail.filter((one) => typeof one === 'string');
}

function read(): Place {
  return { pathname: location.pathname, search: location.search, trail: trailOf(history.state) };
}

function changed(): void {
  place = read();
  moves += 1;
  for (const listener of listeners) listener();
}

addEventListener('popstate', changed);

export function navigate(
  to: string,
  how: { readonly replace?: boolean; readonly trail?: readonly string[] } = {},
): void {
  const state = { trail: how.trail ?? [] };
  const from = place.pathname;
  if (how.replace) history.replaceState(state, '', to);
  else history.pushState(state, '', to);
  changed();
  if (place.pathname !== from) scrollTo(0, 0);
}

/** Whether the person has already moved inside the desk; on the first page the focus stays at the top. */
export function hasMoved(): boolean {
  return moves > 0;
}

export function usePlace(): Place {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => place,
  );
}

export function useQueryParams(): Readonly<Record<string, string>> {
  return Object.fromEntries(new URLSearchParams(usePlace().search));
}

type LinkProps = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> & {
  readonly to: string;
  readonly children: ReactNode;
};

export function Link({ to, children, onClick, ...rest }: LinkProps) {
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    onClick?.(event);
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (event.defaultPrevented || !plain) return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a href={to} {...rest} onClick={follow}>
      {children}
    </a>
  );
}
