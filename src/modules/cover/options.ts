// What cover is made of, and what all of its parts share: who reads a row, the number of a policy, how a party's no is known.

import type { Role } from '#catalog';
import type { CaseState, EffectContext } from '#modules/cases';
import { readersOf, type Money } from '#modules/money';
import type { Trace } from '#modules/trace';
import type { Clock } from '#platform/clock';
import type { Database, Tx } from '#platform/db';
import type { enqueue as enqueueJob } from '#platform/jobs';
import type { CasesPort, FamilyPort, FindInsured, InsurerPort, ListsPort } from './ports.ts';

export type CoverOptions = {
  readonly db: Database;
  readonly clock: Clock;
  readonly trace: Trace;
  readonly enqueue: typeof enqueueJob;
  readonly insurer: InsurerPort;
  readonly cases: CasesPort;
  readonly findInsured: FindInsured;
  /** For claims after a death; where it is not given, there are none. */
  readonly family?: FamilyPort;
  /** For what is bought for the people of a list; where it is not given, nothing is. */
  readonly lists?: ListsPort;
  readonly money: Pick<Money, 'ledger' | 'payments' | 'debits'>;
  /** Whether the daily rate is the whole premium or the worker's part; the rule's own parameter unless set. */
  readonly subsidyMode?: 'gross' | 'net';
  /** Where cover may start on the day of purchase; the rule's own parameter unless set. */
  readonly sameDay?: (region: string) => boolean;
  /** Name of an organisation, for those who compare insurers. */
  readonly orgName?: (orgId: string) => string;
  /** Names of the companies that tell of orders: without one nobody can renew by the first order of the day. */
  readonly tellsOfOrders?: (tx: Tx) => Promise<readonly string[]>;
  /** Where work is insured: the case's own city unless set. */
  readonly inRegion?: (region: string) => boolean;
};

/** Who reads cover, besides the person. */
export const coverReaderRoles = [
  'insurer_underwriter',
  'insurer_adjuster',
  'insurer_finance',
  'medical_expert',
  'hrss_window',
  'hrss_investigator',
  'supervisor',
] as const satisfies readonly Role[];
/** A whole day of tries, with growing pauses. */
export const partyAttempts = 40;

export function coverReaders(context: Pick<EffectContext, 'state' | 'facts'>): string[] {
  return readersOf(context, coverReaderRoles);
}

export function policyNoOf(state: Pick<CaseState, 'caseNo'>): string {
  return `GD${state.caseNo}`;
}

export function isRefused(error: unknown): error is Error & { code: string; partyMessage: string } {
  return error instanceof Error && 'kind' in error && error.kind === 'refused';
}
