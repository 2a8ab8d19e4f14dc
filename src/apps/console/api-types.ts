// The shapes of the API's answers that no contract of a module exports yet to the browser. Types only.

import type { PayoutView } from '#contract/money';
import type { Light } from './words.ts';

export type Me = {
  readonly staff: { readonly staffId: string; readonly name: string; readonly login: string };
  readonly roles: readonly StaffRole[];
  readonly csrf: string;
  readonly demo: boolean;
  readonly now: string;
};

export type StaffRole = {
  readonly role: string;
  readonly zh: string;
  readonly orgId: string;
  readonly orgZh: string;
  readonly region: string;
  /** For whom it is held while he or she is away; one's own says null. */
  readonly standsInFor?: string | null;
};

export type DemoAccount = {
  readonly login: string;
  readonly name: string;
  readonly roleZh: string;
  /** What it does in the tour; null where the tour does not need it. */
  readonly tour: string | null;
  readonly orgZh: string;
  readonly password: string;
  readonly totp: string;
};

export type Suggestion =
  | { readonly none: true }
  | { readonly amountFen: number; readonly explanation: readonly Explained[] };

export type Explained = {
  readonly zh: string;
  readonly value: string;
  readonly basis: string;
  readonly verified: boolean;
};

export type Listing<Item> = { readonly items: readonly Item[]; readonly nextCursor?: string | null };

/** The case number is shown where the server gives it. */
export type Payout = PayoutView & { readonly caseNo?: string };

export type Finding = { readonly severity: string; readonly zh: string };

export type ServiceSummary = {
  readonly code: string;
  readonly zh: string;
  readonly domain: string;
  readonly workflowZh: string;
  readonly version: string | number | null;
  readonly publishedAt: string | null;
  readonly findings: readonly Finding[] | number;
  /** Why a draft is not offered yet; null of what is published. */
  readonly draftWhy: string | null;
};

/** What the catalogue says of one service. Lists are read leniently: a later version may say more of a step than we show. */
export type ServiceDetail = ServiceSummary & {
  readonly steps: readonly ServiceStep[];
  readonly fields: readonly ServiceField[];
  readonly rules: readonly (ServiceRule | string)[];
  readonly findings: readonly Finding[];
  readonly legalBasis?: readonly string[];
};

export type ServiceStep = {
  readonly step?: string;
  readonly zh: string;
  readonly kind?: string;
  readonly roleZh?: string;
  readonly limitText?: string | null;
  readonly basis?: string | null;
  readonly needsCheck?: boolean;
  readonly outcomes?: readonly { readonly zh: string; readonly to?: string | null }[];
};

export type ServiceField = {
  readonly name: string;
  readonly zh: string;
  readonly kindZh?: string;
  readonly kind?: string;
  readonly required?: boolean;
  readonly classZh?: string;
};

export type RuleValue = { readonly zh: string; readonly text: string };

export type ServiceRule = {
  readonly code?: string;
  readonly zh: string;
  readonly values?: readonly RuleValue[];
  readonly regionZh?: string | null;
  readonly basis?: string | null;
  readonly needsCheck?: boolean;
  readonly effectiveFrom?: string | null;
};

export type Notice = {
  readonly noticeId: string;
  readonly title: string;
  readonly text: string;
  readonly at: string;
  readonly caseId: string | null;
  readonly read: boolean;
};

/** One line of the health page. */
export type HealthFinding = {
  readonly code: string;
  readonly zh: string;
  readonly light: Light;
  readonly value: string;
  readonly meaning: string;
  readonly next: string | null;
};
export type Health = { readonly at: string; readonly light: Light; readonly items: readonly HealthFinding[] };
