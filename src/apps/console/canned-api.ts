// A server with canned answers in the place of the real one, for the desk's browser test. Sentinel values make it refuse:
// the reason 冲突演示 is stale, the reason 过期演示 finds the login expired, the amount 399999 is a problem of its field.

import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { isRole, roles } from '#catalog/roles';
import { batch, lines, own, payout, reads, rosterId } from './canned-answers.ts';
import { caseId, cannedCase, cannedTasks, imageId, now } from './canned-case.ts';
import { cannedOrg, cannedOrgHistory, cannedOrgId, cannedOrgs } from './canned-orgs.ts';
import { consoleRoutes } from './routes.ts';

export type CannedApi = {
  readonly url: string;
  /** Bodies of the writes that were accepted, in their order. */
  readonly writes: readonly { readonly path: string; readonly body: unknown }[];
  /** A new task comes to the list. */
  arrive(): void;
  close(): Promise<void>;
};

const csrf = 'canned-csrf';
function refuse(reply: FastifyReply, status: number, body: Record<string, unknown>): FastifyReply {
  return reply
    .code(status)
    .type('application/problem+json')
    .send({ status, ...body });
}

export async function startCannedApi(
  distDir: string,
  options: { readonly loggedIn?: boolean; readonly role?: string } = {},
): Promise<CannedApi> {
  const app = Fastify();
  const writes: { path: string; body: unknown }[] = [];
  const session = { loggedIn: options.loggedIn ?? false, seq: 4, arrived: 0 };
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
  loginRoutes(app, session, options.role ?? 'insurer_finance');
  readRoutes(app, session);
  writeRoutes(app, session, writes);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const arrive = (): void => {
    session.arrived += 1;
  };
  return { url, writes, arrive, close: () => app.close() };
}

type Session = { loggedIn: boolean; seq: number; arrived: number };

function loginRoutes(app: FastifyInstance, session: Session, role: string): void {
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
    const held = {
      role,
      zh: isRole(role) ? roles[role].zh : role,
      orgId: 'o1',
      orgZh: '示例财产保险厦门分公司',
      region: '350203',
    };
    return { staff: { staffId: 's1', name: '林晓（演示）', login: 'adjuster1' }, roles: [held], csrf, demo: true, now };
  });
}

function readRoutes(app: FastifyInstance, session: Session): void {
  for (const [path, answer] of Object.entries(reads)) app.get(path, async () => answer);
  app.get<{ Querystring: Record<string, string> }>('/api/desk/tasks', (request, reply) =>
    reply.send(cannedTasks(request.query, session.arrived)),
  );
  app.get<{ Querystring: Record<string, string> }>('/api/admin/orgs', (request, reply) =>
    reply.send(cannedOrgs(request.query)),
  );
  app.get(`/api/admin/orgs/${cannedOrgId}`, async () => cannedOrg);
  app.get(`/api/admin/orgs/${cannedOrgId}/history`, async () => cannedOrgHistory);
  app.get('/api/admin/staff', async () => ({ items: [], nextCursor: null }));
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
  accept('/api/desk/services/:code/draft', { at: now });
  app.post<{ Body: { data: Record<string, unknown> } }>('/api/desk/services/:code/start', (request, reply) => {
    if (request.body.data['contact_person'] === '冲突演示')
      return refuse(reply, 422, {
        code: 'cases.form_invalid',
        detail: '有1处填写需要修改。',
        next: null,
        problems: [{ path: 'contact_person', code: 'unknown', zh: '没有查到这位联络人。' }],
      });
    writes.push({ path: request.url, body: request.body });
    const active = [{ step: 'review', zh: '县总工会审查', dueAt: null }];
    return reply.code(201).send({ caseId, caseNo: '35020320260310000017', seq: 1, status: 'open', end: null, active });
  });
  accept('/api/desk/rosters', { rosterId });
  accept('/api/files', { fileId: '0195a000-0000-7000-8000-0000000000f9' });
  accept('/api/payout-batches', { batchId: batch.batchId });
  accept('/api/payout-batches/:id/decide', {});
  accept('/api/reconciliations', {});
  accept(`/api/admin/orgs/${cannedOrgId}/routes/end`, { orgId: cannedOrgId });
  accept(`/api/admin/orgs/${cannedOrgId}/move`, { orgId: cannedOrgId });
  accept('/api/ratings/:id/reply', {});
}
