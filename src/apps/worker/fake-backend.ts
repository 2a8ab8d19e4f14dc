// A plain in-memory implementation of the port, for tests of the pages only: one person, one service with every kind of field,
// one case. Answers are checked by the catalogue's own form code.

import { choices, field, on, type Fields, type Service } from '#catalog/define';
import { fieldKind, isBlank, parseField, type ParseContext } from '#catalog/fields/index';
import { allFields, isSecret } from '#catalog/form';
import { isRegion } from '#catalog/regions';
import { dailyInsuranceEnrol } from '#catalog/workflows/daily-insurance-enrol';
import type { CaseCommand, CaseView } from '#contract/cases';
import { declareRefusals, type FieldProblem } from '#platform/errors';
import { newId } from '#platform/ids';
import type { Draft, Registration, Upload, WorkerBackend } from './backend.ts';
import type { FileView, HomeModel, LifeEvent, PaymentModel } from './pages/model.ts';

export const fakeRefuse = declareRefusals({
  'fake.code_wrong': { status: 422, zh: '验证码不对，还可以试 {left} 次。', next: '请核对短信后再填。' },
  'fake.phone': { status: 422, zh: '手机号应为 1 开头的 11 位数字。', next: '请核对。' },
  'fake.stale': { status: 409, zh: '这个办件刚刚被别人处理过了。', next: '请刷新页面。' },
  'fake.form': { status: 422, zh: '有{count}处填写需要修改。', next: '请修改后再提交。' },
  'fake.nothing': { status: 404, zh: '没有找到。', next: '请回到首页。' },
});

const first = { mishap: field('enum', '事故类型', choices('道路交通', '跌倒', '其他'), { help: '选最接近的一种。' }) };

export const fakeFields: Fields = {
  ...first,
  story: field('longtext', '经过', { max: 300 }),
  other_kind: field('text', '其他类型说明', {}, { showWhen: on(first)('mishap').eq('其他') }),
  happened: field('datetime', '出险时间', { max: 'today' }),
  start_month: field('date', '从业起始月份', { precision: 'month' }),
  cover_from: field('date', '起保日期', { min: 'today' }),
  spot: field('location', '出险地点'),
  home: field('address', '住址', {}, { optional: true }),
  area: field('region', '常接单区域'),
  platform: field('org_ref', '主要接单平台', {}, { concept: 'platform' }),
  on_work: field('boolean', '是否在送单途中'),
  harms: field('multi_enum', '受伤部位', choices('头', '手', '腿'), { optional: true }),
  card: field('bank_card', '收款账户'),
  id: field('id_number', '身份证号', {}, { optional: true }),
  document: field('id_document', '证件', {}, { optional: true }),
  code: field('uscc', '单位代码', {}, { optional: true }),
  called: field('phone', '联系电话'),
  named: field('person_name', '联系人'),
  paid: field('money', '已付医药费', {}, { optional: true }),
  days: field('integer', '投保天数', { min: 1, max: 31, unit: '天' }),
  share: field('decimal', '份额', { max: 100, unit: '%' }, { optional: true }),
  diagnosis: field('icd10', '诊断编码', {}, { optional: true }),
  policy: field('case_ref', '保单办件', {}, { optional: true }),
  witness: field('person_ref', '证人', { required: ['phone', 'idDocument'] }, { optional: true }),
  heirs: field('person_list', '受益人', { columns: ['idDocument', 'relation', 'amountFen'] }, { optional: true }),
  bills: field('group', '票据', { fields: { no: { kind: 'text', zh: '票号', required: true }, sum: { kind: 'money', zh: '金额' } } }, { optional: true }),
  signed: field('signature', '签名'),
  truth: field('boolean', '以上内容真实', { mustBeTrue: true }),
  health: field('consent', '处理健康信息用于理赔', { purpose: 'claim', version: '1' }),
};

export const fakeService: Service = {
  code: 'DI-006',
  zh: '日保出险报案',
  en: 'Daily insurance loss report',
  domain: 'daily-insurance',
  workflow: dailyInsuranceEnrol,
  entry: 'personal',
  audience: ['worker', 'family'],
  lead: 'hrss',
  cooperating: ['insurer'],
  channels: ['mobile'],
  fields: fakeFields,
  materials: { photos: { zh: '现场照片或视频', required: true, ocr: 'none' }, id_front: { zh: '身份证人像面', required: true, ocr: 'id_card', exemptIfShared: true } },
  eligibility: [{ zh: '出险时在保', when: { fact: 'cover.at' } }],
  statutoryLimit: { value: 30, unit: 'calendar_day', basis: '保险法第二十三条', basisType: 'statutory', needsCheck: true },
  promisedLimit: { value: 1, unit: 'working_day' },
  outcome: { type: 'record', zh: '报案号与查勘派单' },
  fee: { charged: false, zh: '免费' },
  rules: [],
  legalBasis: ['保险法第二十一条', '保险实施方案（待核）'],
  summary: '送单路上摔伤、撞伤，48 小时内报案。',
};

export const ids = {
  person: '01890000-0000-7000-8000-000000000001',
  case: '01890000-0000-7000-8000-0000000000c1',
  order: '01890000-0000-7000-8000-0000000000d1',
  message: '01890000-0000-7000-8000-0000000000e1',
  paper: '01890000-0000-7000-8000-0000000000f1',
};

export const at = '2026-05-03T06:32:00.000Z';
const hostile = '<script>alert(1)</script>"\'><img src=x onerror=alert(2)>';

function viewOf(said: string): CaseView {
  const form = (name: string, kind: string, zh: string, options: object = {}) => ({
    name, kind, zh, required: true, options: { ...options }, help: null, showWhen: null, requiredWhen: null, secret: false,
  });
  return {
    caseId: ids.case, caseNo: '35020620260503000001', seq: 4, serviceCode: 'DI-006', serviceZh: '日保出险报案', workflowZh: '日保出险报案与理赔',
    status: 'open', endZh: null, statusText: '保险公司正在派人联系您，最晚今天 16:32 前会给您打电话。', applicant: '张*', region: '350206',
    openedAt: at, endedAt: null, supervised: null,
    active: [
      { step: 'dispatch', zh: '派单并首次联系', whose: '保险公司查勘员', mine: false, assignee: null, enteredAt: at, dueAt: '2026-05-03T08:32:00.000Z', lastDay: null, limitText: '共 2 小时，还剩 40 分钟', basis: '地方承诺', light: 'yellow', provisional: false, paused: null, supplement: null },
      { step: 'docs', zh: '补交材料', whose: '您', mine: true, assignee: null, enteredAt: at, dueAt: at, lastDay: '2026-05-20', limitText: '共 15 天，还剩 12 天', basis: '保险法第二十二条', light: 'green', provisional: true, paused: null, supplement: { items: ['医疗费发票', '诊断证明'], note: '发票要有医院盖章。', dueAt: '2026-05-18T10:00:00.000Z' } },
    ],
    facts: [
      { name: 'story', zh: '经过', kind: 'longtext', text: said, masked: false, canUnmask: false, fileIds: [], step: null },
      { name: 'card', zh: '收款账户', kind: 'bank_card', text: '6222***********1234', masked: true, canUnmask: false, fileIds: [], step: null },
    ],
    timeline: [
      { seq: 1, at, title: '您提交了报案', by: '张*', note: null, explanation: null, trace: { state: 'witnessed', entryHash: 'a1b2c3' } },
      { seq: 2, at, title: '核对保单：出险时在保', by: '系统', note: said, explanation: [{ zh: '保额', value: '400,000.00 元', basis: '保险条款第三条', verified: false }], trace: { state: 'recorded', entryHash: 'd4e5' } },
    ],
    actions: [
      { key: 'supplement', zh: '补交材料', kind: 'verb', tone: 'primary', command: { type: 'supplement', step: 'docs', seen: 4 }, form: [form('invoices', 'file', '医疗费发票', { maxCount: 3 }), form('amount', 'money', '发票金额'), form('inpatient', 'boolean', '是否住院'), form('lines', 'group', '明细', { fields: { no: { kind: 'text', zh: '票号', required: true } } })], needsReason: false, blocked: null },
      { key: 'urge', zh: '催一催', kind: 'verb', tone: 'normal', command: { type: 'urge', seen: 4 }, form: [], needsReason: false, blocked: null },
      { key: 'withdraw', zh: '撤回', kind: 'verb', tone: 'danger', command: { type: 'withdraw', seen: 4 }, form: [], needsReason: true, blocked: null },
      { key: 'appeal', zh: '不服处理结果', kind: 'verb', tone: 'normal', command: { type: 'appeal' }, form: [], needsReason: true, blocked: '办结以后才能提出。' },
    ],
    documents: [{ documentId: ids.paper, title: '受理通知书', at }],
    related: [{ caseId: ids.case, caseNo: '35020620260503000002', serviceZh: '医疗费理赔', statusText: '等您上传发票', relation: '同一次事故' }],
    referrals: [{ zh: '工伤认定申请', available: false }],
    rating: null, canRate: true,
    path: [{ step: 'report', zh: '报案', state: 'done' }, { step: 'dispatch', zh: '联系', state: 'active' }, { step: 'pay', zh: '给付', state: 'ahead' }],
  };
}

const cover = { covered: true, text: '今天在保，到今晚 24:00', policyNo: 'YLB20260503000001', startsAt: at, endsAt: at };

export type Fake = WorkerBackend & {
  readonly commands: { command: CaseCommand; requestId: string }[];
  readonly submitted: string[];
  answers(): Readonly<Record<string, unknown>>;
  /** What strangers typed, shown wherever the pages show typed text. */
  poison(): void;
  fail(code: 'stale' | 'form' | null): void;
};

export function createFake(now: () => string): Fake {
  let answers: Record<string, unknown> = {};
  let masks: Record<string, string> = {};
  let started = false;
  let said = '在路口被撞倒，左腿受伤。';
  let failing: 'stale' | 'form' | null = null;
  let registration: Registration = { phoneMasked: '199****0001', name: null, idMasked: null, region: null, consents: [{ name: 'privacy', zh: '个人信息处理规则', paragraphs: ['为您办理入会、保障和理赔，需要处理您的姓名、证件号码和手机号。'], purpose: 'service', version: '1', required: true }] };
  const files = new Map<string, FileView & { bytes: Uint8Array }>();
  const requests = new Map<string, string>();
  const commands: Fake['commands'] = [];
  const submitted: string[] = [];
  const context = (): ParseContext => ({ today: now().slice(0, 10), isRegion });

  function check(name: string, raw: unknown): readonly FieldProblem[] {
    const spec = allFields(fakeService)[name];
    if (!spec) return [{ path: name, code: 'unknown', zh: '没有这一项。' }];
    const code = typeof raw === 'object' && raw !== null && 'smsCode' in raw ? raw.smsCode : '';
    const parsed = parseField({ kind: spec.kind, options: spec.options, required: spec.required, zh: spec.zh }, raw, { ...context(), smsCodeVerified: code === '123456' });
    if (!parsed.ok) return parsed.problems.map((one) => ({ path: [name, ...(one.path ?? [])].join('.'), code: one.code, zh: one.zh }));
    delete answers[name];
    delete masks[name];
    if (parsed.value === undefined) return [];
    if (isSecret(spec)) masks[name] = fieldKind(spec.kind).mask(parsed.value);
    else answers[name] = parsed.value;
    return [];
  }
  const draft = (): Draft => ({
    draftId: ids.paper, updatedAt: at, answers, masks,
    prefill: { called: { value: '19900000001', from: '登录手机号' } },
    files: Object.fromEntries(files),
  });
  const fileIds = (name: string): string[] => {
    const value = answers[name];
    return typeof value === 'object' && value !== null && 'fileIds' in value && Array.isArray(value.fileIds) ? value.fileIds.map(String) : [];
  };
  const payment = (): PaymentModel => ({ orderId: ids.order, title: '日保保费', amountFen: 40, lines: [{ zh: '保费总额', text: '0.80 元' }, { zh: '财政补贴', text: '0.40 元' }], state: 'waiting', stateText: '等待付款结果。', payUrl: '/pay/cashier', expiresText: '请在 15 分钟内付款', caseId: ids.case });
  const events = (): readonly LifeEvent[] => [
    { code: 'hurt', zh: '我受伤了', services: [{ code: 'DI-006', zh: '日保出险报案', summary: said, unavailable: null }, { code: 'OI-001', zh: '职业伤害待遇', summary: '', unavailable: '还没有开通，请到窗口办理。' }] },
    { code: 'join', zh: '我想有组织、有保障', services: [{ code: 'DI-001', zh: '个人按日投保', summary: '每天 4 角，财政补一半', unavailable: null }, { code: 'UN-001', zh: '个人入会', summary: '没有固定单位也能加入工会', unavailable: null }] },
  ];
  const home = (): HomeModel => ({
    name: '张师傅', cover,
    due: [{ href: `/m/pay/${ids.order}`, title: '付保费 0.40 元', text: said, dueText: '还剩 12 分钟', light: 'yellow' }],
    doing: [caseItem()], services: events().flatMap((one) => one.services), reportService: 'DI-006', buyService: 'DI-001',
  });
  const caseItem = () => ({ caseId: ids.case, caseNo: '35020620260503000001', serviceZh: '日保出险报案', statusText: said, whose: '保险公司查勘员', dueText: '还剩 40 分钟', light: 'yellow' as const, status: 'open' as const, at });
  const message = () => ({ messageId: ids.message, title: '报案已受理', text: said, at, read: false, caseId: ids.case });

  return {
    commands, submitted,
    answers: () => ({ ...answers, ...masks }),
    poison() { said = hostile; },
    fail(code) { failing = code; },
    session: async (token) => (token === 'worker' ? { personId: ids.person, name: said === hostile ? hostile : '张师傅', region: '350206', csrf: 'csrf-of-the-session-1', unread: 3 } : null),
    requestCode: async (phone) => {
      if (!/^1[3-9]\d{9}$/.test(phone.replace(/\s/g, ''))) throw fakeRefuse('fake.phone');
      return { challengeId: 'challenge-1', phoneMasked: '199****0001', waitSeconds: 60 };
    },
    challenge: async (id) => (id === 'challenge-1' ? { challengeId: id, phoneMasked: '199****0001', waitSeconds: 60 } : null),
    verifyCode: async (_id, code) => {
      if (code === '111111') return { kind: 'session', token: 'worker', maxAgeSeconds: 86_400 };
      if (code === '222222') return { kind: 'register', registrationToken: 'new', maxAgeSeconds: 1_800 };
      throw fakeRefuse('fake.code_wrong', { left: 4 });
    },
    registration: async (token) => (token === 'new' ? registration : null),
    saveRegistration: async (_token, input) => {
      const specs = { name: { kind: 'person_name', required: true }, idDocument: { kind: 'id_document', required: true }, region: { kind: 'region', required: true } } as const;
      const problems: FieldProblem[] = [];
      for (const [name, spec] of Object.entries(specs)) {
        const raw = Object.entries(input).find(([key]) => key === name);
        if (!raw) continue;
        const parsed = parseField(spec, raw[1], context());
        if (!parsed.ok) problems.push(...parsed.problems.map((one) => ({ path: [name, ...(one.path ?? [])].join('.'), code: one.code, zh: one.zh })));
        else if (name === 'idDocument') registration = { ...registration, idMasked: fieldKind('id_document').mask(parsed.value) };
        else registration = { ...registration, [name]: parsed.value };
      }
      return problems;
    },
    register: async (_token, agreed) => (agreed.includes('service@1') ? { token: 'worker', maxAgeSeconds: 60 } : { problems: [{ path: 'privacy', code: 'blank', zh: '需要同意个人信息处理规则才能登记。' }] }),
    logout: async () => undefined,
    home: async () => home(),
    directory: async (query) => (query === '' ? events() : events().filter((one) => one.services.some((service) => service.zh.includes(query)))),
    service: async (code) => (code === 'DI-006' ? { service: fakeService, blocked: null } : null),
    reportService: () => 'DI-006',
    searchOrganisations: async (query) => (query === '没有' ? [] : [{ orgId: ids.order, name: said === hostile ? hostile : `示例${query}平台`, note: '厦门市' }]),
    draft: async (_person, code) => (started && code === 'DI-006' ? draft() : null),
    startDraft: async () => { started = true; return draft(); },
    saveDraft: async (_person, _code, raw) => Object.entries(raw).flatMap(([name, one]) => check(name, one)),
    attachFile: async (_person, _code, name, fileId) => { answers = { ...answers, [name]: { fileIds: [...new Set([...fileIds(name), fileId])] } }; return []; },
    detachFile: async (_person, _code, name, fileId) => {
      const rest = fileIds(name).filter((one) => one !== fileId);
      answers = { ...answers, [name]: { fileIds: rest } };
      if (rest.length === 0) delete answers[name];
    },
    requestSignatureCode: async () => ({ phoneMasked: '199****0001', waitSeconds: 60 }),
    submit: async (_person, _code, requestId) => {
      const missing = Object.entries(allFields(fakeService)).filter(([name, spec]) => spec.required && spec.showWhen === undefined && isBlank(answers[name]) && isBlank(masks[name]));
      if (missing.length > 0) return { problems: missing.map(([name, spec]) => ({ path: name, code: 'blank', zh: `“${spec.zh}”还没有填写。` })) };
      if (!requests.has(requestId)) submitted.push(requestId);
      requests.set(requestId, ids.case);
      masks = {};
      return { caseId: ids.case };
    },
    cases: async (_person, cursor) => ({ items: cursor === null ? [caseItem()] : [], nextCursor: cursor === null ? 'c2' : null }),
    caseView: async (_person, caseId) => {
      if (caseId !== ids.case) throw fakeRefuse('fake.nothing');
      return { view: viewOf(said), payments: [{ orderId: ids.order, zh: '付保费', amountFen: 40, stateText: '等待付款' }] };
    },
    command: async (_person, _caseId, command, requestId) => {
      if (failing === 'stale') throw fakeRefuse('fake.stale');
      if (failing === 'form') throw fakeRefuse('fake.form', { count: 1 }, [{ path: 'data.amount', code: 'money_format', zh: '金额应为数字。' }]);
      commands.push({ command, requestId });
    },
    rate: async () => undefined,
    upload: async (_person, upload: Upload) => {
      const file = { fileId: newId(), name: upload.name, mediaType: upload.mediaType, stateZh: '检查中' };
      files.set(file.fileId, { ...file, bytes: upload.bytes });
      return file;
    },
    file: async (_person, fileId) => {
      const file = files.get(fileId);
      if (!file) throw fakeRefuse('fake.nothing');
      return file;
    },
    document: async () => ({ html: '<!doctype html><html lang="zh-CN"><title>受理通知书</title><h1>受理通知书</h1></html>' }),
    payment: async () => payment(),
    refreshPayment: async () => payment(),
    cover: async () => ({ now: cover, days: { items: [{ day: '2026-05-03', policyNo: 'YLB20260503000001', from: '09:12', to: '24:00', stateZh: '在保', refundable: false }], nextCursor: 'd2' }, buyService: 'DI-001', refundService: 'DI-005' }),
    coverAt: async (_person, instant) => ({ at: instant, covered: true, text: '当天 09:12 付款，09:12 起到 24:00 有保障。', policyNo: 'YLB20260503000001', evidence: 'leaf-000123' }),
    messages: async (_person, cursor) => ({ items: cursor === null ? [message()] : [], nextCursor: null }),
    openMessage: async () => ({ ...message(), read: true }),
    markAllRead: async () => undefined,
    profile: async () => ({ rows: [{ zh: '姓名', text: said === hostile ? hostile : '张*' }, { zh: '手机号', text: '199****0001' }, { zh: '证件', text: '3502**********1234' }], consents: [{ zh: '个人信息处理规则', version: '1', at }] }),
    whoSawMyData: async () => ({ items: [{ at, who: '保险公司查勘员 李*', what: '查看手机号', why: said }], nextCursor: null }),
  };
}
