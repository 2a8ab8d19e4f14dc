// One request to the worker's pages: who asks, with which text size and token, and how a page, a redirect or a refusal is sent.
// Knows cookies and headers; knows no service and no case.

import { randomUUID, createHash, timingSafeEqual } from 'node:crypto';
import '@fastify/cookie';
import '@fastify/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { dayOf } from '#platform/calendar';
import type { Clock } from '#platform/clock';
import { isUuid } from '#platform/ids';
import { readBody, textIn, type Body } from './body.ts';
import type { DemoTools, WorkerBackend, WorkerSession } from './backend.ts';
import type { Frame, PageBody, Render, Tab, TextSize } from './pages/model.ts';
import { refuse } from './refusals.ts';

export type WorkerRoutesOptions = {
  readonly backend: WorkerBackend;
  readonly render: Render;
  /** The shared script and its name in addresses. */
  readonly island: { readonly source: string; readonly hash: string };
  /** Null outside demonstration mode: then nothing below /dev exists. */
  readonly demo: DemoTools | null;
  readonly clock: Clock;
  /** Where the world finds us: behind a proxy only this tells that the way is https. */
  readonly publicUrl: string;
  /** Where the region picker of a new person starts: the installation's own region, a code of GB/T 2260. */
  readonly homeRegion: string;
  /** Largest file taken, 20 MB unless said. */
  readonly uploadBytesMax?: number;
};

export const cookies = {
  session: 'gd_worker',
  register: 'gongdun_register',
  token: 'gongdun_token',
  size: 'gongdun_size',
} as const;

export type Visit = {
  readonly worker: WorkerSession | null;
  readonly token: string;
  readonly csrf: string;
  readonly size: TextSize;
};

export type Shown = {
  readonly status?: number;
  readonly tab?: Tab;
  readonly back?: Frame['back'];
  readonly requestId?: string;
};

/** What a group of routes works with: who visits, how a body is read, how a page, a redirect or a cookie is sent. */
export type PageKit = {
  readonly options: WorkerRoutesOptions;
  readonly backend: WorkerBackend;
  visit(request: FastifyRequest): Visit;
  worker(request: FastifyRequest): WorkerSession;
  show(request: FastifyRequest, reply: FastifyReply, body: PageBody, shown?: Shown): FastifyReply;
  /** 303, or its address as JSON for the island. */
  go(request: FastifyRequest, reply: FastifyReply, href: string): FastifyReply;
  body(request: FastifyRequest, filesMax?: number): Promise<Body & { readonly requestId: string }>;
  setCookie(request: FastifyRequest, reply: FastifyReply, name: string, value: string, maxAgeSeconds: number): void;
  /** The session that the browser came with, whether it still holds or not: a new one ends it. */
  oldToken(request: FastifyRequest): string | null;
};

export const open = { config: { access: 'public' as const }, schema: { hide: true } };
// The pages read their CSRF token from the form themselves: some of their bodies are streams.
/** An agent may come here too, under an authority; everything else is for the person alone. */
export const forAgents = {
  config: { access: 'worker' as const, csrf: 'handler' as const, agents: true as const },
  schema: { hide: true },
};
export const workerOnly = { config: { access: 'worker' as const, csrf: 'handler' as const }, schema: { hide: true } };

function sizeOf(value: string | undefined): TextSize {
  return value === 'large' || value === 'huge' ? value : 'normal';
}

function sameToken(a: string, b: string): boolean {
  const left = createHash('sha256').update(a).digest();
  return timingSafeEqual(left, createHash('sha256').update(b).digest());
}

/** Only pages of ours, never another host: `//host`, `\\` and schemes fall back to the home page. */
export function safeNext(next: string): string {
  return /^\/m(?:[/?][^\\\s]*)?$/.test(next) && !next.includes('//') ? next : '/m';
}

export function query(request: FastifyRequest, name: string): string {
  const all = request.query;
  if (typeof all !== 'object' || all === null) return '';
  const value: unknown = Object.entries(all).find(([key]) => key === name)?.[1];
  return typeof value === 'string' ? value.slice(0, 500) : '';
}

export function param(request: FastifyRequest, name: string): string {
  const all = request.params;
  if (typeof all !== 'object' || all === null) return '';
  const value: unknown = Object.entries(all).find(([key]) => key === name)?.[1];
  return typeof value === 'string' ? value : '';
}

/** An id of ours; anything else cannot exist. */
export function idParam(request: FastifyRequest, name: string): string {
  const id = param(request, name);
  if (!isUuid(id)) throw refuse('worker.no_such_page');
  return id;
}

export function wantsJson(request: FastifyRequest): boolean {
  return (request.headers.accept ?? '').includes('application/json');
}

export function createKit(
  options: WorkerRoutesOptions,
): PageKit & { enter(request: FastifyRequest, reply: FastifyReply): Promise<void> } {
  const visits = new WeakMap<FastifyRequest, Visit>();
  const { backend, island } = options;
  let policy = '';

  function policyFor(style: string): string {
    if (policy === '') {
      const hash = createHash('sha256').update(style).digest('base64');
      policy = `default-src 'none'; style-src 'sha256-${hash}'; script-src 'self'; img-src 'self' data: blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;
    }
    return policy;
  }

  function visit(request: FastifyRequest): Visit {
    return visits.get(request) ?? { worker: null, token: '', csrf: '', size: sizeOf(request.cookies?.[cookies.size]) };
  }

  const kit: PageKit = {
    options,
    backend,
    visit,
    worker(request) {
      const { worker } = visit(request);
      if (worker === null) throw refuse('worker.sign_in');
      return worker;
    },
    show(request, reply, body, shown = {}) {
      const { worker, csrf, size } = visit(request);
      const frame: Frame = {
        demo: options.demo !== null,
        today: dayOf(options.clock.now()),
        size,
        signedIn: worker !== null,
        acting: worker?.access.onBehalf?.principalName ?? null,
        unread: worker?.unread ?? 0,
        csrf,
        requestId: shown.requestId ?? randomUUID(),
        islandUrl: `/m/island.js?v=${island.hash}`,
        tab: shown.tab ?? null,
        back: shown.back ?? null,
      };
      const { html, style } = options.render({ ...body, frame });
      return reply
        .code(shown.status ?? 200)
        .header('content-type', 'text/html; charset=utf-8')
        .header('content-security-policy', policyFor(style))
        .header('cache-control', 'no-store')
        .header('referrer-policy', 'same-origin')
        .header('x-content-type-options', 'nosniff')
        .send(html);
    },
    go(request, reply, href) {
      if (wantsJson(request)) return reply.send({ location: href });
      return reply.redirect(href, 303);
    },
    async body(request, filesMax) {
      const { csrf, worker } = visit(request);
      const body = await readBody(request, {
        checkToken(token) {
          if (typeof token !== 'string' || csrf === '' || !sameToken(token, csrf)) throw refuse('worker.page_expired');
        },
        async upload(file) {
          if (worker === null) throw refuse('worker.sign_in');
          return backend.upload(worker.access, file);
        },
        ...(filesMax === undefined ? {} : { filesMax }),
      });
      const given = textIn(body.values, 'request_id').toLowerCase();
      return { ...body, requestId: isUuid(given) ? given : randomUUID() };
    },
    oldToken: (request) => request.cookies[cookies.session] ?? null,
    setCookie(request, reply, name, value, maxAgeSeconds) {
      void reply.setCookie(name, value, {
        path: '/',
        httpOnly: true,
        sameSite: 'lax',
        secure: options.publicUrl.startsWith('https:'),
        maxAge: maxAgeSeconds,
      });
    },
  };

  async function enter(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const token = request.cookies[cookies.session] ?? '';
    const worker = token === '' ? null : await backend.session(token);
    const kept = request.cookies[cookies.token] ?? '';
    const size = sizeOf(request.cookies[cookies.size]);
    if (worker !== null) {
      visits.set(request, { worker, token, csrf: worker.csrf, size });
      return;
    }
    const csrf = /^[\w-]{20,64}$/.test(kept) ? kept : randomUUID();
    if (csrf !== kept) kit.setCookie(request, reply, cookies.token, csrf, 86_400);
    visits.set(request, { worker: null, token: '', csrf, size });
  }

  return { ...kit, enter };
}
