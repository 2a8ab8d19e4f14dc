// Canned answers of the reading routes: money, catalogue, notices, ratings. For the desk's own tests; nobody in it exists.

import type { Startable, StartForm } from '#contract/cases';
import type { RosterLines, RosterView } from '#contract/rosters';
import { payoutStateZh, type BatchView, type PayoutState, type PayoutView } from '#contract/money';
import { caseId } from './canned-case.ts';
import { privacyReads } from './canned-privacy.ts';
import { samplingReads } from './canned-sampling.ts';

const at = '2026-03-11T08:00:00.000Z';

export const payout = (index: number, state: PayoutState, reason: string | null = null): PayoutView => ({
  stateZh: payoutStateZh[state],
  payoutId: `0195a000-0000-7000-8000-0000000003${String(index).padStart(2, '0')}`,
  reference: `PO2026031100${String(index).padStart(2, '0')}`,
  caseId,
  purpose: '日保医疗费赔款',
  payee: ['陈**', '黄*', '吴**'][index % 3] ?? '',
  card: `**** ${6217 + index}`,
  amountFen: 308_440 + index * 12_345,
  state,
  reason,
  bankSerial: null,
  batchId: null,
  createdAt: at,
  settledAt: state === 'settled' ? at : null,
  waitsZh: null,
});

export const batch: BatchView = {
  batchId: '0195a000-0000-7000-8000-000000000401',
  batchNo: 'PB20260311-003',
  maker: '许敏（演示）',
  makerFor: null,
  mine: false,
  lineCount: 2,
  totalFen: 629_225,
  state: 'made',
  stateZh: '待复核',
  madeAt: at,
  linesHash: '4d9035c1e8f7a26b9f2c4e71a0b35d68c2417fe09ab3d5c68817e24f5b6a9d03',
  approver: null,
  approverFor: null,
  decision: null,
  reason: null,
  canDecide: true,
  blocked: null,
};
export const own: BatchView = {
  ...batch,
  batchId: '0195a000-0000-7000-8000-000000000402',
  batchNo: 'PB20260311-002',
  canDecide: false,
  maker: '林晓（演示）',
  mine: true,
  blocked: '制单人不能复核自己的批次。',
};

const cannedStartable: Startable = {
  code: 'CA-901',
  zh: '示例：站点申请',
  summary: '站点向总工会申请，办结后得到审查意见。',
  limitText: '承诺 10 个工作日内办结',
  feeZh: '免费',
  as: [
    {
      role: 'enterprise',
      roleZh: '企业／站点经办人',
      orgId: '0195a000-0000-7000-8000-0000000000e1',
      orgZh: '示例配送有限公司',
    },
  ],
};

const cannedField = {
  required: true,
  options: {},
  help: null,
  showWhen: null,
  requiredWhen: null,
  check: null,
  secret: false,
};

export const cannedStartForm: StartForm = {
  ...cannedStartable,
  outcomeZh: '审查意见',
  fields: [
    { ...cannedField, name: 'contact_person', kind: 'text', zh: '站点联络人', options: { max: 30 } },
    { ...cannedField, name: 'staff_list', kind: 'roster', zh: '人员名单', required: false, options: { min: 2 } },
    {
      ...cannedField,
      name: 'station_licence',
      kind: 'file',
      zh: '营业执照',
      required: false,
      options: { maxCount: 1 },
    },
  ],
  eligibility: ['在本市登记'],
  legalBasis: ['示例（待核）'],
  terms: [{ zh: '要先知道的', lines: ['提交后由县总工会审查'], basis: '示例' }],
  regions: [
    { orgId: '0195a000-0000-7000-8000-0000000000e1', code: '350200', zh: '厦门市' },
    { orgId: '0195a000-0000-7000-8000-0000000000e1', code: '350203', zh: '思明区' },
  ],
  draft: null,
};

export const rosterId = '0195a000-0000-7000-8000-0000000000e9';
export const cannedRoster: RosterView = {
  rosterId,
  fileName: '5月人员名单.xlsx',
  state: 'checked',
  stateZh: '核对完成',
  how: '工作表“名单”',
  headerZh: '表头在第 3 行，认出了：姓名、身份证号、手机号',
  notes: ['隐藏的工作表没有读取：旧名单。'],
  failure: null,
  read: 120,
  good: 118,
  bad: 2,
  kinds: [{ zh: '身份证号不对', count: 2 }],
  changes: { added: 2, changed: 1, removed: 0, same: 115 },
  createdAt: at,
};
export const cannedRosterLines: RosterLines = {
  items: [
    { line: 17, name: '陈**', problems: [{ field: '身份证号', zh: '证件号码最后一位校验不对，请对照证件逐位核对。' }] },
    { line: 40, name: '黄*', problems: [{ field: '身份证号', zh: '与第 12 行的身份证号相同。请删去重复的一行。' }] },
  ],
  nextCursor: null,
};

export const reads: Readonly<Record<string, unknown>> = {
  ...privacyReads,
  ...samplingReads,
  '/api/dev/accounts': [
    {
      login: 'adjuster1',
      name: '林晓（演示）',
      roleZh: '理赔查勘员',
      tour: '报案后：联系、查勘、核定',
      orgZh: '示例财产保险厦门分公司',
      password: 'demo-password',
      totp: '123456',
    },
    {
      login: 'finance1',
      name: '许敏（演示）',
      roleZh: '保险公司结算专员',
      tour: null,
      orgZh: '示例财产保险厦门分公司',
      password: 'demo-password',
      totp: '654321',
    },
  ],
  '/api/desk/services': { items: [cannedStartable] },
  '/api/desk/services/CA-901': cannedStartForm,
  [`/api/desk/rosters/${rosterId}`]: cannedRoster,
  [`/api/desk/rosters/${rosterId}/lines`]: cannedRosterLines,
  '/api/catalogue/services': [
    {
      code: 'DI-001',
      zh: '日保参保',
      domain: 'daily-insurance',
      workflowZh: '日保参保缴费',
      version: 'a41c09e2',
      publishedAt: at,
      draftWhy: null,
      findings: [],
    },
    {
      code: 'DI-006',
      zh: '日保医疗费用理赔',
      domain: 'daily-insurance',
      workflowZh: '日保出险报案与理赔',
      version: '7be2f10c',
      publishedAt: at,
      draftWhy: null,
      findings: [{ severity: 'check', zh: '免赔额依据待核' }],
    },
    {
      code: 'UN-001',
      zh: '加入工会',
      domain: 'union',
      workflowZh: '入会与会籍',
      version: '19d0aa47',
      publishedAt: at,
      draftWhy: null,
      findings: [],
    },
  ],
  '/api/catalogue/services/DI-006': {
    code: 'DI-006',
    zh: '日保医疗费用理赔',
    domain: 'daily-insurance',
    workflowZh: '日保出险报案与理赔',
    version: '7be2f10c',
    publishedAt: at,
    draftWhy: null,
    steps: [
      {
        step: 'docs',
        zh: '提交索赔资料',
        kind: 'human',
        roleZh: '劳动者、近亲属',
        limitText: '90 个自然日',
        basis: '地方承诺',
        needsCheck: false,
        outcomes: [{ zh: '提交', to: '资料核对' }],
      },
      {
        step: 'assess',
        zh: '定损核定',
        kind: 'human',
        roleZh: '理赔查勘员',
        limitText: '3 个工作日',
        basis: '地方承诺',
        needsCheck: true,
        outcomes: [{ zh: '核定给付', to: '赔款支付' }, { zh: '不予给付' }],
      },
    ],
    fields: [{ name: 'id_number', zh: '身份证号', kindZh: '身份证号', required: true, classZh: '敏感' }],
    rules: [
      {
        code: 'RT-DI-BEN',
        zh: '医疗费给付比例',
        values: [{ zh: '医疗费给付比例', text: '80%' }],
        regionZh: '厦门市',
        basis: '日保条款第 9 条',
        needsCheck: true,
        effectiveFrom: '2026-01-01',
      },
    ],
    findings: [{ severity: 'check', zh: '免赔额依据待核' }],
  },
  '/api/orgs': {
    items: [
      {
        orgId: '0195a000-0000-7000-8000-0000000006aa',
        name: '示例医院',
        kind: 'hospital',
        region: '350203',
        uscc: null,
      },
    ],
  },
  '/api/desk/notices': {
    items: [
      { noticeId: 'n1', title: '任务临期', text: '日保医疗费用理赔（陈**）还剩 1 个工作日。', at, caseId, read: false },
      { noticeId: 'n2', title: '申请人催办', text: '黄* 催办日保住院津贴理赔。', at, caseId: null, read: true },
    ],
    nextCursor: null,
  },
  '/api/payout-batches': { items: [batch, own], nextCursor: null },
  '/api/reconciliations': {
    items: [
      {
        reconciliationId: 'r1',
        day: '2026-03-10',
        party: 'bank',
        matchedCount: 41,
        differenceCount: 1,
        differences: [
          {
            ownerRole: 'insurer_finance',
            zh: '银行有、我方没有',
            kind: 'missing_here',
            reference: 'PO202603100044',
            oursFen: null,
            theirsFen: 308_440,
          },
        ],
        at,
      },
      {
        reconciliationId: 'r2',
        day: '2026-03-09',
        party: 'bank',
        matchedCount: 38,
        differenceCount: 0,
        differences: [],
        at,
      },
    ],
    nextCursor: null,
  },
  '/api/desk/health': {
    at,
    light: 'red',
    items: [
      {
        code: 'database',
        zh: '数据库',
        light: 'green',
        value: '2 毫秒，0 个请求在等连接',
        meaning: '一次往返的时间。',
        next: null,
      },
      {
        code: 'wal',
        zh: '日志归档',
        light: 'yellow',
        value: '3 段在等，最久 190 秒',
        meaning: '两份完整备份之间的每一笔都靠它恢复。',
        next: '检查 BACKUP_DIR 能否写入，再看 postgres.log 里 archive_command 的报错。',
      },
      {
        code: 'party_bank',
        zh: '银行',
        light: 'red',
        value: '已断开',
        meaning: '断开时不再去等它，办理照常接收，等它恢复后自动补送。',
        next: '联系对方值班；恢复后会自动接上，不用重启。',
      },
    ],
  },
  '/api/cover/refusals': {
    items: [
      {
        insurer: '示例财产保险公司',
        month: '2026-03',
        open: 6,
        decided: 42,
        denied: 3,
        refusalBasisPoints: 714,
        paidFen: 8_650_000,
      },
      {
        insurer: '示例财产保险公司',
        month: '2026-02',
        open: 0,
        decided: 7,
        denied: 2,
        refusalBasisPoints: null,
        paidFen: 934_200,
      },
    ],
  },
  '/api/ledger/accounts': {
    items: [
      {
        accountId: 'premium_payable',
        name: '应付保险公司保费',
        kindZh: '应付',
        balanceFen: 12_345_640,
        reservedFen: 0,
        floorFen: null,
      },
      {
        accountId: 'payout_reserve',
        name: '已核定待付赔款',
        kindZh: '应付',
        balanceFen: 2_308_440,
        reservedFen: 629_225,
        floorFen: 0,
      },
    ],
  },
  '/api/cover/at': {
    covered: true,
    policyNo: 'RB350203202603090017',
    startsAt: '2026-03-08T16:00:00.000Z',
    endsAt: '2026-03-09T16:00:00.000Z',
    evidence: { leafId: '0195a000-0000-7000-8000-0000000005aa', generation: 1, day: '2026-03-09', recordedAt: at },
    imported: null,
    at,
  },
  '/api/ratings': {
    items: [
      {
        caseId,
        caseNo: '35020320260301000009',
        serviceZh: '日保住院津贴理赔',
        stars: 2,
        comment: '等了很久才有人联系我，电话也打不通。',
        at,
        dueRectifyAt: '2026-03-16T16:00:00.000Z',
        rectifyCaseId: null,
        reply: null,
      },
      {
        caseId: `${caseId.slice(0, -1)}9`,
        caseNo: '35020320260301000010',
        serviceZh: '加入工会',
        stars: 1,
        comment: null,
        at,
        dueRectifyAt: '2026-03-11T16:00:00.000Z',
        rectifyCaseId: null,
        reply: '已致电致歉，并更换联系电话。',
      },
    ],
    nextCursor: null,
  },
};

export const lines = [0, 1].map((index) => payout(index, 'batched'));
