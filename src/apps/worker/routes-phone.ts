// Whose phone this is: the question after a long time without a login, another number with codes on both, and "that is not me".
// Binding only.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal, type FieldProblem } from '#platform/errors';
import { ask, askViews, problemsOf, readAsk, type AskFields } from './ask.ts';
import { cookies, open, query, safeNext, workerOnly, type PageKit, type Shown } from './visit.ts';

const home = '/m/me/phone';
const back = { href: home, zh: '手机号' };
/** The old phone's code comes first; the new one's is asked for on the page. */
const proven = { ...workerOnly, config: { ...workerOnly.config, stepUp: 'phone_change' } };

const tailFields = { tail: ask('text', '证件号码的后四位', { max: 8 }, { help: '身份证最后一位是 X 的也要填' }) };
const phoneFields = { phone: ask('phone', '新的手机号') };
const codeFields = { code: ask('text', '新号码收到的 6 位验证码', { max: 12 }) };

type AskForm = {
  readonly title: string;
  readonly lead: readonly string[];
  readonly action: string;
  readonly button: string;
  readonly fields: AskFields;
  readonly links?: readonly { readonly href: string; readonly zh: string }[];
};

export function phoneRoutes(app: FastifyInstance, kit: PageKit): void {
  const now = () => kit.options.clock.now();

  function page(
    request: FastifyRequest,
    reply: FastifyReply,
    { fields, links = [], ...form }: AskForm,
    problems: readonly FieldProblem[] = [],
    shown: Shown = {},
  ): FastifyReply {
    const tried = problems.length > 0 ? { values: {}, files: {}, problems } : null;
    return kit.show(
      request,
      reply,
      { page: 'ask', ...form, fields: askViews(fields, tried, now()), problems, links },
      { status: problems.length > 0 ? 422 : 200, ...shown },
    );
  }

  ownerRoutes(app, kit, page);
  changeRoutes(app, kit, page);
}

type ShowPage = (
  request: FastifyRequest,
  reply: FastifyReply,
  form: AskForm,
  problems?: readonly FieldProblem[],
  shown?: Shown,
) => FastifyReply;

/** Before a session opens. The token says nothing, and neither do these pages: no name, no hint. */
function ownerRoutes(app: FastifyInstance, kit: PageKit, page: ShowPage): void {
  const { backend } = kit;

  function at(request: FastifyRequest) {
    const token = query(request, 't');
    const next = safeNext(query(request, 'next'));
    return { token, next, keep: `?t=${encodeURIComponent(token)}&next=${encodeURIComponent(next)}` };
  }

  const form = (keep: string): AskForm => ({
    title: '请再核对一下',
    lead: [
      '这个号码很久没有登录过。运营商会把停用的号码给别人用，为了不让别人看到登记人的资料，请填登记人证件号码的后四位。',
    ],
    action: `/m/login/confirm${keep}`,
    button: '登录',
    fields: tailFields,
    links: [{ href: `/m/login/not-me${keep}`, zh: '不是我登记的，这是我新办的号码' }],
  });

  app.get('/m/login/confirm', open, (request, reply) => page(request, reply, form(at(request).keep)));

  app.post('/m/login/confirm', open, async (request, reply) => {
    const { token, next, keep } = at(request);
    const { values, problems } = readAsk(tailFields, await kit.body(request), kit.options.clock.now());
    if (problems.length > 0) return page(request, reply, form(keep), problems);
    try {
      const begun = await backend.account.confirmOwner(token, String(values['tail']), kit.oldToken(request));
      kit.setCookie(request, reply, cookies.session, begun.token, begun.maxAgeSeconds);
      return kit.go(request, reply, next);
    } catch (error) {
      return page(request, reply, form(keep), problemsOf(error, tailFields));
    }
  });

  app.get('/m/login/not-me', open, (request, reply) => {
    const { keep } = at(request);
    return page(request, reply, {
      title: '这是您新办的号码吗？',
      lead: [
        '是的话，我们把这个号码和以前的登记人分开，您从头登记，看不到以前登记人的任何资料。',
        '以前登记人的资料都还在，他要带证件到工会服务站换号码。您就是登记人本人的，请不要点，回上一页填后四位。',
      ],
      action: `/m/login/not-me${keep}`,
      button: '是我新办的，从头登记',
      fields: {},
      links: [{ href: `/m/login/confirm${keep}`, zh: '我就是登记人，回去填后四位' }],
    });
  });

  app.post('/m/login/not-me', open, async (request, reply) => {
    const { token } = at(request);
    await kit.body(request);
    const fresh = await backend.account.notOwner(token);
    kit.setCookie(request, reply, cookies.register, fresh.token, fresh.maxAgeSeconds);
    return kit.go(request, reply, '/m/register/name');
  });
}

function changeRoutes(app: FastifyInstance, kit: PageKit, page: ShowPage): void {
  const { account } = kit.backend;

  app.get(home, workerOnly, async (request, reply) => {
    const phone = await account.phone(kit.worker(request).access);
    const done = query(request, 'done') === 'changed';
    return kit.show(
      request,
      reply,
      { page: 'phone-number', ...phone, note: done ? '已经更换，以后用新号码登录。其他手机上的登录都已退出。' : null },
      { tab: 'me', back: { href: '/m/me', zh: '我的' } },
    );
  });

  const newForm: AskForm = {
    title: '换成哪个号码',
    lead: ['验证码会发到新号码。两个号码都验证过，马上就换；办件、会籍、保障、授权都不变。'],
    action: `${home}/new`,
    button: '发验证码到新号码',
    fields: phoneFields,
  };
  app.get(`${home}/new`, proven, (request, reply) => page(request, reply, newForm, [], { back }));
  app.post(`${home}/new`, proven, async (request, reply) => {
    const { access } = kit.worker(request);
    const { values, problems } = readAsk(phoneFields, await kit.body(request), kit.options.clock.now());
    if (problems.length > 0) return page(request, reply, newForm, problems, { back });
    try {
      const challenge = await account.requestNewPhone(access, String(values['phone']));
      return kit.go(request, reply, `${home}/code?c=${encodeURIComponent(challenge)}`);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return page(request, reply, newForm, problemsOf(error, phoneFields), { back });
    }
  });

  const codeForm = (challenge: string): AskForm => ({
    title: '填写新号码的验证码',
    lead: ['已发送到新号码，5 分钟内有效。填好就换。'],
    action: `${home}/code?c=${encodeURIComponent(challenge)}`,
    button: '换成这个号码',
    fields: codeFields,
    links: [{ href: `${home}/new`, zh: '没收到，重新填写' }],
  });
  app.get(`${home}/code`, proven, (request, reply) =>
    page(request, reply, codeForm(query(request, 'c')), [], { back }),
  );
  app.post(`${home}/code`, proven, async (request, reply) => {
    const { access } = kit.worker(request);
    const challenge = query(request, 'c');
    const body = await kit.body(request);
    const { values, problems } = readAsk(codeFields, body, kit.options.clock.now());
    const again = { back, requestId: body.requestId };
    if (problems.length > 0) return page(request, reply, codeForm(challenge), problems, again);
    try {
      const input = { challenge, code: String(values['code']), requestId: body.requestId };
      const begun = await account.changePhone(access, input, kit.oldToken(request));
      kit.setCookie(request, reply, cookies.session, begun.token, begun.maxAgeSeconds);
    } catch (error) {
      return page(request, reply, codeForm(challenge), problemsOf(error, codeFields), again);
    }
    return kit.go(request, reply, `${home}?done=changed`);
  });

  app.post(`${home}/stop`, workerOnly, async (request, reply) => {
    const { access } = kit.worker(request);
    await kit.body(request);
    await account.stopPhoneChange(access);
    return kit.go(request, reply, home);
  });

  app.get('/m/me/not-me', proven, (request, reply) =>
    page(
      request,
      reply,
      {
        title: '这里的资料不是我的',
        lead: [
          '如果您登录后看到的是别人的资料，多半是您的号码以前是他在用。点下面的按钮，号码就和他分开，您从头登记。',
          '要先用短信验证您现在拿着这个号码。是您本人的资料，请不要点：点了以后要带证件到工会服务站才能再用。',
        ],
        action: '/m/me/not-me',
        button: '不是我的，把号码分开',
        fields: {},
      },
      [],
      { back: { href: '/m/me', zh: '我的' } },
    ),
  );
  app.post('/m/me/not-me', proven, async (request, reply) => {
    const { access } = kit.worker(request);
    await kit.body(request);
    await account.disownPhone(access);
    kit.setCookie(request, reply, cookies.session, '', 0);
    return kit.go(request, reply, '/m/login');
  });
}
