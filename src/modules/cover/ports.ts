// What cover needs of others, as types only: the insurer, people, cases and money. main.ts hands the real ones in. A party's errors
// are known by their `kind`, so that this module imports no adapter.

import type { IdDocument } from '#catalog/fields/index';
import type { ExplanationLine } from '#catalog/rules/index';
import type { CaseState } from '#modules/cases';
import type { CasesPort as MoneyCasesPort } from '#modules/money';
import type { Tx } from '#platform/db';

export type InsurerPort = {
  underwrite(request: {
    policyNo: string;
    idNumberHash: string;
    age: number;
    occupation: string;
    riskClass: number;
    days: readonly string[];
    startsAt: Date;
    premiumFen: number;
    subsidyFen: number;
  }): Promise<{ readonly decision: 'approve' | 'manual'; readonly insurerPolicyNo?: string; readonly reason?: string }>;
  declare(batch: {
    batchNo: string;
    policies: readonly Parameters<InsurerPort['underwrite']>[0][];
  }): Promise<{ readonly refused: readonly { readonly policyNo: string; readonly code: string }[] }>;
  endorseRefund(request: { policyNo: string; days: readonly string[] }): Promise<{ readonly endorsementNo: string }>;
  reportClaim(request: {
    claimNo: string;
    policyNo: string;
    accidentAt: Date;
  }): Promise<{ readonly insurerClaimNo: string }>;
};

export type CasesPort = MoneyCasesPort & {
  /** A case as the transaction's access sees it. */
  read(tx: Tx, caseId: string): Promise<CaseState | null>;
  /** A person's open cases of a service, the first opened first. */
  openOf(tx: Tx, personId: string, serviceCode: string): Promise<readonly CaseState[]>;
};

export type Insured = {
  readonly birthDay: string;
  readonly occupation: string | null;
  /** Keyed hash of the ID number: the insurer never gets the number. */
  readonly idNumberHash: string;
};
/** The insured person. The transaction may be a clerk's who does not see the person. */
export type FindInsured = (tx: Tx, personId: string) => Promise<Insured>;

/** What is sealed in a case, and what is known of the dead and of those who act for them. */
export type FamilyPort = {
  readonly open: (state: CaseState, name: string) => unknown;
  readonly seal: (caseId: string, name: string, value: unknown, mask: string) => unknown;
  /** A window has checked that this person is dead. */
  readonly isDead: (tx: Tx, personId: string) => Promise<boolean>;
  readonly isIdOf: (tx: Tx, personId: string, idNumber: string) => Promise<boolean>;
};

export type ListedPerson = {
  readonly line: number;
  readonly personId: string;
  readonly birthDay: string;
  /** As the list says it. */
  readonly post: string;
  readonly nameMask: string;
};

export type Newcomer = {
  readonly name: string;
  readonly idDocument: IdDocument;
  readonly phone: string;
  readonly birthDay: string;
};

/** The people of the list that a case has taken, and what may be said to them. */
export type ListsPort = {
  /** Behind a line, in the order of the list, or null; `keep` makes known who is not registered yet. */
  readonly peopleOf: (
    tx: Tx,
    caseId: string,
    after: number,
    limit: number,
    region: string,
  ) => Promise<{ readonly last: number; readonly keep: (tx: Tx) => Promise<readonly ListedPerson[]> } | null>;
  /** Whose records a person must look at before anything is bought for them. */
  readonly notInsurable: (tx: Tx, personIds: readonly string[]) => Promise<readonly string[]>;
  /** Somebody who takes another's place, made known where that is needed. */
  readonly personOf: (tx: Tx, person: Newcomer, region: string) => Promise<string>;
  /** Whether a person took orders on a day; unknown where the organisation tells of none. */
  readonly ordersOn: (
    tx: Tx,
    asked: { readonly orgId: string; readonly personId: string; readonly day: string },
  ) => Promise<'none' | 'some' | 'unknown'>;
  readonly tell: (tx: Tx, personId: string, notice: string, values: Readonly<Record<string, string>>) => void;
};

export type Suggestion = { readonly amountFen: number; readonly explanation: readonly ExplanationLine[] };

export function textOf(state: Pick<CaseState, 'data'>, name: string): string | null {
  const value = state.data[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

export function wholeOf(state: Pick<CaseState, 'data'>, name: string): number {
  const value = state.data[name];
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0;
}
