// A plain in-memory implementation of the port, for tests of the pages only: one person, one service with every kind of field,
// one case. Answers are checked by the catalogue's own form code.

import { fieldKind, isBlank, parseField, type ParseContext } from '#catalog/fields/index';
import { allFields, isSecret } from '#catalog/form';
import { isRegion } from '#catalog/regions';
import type { CaseCommand } from '#contract/cases';
import { declareRefusals, type FieldProblem } from '#platform/errors';
import { newId } from '#platform/ids';
import type { Draft, Registration, Upload, WorkerBackend } from './backend.ts';
import { at, fakeService, hostile, ids, viewOf } from './fake-data.ts';
import type { FileView, HomeModel, LifeEvent, PaymentModel } from './pages/model.ts';

export const fakeRefuse = declareRefusals({
  'fake.code_wrong': { status: 422, zh: '验证码不对，还可以试 {left} 次。', next: '请核对短信后再填。' },
  'fake.phone': { status: 422, zh: '手机号应为 1 开头的 11 位数字。', next: '请核对。' },
  'fake.stale': { status: 409, zh: '这个办件刚刚被别人处理过了。', next: '请刷新页面。' },
  'fake.form': { status: 422, zh: '有{count}处填写需要修改。', next: '请修改后再提交。' },
  'fake.nothing': { status: 404, zh: '没有找到。', next: '请回到首页。' },
});

const cover = {
  covered: true,
  text: '今天在保，到今晚 24:00',
  policyNo: 'YLB20260503000001',
  startsAt: at,
  endsAt: at,
};

export type Fake = WorkerBackend & {
  readonly commands: { command: CaseCommand; requestId: string }[];
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
  let registration: Registration = {
    phoneMasked: '199****0001',
    name: null,
    idMasked: null,
    asksBirthDay: false,
    birthDay: null,
    region: null,
    consents: [
      {
        name: 'privacy',
        zh: '个人信息处理规则',
        paragraphs: ['为您办理入会、保障和理赔，需要处理您的姓名、证件号码和手机号。'],
        purpose: 'service',
        version: '1',
        required: true,
      },
    ],
  };
  const files = new Map<string, FileView & { bytes: Uint8Array }>();
  const requests = new Map<string, string>();
  const commands: Fake['commands'] = [];
  const context = (): ParseContext => ({ today: now().slice(0, 10), isRegion });

  function check(name: string, raw: unknown): readonly FieldProblem[] {
    const spec = allFields(fakeService)[name];
    if (!spec) return [{ path: name, code: 'unknown', zh: '没有这一项。' }];
    const code = typeof raw === 'object' && raw !== null && 'smsCode' in raw ? raw.smsCode : '';
    const parsed = parseField({ kind: spec.kind, options: spec.options, required: spec.required, zh: spec.zh }, raw, {
      ...context(),
      smsCodeVerified: code === '123456',
    });
    if (!parsed.ok)
      return parsed.problems.map((one) => ({
        path: [name, ...(one.path ?? [])].join('.'),
        code: one.code,
        zh: one.zh,
      }));
    delete answers[name];
    delete masks[name];
    if (parsed.value === undefined) return [];
    if (isSecret(spec)) masks[name] = fieldKind(spec.kind).mask(parsed.value);
    else answers[name] = parsed.value;
    return [];
  }
  const draft = (): Draft => ({
    draftId: ids.paper,
    updatedAt: at,
    answers,
    masks,
    prefill: { called: { value: '19900000001', from: '登录手机号' } },
    files: Object.fromEntries(files),
  });
  const fileIds = (name: string): string[] => {
    const value = answers[name];
    return typeof value === 'object' && value !== null && 'fileIds' in value && Array.isArray(value.fileIds)
      ? value.fileIds.map(String)
      : [];
  };
  const payment = (): PaymentModel => ({
    title: '日保保费',
    amountFen: 40,
    lines: [
      { zh: '保费总额', text: '0.80 元' },
      { zh: '财政补贴', text: '0.40 元' },
    ],
    state: 'waiting',
    stateText: '等待付款结果。',
    payUrl: '/pay/cashier',
    expiresText: '请在 15 分钟内付款',
    caseId: ids.case,
  });
  const events = (): readonly LifeEvent[] => [
    {
      code: 'hurt',
      zh: '我受伤了',
      services: [
        { code: 'DI-006', zh: '日保出险报案', summary: said },
        { code: 'OI-001', zh: '职业伤害待遇', summary: '' },
      ],
    },
    {
      code: 'join',
      zh: '我想有组织、有保障',
      services: [
        { code: 'DI-001', zh: '个人按日投保', summary: '每天 4 角，财政补一半' },
        { code: 'UN-001', zh: '个人入会', summary: '没有固定单位也能加入工会' },
      ],
    },
  ];
  const home = (): HomeModel => ({
    name: '张师傅',
    cover,
    due: [
      { href: `/m/pay/${ids.order}`, title: '付保费 0.40 元', text: said, dueText: '还剩 12 分钟', light: 'yellow' },
    ],
    doing: [caseItem()],
    services: events().flatMap((one) => one.services),
    reportService: 'DI-006',
    buyService: 'DI-001',
  });
  const caseItem = () => ({
    caseId: ids.case,
    caseNo: '35020620260503000001',
    serviceZh: '日保出险报案',
    statusText: said,
    whose: '保险公司查勘员',
    dueText: '还剩 40 分钟',
    light: 'yellow' as const,
    status: 'open' as const,
    at,
  });
  const message = () => ({
    messageId: ids.message,
    title: '报案已受理',
    text: said,
    at,
    read: false,
    caseId: ids.case,
  });

  return {
    commands,
    answers: () => ({ ...answers, ...masks }),
    poison() {
      said = hostile;
    },
    fail(code) {
      failing = code;
    },
    session: async (token) =>
      token === 'worker'
        ? {
            personId: ids.person,
            name: said === hostile ? hostile : '张师傅',
            region: '350206',
            csrf: 'csrf-of-the-session-1',
            unread: 3,
          }
        : null,
    requestCode: async (phone) => {
      if (!/^1[3-9]\d{9}$/.test(phone.replace(/\s/g, ''))) throw fakeRefuse('fake.phone');
      return { challengeId: 'challenge-1', phoneMasked: '199****0001', waitSeconds: 60 };
    },
    challenge: async (id) =>
      id === 'challenge-1' ? { challengeId: id, phoneMasked: '199****0001', waitSeconds: 60 } : null,
    verifyCode: async (_id, code) => {
      if (code === '111111') return { kind: 'session', token: 'worker', maxAgeSeconds: 86_400 };
      if (code === '222222') return { kind: 'register', registrationToken: 'new', maxAgeSeconds: 1_800 };
      throw fakeRefuse('fake.code_wrong', { left: 4 });
    },
    registration: async (token) => (token === 'new' ? registration : null),
    saveRegistration: async (_token, input) => {
      const specs = {
        name: { kind: 'person_name', required: true },
        idDocument: { kind: 'id_document', required: true },
        region: { kind: 'region', required: true },
      } as const;
      const problems: FieldProblem[] = [];
      for (const [name, spec] of Object.entries(specs)) {
        const raw = Object.entries(input).find(([key]) => key === name);
        if (!raw) continue;
        const parsed = parseField(spec, raw[1], context());
        if (!parsed.ok)
          problems.push(
            ...parsed.problems.map((one) => ({
              path: [name, ...(one.path ?? [])].join('.'),
              code: one.code,
              zh: one.zh,
            })),
          );
        else if (name === 'idDocument')
          registration = { ...registration, idMasked: fieldKind('id_document').mask(parsed.value) };
        else registration = { ...registration, [name]: parsed.value };
      }
      return problems.length > 0 ? { problems } : { token: 'new', maxAgeSeconds: 60 };
    },
    register: async (_token, agreed) =>
      agreed.includes('service@1')
        ? { token: 'worker', maxAgeSeconds: 60 }
        : { problems: [{ path: 'privacy', code: 'blank', zh: '需要同意个人信息处理规则才能登记。' }] },
    logout: async () => undefined,
    home: async () => home(),
    directory: async (query) =>
      query === '' ? events() : events().filter((one) => one.services.some((service) => service.zh.includes(query))),
    service: (code) => (code === 'DI-006' ? fakeService : null),
    conditions: async () => [],
    reportService: () => 'DI-006',
    searchOrganisations: async (query) =>
      query === '没有'
        ? []
        : [{ orgId: ids.order, name: said === hostile ? hostile : `示例${query}平台`, note: '厦门市' }],
    draft: async (_person, code) => (started && code === 'DI-006' ? draft() : null),
    startDraft: async () => {
      started = true;
      return draft();
    },
    saveDraft: async (_person, _code, raw) => Object.entries(raw).flatMap(([name, one]) => check(name, one)),
    attachFile: async (_person, _code, name, fileId) => {
      answers = { ...answers, [name]: { fileIds: [...new Set([...fileIds(name), fileId])] } };
      return [];
    },
    detachFile: async (_person, _code, name, fileId) => {
      const rest = fileIds(name).filter((one) => one !== fileId);
      answers = { ...answers, [name]: { fileIds: rest } };
      if (rest.length === 0) delete answers[name];
    },
    requestSignatureCode: async () => ({ phoneMasked: '199****0001', waitSeconds: 60 }),
    submit: async (_person, _code, requestId) => {
      const missing = Object.entries(allFields(fakeService)).filter(
        ([name, spec]) =>
          spec.required && spec.showWhen === undefined && isBlank(answers[name]) && isBlank(masks[name]),
      );
      if (missing.length > 0)
        throw fakeRefuse(
          'fake.form',
          { count: missing.length },
          missing.map(([name, spec]) => ({ path: name, code: 'blank', zh: `“${spec.zh}”还没有填写。` })),
        );
      requests.set(requestId, ids.case);
      masks = {};
      return ids.case;
    },
    submitted: async (_person, requestId) => requests.get(requestId) ?? null,
    cases: async (_person, cursor) => ({
      items: cursor === null ? [caseItem()] : [],
      nextCursor: cursor === null ? 'c2' : null,
    }),
    caseView: async (_person, caseId) => {
      if (caseId !== ids.case) throw fakeRefuse('fake.nothing');
      return {
        view: viewOf(said),
        payments: [{ caseId: ids.order, zh: '付保费', amountFen: 40, stateText: '等待付款', payable: true }],
      };
    },
    command: async (_person, _caseId, command, requestId) => {
      if (failing === 'stale') throw fakeRefuse('fake.stale');
      if (failing === 'form')
        throw fakeRefuse('fake.form', { count: 1 }, [
          { path: 'data.amount', code: 'money_format', zh: '金额应为数字。' },
        ]);
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
    document: async () => ({
      html: '<!doctype html><html lang="zh-CN"><title>受理通知书</title><h1>受理通知书</h1></html>',
    }),
    payment: async () => payment(),
    refreshPayment: async () => undefined,
    cover: async () => ({
      now: cover,
      days: {
        items: [
          {
            day: '2026-05-03',
            policyNo: 'YLB20260503000001',
            from: '09:12',
            to: '24:00',
            stateZh: '在保',
            refundable: false,
          },
        ],
        nextCursor: 'd2',
      },
      buyService: 'DI-001',
      refundService: 'DI-005',
    }),
    coverAt: async (_person, instant) => ({
      at: instant,
      covered: true,
      text: '当天 09:12 付款，09:12 起到 24:00 有保障。',
      policyNo: 'YLB20260503000001',
      evidence: 'leaf-000123',
    }),
    messages: async (_person, cursor) => ({ items: cursor === null ? [message()] : [], nextCursor: null }),
    openMessage: async () => ({ ...message(), read: true }),
    markAllRead: async () => undefined,
    profile: async () => ({
      rows: [
        { zh: '姓名', text: said === hostile ? hostile : '张*' },
        { zh: '手机号', text: '199****0001' },
        { zh: '证件', text: '3502**********1234' },
      ],
      consents: [{ zh: '个人信息处理规则', version: '1', at }],
    }),
    whoSawMyData: async () => ({
      items: [{ at, who: '保险公司查勘员 李*', what: '查看手机号', why: said }],
      nextCursor: null,
    }),
  };
}
