// One case as the server would show it to the adjuster of the demonstration: every part of the case page has something to draw.
// Canned answers for the desk's own tests; no person, company or number in it exists.

import type { CaseView, DeskPage, DeskTask, FormField, PossibleAction } from '#contract/cases';

export const now = '2026-03-12T02:20:00.000Z';
export const caseId = '0195a000-0000-7000-8000-000000000001';
export const imageId = '0195a000-0000-7000-8000-0000000000f1';
export const pdfId = '0195a000-0000-7000-8000-0000000000f2';

function formField(name: string, kind: string, zh: string, more: Partial<FormField> = {}): FormField {
  return {
    name,
    kind,
    zh,
    required: true,
    options: {},
    help: null,
    showWhen: null,
    requiredWhen: null,
    check: null,
    secret: false,
    ...more,
  };
}

const yesNo = (...values: readonly string[]) => ({ values: values.map((value) => ({ value, zh: value })) });

/** Choices that are stored as a code. */
const coded = (...values: readonly string[]) => ({
  values: values.map((zh, index) => ({ value: `code_${index}`, zh })),
});

function action(key: string, zh: string, more: Partial<PossibleAction>): PossibleAction {
  const command = { type: 'act', step: 'assess', outcome: key };
  return { key, zh, kind: 'outcome', tone: 'normal', command, form: [], needsReason: false, blocked: null, ...more };
}

/** Every kind of field that staff meet, on one action of its own. */
const everyKind: readonly FormField[] = [
  formField('finding', 'longtext', '查勘情况', { options: { max: 500 } }),
  formField('cause', 'enum', '事故原因', {
    options: coded('本人操作', '对方全责', '道路原因', '车辆故障', '天气', '第三人', '其他', '待查'),
  }),
  formField('injured_parts', 'multi_enum', '受伤部位', { options: yesNo('头部', '上肢', '下肢', '躯干') }),
  formField('at_work', 'boolean', '是否在接单途中'),
  formField('survey_day', 'date', '查勘日期', { options: { max: 'today' } }),
  formField('contacted_at', 'datetime', '首次联系时间'),
  formField('days', 'integer', '住院天数', { options: { min: 0, max: 365, unit: '天' } }),
  formField('share', 'decimal', '责任比例', { options: { min: 0, max: 100, unit: '%' } }),
  formField('hospital', 'org_ref', '就诊医院'),
  formField('place', 'location', '事故地点'),
  formField('photos', 'file', '现场照片', { options: { maxCount: 3 }, required: false }),
  formField('witness', 'group', '证人', {
    required: false,
    options: {
      min: 0,
      max: 5,
      fields: { name: { kind: 'person_name', zh: '姓名', required: true }, phone: { kind: 'phone', zh: '手机号' } },
    },
  }),
];

export const approve = action('approve', '核定给付', {
  tone: 'primary',
  form: [
    formField('approved_amount', 'money', '核定金额', { options: { minFen: 1, maxFen: 40_000_000 } }),
    formField('responsibility', 'enum', '责任认定', { options: yesNo('属于保险责任', '部分属于', '不属于') }),
    formField('opinion', 'longtext', '核定意见', { options: { max: 500 }, help: '写明采信的证据。' }),
  ],
});

export const actions: readonly PossibleAction[] = [
  approve,
  action('deny', '不予给付', { tone: 'danger', needsReason: true }),
  action('survey', '登记查勘结果', { form: [...everyKind] }),
  action('transfer_up', '提交复核', { blocked: '还有 1 个会签意见没有回来，暂时不能作出决定。' }),
  action('request_supplement', '要求补正', {
    kind: 'verb',
    command: { type: 'request_supplement', step: 'assess' },
    form: [
      formField('items', 'longtext', '要补的材料', { help: '一行一项，一次写全。' }),
      formField('days', 'integer', '补正期限', { options: { min: 1, max: 60, unit: '天' } }),
    ],
    needsReason: true,
  }),
  action('claim', '领办', { kind: 'verb', command: { type: 'claim', step: 'assess' } }),
  action('transfer', '转办', { kind: 'verb', command: { type: 'transfer', step: 'assess' }, needsReason: true }),
];

const trace = {
  state: 'numbered',
  entryHash: '9f2c4e71a0b35d68c2417fe09ab3d5c68817e24f5b6a9d03c1e8f7a26b4d9035',
} as const;

const shownFirst = {
  shows: [
    {
      name: 'approved_by_rule',
      zh: '按规则测算',
      kind: 'money',
      text: '2,688.40元',
      masked: false,
      canUnmask: false,
      fileIds: [],
      step: null,
      lines: [{ zh: '按 80% 给付', value: '2,688.40 元', basis: '日保条款第 9 条', verified: true }],
    },
  ],
  silence: null,
};

export function cannedCase(seq: number): CaseView {
  return {
    caseId,
    caseNo: '35020320260310000017',
    seq,
    serviceCode: 'DI-006',
    serviceZh: '日保医疗费用理赔',
    workflowZh: '日保出险报案与理赔',
    status: 'open',
    endZh: null,
    statusText: '资料已齐全，正由保险公司定损，最迟 3 月 13 日作出核定。',
    applicant: '陈**',
    canUnmaskApplicant: true,
    region: '厦门市思明区',
    openedAt: '2026-03-10T01:12:00.000Z',
    submittedAt: '2026-03-10T01:12:00.000Z',
    endedAt: null,
    supervised: null,
    active: [
      {
        step: 'assess',
        zh: '定损核定',
        whose: '承保保险公司 理赔查勘员',
        mine: true,
        assignee: null,
        enteredAt: '2026-03-11T03:00:00.000Z',
        dueAt: '2026-03-13T16:00:00.000Z',
        lastDay: '2026-03-13',
        limitText: '共 3 个工作日，还剩 1 个工作日',
        basis: '地方承诺',
        light: 'yellow',
        provisional: false,
        paused: null,
        supplement: null,
        ...shownFirst,
      },
    ],
    facts: [
      {
        name: 'name',
        zh: '姓名',
        kind: 'person_name',
        text: '陈**',
        masked: true,
        canUnmask: true,
        fileIds: [],
        step: null,
      },
      {
        name: 'id_number',
        zh: '身份证号',
        kind: 'id_number',
        text: '350***********0012',
        masked: true,
        canUnmask: true,
        fileIds: [],
        step: null,
      },
      {
        name: 'card',
        zh: '收款账户',
        kind: 'bank_card',
        text: '**** **** **** 6217',
        masked: true,
        canUnmask: true,
        fileIds: [],
        step: null,
      },
      {
        name: 'accident_time',
        zh: '出险时间',
        kind: 'datetime',
        text: '2026年3月9日 19:40',
        masked: false,
        canUnmask: false,
        fileIds: [],
        step: null,
      },
      {
        name: 'platform',
        zh: '所在平台',
        kind: 'text',
        text: '示例外卖平台',
        masked: false,
        canUnmask: false,
        fileIds: [],
        step: null,
      },
      {
        name: 'medical_total',
        zh: '医疗费合计',
        kind: 'money',
        text: '3,860.50元',
        masked: false,
        canUnmask: false,
        fileIds: [],
        step: null,
      },
      {
        name: 'story',
        zh: '出险经过',
        kind: 'longtext',
        text: '送单途中在示例路与测试路口右转时，为避让行人急刹车侧滑摔倒，右小腿和右手腕着地，路人帮忙叫了救护车，送示例医院急诊，拍片后收住院三天。',
        masked: false,
        canUnmask: false,
        fileIds: [],
        step: null,
      },
      {
        name: 'diagnosis',
        zh: '诊断',
        kind: 'icd10',
        text: 'S82.201 胫骨骨折',
        masked: false,
        canUnmask: false,
        fileIds: [],
        step: 'docs',
      },
      {
        name: 'invoices',
        zh: '医疗票据',
        kind: 'file',
        text: '2 个文件',
        masked: false,
        canUnmask: false,
        fileIds: [imageId, pdfId],
        step: 'docs',
      },
    ],
    timeline: [
      {
        seq: 1,
        at: '2026-03-10T01:12:00.000Z',
        title: '提交申请',
        by: '申请人',
        note: null,
        explanation: null,
        trace: { ...trace, state: 'witnessed' },
      },
      {
        seq: 2,
        at: '2026-03-10T01:12:01.000Z',
        title: '核对出险时点保单：命中',
        by: '系统自动',
        note: null,
        explanation: {
          lines: [
            { zh: '出险时刻在保障期间内', value: '3月9日 00:00 至 24:00', basis: '日保条款第 4 条', verified: true },
          ],
        },
        trace,
      },
      {
        seq: 3,
        at: '2026-03-10T02:05:00.000Z',
        title: '首次联系申请人',
        by: '林** 理赔查勘员',
        note: '已告知所需票据清单，申请人表示出院后提交。',
        explanation: null,
        trace,
      },
      {
        seq: 4,
        at: '2026-03-11T03:00:00.000Z',
        title: '资料齐全',
        by: '林** 理赔查勘员',
        note: null,
        explanation: null,
        trace: { ...trace, state: 'recorded' },
      },
    ],
    // As the server has it, each command names the state that it was offered for.
    actions: actions.map((one) => ({ ...one, command: { ...one.command, seen: seq } })),
    documents: [
      { documentId: '0195a000-0000-7000-8000-0000000000d1', title: '资料齐全告知书', at: '2026-03-11T03:00:00.000Z' },
    ],
    related: [
      {
        caseId: '0195a000-0000-7000-8000-000000000002',
        caseNo: '35020320260309000044',
        serviceZh: '日保出险报案',
        statusText: '已受理，转理赔',
        relation: '来源',
      },
    ],
    referrals: [{ zh: '职业伤害确认申请', available: false }],
    main: null,
    merged: [],
    rating: null,
    canRate: false,
    path: [
      { step: 'report', zh: '报案', state: 'done' },
      { step: 'docs', zh: '提交资料', state: 'done' },
      { step: 'doc-check', zh: '资料核对', state: 'done' },
      { step: 'assess', zh: '定损核定', state: 'active' },
      { step: 'pay', zh: '赔款支付', state: 'ahead' },
      { step: 'close', zh: '结案回访', state: 'ahead' },
    ],
  };
}

const services = ['日保医疗费用理赔', '日保出险报案', '日保住院津贴理赔', '加入工会', '日保参保'];

function task(index: number): DeskTask {
  const light = index < 2 ? 'red' : index < 5 ? 'yellow' : 'green';
  const limits = {
    red: '共 3 个工作日，已超 1 个工作日',
    yellow: '共 3 个工作日，还剩 1 个工作日',
    green: '共 5 个工作日，还剩 4 个工作日',
  };
  return {
    caseId: index === 2 ? caseId : `0195a000-0000-7000-8000-0000000001${String(index).padStart(2, '0')}`,
    caseNo: `350203202603${String(10 + (index % 3))}0000${String(17 + index)}`,
    serviceCode: 'DI-006',
    serviceZh: services[index % services.length] ?? '',
    step: 'assess',
    stepZh: ['定损核定', '资料核对', '派单并首次联系'][index % 3] ?? '',
    applicant: ['陈**', '黄*', '吴**', '郑*'][index % 4] ?? '',
    orgZh: '示例财产保险厦门分公司',
    enteredAt: '2026-03-11T03:00:00.000Z',
    dueAt: index === 6 ? null : `2026-03-${light === 'red' ? '11' : '13'}T16:00:00.000Z`,
    limitText: index === 6 ? '等申请人补正，时限已暂停' : limits[light],
    light,
    paused: index === 6,
    supervised: index === 0,
    assignedToMe: index === 2,
    assignedToOther: index === 3,
  };
}

/** `arrived` tasks came after the first look. */
export function cannedTasks(
  query: { readonly tab?: string; readonly q?: string; readonly cursor?: string },
  arrived = 0,
): DeskPage {
  const counts = { todo: 12 + arrived, yellow: 3, red: 2, supervised: 1 };
  if (query.q === '99' || query.tab === 'copied') return { items: [], nextCursor: null, counts };
  const items = Array.from({ length: query.cursor ? 3 : 9 }, (_, index) => task(query.cursor ? index + 9 : index));
  const fresh = Array.from({ length: arrived }, (_, index) => task(40 + index));
  return { items: [...fresh, ...items], nextCursor: query.cursor ? null : 'second', counts };
}
