// Home, payments, cover, messages and my data. Binding only.

import type { FastifyInstance } from 'fastify';
import { isDay } from '#catalog/fields/index';
import type { CoverAnswer } from './pages/model.ts';
import { refuse } from './refusals.ts';
import { forAgents, idParam, open, param, query, workerOnly, type PageKit } from './visit.ts';

export function accountRoutes(app: FastifyInstance, kit: PageKit): void {
  const { backend } = kit;

  app.get('/', open, (request, reply) => kit.go(request, reply, '/m'));

  app.get('/m', open, async (request, reply) => {
    const { worker } = kit.visit(request);
    if (worker === null) {
      const events = await backend.directory('');
      return kit.show(request, reply, { page: 'landing', events, reportService: backend.reportService() });
    }
    if (worker.access.onBehalf) {
      return kit.show(request, reply, { page: 'acting', acting: await backend.people.acting(worker.access) });
    }
    return kit.show(request, reply, { page: 'home', home: await backend.home(worker.access) }, { tab: 'home' });
  });

  app.get('/m/cover', workerOnly, async (request, reply) => {
    const { access } = kit.worker(request);
    const cover = await backend.cover(access, query(request, 'cursor') || null);
    const askedDay = query(request, 'day').slice(0, 20);
    const askedTime = query(request, 'time').slice(0, 8);
    let answer: CoverAnswer | null = null;
    const asked = askedDay !== '' || askedTime !== '';
    const right = isDay(askedDay) && /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(askedTime);
    if (asked && right)
      answer = await backend.coverAt(access, new Date(`${askedDay}T${askedTime}:00+08:00`).toISOString());
    const problems =
      asked && !right ? [{ path: 'day', code: 'date_format', zh: '请填写日期和时间，如 2026-05-03 的 14:32。' }] : [];
    return kit.show(
      request,
      reply,
      { page: 'cover', cover, askedDay, askedTime, answer, problems },
      { status: problems.length > 0 ? 422 : 200, tab: 'home', back: { href: '/m', zh: '首页' } },
    );
  });

  app.get('/m/cover/:policyNo', workerOnly, async (request, reply) => {
    const certificate = await backend.certificate(kit.worker(request).access, param(request, 'policyNo').slice(0, 60));
    const back = { href: '/m/cover', zh: '我的保障' };
    return kit.show(request, reply, { page: 'certificate', certificate }, { tab: 'home', back });
  });

  app.post('/m/cover/:policyNo/leave', workerOnly, async (request, reply) => {
    const { access } = kit.worker(request);
    const policyNo = param(request, 'policyNo').slice(0, 60);
    await kit.body(request);
    await backend.leaveCover(access, policyNo);
    return kit.go(request, reply, `/m/cover/${encodeURIComponent(policyNo)}`);
  });

  app.get('/m/renewal', workerOnly, async (request, reply) => {
    const cursor = query(request, 'cursor') || null;
    const renewal = await backend.renewal(kit.worker(request).access, cursor);
    return kit.show(
      request,
      reply,
      { page: 'renewal', renewal, first: cursor === null },
      { tab: 'home', back: { href: '/m/cover', zh: '我的保障' } },
    );
  });

  app.get('/m/service-points', open, async (request, reply) => {
    const region = /^\d{6}$/.exec(query(request, 'region'))?.[0] ?? '';
    const [lat, lng] = [query(request, 'at.lat'), query(request, 'at.lng')].map((one) =>
      /^\d{1,3}\.\d{1,9}$/.test(one) ? Number(one) : null,
    );
    const near = lat && lng ? { latitude: lat, longitude: lng } : null;
    const found = await backend.servicePoints(region || null, near);
    return kit.show(
      request,
      reply,
      { page: 'points', ...found, region, located: near !== null },
      { tab: 'services', back: { href: '/m/services', zh: '办事' } },
    );
  });

  app.get('/m/me', workerOnly, async (request, reply) => {
    const profile = await backend.profile(kit.worker(request).access);
    return kit.show(request, reply, { page: 'profile', profile }, { tab: 'me' });
  });

  app.get('/m/me/access', workerOnly, async (request, reply) => {
    const items = await backend.whoSawMyData(kit.worker(request).access, query(request, 'cursor') || null);
    return kit.show(request, reply, { page: 'access', items }, { tab: 'me', back: { href: '/m/me', zh: '我的' } });
  });

  messageRoutes(app, kit);
  paymentRoutes(app, kit);
}

function messageRoutes(app: FastifyInstance, kit: PageKit): void {
  const { backend } = kit;

  app.get('/m/messages', workerOnly, async (request, reply) => {
    const cursor = query(request, 'cursor') || null;
    const messages = await backend.messages(kit.worker(request).access, cursor);
    return kit.show(request, reply, { page: 'messages', messages, first: cursor === null }, { tab: 'messages' });
  });

  app.post('/m/messages/read', workerOnly, async (request, reply) => {
    const { access } = kit.worker(request);
    await kit.body(request);
    await backend.markAllRead(access);
    return kit.go(request, reply, '/m/messages');
  });

  app.get('/m/messages/:messageId', workerOnly, async (request, reply) => {
    const message = await backend.openMessage(kit.worker(request).access, idParam(request, 'messageId'));
    return kit.show(
      request,
      reply,
      { page: 'message', message },
      { tab: 'messages', back: { href: '/m/messages', zh: '消息' } },
    );
  });
}

function paymentRoutes(app: FastifyInstance, kit: PageKit): void {
  const { backend } = kit;

  app.get('/m/pay/:caseId', forAgents, async (request, reply) => {
    const payment = await backend.payment(kit.worker(request).access, idParam(request, 'caseId'));
    const back = { href: `/m/cases/${payment.caseId}`, zh: '办件' };
    return kit.show(request, reply, { page: 'payment', payment }, { tab: 'cases', back });
  });

  app.get('/m/pay/:caseId/state', forAgents, async (request, reply) => {
    const payment = await backend.payment(kit.worker(request).access, idParam(request, 'caseId'));
    return reply.header('cache-control', 'no-store').send({ state: payment.state, stateText: payment.stateText });
  });

  app.post('/m/pay/:caseId/refresh', forAgents, async (request, reply) => {
    const { access } = kit.worker(request);
    const caseId = idParam(request, 'caseId');
    await kit.body(request);
    await backend.refreshPayment(access, caseId);
    return kit.go(request, reply, `/m/pay/${caseId}`);
  });

  app.get('/m/*', open, () => {
    throw refuse('worker.no_such_page');
  });
}
