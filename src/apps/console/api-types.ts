// The shapes of the API's answers that no contract of a module exports yet to the browser. Types only.

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
};

export type DemoAccount = {
  readonly login: string;
  readonly name: string;
  readonly roleZh: string;
  readonly orgZh: string;
  readonly password: string;
  readonly totp: string;
};

export type Answer = {
  readonly caseId: string;
  readonly caseNo: string;
  readonly seq: number;
  readonly status: string;
  readonly end: string | null;
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

export type Payout = {
  readonly payoutId: string;
  readonly reference: string;
  readonly caseId: string;
  readonly caseNo: string;
  readonly purpose: string;
  readonly payee: string;
  readonly cardTail: string;
  readonly amountFen: number;
  readonly state: string;
  readonly stateZh: string;
  readonly reason: string | null;
  readonly createdAt: string;
  readonly settledAt: string | null;
};

export type Batch = {
  readonly batchId: string;
  readonly batchNo: string;
  readonly makerName: string;
  readonly lineCount: number;
  readonly totalFen: number;
  readonly state: string;
  readonly stateZh: string;
  readonly madeAt: string;
  readonly submittedAt: string | null;
  readonly canDecide: boolean;
  readonly blockedReason: string | null;
};

export type BatchDetail = Batch & {
  readonly lines: readonly BatchLine[];
  readonly linesHash: string;
  readonly approvals: readonly Approval[];
};

export type BatchLine = Pick<Payout, 'payoutId' | 'reference' | 'caseId' | 'caseNo' | 'payee' | 'cardTail' | 'amountFen'> &
  Partial<Pick<Payout, 'purpose' | 'state' | 'stateZh' | 'reason'>>;

export type Approval = {
  readonly name: string;
  readonly decision: string;
  readonly reason: string | null;
  readonly at: string;
};

export type Reconciliation = {
  readonly reconciliationId: string;
  readonly day: string;
  readonly party: string;
  readonly partyZh: string;
  readonly matchedCount: number;
  readonly differenceCount: number;
  readonly differences: readonly Difference[];
  readonly at: string;
};

export type Difference = {
  readonly zh: string;
  readonly kind: string;
  readonly reference: string;
  readonly oursFen: number | null;
  readonly theirsFen: number | null;
};

export type Account = {
  readonly accountId: string;
  readonly name: string;
  readonly postedFen: number;
  readonly pendingFen: number;
};

export type CoverAnswer = {
  readonly covered: boolean;
  readonly policyNo: string | null;
  readonly startsAt: string | null;
  readonly endsAt: string | null;
  readonly evidence: { readonly leafId: string; readonly generation: string | number; readonly at: string } | null;
};

export type Finding = { readonly severity: string; readonly zh: string };

export type ServiceSummary = {
  readonly code: string;
  readonly zh: string;
  readonly domain: string;
  readonly workflowZh: string;
  readonly version: string | number | null;
  readonly publishedAt: string | null;
  readonly findings: readonly Finding[] | number;
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

export type ServiceRule = {
  readonly code?: string;
  readonly zh: string;
  readonly value?: string;
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

export type Rating = {
  readonly caseId: string;
  readonly caseNo: string;
  readonly serviceZh: string;
  readonly stars: number;
  readonly comment: string | null;
  readonly at: string;
  readonly dueRectifyAt: string | null;
  readonly reply: string | null;
};
