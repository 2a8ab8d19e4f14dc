// Coming in and going out: phone, code, registration page by page, text size. Binding only.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { regionName } from '#catalog/regions';
import { dayOf } from '#platform/calendar';
import { Refusal, type FieldProblem } from '#platform/errors';
import type { Registration } from './backend.ts';
import { textIn } from './body.ts';
import { fieldView, placeName, regionPicker } from './field-view.ts';
import {
  registrationFields,
  registrationLeads,
  registrationSteps,
  stepsOf,
  type RegistrationPart,
  type RegistrationStep,
} from './registration.ts';
import { cookies, open, query, safeNext, type PageKit } from './visit.ts';

const phoneProblem = (refusal: Refusal, path: string): readonly FieldProblem[] =>
  refusal.problems.length > 0
    ? refusal.problems.map((one) => ({ ...one, path }))
    : [{ path, code: refusal.code, zh: `${refusal.zh}${refusal.next}` }];

/** What the person can mend on the page itself; everything else goes to the page of problems. */
function mendable(error: unknown): error is Refusal {
  return error instanceof Refusal && (error.status === 422 || error.status === 429);
}

export function entryRoutes(app: FastifyInstance, kit: PageKit): void {
  const { backend } = kit;

  app.get('/m/login', open, (request, reply) => {
    const next = safeNext(query(request, 'next'));
    if (kit.visit(request).worker !== null) return kit.go(request, reply, next);
    return kit.show(request, reply, { page: 'login', next, phone: '', problems: [] });
  });

  app.post('/m/login', open, async (request, reply) => {
    const { values, requestId } = await kit.body(request);
    const phone = textIn(values, 'phone').slice(0, 40);
    const next = safeNext(textIn(values, 'next'));
    try {
      const { challengeId, again, waitSeconds } = await backend.requestCode(phone, request.ip);
      return kit.go(
        request,
        reply,
        `/m/login/code?c=${encodeURIComponent(challengeId)}&next=${encodeURIComponent(next)}${again ? `&wait=${waitSeconds}` : ''}`,
      );
    } catch (error) {
      if (!mendable(error)) throw error;
      const problems = phoneProblem(error, 'phone');
      return kit.show(request, reply, { page: 'login', next, phone, problems }, { status: error.status, requestId });
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
    const wait = Number(query(request, 'wait'));
    const again = Number.isInteger(wait) && wait > 0 && wait <= 60;
    if (challenge === null) return kit.go(request, reply, '/m/login');
    return kit.show(
      request,
      reply,
      {
        page: 'code',
        next,
        challengeId,
        phoneMasked: challenge.phoneMasked,
        waitSeconds: again ? wait : challenge.waitSeconds,
        again,
        problems,
      },
      { status, back: { href: '/m/login', zh: '返回' } },
    );
  }

  app.get('/m/login/code', open, (request, reply) =>
    codePage(request, reply, query(request, 'c'), safeNext(query(request, 'next')), [], 200),
  );

  app.post('/m/login/verify', open, async (request, reply) => {
    const { values } = await kit.body(request);
    const challengeId = textIn(values, 'challenge').slice(0, 100);
    const next = safeNext(textIn(values, 'next'));
    try {
      const login = await backend.verifyCode(
        challengeId,
        textIn(values, 'code').replace(/\s/g, '').slice(0, 12),
        kit.oldToken(request),
        request.ip,
      );
      if (login.kind === 'confirm') {
        const keep = `?t=${encodeURIComponent(login.token)}&next=${encodeURIComponent(next)}`;
        return kit.go(request, reply, `/m/login/confirm${keep}`);
      }
      if (login.kind === 'session') {
        kit.setCookie(request, reply, cookies.session, login.token, login.maxAgeSeconds);
        return kit.go(request, reply, next);
      }
      kit.setCookie(request, reply, cookies.register, login.registrationToken, login.maxAgeSeconds);
      return kit.go(request, reply, '/m/register/name');
    } catch (error) {
      if (!mendable(error)) throw error;
      return codePage(request, reply, challengeId, next, phoneProblem(error, 'code'), error.status);
    }
  });

  app.post('/m/logout', open, async (request, reply) => {
    await kit.body(request);
    const { token } = kit.visit(request);
    if (token !== '') await backend.logout(token);
    kit.setCookie(request, reply, cookies.session, '', 0);
    return kit.go(request, reply, '/m');
  });

  app.get('/m/card', open, async (request, reply) => {
    const [no, code] = [query(request, 'no').slice(0, 40), query(request, 'code').slice(0, 40)];
    const found = no === '' || code === '' ? null : await backend.checkCard(no, code);
    return kit.show(request, reply, { page: 'card', no, code, found });
  });

  app.get('/m/display', open, (request, reply) =>
    kit.show(
      request,
      reply,
      { page: 'display', next: backTo(request) },
      { back: { href: backTo(request), zh: '返回' } },
    ),
  );

  app.post('/m/display', open, async (request, reply) => {
    const { values } = await kit.body(request);
    const size = textIn(values, 'size');
    kit.setCookie(request, reply, cookies.size, size === 'large' || size === 'huge' ? size : 'normal', 31_536_000);
    return kit.go(request, reply, safeNext(textIn(values, 'next')));
  });

  registerRoutes(app, kit);
}

/** The page from which somebody came to choose the text size. */
function backTo(request: FastifyRequest): string {
  const referer = request.headers.referer ?? '';
  const path = referer.replace(/^https?:\/\/[^/]+/, '');
  return path.startsWith('/m/display') ? '/m' : safeNext(path);
}

function registerRoutes(app: FastifyInstance, kit: PageKit): void {
  const { backend } = kit;
  const today = (): string => dayOf(kit.options.clock.now());

  async function entering(request: FastifyRequest): Promise<{ token: string; registration: Registration } | null> {
    const token = request.cookies[cookies.register] ?? '';
    const registration = token === '' ? null : await backend.registration(token);
    return registration === null ? null : { token, registration };
  }

  const pageAfter = (registration: Registration, step: RegistrationStep): string => {
    const steps = stepsOf(registration);
    return `/m/register/${steps[steps.indexOf(step) + 1] ?? 'consent'}`;
  };

  type Page = {
    step: RegistrationStep;
    registration: Registration;
    raw: unknown;
    problems: readonly FieldProblem[];
    requestId?: string;
  };
  function stepPage(request: FastifyRequest, reply: FastifyReply, page: Page) {
    const steps = stepsOf(page.registration);
    const index = steps.indexOf(page.step);
    const name = registrationSteps[page.step];
    const picker =
      page.step === 'region'
        ? regionPicker({
            at: query(request, 'at'),
            home: page.registration.region ?? kit.options.homeRegion,
            options: {},
            today: today(),
            keep: '',
          })
        : null;
    const field = fieldView({
      name,
      field: registrationFields[name],
      required: true,
      raw: page.raw,
      today: today(),
      problems: page.problems,
      masked: page.step === 'id' ? page.registration.idMasked : null,
      picker,
    });
    const before = steps[index - 1];
    return kit.show(
      request,
      reply,
      {
        page: 'register',
        field,
        action: `/m/register/${page.step}`,
        step: index + 1,
        steps: steps.length + 1,
        lead: registrationLeads[page.step],
      },
      {
        status: page.problems.length > 0 ? 422 : 200,
        back: before === undefined ? null : { href: `/m/register/${before}`, zh: '上一步' },
        ...(page.requestId === undefined ? {} : { requestId: page.requestId }),
      },
    );
  }

  for (const [step, name] of Object.entries(registrationSteps) as [RegistrationStep, RegistrationPart][]) {
    app.get(`/m/register/${step}`, open, async (request, reply) => {
      const here = await entering(request);
      if (here === null) return kit.go(request, reply, '/m/login');
      const raw = name === 'name' || name === 'birthDay' ? here.registration[name] : undefined;
      return stepPage(request, reply, { step, registration: here.registration, raw, problems: [] });
    });
    app.post(`/m/register/${step}`, open, async (request, reply) => {
      const { values, requestId } = await kit.body(request);
      const here = await entering(request);
      if (here === null) return kit.go(request, reply, '/m/login');
      const { registration } = here;
      const saved = await backend.saveRegistration(here.token, { [name]: values[name] });
      if ('problems' in saved) {
        const { problems } = saved;
        return stepPage(request, reply, { step, registration, raw: values[name], problems, requestId });
      }
      kit.setCookie(request, reply, cookies.register, saved.token, saved.maxAgeSeconds);
      return kit.go(request, reply, pageAfter((await backend.registration(saved.token)) ?? registration, step));
    });
  }

  function consentPage(
    request: FastifyRequest,
    reply: FastifyReply,
    registration: Registration,
    problems: readonly FieldProblem[],
  ) {
    const { name, idMasked, asksBirthDay, birthDay, region, consents, phoneMasked } = registration;
    return kit.show(
      request,
      reply,
      {
        page: 'register-consent',
        steps: stepsOf(registration).length + 1,
        rows: [
          { zh: '手机号', text: phoneMasked, href: '/m/login' },
          { zh: '姓名', text: name ?? '', href: '/m/register/name' },
          { zh: '证件', text: idMasked ?? '', href: '/m/register/id' },
          ...(asksBirthDay ? [{ zh: '出生日期', text: birthDay ?? '', href: '/m/register/birth' }] : []),
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
    return here === null ? kit.go(request, reply, '/m/login') : consentPage(request, reply, here.registration, []);
  });

  app.post('/m/register/consent', open, async (request, reply) => {
    const { values, requestId } = await kit.body(request);
    const here = await entering(request);
    if (here === null) return kit.go(request, reply, '/m/login');
    const agreed = [values['agreed']].flat().filter((one) => typeof one === 'string');
    const done = await backend.register(here.token, agreed, requestId, kit.oldToken(request));
    if ('problems' in done) return consentPage(request, reply, here.registration, done.problems);
    kit.setCookie(request, reply, cookies.session, done.token, done.maxAgeSeconds);
    kit.setCookie(request, reply, cookies.register, '', 0);
    return kit.go(request, reply, '/m');
  });
}
