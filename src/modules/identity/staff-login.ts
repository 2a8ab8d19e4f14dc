// How staff come in: password, then TOTP. Whatever is wrong (no such login, password, code, a code used twice, a locked account),
// the answer is the same and takes as long. The writes by which the synthetic city and an administrator make staff are here too.

import type { Role, StaffKind } from '#catalog';
import type { Trace } from '#modules/trace';
import { systemAccess } from '#platform/access';
import type { Clock } from '#platform/clock';
import type { CryptoPort } from '#platform/crypto';
import type { Database, Tx } from '#platform/db';
import { newId } from '#platform/ids';
import { refuse } from './contract.ts';
import { loginLimits } from './limits.ts';
import { createPasswordChecker, totpStep } from './password.ts';
import type { NewSession, Sessions } from './sessions.ts';
import * as store from './store.ts';

export type StaffLoginOptions = {
  readonly db: Database;
  readonly crypto: CryptoPort;
  readonly sessionClock: Clock;
  readonly sessions: Sessions;
};

const minuteMs = 60_000;

export type StaffLogin = ReturnType<typeof createStaffLogin>;

export function createStaffLogin(options: StaffLoginOptions) {
  const { db, crypto, sessionClock, sessions } = options;
  const passwords = createPasswordChecker();

  function lockUntil(now: string): string {
    return new Date(Date.parse(now) + loginLimits.lockMinutes * minuteMs).toISOString();
  }

  function refund(tx: Tx, charged: { staff_id: string; locked_until: string | null }): void {
    tx.send(store.refundLogin, [charged.staff_id, charged.locked_until]);
  }

  /** Gives a session that is good for the second factor only. */
  async function loginStaff(rawLogin: string, password: string, oldToken: string | null = null): Promise<NewSession> {
    const login = foldLogin(rawLogin);
    const now = sessionClock.now();
    const charged = await db.transaction(systemAccess, (tx) =>
      tx.maybe(store.chargeLogin, [login, now, loginLimits.failuresMax, lockUntil(now)]),
    );
    // Checked for an unknown or locked login too: the time must not tell.
    const isRight = await passwords.check(charged?.password_hash ?? null, password).catch(async (error: unknown) => {
      // Turned away unchecked: that is no failure of theirs.
      if (charged) await db.transaction(systemAccess, async (tx) => refund(tx, charged));
      throw error;
    });
    if (!charged || !isRight) throw refuse('identity.login_failed');
    return db.transaction(systemAccess, async (tx) => {
      refund(tx, charged);
      return sessions.begin(tx, 'staff_pending', { staffId: charged.staff_id }, oldToken);
    });
  }

  /** The pending session ends and a full one begins under another token. */
  async function confirmTotp(pendingToken: string | null, code: string): Promise<NewSession> {
    const pending = await sessions.pendingOf(pendingToken);
    if (!pending) throw refuse('identity.not_logged_in');
    const { staffId } = pending;
    const now = sessionClock.now();
    const charged = await db.transaction(systemAccess, (tx) =>
      tx.maybe(store.chargeTotp, [staffId, now, loginLimits.failuresMax, lockUntil(now)]),
    );
    // An empty secret was reset: a code from the security administrator is needed first.
    if (!charged || charged.totp_secret_sealed === '') throw refuse('identity.login_failed');
    const secret = crypto.open(totpContext(staffId), charged.totp_secret_sealed);
    const step = totpStep(secret, code, Date.parse(now));
    if (step === null) throw refuse('identity.login_failed');
    const begun = await db.transaction(systemAccess, async (tx) => {
      const accepted = await tx.maybe(store.acceptTotp, [staffId, step]);
      return accepted ? sessions.begin(tx, 'staff', { staffId }, pendingToken) : null;
    });
    if (!begun) throw refuse('identity.login_failed');
    return begun;
  }

  return { loginStaff, confirmTotp };
}

export function foldLogin(login: string): string {
  return login.normalize('NFKC').trim().toLowerCase();
}

export function totpContext(staffId: string): string {
  return `staff:totp_secret_sealed:${staffId}`;
}

export type NewStaff = {
  readonly staffId: string;
  readonly login: string;
  readonly name: string;
  readonly orgId: string;
  /** From `hashPassword`. */
  readonly passwordHash: string;
  /** Base 32, from `newTotpSecret`. */
  readonly totpSecret: string;
  readonly synthetic?: boolean;
  /** Fixed for good; `business` unless said. */
  readonly kind?: StaffKind;
};

export function sealTotpSecret(crypto: CryptoPort, staffId: string, secret: string): string {
  return crypto.seal(totpContext(staffId), secret);
}

export function addStaff(tx: Tx, crypto: CryptoPort, staff: NewStaff): void {
  tx.send(store.insertStaff, [
    staff.staffId,
    foldLogin(staff.login),
    staff.name,
    staff.orgId,
    staff.passwordHash,
    sealTotpSecret(crypto, staff.staffId, staff.totpSecret),
    staff.synthetic ?? false,
    staff.kind ?? 'business',
  ]);
}

export type StaffRoleChange = {
  readonly staffId: string;
  readonly role: Role;
  readonly orgId: string;
  readonly fromDay: string;
  /** Its last day; a role that was given ends by a later row whose last day is past. */
  readonly untilDay: string | null;
  readonly at: string;
  readonly region: string;
  readonly actorId: string | null;
};

/** A role given or ended: a row and its leaf. */
export function changeStaffRole(tx: Tx, trace: Trace, change: StaffRoleChange): void {
  const { staffId, role, orgId, fromDay, untilDay } = change;
  const leafId = trace.record(tx, {
    eventId: newId(),
    type: 'staff.role_changed',
    at: change.at,
    region: change.region,
    department: orgId,
    actorId: change.actorId,
    subjectId: staffId,
    body: { staff_id: staffId, role, org_id: orgId, from_day: fromDay, until_day: untilDay },
  });
  tx.send(store.insertStaffRole, [staffId, role, orgId, fromDay, untilDay, leafId, change.actorId]);
}
