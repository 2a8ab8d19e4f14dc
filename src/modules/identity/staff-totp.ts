// A fresh code of one's own authenticator, asked for again in the middle of a session. Counted like a login, so that codes cannot be
// tried without end; good once.

import { systemAccess } from '#platform/access';
import type { Clock } from '#platform/clock';
import type { CryptoPort } from '#platform/crypto';
import type { Database, Tx } from '#platform/db';
import { loginLimits } from './limits.ts';
import { totpStep } from './password.ts';
import { refuse } from './staff-contract.ts';
import { totpContext } from './staff-login.ts';
import { spendTotp } from './staff-store.ts';
import { chargeTotp } from './store.ts';

type Options = { readonly db: Database; readonly crypto: CryptoPort; readonly sessionClock: Clock };
type Otherwise = 'identity.totp_wrong' | 'identity.password_wrong';

const minuteMs = 60_000;

export function createTotpCheck({ db, crypto, sessionClock }: Options) {
  async function requireTotp(staffId: string, code: string, otherwise: Otherwise) {
    const now = sessionClock.now();
    const until = new Date(Date.parse(now) + loginLimits.lockMinutes * minuteMs).toISOString();
    const charged = await db.transaction(systemAccess, (tx) =>
      tx.maybe(chargeTotp, [staffId, now, loginLimits.failuresMax, until]),
    );
    if (!charged || charged.totp_secret_sealed === '') throw refuse(otherwise);
    const step = totpStep(crypto.open(totpContext(staffId), charged.totp_secret_sealed), code, Date.parse(now));
    if (step === null) throw refuse(otherwise);
    return { step, charged };
  }

  /** In the transaction of what it is for. */
  async function spend(tx: Tx, staffId: string, step: number, otherwise: Otherwise): Promise<void> {
    const fresh = await tx.maybe(spendTotp, [staffId, step]);
    if (!fresh) throw refuse(otherwise);
  }

  return { requireTotp, spend };
}
