// Keys of staff (WebAuthn): enrolled after a fresh TOTP code, asked for where money is approved, removed by oneself, reset by a security
// administrator when all are lost. Whoever had a key once needs one for good: otherwise taking the key away would be the way around it.

import { generateRegistrationOptions, verifyRegistrationResponse } from '@simplewebauthn/server';
import { randomBytes } from 'node:crypto';
import { systemAccess } from '#platform/access';
import { sameBytes } from '#platform/crypto';
import type { Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import type { StaffSession } from './sessions.ts';
import { byOf, heldStaff, requireState, type StaffDeskOptions } from './staff-desk.ts';
import {
  canUseKeys,
  challengeFor,
  challengeIn,
  placeOf,
  verifyAnswer,
  verifyKept,
  type KeyProof,
  type ProofSubject,
} from './staff-key-proof.ts';
import * as store from './staff-key-store.ts';
import {
  refuseKey as refuse,
  type KeyAnswer,
  type KeyBeginAnswer,
  type KeyBeginInput,
  type KeyEnrolInput,
  type KeyRemoveInput,
  type KeyRequest,
} from './staff-keys-contract.ts';
import { codeHours, foldCode, readable } from './staff-roles.ts';
import { insertLink, revokeLinks, selectLink } from './staff-store.ts';
import { ownBy } from './substitutions.ts';
import { createTotpCheck } from './staff-totp.ts';

export type StaffKeysOptions = StaffDeskOptions & {
  /** An approver without a key may not approve. */
  readonly keysRequired: boolean;
};

/** Who is to prove something, and the mark of the session in which. */
export type Prover = { readonly staffId: string; readonly mark: string };
/** `missing`: a key is needed and there is none. */
export type KeyNeed = 'none' | 'needed' | 'missing';

export type StaffKeys = ReturnType<typeof createStaffKeys>;

const challengeMs = 120_000;
const keysMax = 10;
/** EdDSA, ES256, RS256: what keys that are sold can do. */
const algorithms = [-8, -7, -257];

export function createStaffKeys(options: StaffKeysOptions) {
  const { db, crypto, acts, clock, sessionClock, sessions } = options;
  const totp = createTotpCheck(options);
  const place = placeOf(options.publicUrl);
  const isUsable = canUseKeys(options.publicUrl);
  const markOf = (prover: Prover) => crypto.commitment('key_session', prover.mark);
  const proverOf = (session: StaffSession): Prover => ({ staffId: session.staff.staffId, mark: session.csrf });

  // ---- proving -------------------------------------------------------------------------------------------------------------

  async function needOf(tx: Tx, staffId: string): Promise<KeyNeed> {
    const keys = await tx.run(store.keysOf, [staffId]);
    if (keys.some((one) => one.removed_at === null)) return 'needed';
    return keys.length > 0 || options.keysRequired ? 'missing' : 'none';
  }

  async function issue(tx: Tx, prover: Prover, subject: ProofSubject, linkId: string | null = null): Promise<Buffer> {
    const nonce = randomBytes(32);
    const challenge = challengeFor(subject, prover.staffId, nonce);
    const row = [challenge, nonce, prover.staffId, markOf(prover), linkId, sessionClock.now()] as const;
    await tx.run(store.insertChallenge, [...row]);
    return challenge;
  }

  async function requestFor(tx: Tx, prover: Prover, subject: ProofSubject): Promise<KeyRequest> {
    const keys = (await tx.run(store.keysOf, [prover.staffId])).filter((one) => one.removed_at === null);
    if (keys.length === 0) throw refuse('identity.key_missing');
    const challenge = await issue(tx, prover, subject);
    return {
      challenge: challenge.toString('base64url'),
      timeout: challengeMs,
      rpId: place.rpId,
      allowCredentials: keys.map(descriptorOf),
      userVerification: 'required',
    };
  }

  async function beginProof(prover: Prover, subject: ProofSubject): Promise<KeyRequest> {
    if (!isUsable) throw refuse('identity.key_unavailable');
    return db.transaction(systemAccess, (tx) => requestFor(tx, prover, subject));
  }

  /** In the transaction of what is approved: when that fails nothing is spent. */
  async function takeProof(tx: Tx, prover: Prover, subject: ProofSubject, answer: KeyAnswer): Promise<KeyProof> {
    const { challenge, nonce } = await spend(tx, prover, subject, answer.response.clientDataJSON);
    const keys = await tx.run(store.keysOf, [prover.staffId]);
    const key = keys.find((one) => one.removed_at === null && idOf(one) === answer.id);
    if (!key) throw refuse('identity.key_unknown');
    const checked = await verifyAnswer(answer, challenge, place, {
      credentialId: idOf(key),
      publicKey: key.public_key,
    });
    if (!checked) throw refuse('identity.key_wrong');
    const counted = await tx.maybe(store.useKey, [key.key_id, checked.counter, clock.now()]);
    if (!counted) throw refuse('identity.key_counter');
    return {
      keyId: key.key_id,
      credentialId: idOf(key),
      nonce: nonce.toString('hex'),
      ...place,
      authenticatorData: answer.response.authenticatorData,
      clientDataJson: answer.response.clientDataJSON,
      signature: answer.response.signature,
    };
  }

  async function spend(tx: Tx, prover: Prover, subject: ProofSubject, clientDataJson: string) {
    const challenge = challengeIn(clientDataJson);
    if (!challenge) throw refuse('identity.key_wrong');
    const now = sessionClock.now();
    const since = new Date(Date.parse(now) - challengeMs).toISOString();
    const spent = await tx.maybe(store.spendChallenge, [challenge, prover.staffId, markOf(prover), now, since]);
    if (!spent) throw refuse('identity.key_over');
    if (!sameBytes(challengeFor(subject, prover.staffId, spent.nonce), challenge)) throw refuse('identity.key_other');
    return { challenge, nonce: spent.nonce, linkId: spent.link_id };
  }

  /** Years later, from what was kept with the approval. */
  async function checkKept(tx: Tx, proof: KeyProof, subject: ProofSubject, staffId: string): Promise<boolean> {
    const key = await tx.maybe(store.keyById, [proof.keyId]);
    if (!key || key.staff_id !== staffId || idOf(key) !== proof.credentialId) return false;
    return verifyKept(proof, subject, staffId, key.public_key);
  }

  // ---- enrolling -----------------------------------------------------------------------------------------------------------

  async function begin(session: StaffSession, input: KeyBeginInput): Promise<KeyBeginAnswer> {
    if (!isUsable) throw refuse('identity.key_unavailable');
    const prover = proverOf(session);
    const { staffId } = prover;
    const { step } = await totp.requireTotp(staffId, input.code, 'identity.totp_wrong');
    return db.transaction(systemAccess, async (tx) => {
      const keys = await tx.run(store.keysOf, [staffId]);
      const live = keys.filter((one) => one.removed_at === null);
      if (live.length >= keysMax) throw refuse('identity.key_too_many');
      const linkId = keys.length > 0 && live.length === 0 ? await resetLink(tx, staffId, input.recovery) : null;
      await totp.spend(tx, staffId, step, 'identity.totp_wrong');
      const enrolId = newId();
      const challenge = await issue(tx, prover, enrolSubject(enrolId), linkId);
      const made = await generateRegistrationOptions({
        rpName: '工盾',
        rpID: place.rpId,
        userName: session.staff.login,
        userDisplayName: session.staff.name,
        userID: new Uint8Array(Buffer.from(staffId)),
        challenge: new Uint8Array(challenge),
        timeout: challengeMs,
        supportedAlgorithmIDs: algorithms,
      });
      const creation = {
        challenge: made.challenge,
        rp: { name: '工盾', id: place.rpId },
        user: { id: made.user.id, name: made.user.name, displayName: made.user.displayName },
        pubKeyCredParams: made.pubKeyCredParams.map(({ alg }) => ({ alg, type: 'public-key' as const })),
        timeout: challengeMs,
        excludeCredentials: keys.map(descriptorOf),
        authenticatorSelection: { residentKey: 'discouraged', userVerification: 'required' } as const,
        attestation: 'none' as const,
      };
      const request = live.length > 0 ? await requestFor(tx, prover, withSubject(enrolId)) : null;
      return { enrolId, creation, request };
    });
  }

  async function resetLink(tx: Tx, staffId: string, recovery: string | undefined): Promise<string> {
    if (!recovery) throw refuse('identity.key_reset_code');
    const hashes = [...crypto.digests('staff_link', foldCode(recovery))];
    const link = await tx.maybe(selectLink, [hashes, sessionClock.now()]);
    if (link?.purpose !== 'key' || link.staff_id !== staffId) throw refuse('identity.key_reset_code');
    return link.link_id;
  }

  async function enrol(session: StaffSession, input: KeyEnrolInput): Promise<{ done: true }> {
    const prover = proverOf(session);
    const { enrolId, name, credential } = input;
    return acts.once<{ done: true }>({
      by: ownBy(session),
      requestId: input.requestId,
      type: 'key_enrolled',
      content: { enrolId, name, credentialId: credential.id },
      work: async (tx) => {
        const spent = await spend(tx, prover, enrolSubject(enrolId), credential.response.clientDataJSON);
        const keys = await tx.run(store.keysOf, [prover.staffId]);
        const hasLive = keys.some((one) => one.removed_at === null);
        if (hasLive && !input.proof) throw refuse('identity.key_wrong');
        // What was the first key when this began is not any more: it needs the other's word.
        if (hasLive && input.proof) await takeProof(tx, prover, withSubject(enrolId), input.proof);
        if (!hasLive && keys.length > 0) await useResetLink(tx, spent.linkId);
        const made = await registered(credential, spent.challenge);
        const keyId = newId();
        const kept = await tx.maybe(store.insertKey, [
          keyId,
          prover.staffId,
          name,
          Buffer.from(made.id, 'base64url'),
          Buffer.from(made.publicKey),
          credential.response.transports,
          made.counter,
          clock.now(),
        ]);
        if (!kept) throw refuse('identity.key_known');
        return {
          title: `登记安全密钥“${name}”`,
          staffId: prover.staffId,
          body: { key_id: keyId, credential_id: made.id },
          answer: { done: true },
        };
      },
    });
  }

  async function useResetLink(tx: Tx, linkId: string | null): Promise<void> {
    const used = linkId === null ? undefined : await tx.maybe(store.spendLink, [linkId, sessionClock.now()]);
    if (!used) throw refuse('identity.key_reset_code');
  }

  async function registered(credential: KeyEnrolInput['credential'], challenge: Buffer) {
    const { transports: _transports, ...response } = credential.response;
    const checked = await verifyRegistrationResponse({
      response: { ...credential, response, clientExtensionResults: {} },
      expectedChallenge: challenge.toString('base64url'),
      expectedOrigin: place.origin,
      expectedRPID: place.rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: algorithms,
    }).catch(() => null);
    if (!checked?.verified) throw refuse('identity.key_wrong');
    return checked.registrationInfo.credential;
  }

  // ---- removing ------------------------------------------------------------------------------------------------------------

  async function remove(session: StaffSession, keyId: string, input: KeyRemoveInput): Promise<{ done: true }> {
    const { staffId } = session.staff;
    const { step } = await totp.requireTotp(staffId, input.code, 'identity.totp_wrong');
    return acts.once<{ done: true }>({
      by: ownBy(session),
      requestId: input.requestId,
      type: 'key_removed',
      content: { keyId },
      work: async (tx) => {
        await totp.spend(tx, staffId, step, 'identity.totp_wrong');
        const removed = await tx.maybe(store.removeKey, [keyId, staffId, clock.now()]);
        if (!removed) throw refuse('identity.key_missing');
        return { title: `移除安全密钥“${removed.name}”`, staffId, body: { key_id: keyId }, answer: { done: true } };
      },
    });
  }

  /** All are gone at once; the code alone opens nothing: the account's own password and TOTP are needed beside it. */
  async function reset(
    session: StaffSession,
    staffId: string,
    input: { readonly requestId: string; readonly reason: string },
  ): Promise<{ staffId: string; code: string; expiresAt: string }> {
    const by = byOf(session, 'security_administrator');
    const code = readable(acts.secretOf('key', by, input.requestId));
    const answer = await acts.once({
      by,
      requestId: input.requestId,
      type: 'keys_reset',
      content: { staffId, reason: input.reason },
      work: async (tx) => {
        const row = await heldStaff(tx, staffId, by);
        requireState(row, 'active', 'suspended');
        invariant(by.staffId, 'an administrator is somebody');
        const now = sessionClock.now();
        const expiresAt = new Date(Date.parse(now) + codeHours * 3_600_000).toISOString();
        const removed = await tx.run(store.removeAllKeys, [staffId, by.staffId, clock.now()]);
        tx.send(revokeLinks, [staffId, 'key', now]);
        const hash = crypto.digest('staff_link', foldCode(code));
        tx.send(insertLink, [newId(), staffId, 'key', hash, by.staffId, now, expiresAt]);
        sessions.endAllOfStaff(tx, staffId);
        return {
          title: `重置“${row.name}”（${row.login}）的安全密钥：${input.reason}`,
          staffId,
          orgId: row.org_id,
          body: { reason: input.reason, keys: removed.map((one) => one.key_id) },
          answer: { staffId, expiresAt },
        };
      },
    });
    return { ...answer, code };
  }

  return {
    needOfKey: needOf,
    beginProof,
    takeProof,
    checkKept,
    beginKey: begin,
    enrolKey: enrol,
    removeKey: remove,
    resetKeys: reset,
    canUseKeys: isUsable,
  };
}

const enrolSubject = (enrolId: string): ProofSubject => ({ act: 'staff_key.enrol', id: enrolId, hash: '' });
const withSubject = (enrolId: string): ProofSubject => ({ act: 'staff_key.enrol_another', id: enrolId, hash: '' });
const idOf = (key: store.KeyRow): string => key.credential_id.toString('base64url');
const descriptorOf = (key: store.KeyRow) => ({
  id: idOf(key),
  type: 'public-key' as const,
  transports: key.transports,
});
