// What staff do with what an administrator handed them: an invitation sets password and second factor, a link a new password, a code
// a new second factor. A link alone never opens an account that was in use: the second proof is always another one's to give.

import { Secret } from 'otpauth';
import { systemAccess } from '#platform/access';
import type { Tx } from '#platform/db';
import { refuse as refuseIdentity } from './contract.ts';
import { createPasswordChecker, hashPassword, totpStep, totpUri } from './password.ts';
import type { NewSession, StaffSession } from './sessions.ts';
import { refuse, type AcceptInput, type LookAnswer } from './staff-contract.ts';
import type { StaffDeskOptions } from './staff-desk.ts';
import { sealTotpSecret } from './staff-login.ts';
import { foldCode } from './staff-roles.ts';
import * as store from './staff-store.ts';
import { createTotpCheck } from './staff-totp.ts';
import { refundLogin } from './store.ts';

export type StaffLinks = ReturnType<typeof createStaffLinks>;

export function createStaffLinks(options: StaffDeskOptions) {
  const { db, crypto, sessionClock, sessions } = options;
  const passwords = createPasswordChecker();
  const { requireTotp } = createTotpCheck(options);

  async function found(tx: Tx, token: string, ...purposes: readonly store.LinkRow['purpose'][]) {
    const hashes = [...crypto.digests('staff_link', token)];
    const link = await tx.maybe(store.selectLink, [hashes, sessionClock.now()]);
    if (!link || !purposes.includes(link.purpose)) throw refuse('identity.link_unusable');
    return link;
  }

  /** Follows from the link, so that looking twice shows the same and nothing need be kept before it is confirmed. */
  function secretFor(linkId: string): string {
    return secretOfBytes(crypto.digest('staff_totp', linkId));
  }

  /** The secret that the code is of: what was shown may have been made under an earlier key. */
  function proven(linkId: string, code: string): { readonly secret: string; readonly step: number } {
    for (const bytes of crypto.digests('staff_totp', linkId)) {
      const secret = secretOfBytes(bytes);
      const step = totpStep(secret, code, Date.parse(sessionClock.now()));
      if (step !== null) return { secret, step };
    }
    throw refuse('identity.totp_wrong');
  }

  async function look(token: string): Promise<LookAnswer> {
    return db.transaction(systemAccess, async (tx) => {
      const link = await found(tx, token, 'invitation', 'password');
      const row = await tx.one(store.readStaff, [link.staff_id]);
      const isNew = link.purpose === 'invitation';
      const secret = isNew ? secretFor(link.link_id) : null;
      return {
        purpose: isNew ? ('invitation' as const) : ('password' as const),
        login: row.login,
        name: row.name,
        orgName: row.org_name,
        expiresAt: link.expires_at,
        totpUri: secret && totpUri(row.login, secret),
        totpSecret: secret,
      };
    });
  }

  async function accept(input: AcceptInput): Promise<{ readonly login: string }> {
    const known = await db.transaction(systemAccess, async (tx) => {
      const link = await found(tx, input.token, 'invitation', 'password');
      return { link, row: await tx.one(store.readStaff, [link.staff_id]) };
    });
    requireStrong(input.password, known.row.login);
    const { staff_id: staffId, purpose, link_id: linkId } = known.link;
    const second = purpose === 'invitation' ? proven(linkId, input.code ?? '') : null;
    if (second === null) await requireSecond(staffId, input);
    const passwordHash = await hashPassword(input.password);
    await db.transaction(systemAccess, async (tx) => {
      const link = await found(tx, input.token, purpose);
      tx.send(store.useLink, [link.link_id, sessionClock.now()]);
      const done =
        second === null
          ? await tx.maybe(store.setPassword, [staffId, passwordHash])
          : await tx.maybe(store.activateStaff, [
              staffId,
              passwordHash,
              sealTotpSecret(crypto, staffId, second.secret),
              second.step,
            ]);
      if (!done) throw refuse('identity.link_unusable');
      sessions.endAllOfStaff(tx, staffId);
    });
    return { login: known.row.login };
  }

  /** A new password needs the second factor, or the code that stands for it while it is lost. */
  async function requireSecond(staffId: string, input: AcceptInput): Promise<void> {
    if (input.recovery) {
      const recovery = foldCode(input.recovery);
      const link = await db.transaction(systemAccess, (tx) => found(tx, recovery, 'second_factor'));
      if (link.staff_id !== staffId) throw refuse('identity.link_unusable');
      return;
    }
    await requireTotp(staffId, input.code ?? '', 'identity.totp_wrong');
  }

  /** With the password already proven: what the new authenticator is to be fed with. */
  async function recoverLook(pendingToken: string | null, recovery: string) {
    const pending = await sessions.pendingOf(pendingToken);
    if (!pending) throw refuseIdentity('identity.not_logged_in');
    return db.transaction(systemAccess, async (tx) => {
      const link = await ownRecovery(tx, pending.staffId, recovery);
      const row = await tx.one(store.readStaff, [pending.staffId]);
      const totpSecret = secretFor(link.link_id);
      return { totpUri: totpUri(row.login, totpSecret), totpSecret };
    });
  }

  async function ownRecovery(tx: Tx, staffId: string, recovery: string): Promise<store.LinkRow> {
    const link = await found(tx, foldCode(recovery), 'second_factor');
    if (link.staff_id !== staffId) throw refuse('identity.link_unusable');
    return link;
  }

  async function recoverAccept(pendingToken: string | null, recovery: string, code: string): Promise<NewSession> {
    const pending = await sessions.pendingOf(pendingToken);
    if (!pending) throw refuseIdentity('identity.not_logged_in');
    const { staffId } = pending;
    return db.transaction(systemAccess, async (tx) => {
      const link = await ownRecovery(tx, staffId, recovery);
      const { secret, step } = proven(link.link_id, code);
      tx.send(store.useLink, [link.link_id, sessionClock.now()]);
      const done = await tx.maybe(store.setTotp, [staffId, sealTotpSecret(crypto, staffId, secret), step]);
      if (!done) throw refuse('identity.link_unusable');
      return sessions.begin(tx, 'staff', { staffId }, pendingToken);
    });
  }

  /** One's own: the present password and a fresh code; all other sessions end. */
  async function changePassword(
    session: StaffSession,
    input: { readonly current: string; readonly next: string; readonly code: string },
    token: string | null,
  ): Promise<NewSession> {
    const { staffId, login } = session.staff;
    requireStrong(input.next, login);
    const { step, charged } = await requireTotp(staffId, input.code, 'identity.password_wrong');
    const isRight = await passwords.check(charged.password_hash, input.current).catch(async (error: unknown) => {
      await db.transaction(systemAccess, async (tx) => tx.send(refundLogin, [staffId, charged.locked_until]));
      throw error;
    });
    if (!isRight) throw refuse('identity.password_wrong');
    const passwordHash = await hashPassword(input.next);
    return db.transaction(systemAccess, async (tx) => {
      const done = await tx.maybe(store.setPassword, [staffId, passwordHash]);
      const fresh = await tx.maybe(store.spendTotp, [staffId, step]);
      if (!done || !fresh) throw refuse('identity.password_wrong');
      tx.send(store.revokeLinks, [staffId, 'password', sessionClock.now()]);
      sessions.endAllOfStaff(tx, staffId);
      return sessions.begin(tx, 'staff', { staffId }, token);
    });
  }

  return { lookAtLink: look, acceptLink: accept, recoverLook, recoverAccept, changePassword };
}

function secretOfBytes(bytes: Buffer): string {
  return new Secret({ buffer: new Uint8Array(bytes.subarray(0, 20)).buffer }).base32;
}

const lengthMin = 10;
const longEnough = 16;

/** 等级保护 asks for complexity (GB/T 22239-2019 8.1.4.1 a; 待核 for the exact length); a long one needs none. */
export function requireStrong(password: string, login: string): void {
  const plain = password.normalize('NFKC');
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z\d]/].filter((kind) => kind.test(plain)).length;
  const { length } = Array.from(plain);
  const varied = new Set(plain).size >= 6;
  const isStrong = varied && (length >= longEnough || (length >= lengthMin && kinds >= 3));
  if (!isStrong || plain.toLowerCase().includes(login.toLowerCase())) throw refuse('identity.password_weak');
}
