// Sessions: opaque tokens whose keyed hashes stand in the table. The hot path is one query, spared for five seconds by a cache that
// still obeys the session's own limits. All of it runs on real time, which is handed in as `sessionClock`.

import { randomBytes } from 'node:crypto';
import { isRole, type Role } from '#catalog';
import type { Actor } from '#modules/cases';
import { agentAccess, roleGrant, systemAccess, workerAccess, type Access, type OnBehalf } from '#platform/access';
import { dayOf } from '#platform/calendar';
import type { Clock } from '#platform/clock';
import type { CryptoPort } from '#platform/crypto';
import type { Database, Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import { refuse } from './contract.ts';
import { sessionLimits, stepUpMinutes, type ActingKind, type SessionKind } from './limits.ts';
import { personContext } from './person.ts';
import * as store from './store.ts';

export type StaffRole = {
  readonly role: Role;
  readonly orgId: string;
  readonly orgName: string;
  readonly region: string;
  /** For whom this role is held while he or she is on leave; one's own says nothing. */
  readonly standsInFor?: string | undefined;
};

export type Staff = {
  readonly staffId: string;
  readonly name: string;
  readonly login: string;
  readonly roles: readonly StaffRole[];
};

type Common = { readonly csrf: string; readonly access: Access; readonly actor: Actor };
export type WorkerSession = Common & { readonly kind: 'worker'; readonly personId: string; readonly name: string };
export type StaffSession = Common & { readonly kind: 'staff'; readonly staff: Staff };
export type PendingSession = { readonly kind: 'staff_pending'; readonly staffId: string };
export type Session = WorkerSession | StaffSession;

/** What the browser is given: the token for the cookie, and the CSRF token for its forms. */
export type NewSession = { readonly token: string; readonly csrf: string };

type Subject = { readonly personId: string } | { readonly staffId: string };

type Cached = {
  readonly session: Session | PendingSession;
  readonly loadedMs: number;
  readonly idleMs: number;
  readonly expiresMs: number;
  seenMs: number;
};

export type SessionsOptions = {
  readonly db: Database;
  readonly crypto: CryptoPort;
  /** Legal days: which roles are held today. */
  readonly clock: Clock;
  readonly sessionClock: Clock;
  /** An authority in use, asked anew at every request: null from the moment in which it ends. */
  readonly authorityOf: (tx: Tx, authorityId: string) => Promise<OnBehalf | null>;
};

const cacheMs = 5_000;
const cacheSizeMax = 20_000;
const touchMs = 60_000;
const minuteMs = 60_000;
/** Shorter or longer is nothing of ours; a token has 43 characters. */
const tokenPattern = /^[\w-]{43}$/;

export type Sessions = ReturnType<typeof createSessions>;

export function createSessions(options: SessionsOptions) {
  const { db, crypto, clock, sessionClock } = options;
  const cache = new Map<string, Cached>();
  const nowMs = () => Date.parse(sessionClock.now());
  const hashesOf = (token: string) => [...crypto.digests('session', token)];

  /** In the caller's transaction; the session that the browser came with ends there and then. */
  function begin(tx: Tx, kind: SessionKind, subject: Subject, oldToken: string | null): NewSession {
    return write(tx, kind, kind, subject, oldToken, null);
  }

  /** The agent's own session, in which nothing but the authority counts. It shows itself as a worker's to the pages. */
  function beginActing(tx: Tx, agent: Subject, authorityId: string, oldToken: string | null): NewSession {
    return write(tx, 'worker', 'staffId' in agent ? 'assisting' : 'acting', agent, oldToken, authorityId);
  }

  function write(
    tx: Tx,
    kind: SessionKind,
    limited: SessionKind | ActingKind,
    subject: Subject,
    oldToken: string | null,
    authorityId: string | null,
  ): NewSession {
    const now = sessionClock.now();
    const limits = sessionLimits[limited];
    const token = randomBytes(32).toString('base64url');
    const csrf = randomBytes(24).toString('base64url');
    const expiresAt = new Date(Date.parse(now) + limits.absoluteMinutes * minuteMs).toISOString();
    if (oldToken !== null) end(tx, oldToken);
    tx.send(store.insertSession, [
      crypto.digest('session', token),
      kind,
      'personId' in subject ? subject.personId : null,
      'staffId' in subject ? subject.staffId : null,
      now,
      limits.idleMinutes,
      expiresAt,
      csrf,
      authorityId,
    ]);
    return { token, csrf };
  }

  function end(tx: Tx, token: string): void {
    if (!tokenPattern.test(token)) return;
    const hashes = hashesOf(token);
    tx.send(store.revokeSession, [hashes, sessionClock.now()]);
    tx.onCommit(() => hashes.forEach((hash) => cache.delete(hash.toString('base64'))));
  }

  /** Asked of the database and never of the cache: what was proven counts at once, and in every process. */
  async function isSteppedUp(token: string | null, reason: string): Promise<boolean> {
    if (token === null || !tokenPattern.test(token)) return false;
    const since = new Date(nowMs() - stepUpMinutes * minuteMs).toISOString();
    return db.transaction(systemAccess, async (tx) =>
      Boolean(await tx.maybe(store.selectSteppedUp, [hashesOf(token), reason, since])),
    );
  }

  async function markSteppedUp(tx: Tx, token: string, reason: string): Promise<void> {
    if (!(await tx.maybe(store.markSteppedUp, [hashesOf(token), sessionClock.now(), reason])))
      throw refuse('identity.not_logged_in');
  }

  async function logout(token: string | null): Promise<void> {
    if (token === null) return;
    await db.transaction(systemAccess, async (tx) => end(tx, token));
  }

  /** Ends every session of somebody: a lost phone, a clerk who left. */
  async function revokeAll(subject: Subject): Promise<void> {
    await db.transaction(systemAccess, async (tx) => {
      if ('personId' in subject) endAllOfPerson(tx, subject.personId);
      else endAllOfStaff(tx, subject.staffId);
    });
  }

  function endAllOfPerson(tx: Tx, personId: string): void {
    tx.send(store.revokeAllOfPerson, [personId, sessionClock.now()]);
    tx.onCommit(() => cache.clear());
  }

  /** Roles changed: what is remembered of anybody is read anew. */
  function forget(tx: Tx): void {
    tx.onCommit(() => cache.clear());
  }

  function endAllOfStaff(tx: Tx, staffId: string): void {
    tx.send(store.revokeAllOfStaff, [staffId, sessionClock.now()]);
    tx.onCommit(() => cache.clear());
  }

  async function find(token: string | null): Promise<Session | PendingSession | null> {
    if (token === null || !tokenPattern.test(token)) return null;
    const hashes = hashesOf(token);
    const key = hashes[0]?.toString('base64') ?? '';
    const at = nowMs();
    let entry = cache.get(key);
    if (!entry || performance.now() - entry.loadedMs > cacheMs) {
      entry = await load(hashes);
      if (!entry) {
        cache.delete(key);
        return null;
      }
      if (cache.size >= cacheSizeMax) cache.clear();
      // A session under an authority is never kept: what is revoked is over at once, in every process.
      if (entry.session.kind !== 'worker' || !entry.session.access.onBehalf) cache.set(key, entry);
    }
    if (at >= entry.expiresMs || at - entry.seenMs >= entry.idleMs) return null;
    if (at - entry.seenMs >= touchMs) {
      entry.seenMs = at;
      const present = crypto.digest('session', token);
      await db.transaction(systemAccess, async (tx) =>
        tx.send(store.touchSession, [hashes, new Date(at).toISOString(), present]),
      );
    }
    return entry.session;
  }

  async function load(hashes: Buffer[]): Promise<Cached | undefined> {
    const today = dayOf(clock.now());
    const { row, session } = await db.transaction(systemAccess, async (tx) => {
      const found = await tx.maybe(store.selectSession, [hashes, today]);
      if (!found) return { row: null, session: undefined };
      if (found.authority_id === null) return { row: found, session: sessionFrom(found) };
      const onBehalf = await options.authorityOf(tx, found.authority_id);
      return { row: found, session: onBehalf ? agentFrom(found, onBehalf) : undefined };
    });
    if (!row || !session) return undefined;
    return {
      session,
      loadedMs: performance.now(),
      idleMs: row.idle_minutes * minuteMs,
      expiresMs: Date.parse(row.expires_at),
      seenMs: Date.parse(row.seen_at),
    };
  }

  function sessionFrom(row: store.SessionRow): Session | PendingSession | undefined {
    if (row.kind === 'worker') {
      const { person_id: personId, person_ids: ids, person_name_sealed: name } = row;
      invariant(personId !== null && ids !== null && name !== null, 'a worker session has its person');
      return workerFrom(personId, ids, name, row.csrf);
    }
    invariant(row.staff_id !== null && row.staff_name !== null && row.login !== null, 'a staff session has its staff');
    if (row.active !== true) return undefined;
    if (row.kind === 'staff_pending') return { kind: 'staff_pending', staffId: row.staff_id };
    const roles = (row.roles ?? []).flatMap(({ standsInFor, ...one }) =>
      isRole(one.role) ? [{ ...one, role: one.role, ...(standsInFor === null ? {} : { standsInFor }) }] : [],
    );
    const staff = { staffId: row.staff_id, name: row.staff_name, login: row.login, roles };
    const grants = [...new Set(roles.map((one) => roleGrant(one.role, one.orgId)))];
    // Where a role is one's own and lent as well, it is one's own.
    const lent = roles.flatMap(({ role, orgId, standsInFor }) =>
      standsInFor && !roles.some((one) => one.role === role && one.orgId === orgId && !one.standsInFor)
        ? [[roleGrant(role, orgId), standsInFor] as const]
        : [],
    );
    const standIns = lent.length > 0 ? { standsInFor: Object.fromEntries(lent) } : {};
    return {
      kind: 'staff',
      staff,
      csrf: row.csrf,
      access: { kind: 'staff', actorId: staff.staffId, grants },
      actor: { kind: 'staff', id: staff.staffId, name: staff.name, grants, ...standIns },
    };
  }

  function workerFrom(personId: string, ids: readonly string[], nameSealed: string, csrf: string): WorkerSession {
    const name = crypto.open(personContext('name_sealed', personId), nameSealed);
    const access = workerAccess(personId, ids);
    return {
      kind: 'worker',
      personId,
      name,
      csrf,
      access,
      actor: { kind: 'worker', id: personId, name, grants: access.grants },
    };
  }

  /** `personId` is the principal: whose things are worked on. Who acts stands in the access and in every action. */
  function agentFrom(row: store.SessionRow, onBehalf: OnBehalf): WorkerSession | undefined {
    const agentId = row.person_id ?? row.staff_id;
    invariant(agentId !== null, 'a session has its subject');
    if (row.staff_id !== null && row.active !== true) return undefined;
    const access = agentAccess(agentId, onBehalf);
    const actor = { kind: onBehalf.agentKind, id: agentId, name: onBehalf.agentName, grants: access.grants, onBehalf };
    return { kind: 'worker', personId: onBehalf.personId, name: onBehalf.agentName, csrf: row.csrf, access, actor };
  }

  async function sessionOf(token: string | null, kind: 'worker'): Promise<WorkerSession | null>;
  async function sessionOf(token: string | null, kind: 'staff'): Promise<StaffSession | null>;
  async function sessionOf(token: string | null, kind: 'worker' | 'staff'): Promise<Session | null>;
  async function sessionOf(token: string | null, kind: 'worker' | 'staff'): Promise<Session | null> {
    const found = await find(token);
    return found && found.kind === kind ? found : null;
  }

  /** A login that has its password and still needs its second factor. */
  async function pendingOf(token: string | null): Promise<PendingSession | null> {
    const found = await find(token);
    return found?.kind === 'staff_pending' ? found : null;
  }

  return {
    begin,
    beginActing,
    isSteppedUp,
    markSteppedUp,
    end,
    forget,
    endAllOfStaff,
    endAllOfPerson,
    logout,
    revokeAll,
    sessionOf,
    pendingOf,
  };
}
