// The card that one is paid to: which it is, another one, and the way to stop what one did not do, with a login or by the link of a
// message. Binding only.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ask, askViews, problemsOf, readAsk, type Asked } from './ask.ts';
import { refuse } from '#contract/contacts';
import { idParam, open, param, query, workerOnly, type PageKit } from './visit.ts';

const home = '/m/me/card';
const back = { href: home, zh: '银行卡' };
/** Whoever has the phone in hand proves it before a card is changed. */
const proven = { ...workerOnly, config: { ...workerOnly.config, stepUp: 'payout_account' } };

const fields = {
  card: ask('bank_card', '新的银行卡号', {}, { class: 'sensitive', help: '必须是您本人名下的储蓄卡' }),
  bankPhone: ask('phone', '这张卡在银行留的手机号', {}, { required: false, help: '和登记的手机号一样就不用填' }),
};

const notes: Readonly<Record<string, string>> = {
  changed: '已经收到。新卡过了等待时间才付款，其间可以停止。',
  stopped: '已经停止，不会付款到这张卡。为了安全，请重新登录。',
};

export function cardRoutes(app: FastifyInstance, kit: PageKit): void {
  const { account } = kit.backend;

  app.get(home, workerOnly, async (request, reply) => {
    const cards = await account.cards(kit.worker(request).access);
    return kit.show(
      request,
      reply,
      { page: 'cards', cards, coolingHours: account.coolingHours, note: notes[query(request, 'done')] ?? null },
      { tab: 'me', back: { href: '/m/me', zh: '我的' } },
    );
  });

  function form(request: FastifyRequest, reply: FastifyReply, asked: Asked | null, requestId?: string): FastifyReply {
    const problems = asked?.problems ?? [];
    return kit.show(
      request,
      reply,
      {
        page: 'ask',
        title: '换收款银行卡',
        lead: [
          `新卡 ${account.coolingHours} 小时后才付款到那里，这段时间的付款会等着，不会付到旧卡。`,
          '您的手机会收到短信；三十天内换过号码的，旧号码也会收到。不是本人办的，点短信里的链接就能停止。',
        ],
        action: `${home}/new`,
        button: '换成这张卡',
        fields: askViews(fields, asked?.tried ?? null, kit.options.clock.now()),
        problems,
        links: [],
      },
      { status: problems.length > 0 ? 422 : 200, back, ...(requestId === undefined ? {} : { requestId }) },
    );
  }

  app.get(`${home}/new`, proven, (request, reply) => form(request, reply, null));

  app.post(`${home}/new`, proven, async (request, reply) => {
    const { access } = kit.worker(request);
    const body = await kit.body(request);
    const asked = readAsk(fields, body, kit.options.clock.now());
    if (asked.problems.length > 0) return form(request, reply, asked, body.requestId);
    const { card, bankPhone } = asked.values;
    try {
      await account.changeCard(access, {
        requestId: body.requestId,
        card: String(card),
        bankPhone: typeof bankPhone === 'string' && bankPhone !== '' ? bankPhone : null,
      });
    } catch (error) {
      const problems = problemsOf(error, fields, 'card');
      return form(request, reply, { ...asked, problems, tried: { ...asked.tried, problems } }, body.requestId);
    }
    return kit.go(request, reply, `${home}?done=changed`);
  });

  app.post(`${home}/:accountId/stop`, workerOnly, async (request, reply) => {
    const { access } = kit.worker(request);
    const accountId = idParam(request, 'accountId');
    await kit.body(request);
    await account.stopCard(access, accountId);
    return kit.go(request, reply, '/m');
  });

  stopRoutes(app, kit);
}

/** Whoever was told by a message, on whatever phone: no login, for whoever is in the account may be the thief. */
function stopRoutes(app: FastifyInstance, kit: PageKit): void {
  const { account } = kit.backend;

  app.get('/m/stop/:token', open, async (request, reply) => {
    const token = param(request, 'token');
    const found = await account.stopLink(token);
    if (found === null) throw refuse('contacts.stop_gone');
    return kit.show(request, reply, { page: 'stop', action: `/m/stop/${token}`, ...found });
  });

  app.post('/m/stop/:token', open, async (request, reply) => {
    const token = param(request, 'token');
    await kit.body(request);
    await account.stopByLink(token);
    return kit.go(request, reply, `/m/stop/${token}`);
  });
}
