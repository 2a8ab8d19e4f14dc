// A server with canned answers in the place of the real one, for the desk's browser test. Sentinel values make it refuse:
// the reason 冲突演示 is stale, the reason 过期演示 finds the login expired, the amount 399999 is a problem of its field.

import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { payoutStateZh, type BatchView, type PayoutState, type PayoutView } from '#contract/money';
import { caseId, cannedCase, cannedTasks, imageId, now } from './canned-case.ts';
import { consoleRoutes } from './routes.ts';

export type CannedApi = {
  readonly url: string;
  /** Bodies of the writes that were accepted, in their order. */
  readonly writes: readonly { readonly path: string; readonly body: unknown }[];
  close(): Promise<void>;
};

const csrf = 'canned-csrf';
const at = '2026-03-11T08:00:00.000Z';

const payout = (index: number, state: PayoutState, reason: string | null = null): PayoutView => ({
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
});

const batch: BatchView = {
  batchId: '0195a000-0000-7000-8000-000000000401',
  batchNo: 'PB20260311-003',
  maker: '许敏（演示）',
  mine: false,
  lineCount: 2,
  totalFen: 629_225,
  state: 'made',
  stateZh: '待复核',
  madeAt: at,
  linesHash: '4d9035c1e8f7a26b9f2c4e71a0b35d68c2417fe09ab3d5c68817e24f5b6a9d03',
  approver: null,
  decision: null,
  reason: null,
  canDecide: true,
  blocked: null,
};
const own: BatchView = {
  ...batch,
  batchId: '0195a000-0000-7000-8000-000000000402',
  batchNo: 'PB20260311-002',
  canDecide: false,
  maker: '林晓（演示）',
  mine: true,
  blocked: '制单人不能复核自己的批次。',
};

const reads: Readonly<Record<string, unknown>> = {
  '/api/dev/accounts': [
    {
      login: 'adjuster1',
      name: '林晓（演示）',
      roleZh: '理赔查勘员',
      orgZh: '示例财产保险厦门分公司',
      password: 'demo-password',
      totp: '123456',
    },
    {
      login: 'finance1',
      name: '许敏（演示）',
      roleZh: '保险公司结算专员',
      orgZh: '示例财产保险厦门分公司',
      password: 'demo-password',
      totp: '654321',
    },
  ],
  '/api/catalogue/services': [
    {
      code: 'DI-001',
      zh: '日保参保',
      domain: 'daily-insurance',
      workflowZh: '日保参保缴费',
      version: 'a41c09e2',
      publishedAt: at,
      findings: [],
    },
    {
      code: 'DI-006',
      zh: '日保医疗费用理赔',
      domain: 'daily-insurance',
      workflowZh: '日保出险报案与理赔',
      version: '7be2f10c',
      publishedAt: at,
      findings: [{ severity: 'check', zh: '免赔额依据待核' }],
    },
    {
      code: 'UN-001',
      zh: '加入工会',
      domain: 'union',
      workflowZh: '入会与会籍',
      version: '19d0aa47',
      publishedAt: at,
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
        value: '80%',
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
  '/api/ledger/accounts': {
    items: [
      {
        accountId: 'cover-premium',
        name: '日保保费',
        postedFen: 12_345_640,
        kind: 'liability',
        floorFen: null,
        reservedFen: 0,
      },
      {
        accountId: 'claims-payable',
        name: '应付赔款',
        postedFen: -2_308_440,
        kind: 'liability',
        floorFen: null,
        reservedFen: 629_225,
      },
    ],
  },
  '/api/cover/at': {
    covered: true,
    policyNo: 'RB350203202603090017',
    startsAt: '2026-03-08T16:00:00.000Z',
    endsAt: '2026-03-09T16:00:00.000Z',
    evidence: { leafId: '0195a000-0000-7000-8000-0000000005aa', generation: 1, day: '2026-03-09', recordedAt: at },
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
        reply: '已致电致歉，并更换联系电话。',
      },
    ],
    nextCursor: null,
  },
};

const lines = [0, 1].map((index) => payout(index, 'batched'));

function refuse(reply: FastifyReply, status: number, body: Record<string, unknown>): FastifyReply {
  return reply
    .code(status)
    .type('application/problem+json')
    .send({ status, ...body });
}

export async function startCannedApi(
  distDir: string,
  options: { readonly loggedIn?: boolean } = {},
): Promise<CannedApi> {
  const app = Fastify();
  const writes: { path: string; body: unknown }[] = [];
  const session = { loggedIn: options.loggedIn ?? false, seq: 4 };
  app.addContentTypeParser('multipart/form-data', (_request, payload, done) => {
    payload.resume();
    payload.on('end', () => done(null, {}));
  });
  app.addHook('onRequest', async (request, reply) => {
    const open = ['/desk', '/api/staff/', '/api/dev/', '/dev/'].some((start) => request.url.startsWith(start));
    if (!open && !session.loggedIn)
      return refuse(reply, 401, { code: 'staff.signed_out', detail: '登录已经过期。', next: '请重新登录。' });
    if (request.method === 'POST' && !open && request.headers['x-csrf'] !== csrf)
      return refuse(reply, 403, { code: 'http.csrf', detail: '缺少防伪标记。', next: null });
  });
  await app.register(consoleRoutes, { distDir });
  loginRoutes(app, session);
  readRoutes(app, session);
  writeRoutes(app, session, writes);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { url, writes, close: () => app.close() };
}

type Session = { loggedIn: boolean; seq: number };

function loginRoutes(app: FastifyInstance, session: Session): void {
  app.post<{ Body: { password: string } }>('/api/staff/login', async (request, reply) =>
    request.body.password === 'demo-password'
      ? { next: 'totp' }
      : refuse(reply, 401, { code: 'staff.wrong_password', detail: '工号或密码不对。', next: '请核对后重填。' }),
  );
  app.post('/api/staff/totp', async () => {
    session.loggedIn = true;
    return { csrf };
  });
  app.post('/api/staff/logout', async () => {
    session.loggedIn = false;
    return {};
  });
  app.get('/api/staff/me', async (_request, reply) => {
    if (!session.loggedIn) return refuse(reply, 401, { code: 'staff.signed_out', detail: '还没有登录。', next: null });
    const role = {
      role: 'insurer_finance',
      zh: '保险公司结算专员',
      orgId: 'o1',
      orgZh: '示例财产保险厦门分公司',
      region: '350203',
    };
    return { staff: { staffId: 's1', name: '林晓（演示）', login: 'adjuster1' }, roles: [role], csrf, demo: true, now };
  });
}

function readRoutes(app: FastifyInstance, session: Session): void {
  for (const [path, answer] of Object.entries(reads)) app.get(path, async () => answer);
  app.get<{ Querystring: Record<string, string> }>('/api/desk/tasks', (request, reply) =>
    reply.send(cannedTasks(request.query)),
  );
  app.get<{ Params: { id: string } }>('/api/cases/:id', async (request, reply) =>
    request.params.id === caseId
      ? cannedCase(session.seq)
      : refuse(reply, 404, {
          code: 'cases.not_found',
          detail: '没有找到这个办件，或您无权查看。',
          next: '请核对办件编号。',
        }),
  );
  app.get<{ Params: { no: string } }>('/api/cases/by-no/:no', async (request, reply) =>
    request.params.no.endsWith('17')
      ? { caseId }
      : refuse(reply, 404, { code: 'cases.not_found', detail: '没有找到这个办件，或您无权查看。', next: null }),
  );
  app.get('/api/cases/:id/suggestion', async () => ({
    amountFen: 268_840,
    explanation: [
      { zh: '医疗费合计', value: '3,860.50 元', basis: '医疗票据', verified: true },
      { zh: '减免赔额', value: '−500.00 元', basis: '日保条款第 9 条', verified: false },
      { zh: '按 80% 给付', value: '2,688.40 元', basis: '日保条款第 9 条', verified: true },
    ],
  }));
  app.get<{ Querystring: { state?: string } }>('/api/payouts', (request, reply) => {
    const state = request.query.state ?? 'all';
    const items = [
      payout(0, 'drafted'),
      payout(1, 'drafted'),
      payout(2, 'drafted'),
      payout(3, 'unknown', '银行超时未回执'),
      payout(4, 'settled'),
    ];
    return reply.send({ items: items.filter((one) => state === 'all' || one.state === state), nextCursor: null });
  });
  app.get<{ Params: { id: string } }>('/api/payout-batches/:id', (request, reply) =>
    reply.send({ ...(request.params.id === own.batchId ? own : batch), lines }),
  );
  app.get<{ Params: { id: string } }>('/api/files/:id', async (request, reply) => {
    if (request.params.id === imageId) return reply.type('image/png').send(invoicePng);
    return reply.type('application/pdf').send(Buffer.from('%PDF-1.4\n'));
  });
}

// A grey square of 1 × 1, enough to be a picture.
const invoicePng = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGOoBwAAhgCF1FIPbgAAAABJRU5ErkJggg==',
  'base64',
);

type CommandBody = {
  requestId: string;
  command: { seen: number; reason?: string; outcome?: string; data?: Record<string, unknown> };
};

function writeRoutes(app: FastifyInstance, session: Session, writes: { path: string; body: unknown }[]): void {
  app.post<{ Body: CommandBody }>('/api/cases/:id/commands', async (request, reply) => {
    const { command } = request.body;
    if (command.reason === '过期演示') {
      session.loggedIn = false;
      return refuse(reply, 401, { code: 'staff.signed_out', detail: '登录已经过期。', next: '请重新登录。' });
    }
    if (command.reason === '冲突演示' && command.seen === 4) {
      session.seq = 5;
      return refuse(reply, 409, {
        code: 'cases.stale',
        detail: '这个办件刚刚被别人处理过了，您看到的不是最新状态。',
        next: '请刷新页面。',
      });
    }
    if (command.data?.['approved_amount'] === '399999') {
      return refuse(reply, 422, {
        code: 'cases.form_invalid',
        detail: '有1处填写需要修改。',
        next: null,
        problems: [{ path: 'approved_amount', code: 'too_large', zh: '超过本次事故剩余保额 396,139.50 元。' }],
      });
    }
    writes.push({ path: request.url, body: request.body });
    session.seq += 1;
    return { caseId, caseNo: '35020320260310000017', seq: session.seq, status: 'open', end: null, active: [] };
  });
  const accept = (path: string, answer: Record<string, unknown>): void => {
    app.post(path, (request, reply) => {
      writes.push({ path: request.url, body: request.body });
      return reply.send(answer);
    });
  };
  accept('/api/cases/:id/unmask', { value: '350203199001010012' });
  accept('/api/desk/notices/:id/read', { done: true });
  accept('/api/files', { fileId: '0195a000-0000-7000-8000-0000000000f9' });
  accept('/api/payout-batches', { batchId: batch.batchId });
  accept('/api/payout-batches/:id/decide', {});
  accept('/api/reconciliations', {});
  accept('/api/ratings/:id/reply', {});
}
