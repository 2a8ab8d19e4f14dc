// The directory, the guides and the form runner: every page a question, every answer checked and kept on the server.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Service } from '#catalog/define';
import { isBlank } from '#catalog/fields/index';
import { isSecret } from '#catalog/form';
import { dayOf } from '#platform/calendar';
import { Refusal, type FieldProblem } from '#platform/errors';
import { isUuid } from '#platform/ids';
import type { Draft, WorkerSession } from './backend.ts';
import { textIn, type Body } from './body.ts';
import { fieldView, formatNames, placeName, regionInside, regionPicker } from './field-view.ts';
import { guideOf, termsOf } from './guide.ts';
import type { FieldView } from './pages/model.ts';
import { part, textOf, texts } from './pages/raw.ts';
import { refuse } from './refusals.ts';
import {
  answerIn,
  answerText,
  beforeOf,
  edited,
  inputsOf,
  isAnswered,
  nextAfter,
  planOf,
  resumeAt,
  unsaid,
  type Plan,
  type Question,
} from './runner.ts';
import { open, param, query, forAgents, type PageKit } from './visit.ts';

type Here = { readonly worker: WorkerSession; readonly service: Service; readonly draft: Draft; readonly plan: Plan };

export function applyRoutes(app: FastifyInstance, kit: PageKit): void {
  const { backend } = kit;

  function serviceOf(code: string): Service {
    const service = backend.service(code);
    if (service === null) throw refuse('worker.no_such_service', { code: code.slice(0, 10) });
    return service;
  }

  app.get('/m/services', open, async (request, reply) => {
    const asked = query(request, 'q').trim().slice(0, 60);
    const events = await backend.directory(asked);
    return kit.show(request, reply, { page: 'directory', events, query: asked }, { tab: 'services' });
  });

  app.get('/m/services/:code', open, async (request, reply) => {
    const { worker } = kit.visit(request);
    const code = param(request, 'code');
    const service = serviceOf(code);
    const [draft, conditions] =
      worker === null
        ? [null, null]
        : await Promise.all([backend.draft(worker.access, code), backend.conditions(worker.access, code)]);
    const guide = guideOf(service, conditions, draft, kit.options.clock.now());
    return kit.show(
      request,
      reply,
      { page: 'guide', guide },
      { tab: 'services', back: { href: '/m/services', zh: '办事' } },
    );
  });

  app.post('/m/services/:code/start', forAgents, async (request, reply) => {
    const worker = kit.worker(request);
    await kit.body(request);
    const code = param(request, 'code');
    await backend.startDraft(worker.access, code);
    return kit.go(request, reply, `/m/apply/${code}`);
  });

  async function at(request: FastifyRequest): Promise<Here> {
    const worker = kit.worker(request);
    const code = param(request, 'code');
    const service = serviceOf(code);
    const draft = await backend.draft(worker.access, code);
    if (draft === null) throw refuse('worker.no_draft');
    return { worker, service, draft, plan: planOf(service, draft.answers, kit.options.clock.now()) };
  }

  app.get('/m/apply/:code', forAgents, async (request, reply) => {
    const { service, plan, draft, worker } = await at(request);
    const missing = await backend.privacy.missing(worker.access, service.code);
    const [first] = missing;
    if (first) return kit.go(request, reply, `/m/consent/${service.code}?of=${first.code}`);
    return kit.go(request, reply, `/m/apply/${service.code}/${resumeAt(plan, draft) ?? 'review'}`);
  });

  reviewRoutes(app, kit, at);
  questionRoutes(app, kit, at);
}

type At = (request: FastifyRequest) => Promise<Here>;
type Asked = {
  readonly raw?: unknown;
  readonly problems?: readonly FieldProblem[];
  readonly requestId?: string;
  readonly codeSentTo?: string;
  readonly change?: boolean;
};

function questionRoutes(app: FastifyInstance, kit: PageKit, at: At): void {
  const { backend } = kit;

  async function extrasOf(
    request: FastifyRequest,
    here: Here,
    question: Question,
    raw: unknown,
    change: boolean,
  ): Promise<Partial<FieldView>> {
    const { kind, options, concept } = question.field;
    const today = dayOf(kit.options.clock.now());
    const keep = change ? 'change=1' : '';
    const pickerAt = { at: query(request, 'at'), home: here.worker.region, today, keep };
    if (kind === 'region') {
      const place = typeof raw === 'string' && raw !== '' ? { zh: placeName(raw), changeHref: '' } : null;
      return { picker: regionPicker({ ...pickerAt, options }), place };
    }
    if (kind === 'address' || kind === 'location') {
      if (pickerAt.at !== '') return { picker: regionPicker({ ...pickerAt, options: {}, chooseBy: 'region' }) };
      const code = query(request, 'region') || regionInside(raw, here.worker.region);
      const base = typeof raw === 'object' && raw !== null ? raw : {};
      const changeHref = `?at=${code === '' ? 'all' : `${code.slice(0, 4)}00`}${keep === '' ? '' : `&${keep}`}`;
      return { raw: { ...base, region: code }, place: { zh: code === '' ? '' : placeName(code), changeHref } };
    }
    if (kind === 'org_ref') {
      const asked = query(request, 'q').trim();
      const orgs = asked === '' ? [] : await backend.searchOrganisations(asked, concept ?? null);
      return { orgs, query: asked };
    }
    if (kind === 'file') {
      const files = texts(raw).map(
        (fileId) => here.draft.files[fileId] ?? { fileId, name: '已上传的文件', mediaType: '', stateZh: '' },
      );
      return { files };
    }
    return {};
  }

  async function ask(
    request: FastifyRequest,
    reply: FastifyReply,
    here: Here,
    question: Question,
    asked: Asked,
  ): Promise<FastifyReply> {
    const { service, draft, plan, worker } = here;
    const { name, field, required } = question;
    const prefill = isAnswered(name, draft) ? undefined : draft.prefill[name];
    const raw = 'raw' in asked ? asked.raw : inputsOf(field, draft.answers[name] ?? prefill?.value);
    const change = asked.change === true || query(request, 'change') === '1';
    const signed = field.kind === 'signature' && draft.answers[name] !== undefined;
    const view = fieldView({
      name,
      field,
      required,
      raw,
      today: dayOf(kit.options.clock.now()),
      problems: asked.problems ?? [],
      masked: signed ? answerText(name, field, draft, formatNames()) : (draft.masks[name] ?? null),
      from: prefill?.from ?? null,
      signer: worker.name,
    });
    const extras = await extrasOf(request, here, question, raw, change);
    const shown: FieldView = { ...view, ...extras };
    const before = change ? 'review' : beforeOf(plan, name);
    const base = `/m/apply/${service.code}`;
    return kit.show(
      request,
      reply,
      {
        page: 'question',
        serviceZh: service.zh,
        action: `${base}/${name}`,
        field: shown,
        step: plan.questions.indexOf(question) + 1,
        steps: plan.questions.length,
        change,
        draftKey:
          shown.sensitive || field.kind === 'file' || field.kind === 'signature' ? null : `${draft.draftId}/${name}`,
        draftTarget: field.kind === 'file' ? `${service.code}/${name}` : '',
        codeSentTo: asked.codeSentTo ?? null,
      },
      {
        status: (asked.problems ?? []).length > 0 ? 422 : 200,
        back:
          before === null
            ? { href: `/m/services/${service.code}`, zh: '说明' }
            : { href: `${base}/${before}`, zh: before === 'review' ? '核对' : '上一项' },
        ...(asked.requestId === undefined ? {} : { requestId: asked.requestId }),
      },
    );
  }

  function questionOf(request: FastifyRequest, plan: Plan): Question | undefined {
    const name = param(request, 'field');
    return plan.questions.find((one) => one.name === name);
  }

  app.get('/m/apply/:code/:field', forAgents, async (request, reply) => {
    const here = await at(request);
    const question = questionOf(request, here.plan);
    // What is no longer asked for, because an earlier answer changed, leads to where the person stands now.
    if (question === undefined) return kit.go(request, reply, `/m/apply/${here.service.code}`);
    return ask(request, reply, here, question, {});
  });

  app.post('/m/apply/:code/:field', forAgents, async (request, reply) => {
    const here = await at(request);
    const question = questionOf(request, here.plan);
    const body = await kit.body(request);
    if (question === undefined) return kit.go(request, reply, `/m/apply/${here.service.code}`);
    const done = await takeAnswer(kit, here, question, body);
    const change = textIn(body.values, 'change') === '1';
    if (done.kind === 'ask')
      return ask(request, reply, here, question, { ...done.asked, change, requestId: body.requestId });
    const base = `/m/apply/${here.service.code}`;
    const suffix = change ? 'change=1' : '';
    if (done.kind === 'again') {
      const search = [suffix, done.search].filter((one) => one !== '').join('&');
      return kit.go(request, reply, `${base}/${question.name}${search === '' ? '' : `?${search}`}`);
    }
    if (change) return kit.go(request, reply, `${base}/review`);
    // Planned anew: this answer may have opened or closed what follows.
    const draft = await backend.draft(here.worker.access, here.service.code);
    const plan = planOf(here.service, draft?.answers ?? {}, kit.options.clock.now());
    return kit.go(request, reply, `${base}/${nextAfter(plan, question.name) ?? 'review'}`);
  });
}

type Taken = { kind: 'next' } | { kind: 'again'; search: string } | { kind: 'ask'; asked: Asked };

async function takeAnswer(kit: PageKit, here: Here, question: Question, body: Body): Promise<Taken> {
  const { backend } = kit;
  const { name, field, required } = question;
  const person = here.worker.access;
  const code = here.service.code;
  const op = textIn(body.values, '_op');
  const raw = answerIn(field.kind, name, body.values);

  if (op === 'skip') {
    await backend.saveDraft(person, code, { [name]: undefined });
    return { kind: 'next' };
  }
  if (field.kind === 'file') return takeFiles(kit, here, question, body, op);
  if (op === 'search')
    return { kind: 'again', search: `q=${encodeURIComponent(textOf(part(body.values[name], 'name')))}` };
  if (op === 'code') {
    const sent = await backend.requestSignatureCode(person);
    return { kind: 'ask', asked: { raw: body.values[name], codeSentTo: sent.phoneMasked } };
  }
  const changed = edited(op, body.values);
  if (changed !== null && changed.name === name) return { kind: 'ask', asked: { raw: changed.raw } };
  // A secret or a signature that is kept is not shown again; leaving its box empty keeps it.
  const secret = isSecret(field) && here.draft.masks[name] !== undefined;
  const signed = field.kind === 'signature' && here.draft.answers[name] !== undefined;
  const kept = (secret || signed) && isBlank(raw);
  if (kept) return { kind: 'next' };
  const silent = unsaid({ ...field, required }, name, raw);
  const problems =
    silent.length > 0
      ? silent
      : await backend
          .saveDraft(person, code, { [name]: isBlank(raw) && !required ? undefined : raw })
          .catch(unproven(name));
  return problems.length > 0 ? { kind: 'ask', asked: { raw: body.values[name], problems } } : { kind: 'next' };
}

/** A wrong code beside a typed signature is mended where it was typed. */
function unproven(name: string): (error: unknown) => readonly FieldProblem[] {
  return (error) => {
    if (!(error instanceof Refusal) || error.code !== 'identity.code_wrong') throw error;
    return [{ path: `${name}.smsCode`, code: error.code, zh: `${error.zh}${error.next}` }];
  };
}

async function takeFiles(kit: PageKit, here: Here, question: Question, body: Body, op: string): Promise<Taken> {
  const { backend } = kit;
  const { name, required } = question;
  const person = here.worker.access;
  const code = here.service.code;
  const uploaded = (body.files[name] ?? []).map((file) => file.fileId);
  const problems: FieldProblem[] = [];
  for (const fileId of uploaded) problems.push(...(await backend.attachFile(person, code, name, fileId)));
  if (op.startsWith('remove:')) {
    const fileId = op.split(':')[2];
    if (isUuid(fileId)) await backend.detachFile(person, code, name, fileId);
    return { kind: 'again', search: '' };
  }
  const draft = await backend.draft(person, code);
  const fileIds = texts(part(draft?.answers[name], 'fileIds'));
  const answer = fileIds.length === 0 && !required ? undefined : { fileIds };
  if (problems.length === 0) problems.push(...(await backend.saveDraft(person, code, { [name]: answer })));
  return problems.length > 0 ? { kind: 'ask', asked: { raw: fileIds, problems } } : { kind: 'next' };
}

function reviewRoutes(app: FastifyInstance, kit: PageKit, at: At): void {
  const { backend } = kit;

  type Reviewed = {
    problems: readonly FieldProblem[];
    ticked: Readonly<Record<string, unknown>> | null;
    requestId?: string;
  };
  async function review(
    request: FastifyRequest,
    reply: FastifyReply,
    here: Here,
    reviewed: Reviewed,
  ): Promise<FastifyReply> {
    const { service, draft, plan, worker } = here;
    const { insurer, total, warnings } = await backend.review(worker.access, service.code);
    const base = `/m/apply/${service.code}`;
    const problemsOf = (name: string): readonly FieldProblem[] =>
      reviewed.problems
        .filter((one) => one.path === name || one.path.startsWith(`${name}.`))
        .map((one) => ({ ...one, path: name }));
    const names = [...plan.questions, ...plan.declarations].map((one) => one.name);
    const loose = reviewed.problems.filter(
      (one) => !names.some((name) => one.path === name || one.path.startsWith(`${name}.`)),
    );
    const rows = plan.questions.map(({ name, field }) => ({
      name,
      zh: field.zh,
      text: answerText(name, field, draft, formatNames()),
      href: `${base}/${name}?change=1`,
      missing: !isAnswered(name, draft),
      problems: problemsOf(name),
      from: isAnswered(name, draft) ? null : (draft.prefill[name]?.from ?? null),
      warning: warnings[name] ?? null,
    }));
    const declarations = plan.declarations.map(({ name, field, required }) =>
      fieldView({
        name,
        field,
        required,
        raw: reviewed.ticked === null ? inputsOf(field, draft.answers[name]) : reviewed.ticked[name],
        today: '',
        problems: problemsOf(name),
      }),
    );
    // The summary of many questions says which one it means.
    const named = [...plan.questions, ...plan.declarations].flatMap(({ name, field }) =>
      problemsOf(name).map((one) => ({ ...one, zh: `${field.zh}：${one.zh}` })),
    );
    const problems = [...named, ...loose];
    const last = plan.questions[plan.questions.length - 1];
    return kit.show(
      request,
      reply,
      {
        page: 'review',
        code: service.code,
        serviceZh: service.zh,
        rows,
        declarations,
        problems,
        fee: service.fee.zh,
        total,
        terms: termsOf(service, insurer),
      },
      {
        status: problems.length > 0 ? 422 : 200,
        back: { href: last ? `${base}/${last.name}` : `/m/services/${service.code}`, zh: '上一项' },
        ...(reviewed.requestId === undefined ? {} : { requestId: reviewed.requestId }),
      },
    );
  }

  app.get('/m/apply/:code/review', forAgents, async (request, reply) =>
    review(request, reply, await at(request), { problems: [], ticked: null }),
  );

  app.post('/m/apply/:code/submit', forAgents, async (request, reply) => {
    const { access } = kit.worker(request);
    const { values, requestId } = await kit.body(request);
    const receipt = (caseId: string) => kit.go(request, reply, `/m/cases/${caseId}/receipt`);
    try {
      const here = await at(request);
      const { service, plan } = here;
      const ticked = Object.fromEntries(plan.declarations.map(({ name }) => [name, values[name]]));
      const again = (problems: readonly FieldProblem[]) =>
        review(request, reply, here, { problems, ticked, requestId });
      const problems = plan.declarations.length > 0 ? await backend.saveDraft(access, service.code, ticked) : [];
      if (problems.length > 0) return again(problems);
      try {
        return receipt(await backend.submit(access, service.code, requestId));
      } catch (error) {
        if (error instanceof Refusal && error.problems.length > 0) return again(error.problems);
        throw error;
      }
    } catch (error) {
      // What was sent before has no draft any more, and its sender may never have seen the answer: it is the same one.
      const caseId = await backend.submitted(access, requestId);
      if (caseId !== null) return receipt(caseId);
      throw error;
    }
  });
}
