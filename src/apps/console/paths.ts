// The only place where addresses are made: those of the desk's pages, and those of the API that it calls. Pure; no address is
// put together anywhere else.

const base = '/desk';

export type Query = Readonly<Record<string, string | number | null | undefined>>;

/** `?a=1&b=2` without the entries that are empty; nothing at all when all are. */
export function queryString(query: Query): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  if (pairs.length === 0) return '';
  return `?${pairs.map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`).join('&')}`;
}

const part = encodeURIComponent;

export const pages = {
  tasks: (query: Query = {}) => `${base}/${queryString(query)}`,
  login: (back?: string) => `${base}/login${queryString({ back })}`,
  start: () => `${base}/start`,
  startService: (code: string) => `${base}/start/${part(code)}`,
  case: (caseId: string) => `${base}/cases/${part(caseId)}`,
  payouts: (query: Query = {}) => `${base}/payouts${queryString(query)}`,
  batches: (query: Query = {}) => `${base}/batches${queryString(query)}`,
  batch: (batchId: string) => `${base}/batches/${part(batchId)}`,
  reconciliation: (query: Query = {}) => `${base}/reconciliation${queryString(query)}`,
  ledger: () => `${base}/ledger`,
  oversight: () => `${base}/oversight`,
  sampling: (query: Query = {}) => `${base}/sampling${queryString(query)}`,
  samplingSheet: (sheetId: string) => `${base}/sampling/${part(sheetId)}`,
  settlements: (query: Query = {}) => `${base}/settlements${queryString(query)}`,
  settlement: (caseId: string, query: Query = {}) => `${base}/settlements/${part(caseId)}${queryString(query)}`,
  servicePoints: () => `${base}/service-points`,
  cover: (query: Query = {}) => `${base}/cover${queryString(query)}`,
  catalogue: (query: Query = {}) => `${base}/catalogue${queryString(query)}`,
  service: (code: string) => `${base}/catalogue/${part(code)}`,
  ratings: (query: Query = {}) => `${base}/ratings${queryString(query)}`,
  notices: (query: Query = {}) => `${base}/notices${queryString(query)}`,
  health: () => `${base}/health`,
  staff: (query: Query = {}) => `${base}/staff${queryString(query)}`,
  staffMember: (staffId: string) => `${base}/staff/${part(staffId)}`,
  orgs: (query: Query = {}) => `${base}/orgs${queryString(query)}`,
  org: (orgId: string, query: Query = {}) => `${base}/orgs/${part(orgId)}${queryString(query)}`,
  roleProposals: (query: Query = {}) => `${base}/role-proposals${queryString(query)}`,
  adminTrail: (query: Query = {}) => `${base}/admin-trail${queryString(query)}`,
  erasures: (query: Query = {}) => `${base}/erasures${queryString(query)}`,
  holds: (query: Query = {}) => `${base}/holds${queryString(query)}`,
  looks: (query: Query = {}) => `${base}/looks${queryString(query)}`,
  apiKeys: () => `${base}/api-keys`,
  authorities: (query: Query = {}) => `${base}/authorities${queryString(query)}`,
  assist: () => `${base}/assist`,
  registerWorker: () => `${base}/register-worker`,
  duplicates: (query: Query = {}) => `${base}/duplicates${queryString(query)}`,
  duplicate: (suspicionId: string) => `${base}/duplicates/${part(suspicionId)}`,
  merges: (query: Query = {}) => `${base}/merges${queryString(query)}`,
  merge: (mergeId: string) => `${base}/merges/${part(mergeId)}`,
  invitation: () => `${base}/invitation`,
  account: () => `${base}/account`,
};

export const api = {
  login: '/api/staff/login',
  totp: '/api/staff/totp',
  staffWays: '/api/staff/ways',
  oidcBegin: (back: string) => `/api/staff/oidc/begin${queryString({ back })}`,
  logout: '/api/staff/logout',
  me: '/api/staff/me',
  demoAccounts: '/api/dev/accounts',
  tasks: (query: Query) => `/api/desk/tasks${queryString(query)}`,
  rosters: (query: Query) => `/api/desk/rosters${queryString(query)}`,
  roster: (rosterId: string) => `/api/desk/rosters/${part(rosterId)}`,
  rosterLines: (rosterId: string, cursor?: string) =>
    `/api/desk/rosters/${part(rosterId)}/lines${queryString({ cursor })}`,
  rosterCorrected: (rosterId: string) => `/api/desk/rosters/${part(rosterId)}/corrected`,
  casePeople: (caseId: string, cursor?: string) => `/api/desk/cases/${part(caseId)}/people${queryString({ cursor })}`,
  caseGroup: (caseId: string) => `/api/desk/cases/${part(caseId)}/group`,
  caseInsured: (caseId: string, query: Query) => `/api/desk/cases/${part(caseId)}/insured${queryString(query)}`,
  replaceInsured: (caseId: string, line: number) => `/api/desk/cases/${part(caseId)}/insured/${line}/replace`,
  casePayment: (caseId: string) => `/api/desk/cases/${part(caseId)}/payment`,
  checkCasePayment: (caseId: string) => `/api/desk/cases/${part(caseId)}/payment/check`,
  startables: '/api/desk/services',
  startForm: (code: string) => `/api/desk/services/${part(code)}`,
  startDraft: (code: string) => `/api/desk/services/${part(code)}/draft`,
  start: (code: string) => `/api/desk/services/${part(code)}/start`,
  notices: (query: Query) => `/api/desk/notices${queryString(query)}`,
  noticeRead: (noticeId: string) => `/api/desk/notices/${part(noticeId)}/read`,
  case: (caseId: string) => `/api/cases/${part(caseId)}`,
  caseByNo: (caseNo: string) => `/api/cases/by-no/${part(caseNo)}`,
  commands: (caseId: string) => `/api/cases/${part(caseId)}/commands`,
  suggestion: (caseId: string, step: string) => `/api/cases/${part(caseId)}/suggestion${queryString({ step })}`,
  unmask: (caseId: string) => `/api/cases/${part(caseId)}/unmask`,
  file: (fileId: string) => `/api/files/${part(fileId)}`,
  files: '/api/files',
  orgs: (text: string, role: string) => `/api/orgs${queryString({ text, role })}`,
  document: (documentId: string) => `/api/documents/${part(documentId)}`,
  payouts: (query: Query) => `/api/payouts${queryString(query)}`,
  batches: (query: Query) => `/api/payout-batches${queryString(query)}`,
  makeBatch: '/api/payout-batches',
  batch: (batchId: string) => `/api/payout-batches/${part(batchId)}`,
  proveBatch: (batchId: string) => `/api/payout-batches/${part(batchId)}/prove`,
  decideBatch: (batchId: string) => `/api/payout-batches/${part(batchId)}/decide`,
  reconciliations: (query: Query) => `/api/reconciliations${queryString(query)}`,
  reconcile: '/api/reconciliations',
  accounts: '/api/ledger/accounts',
  refusals: '/api/cover/refusals',
  samplingMonths: (query: Query) => `/api/sampling/months${queryString(query)}`,
  samplingDraw: (month: string) => `/api/sampling/months/${part(month)}/draw`,
  samplingFile: (month: string, kind: 'pool' | 'sheets') => `/api/sampling/months/${part(month)}/${kind}`,
  samplingSheets: (query: Query) => `/api/sampling/sheets${queryString(query)}`,
  samplingSheet: (sheetId: string) => `/api/sampling/sheets/${part(sheetId)}`,
  samplingAct: (sheetId: string, verb: 'take' | 'conclude' | 'confirm' | 'assign') =>
    `/api/sampling/sheets/${part(sheetId)}/${verb}`,
  settlements: (query: Query) => `/api/settlements${queryString(query)}`,
  settlement: (caseId: string) => `/api/settlements/${part(caseId)}`,
  settlementDifferences: (caseId: string, query: Query) =>
    `/api/settlements/${part(caseId)}/differences${queryString(query)}`,
  settlementDifferencesFile: (caseId: string) => `/api/settlements/${part(caseId)}/differences/file`,
  settlementSample: (caseId: string) => `/api/settlements/${part(caseId)}/sample`,
  settlementPhone: (caseId: string) => `/api/settlements/${part(caseId)}/sample/phone`,
  settlementMonth: (month: string) => `/api/settlements/preview${queryString({ month })}`,
  settlementLedger: (month: string, kind: 'ledger' | 'flow') =>
    `/api/settlements/ledger${queryString({ month, kind })}`,
  settlementTemplate: (kind: 'ledger' | 'flow') => `/api/settlements/template${queryString({ kind })}`,
  settlementClues: (month: string) => `/api/settlements/clues${queryString({ month })}`,
  settlementCluesFile: (month: string) => `/api/settlements/clues/file${queryString({ month })}`,
  servicePoints: '/api/service-points',
  coverAt: (query: Query) => `/api/cover/at${queryString(query)}`,
  services: '/api/catalogue/services',
  service: (code: string) => `/api/catalogue/services/${part(code)}`,
  ratings: (query: Query) => `/api/ratings${queryString(query)}`,
  ratingReply: (caseId: string) => `/api/ratings/${part(caseId)}/reply`,
  health: '/api/desk/health',
  staff: (query: Query) => `/api/admin/staff${queryString(query)}`,
  staffMember: (staffId: string) => `/api/admin/staff/${part(staffId)}`,
  adminOrgs: (query: Query) => `/api/admin/orgs${queryString(query)}`,
  adminOrg: (orgId: string) => `/api/admin/orgs/${part(orgId)}`,
  adminOrgHistory: (orgId: string, query: Query) => `/api/admin/orgs/${part(orgId)}/history${queryString(query)}`,
  roleProposals: (query: Query) => `/api/admin/role-proposals${queryString(query)}`,
  roleProposal: (proposalId: string, verb: 'decide' | 'withdraw') =>
    `/api/admin/role-proposals/${part(proposalId)}/${verb}`,
  adminActs: (query: Query) => `/api/admin/acts${queryString(query)}`,
  adminAct: (actId: string) => `/api/admin/acts/${part(actId)}`,
  erasures: (query: Query) => `/api/desk/erasures${queryString(query)}`,
  erasure: (erasureId: string, what: 'plan' | 'propose' | 'decide') => `/api/desk/erasures/${part(erasureId)}/${what}`,
  holds: (query: Query) => `/api/desk/holds${queryString(query)}`,
  putHold: '/api/desk/holds',
  hold: (holdId: string, verb: 'lift' | 'decide') => `/api/desk/holds/${part(holdId)}/${verb}`,
  caseHolds: (caseId: string) => `/api/cases/${part(caseId)}/holds`,
  looks: (query: Query) => `/api/admin/looks${queryString(query)}`,
  looksUnusual: (day: string) => `/api/admin/looks/unusual${queryString({ day })}`,
  looksPerson: '/api/admin/looks/person',
  apiKeys: '/api/enterprise/keys',
  apiKey: (keyId: string, verb: 'rotate' | 'revoke') => `/api/enterprise/keys/${part(keyId)}/${verb}`,
  apiKeyUses: (keyId: string) => `/api/enterprise/keys/${part(keyId)}/uses`,
  clerks: '/api/enterprise/clerks',
  removeClerk: (staffId: string) => `/api/enterprise/clerks/${part(staffId)}/remove`,
  invitationLook: '/api/staff/invitation/look',
  invitationAccept: '/api/staff/invitation/accept',
  recoverLook: '/api/staff/totp/recover',
  recoverAccept: '/api/staff/totp/recover/accept',
  authorities: (query: Query) => `/api/desk/authorities${queryString(query)}`,
  authority: (authorityId: string) => `/api/desk/authorities/${part(authorityId)}`,
  decideAuthority: (authorityId: string) => `/api/desk/authorities/${part(authorityId)}/decide`,
  assist: '/api/desk/assist',
  registerWorker: '/api/desk/registrations',
  finishRegistration: '/api/desk/registrations/finish',
  duplicates: (query: Query) => `/api/desk/duplicates${queryString(query)}`,
  duplicate: (suspicionId: string) => `/api/desk/duplicates/${part(suspicionId)}`,
  compareDocuments: '/api/desk/duplicates',
  settleDifferent: (suspicionId: string) => `/api/desk/duplicates/${part(suspicionId)}/different`,
  unmaskPair: (suspicionId: string) => `/api/desk/duplicates/${part(suspicionId)}/unmask`,
  merges: (query: Query) => `/api/desk/merges${queryString(query)}`,
  merge: (mergeId: string) => `/api/desk/merges/${part(mergeId)}`,
  proposeMerge: '/api/desk/merges',
  decideMerge: (mergeId: string) => `/api/desk/merges/${part(mergeId)}/decide`,
  withdrawMerge: (mergeId: string) => `/api/desk/merges/${part(mergeId)}/withdraw`,
  undoMerge: (mergeId: string) => `/api/desk/merges/${part(mergeId)}/undo`,
  phoneChanges: '/api/desk/phone-changes',
  confirmPhoneChange: (changeId: string) => `/api/desk/phone-changes/${part(changeId)}/confirm`,
  startAssist: (authorityId: string) => `/api/desk/assist/${part(authorityId)}/start`,
  account: '/api/staff/account',
  password: '/api/staff/password',
  endSessions: '/api/staff/sessions/end',
  keysBegin: '/api/staff/keys/begin',
  keys: '/api/staff/keys',
  keyRemove: (keyId: string) => `/api/staff/keys/${part(keyId)}/remove`,
  standIns: '/api/staff/substitutions',
  endStandIn: (substitutionId: string) => `/api/staff/substitutions/${part(substitutionId)}/end`,
  colleagues: (orgId: string) => `/api/staff/colleagues${queryString({ orgId })}`,
  demoClock: '/dev/clock',
  demoPhone: '/dev/phone',
};

export type PageMatch =
  | { readonly page: (typeof plain)[number] | 'tasks' | 'missing' | 'servicePoints' }
  | { readonly page: 'duplicate'; readonly suspicionId: string }
  | { readonly page: 'merge'; readonly mergeId: string }
  | { readonly page: 'staffMember'; readonly staffId: string }
  | { readonly page: 'org'; readonly orgId: string }
  | { readonly page: 'samplingSheet'; readonly sheetId: string }
  | { readonly page: 'case' | 'settlement'; readonly caseId: string }
  | { readonly page: 'batch'; readonly batchId: string }
  | { readonly page: 'service' | 'startService'; readonly code: string };

const plain = [
  'login',
  'payouts',
  'batches',
  'reconciliation',
  'ledger',
  'oversight',
  'sampling',
  'settlements',
  'cover',
  'health',
  'catalogue',
  'ratings',
  'notices',
  'start',
  'staff',
  'orgs',
  'role-proposals',
  'admin-trail',
  'looks',
  'holds',
  'erasures',
  'api-keys',
  'authorities',
  'assist',
  'duplicates',
  'register-worker',
  'merges',
  'invitation',
  'account',
] as const;

/** Which page an address names. */
export function matchPage(pathname: string): PageMatch {
  const [first, second, ...rest] = pathname.slice(base.length).split('/').filter(Boolean).map(decode);
  if (!pathname.startsWith(base) || rest.length > 0) return { page: 'missing' };
  if (first === undefined) return { page: 'tasks' };
  if (second === undefined) {
    if (first === 'service-points') return { page: 'servicePoints' };
    const page = plain.find((name) => name === first);
    return page ? { page } : { page: 'missing' };
  }
  if (first === 'staff') return { page: 'staffMember', staffId: second };
  if (first === 'orgs') return { page: 'org', orgId: second };
  if (first === 'duplicates') return { page: 'duplicate', suspicionId: second };
  if (first === 'merges') return { page: 'merge', mergeId: second };
  if (first === 'cases') return { page: 'case', caseId: second };
  if (first === 'sampling') return { page: 'samplingSheet', sheetId: second };
  if (first === 'settlements') return { page: 'settlement', caseId: second };
  if (first === 'start') return { page: 'startService', code: second };
  if (first === 'batches') return { page: 'batch', batchId: second };
  return first === 'catalogue' ? { page: 'service', code: second } : { page: 'missing' };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Where to go after login: a page of the desk, whatever the address said. */
export function safeBack(back: string | null): string {
  if (back === null || !/^\/desk(?:[/?]|$)/.test(back)) return pages.tasks();
  return matchPage(back.split('?')[0] ?? '').page === 'login' ? pages.tasks() : back;
}
