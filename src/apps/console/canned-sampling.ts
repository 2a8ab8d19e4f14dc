// Canned answers about the check of ended claims, for the desk's own tests; nobody in it exists.

import type { SamplingView, SheetItem, SheetView } from '#contract/sampling';

const sheetId = '0195a000-0000-7000-8000-0000000000e1';

export const cannedSampling: { readonly items: readonly SamplingView[]; readonly nextCursor: null } = {
  items: [
    {
      month: '2026-02',
      closedAt: '2026-03-01T17:00:00.000Z',
      seedHash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      poolHash: '60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752',
      total: 43,
      drawnAt: '2026-03-02T01:00:00.000Z',
      drawnBy: '郑督办',
      seed: 'test',
      sharePercent: 5,
      leastEach: 2,
      dueOn: '2026-03-10',
      sheets: 5,
      done: 2,
      overdue: 1,
      wrong: 1,
      strata: [
        { insurer: '示例财产保险公司', outcomeZh: '已赔付', total: 40, drawn: 3 },
        { insurer: '示例财产保险公司', outcomeZh: '不予赔付', total: 3, drawn: 2 },
      ],
    },
    {
      month: '2026-01',
      closedAt: '2026-02-01T17:00:00.000Z',
      seedHash: '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
      poolHash: 'fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9',
      total: 12,
      drawnAt: null,
      drawnBy: null,
      seed: null,
      sharePercent: null,
      leastEach: null,
      dueOn: null,
      sheets: 0,
      done: 0,
      overdue: 0,
      wrong: 0,
      strata: [{ insurer: '示例财产保险公司', outcomeZh: '已赔付', total: 12, drawn: 0 }],
    },
  ],
  nextCursor: null,
};

const item: SheetItem = {
  sheetId,
  no: '202602-001',
  caseNo: '350203202602110001',
  insurer: '示例财产保险公司',
  benefitZh: '住院津贴',
  outcomeZh: '已赔付',
  amountFen: 120_000,
  department: '示例区总工会',
  checker: '林核查',
  dueOn: '2026-03-10',
  overdue: true,
  state: 'checking',
  stateZh: '检查中',
  conclusion: null,
};
export const cannedSheets: { readonly items: readonly SheetItem[]; readonly nextCursor: null } = {
  items: [item],
  nextCursor: null,
};
export const cannedSheet: SheetView = {
  ...item,
  claim: {
    serviceZh: '住院津贴申请',
    applicant: '陈*',
    denial: null,
    calculation: [{ zh: '住院 12 天 × 每天 100 元', value: '1,200.00元' }],
    papers: [{ zh: '出院记录', files: 2 }],
  },
  caseId: null,
  remark: null,
  returnReason: '请写明核对了哪一页',
  followZh: null,
  concludedAt: null,
  confirmedBy: null,
  confirmedAt: null,
  can: { take: false, conclude: true, confirm: false, assign: true },
};

export const samplingReads: Readonly<Record<string, unknown>> = {
  '/api/sampling/months': cannedSampling,
  '/api/sampling/sheets': cannedSheets,
  [`/api/sampling/sheets/${sheetId}`]: cannedSheet,
};
export const cannedSheetId = sheetId;
