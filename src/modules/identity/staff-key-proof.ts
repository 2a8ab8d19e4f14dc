// What a key signs and whether it did. The challenge is a hash over the act, its object, the person and a nonce, so that the signature
// proves what was approved and not only that somebody was there; the same check holds years later for what was kept. No database.

import { verifyAuthenticationResponse } from '@simplewebauthn/server';
import { z } from 'zod';
import { canonical } from '#modules/trace';
import { sha256 } from '#platform/crypto';
import type { KeyAnswer } from './staff-keys-contract.ts';

/** Which act, on what, with which content. */
export type ProofSubject = { readonly act: string; readonly id: string; readonly hash: string };

/** Kept with what was approved; the public key stands in staff_key. */
const keyProof = z.object({
  keyId: z.string(),
  credentialId: z.string(),
  nonce: z.string(),
  origin: z.string(),
  rpId: z.string(),
  authenticatorData: z.string(),
  clientDataJson: z.string(),
  signature: z.string(),
});
export type KeyProof = z.infer<typeof keyProof>;

/** Null for what is no proof at all. */
export function keyProofOf(kept: unknown): KeyProof | null {
  return keyProof.safeParse(kept).data ?? null;
}

/** Where keys are good: `localhost` alone may do without https. */
export type Place = { readonly origin: string; readonly rpId: string };

export function placeOf(publicUrl: string): Place {
  const { origin, hostname } = new URL(publicUrl);
  return { origin, rpId: hostname };
}

/** WebAuthn knows no addresses, only names. */
export function canUseKeys(publicUrl: string): boolean {
  const { protocol, hostname } = new URL(publicUrl);
  if (hostname === 'localhost') return true;
  return protocol === 'https:' && !/^[\d.]+$/.test(hostname) && !hostname.startsWith('[');
}

export function challengeFor(subject: ProofSubject, staffId: string, nonce: Buffer): Buffer {
  return sha256(canonical({ ...subject, staffId, nonce: nonce.toString('hex'), for: 'gongdun/key/1' }));
}

const clientData = z.object({ challenge: z.string() });

/** The challenge that an answer says it is for; null for anything unreadable. */
export function challengeIn(clientDataJson: string): Buffer | null {
  try {
    const { challenge } = clientData.parse(JSON.parse(Buffer.from(clientDataJson, 'base64url').toString()));
    return Buffer.from(challenge, 'base64url');
  } catch {
    return null;
  }
}

/** The counter is the caller's to judge: it is compared where it is kept, so that two at once cannot both pass. */
export async function verifyAnswer(
  answer: KeyAnswer,
  challenge: Buffer,
  place: Place,
  key: { readonly credentialId: string; readonly publicKey: Buffer },
): Promise<{ readonly counter: number } | null> {
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: { ...answer, clientExtensionResults: {} },
      expectedChallenge: challenge.toString('base64url'),
      expectedOrigin: place.origin,
      expectedRPID: place.rpId,
      requireUserVerification: true,
      credential: { id: key.credentialId, publicKey: new Uint8Array(key.publicKey), counter: 0 },
    });
    return verified ? { counter: authenticationInfo.newCounter } : null;
  } catch {
    // The library says everything that does not hold by throwing.
    return null;
  }
}

/** Whether a kept proof is still one for this subject and person. */
export async function verifyKept(
  proof: KeyProof,
  subject: ProofSubject,
  staffId: string,
  publicKey: Buffer,
): Promise<boolean> {
  const { credentialId, origin, rpId } = proof;
  const response = {
    clientDataJSON: proof.clientDataJson,
    authenticatorData: proof.authenticatorData,
    signature: proof.signature,
  };
  const challenge = challengeFor(subject, staffId, Buffer.from(proof.nonce, 'hex'));
  const answer = { id: credentialId, rawId: credentialId, type: 'public-key' as const, response };
  return (await verifyAnswer(answer, challenge, { origin, rpId }, { credentialId, publicKey })) !== null;
}
