// What the check of claims stands on: the claims that ended, what a case says of one, and where a checked claim is told.

import type { Acts } from '#modules/administration';
import type { EndedClaim } from '#modules/cover';
import type { Trace } from '#modules/trace';
import type { Access } from '#platform/access';
import type { WorkingCalendar } from '#platform/calendar';
import type { Clock } from '#platform/clock';
import type { CryptoPort } from '#platform/crypto';
import type { Database, Tx } from '#platform/db';
import type { ClaimDetails } from './contract.ts';

export type SamplingOptions = {
  readonly db: Database;
  readonly clock: Clock;
  readonly calendar: () => WorkingCalendar;
  readonly crypto: CryptoPort;
  readonly trace: Trace;
  readonly acts: Acts;
  readonly claims: {
    between(tx: Tx, from: string, until: string): Promise<readonly EndedClaim[]>;
    firstSince(tx: Tx, from: string): Promise<string | null>;
  };
  readonly route: (role: string, region: string) => string | null;
  readonly orgName: (orgId: string) => string;
  /** What the case says about the claim, without what a checker need not know; the look is written down. */
  readonly details: (
    tx: Tx,
    access: Access,
    claim: { readonly caseId: string; readonly outcome: 'paid' | 'denied' },
  ) => Promise<ClaimDetails>;
  readonly mayOpen: (tx: Tx, access: Access, caseId: string) => Promise<boolean>;
  /** Writes the finding into the case and tells the insurer. */
  readonly tellWrong: (
    tx: Tx,
    claim: { readonly caseId: string; readonly insurerOrgId: string; readonly note: string },
  ) => Promise<void>;
};
