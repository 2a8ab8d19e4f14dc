// Acting for somebody else: by a code on the other's phone, by proof that a window checks, and how it is begun and ended. Binding only.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { authorityKinds, causes, dayChoices, relations } from '#contract/authorities';
import { ask, askViews, problemsOf, readAsk, type AskFields, type Asked } from './ask.ts';
import { textIn } from './body.ts';
import type { PageBody, ServiceCard } from './pages/model.ts';
import { cookies, idParam, forAgents, workerOnly, type PageKit } from './visit.ts';

const home = '/m/me/helping';
const back = { href: home, zh: '替家人办' };

const valuesOf = (words: Readonly<Record<string, string>>) =>
  Object.entries(words).map(([value, zh]) => ({ value, zh }));
const daysField = ask('enum', '代办到什么时候', {
  values: dayChoices.map((days) => ({ value: String(days), zh: days === 1 ? '只今天和明天' : `${days} 天` })),
});
const servicesField = (services: readonly ServiceCard[]) =>
  ask('multi_enum', '替他办哪些事', { values: services.map(({ code, zh }) => ({ value: code, zh })) });

function consentFields(services: readonly ServiceCard[]): AskFields {
  return {
    phone: ask('phone', '他本人的手机号', {}, { help: '验证码发到这个号码，由他本人告诉您。' }),
    services: servicesField(services),
    days: daysField,
  };
}

function proofFields(services: readonly ServiceCard[]): AskFields {
  const { kinship, guardianship } = authorityKinds;
  return {
    cause: ask('enum', '他为什么不能自己办', { values: valuesOf(causes) }),
    kind: ask('enum', '您以什么身份代办', { values: valuesOf({ kinship, guardianship }) }),
    relation: ask('enum', '您是他的', { values: valuesOf(relations) }),
    name: ask('person_name', '他的姓名'),
    idNumber: ask('id_number', '他的身份证号码', {}, { class: 'sensitive' }),
    services: servicesField(services),
    days: daysField,
    proof: ask(
      'file',
      '证明材料',
      { maxCount: 6 },
      { help: '如户口簿、结婚证、出生医学证明、监护证明、死亡证明、病情证明，拍清楚整页。', class: 'sensitive' },
    ),
  };
}

const codeFields: AskFields = { code: ask('text', '他收到的 6 位验证码', { max: 12 }) };

type Form = Omit<Extract<PageBody, { page: 'ask' }>, 'page' | 'fields' | 'problems'>;

const forms = {
  consent: {
    title: '凭本人的验证码代办',
    lead: [
      '他本人同意，把收到的验证码告诉您，您就可以替他办选定的事。他随时可以停止，您只看得到您替他办的事。',
      '您替他办的每一步都会写明您的名字和他的名字。',
    ],
    action: `${home}/consent`,
    button: '发验证码给他',
    links: [],
  },
  proof: {
    title: '凭关系证明代办',
    lead: [
      '本人去世、昏迷或未成年，不能自己同意时，由近亲属或监护人提出，人社窗口核对材料后决定。',
      '核对之前，这里不会告诉您他有没有登记、办过什么。',
    ],
    action: `${home}/proof`,
    button: '提交审核',
    links: [],
  },
} as const satisfies Record<string, Form>;

const codeForm = (authorityId: string): Form => ({
  title: '填写他的验证码',
  lead: ['这个号码登记过的，短信马上就到，5 分钟内有效。请他看清短信里写的事项和期限，同意了再告诉您。'],
  action: `${home}/${authorityId}/code`,
  button: '确认',
  links: [{ href: `${home}/consent`, zh: '没收到，重新填写' }],
});

export function helpingRoutes(app: FastifyInstance, kit: PageKit): void {
  const { people } = kit.backend;
  const now = () => kit.options.clock.now();

  function form(
    request: FastifyRequest,
    reply: FastifyReply,
    what: Form,
    fields: AskFields,
    asked: Asked | null,
    requestId?: string,
  ) {
    const tried = asked?.tried ?? null;
    const problems = tried?.problems ?? [];
    return kit.show(
      request,
      reply,
      { page: 'ask', ...what, fields: askViews(fields, tried, now()), problems },
      { status: problems.length > 0 ? 422 : 200, back, ...(requestId === undefined ? {} : { requestId }) },
    );
  }

  /** Reads, sends, and comes back with what is to be mended. */
  async function submit(
    request: FastifyRequest,
    reply: FastifyReply,
    what: Form,
    fields: AskFields,
    send: (values: Asked['values'], requestId: string) => Promise<string>,
  ) {
    const body = await kit.body(request, 6);
    const asked = readAsk(fields, body, now());
    if (asked.isEdit || asked.problems.length > 0) return form(request, reply, what, fields, asked, body.requestId);
    let href: string;
    try {
      href = await send(asked.values, body.requestId);
    } catch (error) {
      const problems = problemsOf(error, fields);
      return form(request, reply, what, fields, { ...asked, tried: { ...asked.tried, problems } }, body.requestId);
    }
    return kit.go(request, reply, href);
  }

  app.get(home, workerOnly, async (request, reply) => {
    const helping = await people.helping(kit.worker(request).access);
    return kit.show(request, reply, { page: 'helping', helping }, { tab: 'me', back: { href: '/m/me', zh: '我的' } });
  });

  app.get(`${home}/consent`, workerOnly, (request, reply) =>
    form(request, reply, forms.consent, consentFields(people.helpServices()), null),
  );
  app.post(`${home}/consent`, workerOnly, (request, reply) => {
    const { access } = kit.worker(request);
    return submit(request, reply, forms.consent, consentFields(people.helpServices()), async (values, requestId) => {
      const input = {
        requestId,
        phone: String(values['phone']),
        services: stringsIn(values['services']),
        days: Number(values['days']),
      };
      const { authorityId } = await people.requestConsent(access, input, request.ip);
      return `${home}/${authorityId}/code`;
    });
  });

  app.get(`${home}/:authorityId/code`, workerOnly, (request, reply) =>
    form(request, reply, codeForm(idParam(request, 'authorityId')), codeFields, null),
  );
  app.post(`${home}/:authorityId/code`, workerOnly, (request, reply) => {
    const { access } = kit.worker(request);
    const authorityId = idParam(request, 'authorityId');
    return submit(request, reply, codeForm(authorityId), codeFields, async (values) => {
      await people.confirmConsent(access, authorityId, String(values['code']));
      return home;
    });
  });

  app.get(`${home}/proof`, workerOnly, (request, reply) =>
    form(request, reply, forms.proof, proofFields(people.helpServices()), null),
  );
  app.post(`${home}/proof`, workerOnly, (request, reply) => {
    const { access } = kit.worker(request);
    return submit(request, reply, forms.proof, proofFields(people.helpServices()), async (values, requestId) => {
      await people.requestByProof(access, {
        requestId,
        kind: String(values['kind']),
        name: String(values['name']),
        idNumber: String(values['idNumber']),
        relation: String(values['relation']),
        cause: String(values['cause']),
        services: stringsIn(values['services']),
        days: Number(values['days']),
        fileIds: fileIdsIn(values['proof']),
      });
      return home;
    });
  });

  app.post(`${home}/:authorityId/start`, workerOnly, async (request, reply) => {
    const { access } = kit.worker(request);
    const authorityId = idParam(request, 'authorityId');
    await kit.body(request);
    const begun = await people.startHelping(access, authorityId, kit.oldToken(request));
    kit.setCookie(request, reply, cookies.session, begun.token, begun.maxAgeSeconds);
    return kit.go(request, reply, '/m');
  });

  app.post(`${home}/:authorityId/end`, workerOnly, async (request, reply) => {
    const { access } = kit.worker(request);
    const authorityId = idParam(request, 'authorityId');
    const { values } = await kit.body(request);
    await people.endAuthority(access, authorityId, textIn(values, 'disowned') === 'yes');
    return kit.go(request, reply, home);
  });

  app.post('/m/helping/stop', forAgents, async (request, reply) => {
    const { access } = kit.worker(request);
    await kit.body(request);
    const own = await people.stopHelping(access, kit.oldToken(request));
    kit.setCookie(request, reply, cookies.session, own?.token ?? '', own?.maxAgeSeconds ?? 0);
    return kit.go(request, reply, own ? home : '/m');
  });
}

function stringsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}

function fileIdsIn(value: unknown): readonly string[] {
  return typeof value === 'object' && value !== null && 'fileIds' in value ? stringsIn(value.fileIds) : [];
}
