// Who may pass: reads the session that a route's declared access asks for, checks roles, and refuses writes that come from another
// site or without the session's CSRF token. A public route has no session unless its handler asks for one.

import type { FastifyReply, FastifyRequest } from 'fastify';
import { isRole } from '#catalog';
import { sameBytes, sha256 } from '#platform/crypto';
import { invariant } from '#platform/errors';
import type { Http, RouteAccess } from '#platform/http';
import { isCrossSite, isWrite } from '#platform/http-security';
import { isStepUpReason, refuse } from './contract.ts';
import { sessionMaxAgeSeconds } from './limits.ts';
import type { Session, Sessions, StaffSession, WorkerSession } from './sessions.ts';

declare module 'fastify' {
  // Fastify's way to type what is decorated onto a request.
  interface FastifyRequest {
    /** Set where the route's access asks for one; null on public routes. */
    session: Session | null;
  }
}

export const cookieNames = { worker: 'gd_worker', staff: 'gd_staff' } as const;
export type CookieKind = keyof typeof cookieNames;

export type GuardOptions = { readonly sessions: Sessions; readonly publicUrl: string };

export type Guard = ReturnType<typeof createGuard>;

export function createGuard(options: GuardOptions) {
  const isHttps = options.publicUrl.startsWith('https:');
  const publicOrigin = new URL(options.publicUrl).origin;
  const cookieOptions = { path: '/', httpOnly: true, sameSite: 'lax', secure: isHttps } as const;

  function tokenOf(request: FastifyRequest, kind: CookieKind): string | null {
    return request.cookies[cookieNames[kind]] ?? null;
  }

  /** A worker's phone keeps its session; a desk's browser forgets it when it closes. */
  function setSessionCookie(reply: FastifyReply, kind: CookieKind, token: string): void {
    const maxAge = kind === 'worker' ? { maxAge: sessionMaxAgeSeconds } : {};
    reply.setCookie(cookieNames[kind], token, { ...cookieOptions, ...maxAge });
  }

  function clearSessionCookie(reply: FastifyReply, kind: CookieKind): void {
    reply.clearCookie(cookieNames[kind], cookieOptions);
  }

  /** Adds the checks to all routes of this server; called once, before routes are registered. */
  function install(app: Http): void {
    app.decorateRequest('session', null);
    app.addHook('onRoute', (route) => {
      const access = route.config?.access;
      const stepUp = route.config?.stepUp;
      invariant(
        stepUp === undefined || (access === 'worker' && isStepUpReason(stepUp)),
        `route ${route.url} declares a step-up that does not exist`,
      );
      if (typeof access !== 'object') return;
      for (const role of access)
        invariant(isRole(role), `route ${route.url} names a role that does not exist: ${role}`);
    });
    app.addHook('onRequest', async (request) => {
      const access = request.is404 ? 'public' : request.routeOptions.config.access;
      invariant(access !== undefined, 'a route without access was registered');
      if (isWrite(request) && isCrossSite(request, publicOrigin)) throw refuse('identity.cross_site');
      if (access === 'public' || access === 'enterprise') return;
      request.session = await admit(request, access);
    });
    // Its own plugin has looked at the key; without one nothing is admitted, wherever the route stands.
    app.addHook('preValidation', async (request) => {
      if (request.routeOptions.config.access !== 'enterprise' || request.is404) return;
      if (!('enterprise' in request) || !request.enterprise) throw refuse('identity.not_logged_in');
    });
    // Before validation, which would drop the hidden field that a form carries beside what its schema knows.
    app.addHook('preValidation', async (request) => {
      if (!request.session || !isWrite(request) || request.routeOptions.config.csrf === 'handler') return;
      checkCsrf(request.session, csrfOf(request));
    });
  }

  async function admit(
    request: FastifyRequest,
    access: Exclude<RouteAccess, 'public' | 'enterprise'>,
  ): Promise<Session> {
    const kind = access === 'worker' ? 'worker' : 'staff';
    const session = await options.sessions.sessionOf(tokenOf(request, kind), kind);
    if (!session) throw refuse('identity.not_logged_in');
    // Deny by default: what an agent may do is said by the route, and everything else is for the person alone.
    if (session.access.onBehalf && !request.routeOptions.config.agents) throw refuse('identity.only_oneself');
    const { stepUp } = request.routeOptions.config;
    if (stepUp !== undefined) await requireStepUp(request, stepUp);
    if (typeof access !== 'string' && !holdsOneOf(session, access)) throw refuse('identity.not_allowed');
    return session;
  }

  /** For a route on which it hangs on what is asked for; others declare `stepUp`. */
  async function requireStepUp(request: FastifyRequest, reason: string): Promise<void> {
    invariant(isStepUpReason(reason), `${reason} is a reason of a step-up`);
    if (!(await options.sessions.isSteppedUp(tokenOf(request, 'worker'), reason)))
      throw refuse('identity.step_up_needed', { reason });
  }

  return {
    install,
    requireStepUp,
    tokenOf,
    setSessionCookie,
    clearSessionCookie,
    /** The session on a public route, if there is one. */
    workerOf: (request: FastifyRequest) => options.sessions.sessionOf(tokenOf(request, 'worker'), 'worker'),
    staffOf: (request: FastifyRequest) => options.sessions.sessionOf(tokenOf(request, 'staff'), 'staff'),
  };
}

function holdsOneOf(session: Session, roles: readonly string[]): boolean {
  return session.kind === 'staff' && session.staff.roles.some((one) => roles.includes(one.role));
}

function csrfOf(request: FastifyRequest): string {
  const header = request.headers['x-csrf'];
  if (typeof header === 'string') return header;
  const { body } = request;
  const field = typeof body === 'object' && body !== null && 'csrf' in body ? body.csrf : undefined;
  return typeof field === 'string' ? field : '';
}

/** In constant time. A route with `csrf: 'handler'` calls this with the token that it read from its stream. */
export function checkCsrf(session: Session, given: string): void {
  if (!sameBytes(sha256(given), sha256(session.csrf))) throw refuse('identity.csrf');
}

/** The worker of a route with access `worker`. */
export function requireWorker(request: FastifyRequest): WorkerSession {
  if (request.session?.kind !== 'worker') throw refuse('identity.not_logged_in');
  return request.session;
}

/** The staff of a route with access `staff` or roles; with `roles`, one of them must be held. */
export function requireStaff(request: FastifyRequest, roles?: readonly string[]): StaffSession {
  if (request.session?.kind !== 'staff') throw refuse('identity.not_logged_in');
  if (roles && !holdsOneOf(request.session, roles)) throw refuse('identity.not_allowed');
  return request.session;
}
