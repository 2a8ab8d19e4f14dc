// Staff who come in by their employer's identity provider. It proves who somebody is and nothing else: which account that is was
// agreed on beforehand by two administrators, what the account may do stands here, and unless the operator has named the
// provider's own second factor, ours follows. The password's lock does not count: nothing is guessed on this way.

import { systemAccess } from '#platform/access';
import type { Clock } from '#platform/clock';
import type { CryptoPort } from '#platform/crypto';
import type { Database } from '#platform/db';
import { z } from 'zod';
import { refuseOidc, type StaffWays } from './oidc-contract.ts';
import * as store from './oidc-store.ts';
import { kindOf, type IdentityProvider, type OidcProof } from './ports.ts';
import type { NewSession, Sessions } from './sessions.ts';

export type StaffOidcOptions = {
  readonly db: Database;
  readonly crypto: CryptoPort;
  readonly sessionClock: Clock;
  readonly sessions: Sessions;
  readonly provider?: IdentityProvider | null;
};

/** How long somebody may be away at the provider. */
export const oidcTicketSeconds = 600;
const ticketContext = 'oidc:ticket';

const ticketSchema = z.object({
  state: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  back: z.string(),
  until: z.number(),
});
type Ticket = z.infer<typeof ticketSchema>;

export type OidcEntered = { readonly begun: NewSession; readonly next: 'in' | 'totp'; readonly back: string };
export type StaffOidc = ReturnType<typeof createStaffOidc>;

export function createStaffOidc(options: StaffOidcOptions) {
  const { db, crypto, sessionClock, sessions } = options;
  const nowMs = () => Date.parse(sessionClock.now());

  function ways(): StaffWays {
    return { oidc: options.provider ? { state: options.provider.port.state() } : null };
  }

  function providerOf(): IdentityProvider {
    if (!options.provider) throw refuseOidc('identity.oidc_off');
    return options.provider;
  }

  /** The ticket stays with the browser that began, sealed: whoever was sent an answer of somebody else's has none that fits. */
  async function begin(back: string): Promise<{ readonly url: string; readonly ticket: string }> {
    const { port } = providerOf();
    const { url, ...login } = await port.begin().catch((error: unknown) => {
      throw kindOf(error) === 'outcome_unknown' ? refuseOidc('identity.oidc_unreachable') : error;
    });
    const ticket: Ticket = { ...login, back, until: nowMs() + oidcTicketSeconds * 1_000 };
    return { url, ticket: crypto.seal(ticketContext, JSON.stringify(ticket)) };
  }

  async function finish(
    query: URLSearchParams,
    sealedTicket: string | null,
    oldToken: string | null,
  ): Promise<OidcEntered> {
    const provider = providerOf();
    const ticket = openTicket(sealedTicket);
    if (!ticket || query.get('state') !== ticket.state) throw refuseOidc('identity.oidc_expired');
    const spent = await db.transaction(systemAccess, (tx) =>
      tx.maybe(store.spendLogin, [crypto.commitment('oidc_state', ticket.state), sessionClock.now()]),
    );
    if (!spent) throw refuseOidc('identity.oidc_expired');
    const proof = await prove(provider, query, ticket);
    return db.transaction(systemAccess, async (tx) => {
      const found = await tx.maybe(store.staffBySubject, [proof.issuer, proof.subject]);
      if (!found) throw refuseOidc('identity.oidc_unlinked', { subject: proof.subject });
      const isWhole = provesSecondFactor(provider, proof);
      const kind = isWhole ? ('staff' as const) : ('staff_pending' as const);
      const begun = sessions.begin(tx, kind, { staffId: found.staff_id }, oldToken);
      return { begun, next: isWhole ? ('in' as const) : ('totp' as const), back: ticket.back };
    });
  }

  function openTicket(sealed: string | null): Ticket | null {
    if (sealed === null) return null;
    try {
      const ticket = ticketSchema.parse(JSON.parse(crypto.open(ticketContext, sealed)));
      return nowMs() < ticket.until ? ticket : null;
    } catch {
      // Changed on the way, or sealed under a key that is gone.
      return null;
    }
  }

  async function prove(provider: IdentityProvider, query: URLSearchParams, ticket: Ticket): Promise<OidcProof> {
    try {
      return await provider.port.finish(query, ticket);
    } catch (error) {
      const kind = kindOf(error);
      if (kind === 'outcome_unknown') throw refuseOidc('identity.oidc_unreachable');
      if (kind !== 'refused') throw error;
      provider.onRefused?.(error);
      throw refuseOidc('identity.oidc_refused');
    }
  }

  return { staffWays: ways, beginOidc: begin, finishOidc: finish };
}

function provesSecondFactor(provider: IdentityProvider, proof: OidcProof): boolean {
  const byClass = proof.acr !== null && provider.acceptedAcr.includes(proof.acr);
  return byClass || proof.amr.some((method) => provider.acceptedAmr.includes(method));
}
