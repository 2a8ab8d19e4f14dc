// Coming in and going out: phone, code, registration in four pages, text size. Binding only.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Field } from '#catalog/define';
import { regionName } from '#catalog/regions';
import { dayOf } from '#platform/calendar';
import { Refusal, type FieldProblem } from '#platform/errors';
import type { Registration } from './backend.ts';
import { textIn } from './body.ts';
import { fieldView, placeName, regionPicker } from './field-view.ts';
import { cookies, open, query, safeNext, type Desk } from './visit.ts';

const personFields = {
  name: { kind: 'person_name', zh: '您的姓名', options: {}, required: true, class: 'personal', retention: 'permanent' },
  id: { kind: 'id_document', zh: '您的证件', options: {}, required: true, class: 'sensitive', retention: 'permanent' },
  region: {
    kind: 'region',
    zh: '您在哪个区县干活',
    options: {},
    required: true,
    class: 'internal',
    retention: 'permanent',
  },
} as const satisfies Record<string, Field>;

const steps = ['name', 'id', 'region'] as const;
type Step = (typeof steps)[number];
const keyOf = { name: 'name', id: 'idDocument', region: 'region' } as const;
const leads: Record<Step, string> = {
  name: '与身份证件上的一致。',
  id: '用于核对身份和保险资格，加密保存，不会留在手机里。',
  region: '用来确定由哪里的工会和部门为您服务，以后可以改。',
};

const phoneProblem = (refusal: Refusal, path: string): readonly FieldProblem[] =>
  refusal.problems.length > 0
    ? refusal.problems.map((one) => ({ ...one, path }))
    : [{ path, code: refusal.code, zh: `${refusal.zh}${refusal.next}` }];

/** What the person can mend on the page itself; everything else goes to the page of problems. */
function mendable(error: unknown): error is Refusal {
  return error instanceof Refusal && (error.status === 422 || error.status === 429);
}

export function entryRoutes(app: FastifyInstance, desk: Desk): void {
  const { backend } = desk;

  app.get('/m/login', open, (request, reply) => {
    const next = safeNext(query(request, 'next'));
    if (desk.visit(request).worker !== null) return desk.go(request, reply, next);
    return desk.show(request, reply, { page: 'login', next, phone: '', problems: [] });
  });

  app.post('/m/login', open, async (request, reply) => {
    const { values, requestId } = await desk.body(request);
    const phone = textIn(values, 'phone').slice(0, 40);
    const next = safeNext(textIn(values, 'next'));
    try {
      const { challengeId } = await backend.requestCode(phone, request.ip);
      return desk.go(
        request,
        reply,
        `/m/login/code?c=${encodeURIComponent(challengeId)}&next=${encodeURIComponent(next)}`,
      );
    } catch (error) {
      if (!mendable(error)) throw error;
      const problems = phoneProblem(error, 'phone');
      return desk.show(request, reply, { page: 'login', next, phone, problems }, { status: error.status, requestId });
    }
  });

  async function codePage(
    request: FastifyRequest,
    reply: FastifyReply,
    challengeId: string,
    next: string,
    problems: readonly FieldProblem[],
    status: number,
  ) {
    const challenge = await backend.challenge(challengeId);
    if (challenge === null) return desk.go(request, reply, '/m/login');
    return desk.show(
      request,
      reply,
      {
        page: 'code',
        next,
        challengeId,
        phoneMasked: challenge.phoneMasked,
        waitSeconds: challenge.waitSeconds,
        problems,
      },
      { status, back: { href: '/m/login', zh: '返回' } },
    );
  }

  app.get('/m/login/code', open, (request, reply) =>
    codePage(request, reply, query(request, 'c'), safeNext(query(request, 'next')), [], 200),
  );

  app.post('/m/login/verify', open, async (request, reply) => {
    const { values } = await desk.body(request);
    const challengeId = textIn(values, 'challenge').slice(0, 100);
    const next = safeNext(textIn(values, 'next'));
    try {
      const login = await backend.verifyCode(
        challengeId,
        textIn(values, 'code').replace(/\s/g, '').slice(0, 12),
        request.ip,
      );
      if (login.kind === 'session') {
        desk.setCookie(request, reply, cookies.session, login.token, login.maxAgeSeconds);
        return desk.go(request, reply, next);
      }
      desk.setCookie(request, reply, cookies.register, login.registrationToken, login.maxAgeSeconds);
      return desk.go(request, reply, '/m/register/name');
    } catch (error) {
      if (!mendable(error)) throw error;
      return codePage(request, reply, challengeId, next, phoneProblem(error, 'code'), error.status);
    }
  });

  app.post('/m/logout', open, async (request, reply) => {
    await desk.body(request);
    const { token } = desk.visit(request);
    if (token !== '') await backend.logout(token);
    desk.setCookie(request, reply, cookies.session, '', 0);
    return desk.go(request, reply, '/m');
  });

  app.get('/m/display', open, (request, reply) =>
    desk.show(
      request,
      reply,
      { page: 'display', next: backTo(request) },
      { back: { href: backTo(request), zh: '返回' } },
    ),
  );

  app.post('/m/display', open, async (request, reply) => {
    const { values } = await desk.body(request);
    const size = textIn(values, 'size');
    desk.setCookie(request, reply, cookies.size, size === 'large' || size === 'huge' ? size : 'normal', 31_536_000);
    return desk.go(request, reply, safeNext(textIn(values, 'next')));
  });

  registerRoutes(app, desk);
}

/** The page from which somebody came to choose the text size. */
function backTo(request: FastifyRequest): string {
  const referer = request.headers.referer ?? '';
  const path = referer.replace(/^https?:\/\/[^/]+/, '');
  return path.startsWith('/m/display') ? '/m' : safeNext(path);
}

function registerRoutes(app: FastifyInstance, desk: Desk): void {
  const { backend } = desk;
  const today = (): string => dayOf(desk.options.clock.now());

  async function entering(request: FastifyRequest): Promise<{ token: string; registration: Registration } | null> {
    const token = request.cookies[cookies.register] ?? '';
    const registration = token === '' ? null : await backend.registration(token);
    return registration === null ? null : { token, registration };
  }

  type Page = {
    step: Step;
    registration: Registration;
    raw: unknown;
    problems: readonly FieldProblem[];
    requestId?: string;
  };
  function stepPage(request: FastifyRequest, reply: FastifyReply, page: Page) {
    const index = steps.indexOf(page.step);
    const picker =
      page.step === 'region'
        ? regionPicker({
            at: query(request, 'at'),
            home: page.registration.region ?? desk.options.homeRegion ?? '',
            options: {},
            today: today(),
            keep: '',
          })
        : null;
    const field = fieldView({
      name: keyOf[page.step],
      field: personFields[page.step],
      required: true,
      raw: page.raw,
      today: today(),
      problems: page.problems,
      masked: page.step === 'id' ? page.registration.idMasked : null,
      picker,
    });
    const before = steps[index - 1];
    return desk.show(
      request,
      reply,
      { page: 'register', field, action: `/m/register/${page.step}`, step: index + 1, lead: leads[page.step] },
      {
        status: page.problems.length > 0 ? 422 : 200,
        back: before === undefined ? null : { href: `/m/register/${before}`, zh: '上一步' },
        ...(page.requestId === undefined ? {} : { requestId: page.requestId }),
      },
    );
  }

  for (const step of steps) {
    app.get(`/m/register/${step}`, open, async (request, reply) => {
      const here = await entering(request);
      if (here === null) return desk.go(request, reply, '/m/login');
      const raw = step === 'name' ? here.registration.name : undefined;
      return stepPage(request, reply, { step, registration: here.registration, raw, problems: [] });
    });
    app.post(`/m/register/${step}`, open, async (request, reply) => {
      const { values, requestId } = await desk.body(request);
      const here = await entering(request);
      if (here === null) return desk.go(request, reply, '/m/login');
      const key = keyOf[step];
      const problems = await backend.saveRegistration(here.token, { [key]: values[key] });
      if (problems.length > 0) {
        return stepPage(request, reply, {
          step,
          registration: here.registration,
          raw: values[key],
          problems,
          requestId,
        });
      }
      return desk.go(request, reply, `/m/register/${steps[steps.indexOf(step) + 1] ?? 'consent'}`);
    });
  }

  function consentPage(
    request: FastifyRequest,
    reply: FastifyReply,
    registration: Registration,
    problems: readonly FieldProblem[],
  ) {
    const { name, idMasked, region, consents, phoneMasked } = registration;
    return desk.show(
      request,
      reply,
      {
        page: 'register-consent',
        rows: [
          { zh: '手机号', text: phoneMasked, href: '/m/login' },
          { zh: '姓名', text: name ?? '', href: '/m/register/name' },
          { zh: '证件', text: idMasked ?? '', href: '/m/register/id' },
          {
            zh: '地区',
            text: region === null || regionName(region) === undefined ? '' : placeName(region),
            href: '/m/register/region',
          },
        ],
        consents,
        problems,
      },
      { status: problems.length > 0 ? 422 : 200, back: { href: '/m/register/region', zh: '上一步' } },
    );
  }

  app.get('/m/register/consent', open, async (request, reply) => {
    const here = await entering(request);
    return here === null ? desk.go(request, reply, '/m/login') : consentPage(request, reply, here.registration, []);
  });

  app.post('/m/register/consent', open, async (request, reply) => {
    const { values, requestId } = await desk.body(request);
    const here = await entering(request);
    if (here === null) return desk.go(request, reply, '/m/login');
    const agreed = [values['agreed']].flat().filter((one) => typeof one === 'string');
    const done = await backend.register(here.token, agreed, requestId);
    if ('problems' in done) return consentPage(request, reply, here.registration, done.problems);
    desk.setCookie(request, reply, cookies.session, done.token, done.maxAgeSeconds);
    desk.setCookie(request, reply, cookies.register, '', 0);
    return desk.go(request, reply, '/m');
  });
}
