// Passwords by argon2id and one-time codes by TOTP, both from libraries. A check of a password costs 19 MiB and tens of
// milliseconds, so only a few run at once and a flood is turned away. Nothing here knows accounts.

import { hash, verify } from '@node-rs/argon2';
import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { refuse } from './contract.ts';

// OWASP's first choice for argon2id: 19 MiB, two passes, one lane. 2 is argon2id.
const parameters = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** A salt is given only by the synthetic city, whose rows must be the same from the same seed. */
export function hashPassword(password: string, salt?: Uint8Array): Promise<string> {
  return hash(password.normalize('NFKC'), { ...parameters, ...(salt ? { salt } : {}) });
}

const runningMax = 2;
const waitingMax = 40;

export type PasswordChecker = { check(hash: string | null, password: string): Promise<boolean> };

/** `check` takes as long for an account that does not exist (null) as for one that does. */
export function createPasswordChecker(): PasswordChecker {
  const nobody = hashPassword(randomBytes(18).toString('base64url'));
  nobody.catch(() => {});
  const waiting: (() => void)[] = [];
  let running = 0;

  async function enter(): Promise<void> {
    if (running < runningMax) {
      running += 1;
      return;
    }
    if (waiting.length >= waitingMax) throw refuse('identity.login_busy');
    // Whoever leaves hands its place over, so `running` does not change.
    await new Promise<void>((resolve) => waiting.push(resolve));
  }

  function leave(): void {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }

  return {
    check: async (hash, password) => {
      await enter();
      try {
        const isRight = await verify(hash ?? (await nobody), password.normalize('NFKC'));
        return isRight && hash !== null;
      } finally {
        leave();
      }
    },
  };
}

const periodSeconds = 30;

export function newTotpSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** What an authenticator scans. */
export function totpUri(login: string, secret: string): string {
  return new TOTP({
    issuer: '工盾',
    label: login,
    secret: Secret.fromBase32(secret),
    period: periodSeconds,
  }).toString();
}

/** For demonstration accounts and tests. */
export function totpCode(secret: string, atMs: number): string {
  return TOTP.generate({ secret: Secret.fromBase32(secret), period: periodSeconds, timestamp: atMs });
}

/** The time step that a code belongs to, one step early or late allowed; null when it is wrong. */
export function totpStep(secret: string, code: string, atMs: number): number | null {
  const token = code.normalize('NFKC').replaceAll(/\s/g, '');
  if (!/^\d{6}$/.test(token)) return null;
  const delta = TOTP.validate({
    token,
    secret: Secret.fromBase32(secret),
    period: periodSeconds,
    timestamp: atMs,
    window: 1,
  });
  return delta === null ? null : Math.floor(atMs / 1000 / periodSeconds) + delta;
}
