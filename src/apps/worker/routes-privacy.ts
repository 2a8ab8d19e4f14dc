// My personal information, and the question that comes before a service which needs a consent. Binding only.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { subjectOf } from '#platform/access';
import { textIn } from './body.ts';
import { refuse } from './refusals.ts';
import { forAgents, param, query, workerOnly, type PageKit } from './visit.ts';

const notes: Readonly<Record<string, string>> = {
  withdrawn: '已经撤回，从现在起生效。',
  given: '已经同意。',
};

export function privacyRoutes(app: FastifyInstance, kit: PageKit): void {
  const { backend } = kit;
  const { privacy } = backend;

  app.get('/m/me/privacy', workerOnly, async (request, reply) => {
    const purposes = await privacy.purposes(kit.worker(request).access);
    const note = notes[query(request, 'done')] ?? null;
    return kit.show(
      request,
      reply,
      { page: 'privacy', purposes, note },
      { tab: 'me', back: { href: '/m/me', zh: '我的' } },
    );
  });

  app.post('/m/me/privacy/:purpose', workerOnly, async (request, reply) => {
    const { access } = kit.worker(request);
    const { values, requestId } = await kit.body(request);
    const given = textIn(values, '_op') === 'give';
    const purpose = param(request, 'purpose');
    await privacy.decide(access, { purpose, version: textIn(values, 'version'), given, requestId });
    return kit.go(request, reply, `/m/me/privacy?done=${given ? 'given' : 'withdrawn'}`);
  });

  app.get('/m/me/erasure', workerOnly, async (request, reply) =>
    kit.show(
      request,
      reply,
      { page: 'erasure', ...(await privacy.erasure(subjectOf(kit.worker(request).access))) },
      { tab: 'me', back: { href: '/m/me/privacy', zh: '个人信息' } },
    ),
  );

  app.post('/m/me/erasure', workerOnly, async (request, reply) => {
    const { access } = kit.worker(request);
    const { values, requestId } = await kit.body(request);
    const personId = subjectOf(access);
    await (textIn(values, '_op') === 'cancel'
      ? privacy.cancelErasure(personId)
      : privacy.askErasure(personId, requestId));
    return kit.go(request, reply, '/m/me/erasure');
  });

  async function ask(request: FastifyRequest, reply: FastifyReply, wrong: boolean): Promise<FastifyReply> {
    const { access } = kit.worker(request);
    const code = param(request, 'code');
    const service = backend.service(code);
    if (service === null) throw refuse('worker.no_such_service', { code: code.slice(0, 10) });
    const [purpose, ...rest] = await privacy.missing(access, code);
    if (purpose === undefined) return kit.go(request, reply, `/m/apply/${code}`);
    const backHref = `/m/services/${code}`;
    const zh = '请先读完，勾选后再继续；不同意请点下面的“不同意”。';
    return kit.show(
      request,
      reply,
      {
        page: 'consent',
        serviceZh: service.zh,
        action: `/m/consent/${code}`,
        backHref,
        purpose,
        left: rest.length + 1,
        mayAgree: privacy.mayAgree(access),
        problems: wrong ? [{ path: 'agreed', code: 'must_agree', zh }] : [],
      },
      { status: wrong ? 422 : 200, back: { href: backHref, zh: '说明' } },
    );
  }

  app.get('/m/consent/:code', forAgents, (request, reply) => ask(request, reply, false));

  app.post('/m/consent/:code', forAgents, async (request, reply) => {
    const { access } = kit.worker(request);
    const { values, requestId } = await kit.body(request);
    const version = textIn(values, 'agreed');
    if (version === '') return ask(request, reply, true);
    await privacy.decide(access, { purpose: textIn(values, 'purpose'), version, given: true, requestId });
    // The form, which leads to the next purpose where there is one.
    return kit.go(request, reply, `/m/apply/${param(request, 'code')}`);
  });
}
