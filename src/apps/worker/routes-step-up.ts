// The phone proven once more, before what needs more than a login: which phone, the code, and back to where one was. Binding only.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isStepUpReason, refuse as refuseIdentity, stepUpReasons, type StepUpReason } from '#contract/identity';
import { Refusal, type FieldProblem } from '#platform/errors';
import { ask, askViews, problemsOf, readAsk } from './ask.ts';
import { refuse } from './refusals.ts';
import { forAgents, query, safeNext, type PageKit } from './visit.ts';

const fields = { code: ask('text', '6 位验证码', { max: 12 }) };

/** Where a fresh code opens `next`; what was posted must be sent again by hand, from the page that it came from. */
export function stepUpHref(reason: string, next: string): string {
  return `/m/step-up?for=${encodeURIComponent(reason)}&next=${encodeURIComponent(next)}`;
}

/** For a route on which it hangs on what is asked for; others declare `stepUp`. */
export async function needStepUp(kit: PageKit, request: FastifyRequest, reason: StepUpReason): Promise<void> {
  if (!(await kit.backend.stepUp.isFresh(kit.visit(request).token, reason)))
    throw refuseIdentity('identity.step_up_needed', { reason });
}

export function stepUpRoutes(app: FastifyInstance, kit: PageKit): void {
  const { stepUp } = kit.backend;

  function asked(request: FastifyRequest) {
    const reason = query(request, 'for');
    if (!isStepUpReason(reason)) throw refuse('worker.no_such_page');
    const next = safeNext(query(request, 'next'));
    const keep = `?for=${reason}&next=${encodeURIComponent(next)}`;
    return { reason, next, keep, token: kit.visit(request).token, back: { href: '/m', zh: '首页' } };
  }

  app.get('/m/step-up', forAgents, async (request, reply) => {
    const { reason, keep, next, token, back } = asked(request);
    if (await stepUp.isFresh(token, reason)) return kit.go(request, reply, next);
    const body = {
      page: 'ask' as const,
      title: '再验证一次手机',
      lead: [
        `您要${stepUpReasons[reason]}。为了防止别人拿着您的手机或账号操作，请再验证一次短信验证码。`,
        `验证码发到 ${await stepUp.phoneMasked(token)}，验证后 5 分钟内有效。`,
      ],
      action: `/m/step-up/code${keep}`,
      button: '获取验证码',
      fields: [],
      problems: [],
      links: [],
    };
    return kit.show(request, reply, body, { back });
  });

  app.post('/m/step-up/code', forAgents, async (request, reply) => {
    const { reason, keep, token } = asked(request);
    await kit.body(request);
    let again = '';
    try {
      await stepUp.request(token, reason);
    } catch (error) {
      // The code that was sent a moment ago is as good: its page is shown again.
      if (!(error instanceof Refusal) || error.code !== 'identity.code_too_soon') throw error;
      again = `&wait=${String(error.details['waitSeconds'])}`;
    }
    return kit.go(request, reply, `/m/step-up/code${keep}${again}`);
  });

  async function codePage(
    request: FastifyRequest,
    reply: FastifyReply,
    problems: readonly FieldProblem[],
  ): Promise<FastifyReply> {
    const { reason, keep, token, back } = asked(request);
    const wait = /^\d{1,2}$/.test(query(request, 'wait')) ? query(request, 'wait') : '';
    const sent = `已发送到 ${await stepUp.phoneMasked(token)}，用于${stepUpReasons[reason]}。`;
    const tried = problems.length > 0 ? { values: {}, files: {}, problems } : null;
    return kit.show(
      request,
      reply,
      {
        page: 'ask',
        title: '填写验证码',
        lead: wait === '' ? [sent] : [`验证码刚才已经发过，没有再发，请填收到的那一条；${wait} 秒后可以重新获取。`],
        action: `/m/step-up/code/check${keep}`,
        button: '确认',
        fields: askViews(fields, tried, kit.options.clock.now()),
        problems,
        links: [{ href: `/m/step-up${keep}`, zh: '没收到，重新获取' }],
      },
      { status: problems.length > 0 ? 422 : 200, back },
    );
  }

  app.get('/m/step-up/code', forAgents, (request, reply) => codePage(request, reply, []));

  app.post('/m/step-up/code/check', forAgents, async (request, reply) => {
    const { reason, next, token } = asked(request);
    const { values, problems } = readAsk(fields, await kit.body(request), kit.options.clock.now());
    if (problems.length > 0) return codePage(request, reply, problems);
    try {
      await stepUp.prove(token, reason, String(values['code']));
    } catch (error) {
      return codePage(request, reply, problemsOf(error, fields));
    }
    return kit.go(request, reply, next);
  });
}
