// Canned answers about personal data, for the desk's own tests; nobody in it exists.

import type { LookItem, UnusualAnswer } from '#contract/privacy';

const at = '2026-03-11T08:00:00.000Z';

export const cannedLooks: { readonly items: readonly LookItem[]; readonly nextCursor: string | null } = {
  items: [
    {
      lookId: '0195a000-0000-7000-8000-0000000000f1',
      at,
      kind: 'case',
      staffId: '0195a000-0000-7000-8000-0000000000f2',
      who: '林晓',
      orgName: '示例财产保险厦门分公司',
      personId: '0195a000-0000-7000-8000-0000000000f3',
      person: '陈**',
      caseNo: '350203202603110001',
      reason: null,
    },
  ],
  nextCursor: 'next',
};
export const cannedUnusual: UnusualAnswer = {
  day: '2026-03-11',
  criteria: ['一天内看了超过 50 个人的资料'],
  items: [
    {
      staffId: '0195a000-0000-7000-8000-0000000000f2',
      who: '林晓',
      orgName: '示例财产保险厦门分公司',
      looks: 80,
      persons: 62,
      outside: 14,
      why: ['一天看了 62 人，超过 50 人'],
    },
  ],
  isCut: false,
};

export const privacyReads: Readonly<Record<string, unknown>> = {
  '/api/admin/looks': cannedLooks,
  '/api/admin/looks/unusual': cannedUnusual,
};
