// Canned answers about personal data, for the desk's own tests; nobody in it exists.

import type { ErasureView, HoldView, LookItem, UnusualAnswer } from '#contract/privacy';
import { caseId } from './canned-case.ts';

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

export const cannedHolds: { readonly items: readonly HoldView[]; readonly nextCursor: string | null } = {
  items: [
    {
      holdId: '0195a000-0000-7000-8000-0000000000f5',
      scope: 'case',
      what: '这一个办件：350203202603110001',
      caseId: '0195a000-0000-7000-8000-0000000000f6',
      authority: '示例人民法院',
      documentNo: '（2026）示例民初 1 号',
      reason: '诉讼证据',
      putBy: '郑督办',
      putAt: at,
      state: 'lifting',
      stateZh: '等另一人同意解除',
      liftReason: '案件已审结',
      liftProposedBy: '郑督办',
      liftedBy: null,
      liftedAt: null,
      canDecide: true,
    },
  ],
  nextCursor: null,
};

export const cannedErasures: { readonly items: readonly ErasureView[]; readonly nextCursor: string | null } = {
  items: [
    {
      erasureId: '0195a000-0000-7000-8000-0000000000f7',
      person: '陈**',
      state: 'waiting',
      stateZh: '等待中',
      requestedAt: at,
      dueAt: at,
      isDue: true,
      agree: null,
      reason: null,
      proposedBy: null,
      decidedBy: null,
      doneAt: null,
      erasedCount: null,
      keptCount: null,
      canDecide: false,
    },
  ],
  nextCursor: null,
};

export const privacyReads: Readonly<Record<string, unknown>> = {
  '/api/admin/looks': cannedLooks,
  '/api/admin/looks/unusual': cannedUnusual,
  '/api/desk/holds': cannedHolds,
  '/api/desk/erasures': cannedErasures,
  [`/api/cases/${caseId}/holds`]: {
    items: [
      {
        scopeZh: '这次事件的全部办件',
        authority: '示例人民法院',
        documentNo: '（2026）示例民初 1 号',
        putAt: at,
      },
    ],
  },
};
