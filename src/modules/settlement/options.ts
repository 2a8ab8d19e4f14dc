// What the settlement is made of, and what all of its parts share: who reads a row, how a case's facts are read.

import { rules, subsidyRule, parametersOf, type ExplanationLine } from '#catalog/rules/index';
import type { Role } from '#catalog';
import { roleGrant } from '#platform/access';
import type { Clock } from '#platform/clock';
import type { CryptoPort } from '#platform/crypto';
import type { Database, Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import type { enqueue as enqueueJob } from '#platform/jobs';
import type { CaseState, EffectContext } from '#modules/cases';
import type { months } from '#modules/cover';
import type { Money } from '#modules/money';
import type { Trace } from '#modules/trace';

export type SettlementOptions = {
  readonly db: Database;
  readonly clock: Clock;
  readonly crypto: CryptoPort;
  readonly trace: Trace;
  readonly enqueue: typeof enqueueJob;
  readonly ledger: Money['ledger'];
  readonly months: typeof months;
  /** Benefits that an insurer paid for accidents of a time. */
  readonly claimsPaid: (tx: Tx, insurerOrgId: string, from: string, until: string) => Promise<number>;
  readonly policiesOf: (
    tx: Tx,
    policyNos: readonly string[],
  ) => Promise<readonly { policy_no: string; first_day: string; days: number; subsidy_fen: number }[]>;
  readonly cases: {
    lock(tx: Tx, caseId: string): Promise<unknown>;
    read(tx: Tx, caseId: string): Promise<CaseState | null>;
    event(
      tx: Tx,
      input: { caseId: string; step: string; outcome: string; data?: Readonly<Record<string, unknown>> },
    ): Promise<boolean>;
  };
  readonly insurers: () => readonly string[];
  readonly isInsurer: (orgId: string) => boolean;
  readonly orgName: (orgId: string) => string;
  /** The bytes of a file of a case. */
  readonly readFile: (fileId: string) => Promise<Buffer>;
  /** Tells a person who was drawn that he or she will be called. */
  readonly tellSampled: (context: EffectContext, personId: string) => void;
  /** The masked name of a person. */
  readonly nameOf: (tx: Tx, personId: string) => Promise<string>;
};

const readerRoles = [
  'hrss_reviewer',
  'hrss_investigator',
  'finance_bureau',
  'risk_analyst',
  'supervisor',
  'audit_officer',
] as const satisfies readonly Role[];

/** The insurer that a row is about, and the offices that check it. */
export function readersFor({ state, facts }: Pick<EffectContext, 'state' | 'facts'>, insurerOrgId: string): string[] {
  const readers = ['*', roleGrant('insurer_finance', insurerOrgId)];
  for (const role of readerRoles) {
    const orgId = facts.route(role, state.region);
    if (orgId) readers.push(roleGrant(role, orgId));
  }
  return readers;
}

export function parameters(day: string, region: string) {
  const found = parametersOf(subsidyRule, day, region);
  invariant(found, `${rules['RT-DI-SUBSIDY']?.id ?? ''} has no version for ${day}`);
  return found.values;
}

/** As the case keeps them, without what stands on every line alike. */
export function linesOf(explanation: readonly ExplanationLine[]): { zh: string; value: string }[] {
  return explanation.map(({ zh, value, verified }) => ({ zh, value: verified ? value : `${value}（规则待核）` }));
}

export function textIn(state: Pick<CaseState, 'data'>, name: string): string {
  const value = state.data[name];
  return typeof value === 'string' ? value : '';
}

export function wholeIn(state: Pick<CaseState, 'data'>, name: string): number {
  const value = state.data[name];
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : 0;
}

export function filesIn(state: Pick<CaseState, 'data'>, name: string): readonly string[] {
  const value = state.data[name];
  if (typeof value !== 'object' || value === null || !('fileIds' in value) || !Array.isArray(value.fileIds)) return [];
  return value.fileIds.filter((one): one is string => typeof one === 'string');
}
