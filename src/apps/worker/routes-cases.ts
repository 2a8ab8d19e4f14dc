// Cases: the list, one case, what can be done in it, the rating, papers and files. The engine decides; this binds.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isBlank, isFieldKindName } from '#catalog/fields/index';
import { caseCommand } from '#contract/cases';
import type { Access } from '#platform/access';
import { dayOf } from '#platform/calendar';
import type { Condition } from '#platform/condition';
import { Refusal, type FieldProblem } from '#platform/errors';
import type { Draft } from './backend.ts';
import { textIn, type Body } from './body.ts';
import { fieldView } from './field-view.ts';
import type { CasePage, FieldView, FormField, PossibleAction } from './pages/model.ts';
import { part, texts } from './pages/raw.ts';
import { refuse } from './refusals.ts';
import { needStepUp } from './routes-step-up.ts';
import { answerIn, asField, edited, inputsOf, unsaid } from './runner.ts';
import { idParam, param, query, forAgents, workerOnly, type PageKit } from './visit.ts';

const backToCases = { href: '/m/cases', zh: '我的办件' };

export function caseRoutes(app: FastifyInstance, kit: PageKit): void {
  const { backend } = kit;

  app.get('/m/cases', forAgents, async (request, reply) => {
    const worker = kit.worker(request);
    const cursor = query(request, 'cursor') || null;
    const cases = await backend.cases(worker.access, cursor);
    return kit.show(request, reply, { page: 'cases', cases, first: cursor === null }, { tab: 'cases' });
  });

  app.get('/m/cases/:caseId', forAgents, async (request, reply) => {
    const found = await backend.caseView(kit.worker(request).access, idParam(request, 'caseId'));
    return kit.show(
      request,
      reply,
      { page: 'case', case: found, ratingProblems: [], ratingComment: '' },
      { tab: 'cases', back: backToCases },
    );
  });

  app.get('/m/cases/:caseId/receipt', forAgents, async (request, reply) => {
    const found = await backend.caseView(kit.worker(request).access, idParam(request, 'caseId'));
    return kit.show(request, reply, { page: 'receipt', case: found }, { tab: 'cases' });
  });

  app.post('/m/cases/:caseId/rate', workerOnly, async (request, reply) => {
    const worker = kit.worker(request);
    const caseId = idParam(request, 'caseId');
    const { values, requestId } = await kit.body(request);
    const stars = Number(textIn(values, 'stars'));
    const comment = textIn(values, 'comment').trim().slice(0, 2_000);
    if (!Number.isInteger(stars) || stars < 1 || stars > 5) {
      const found = await backend.caseView(worker.access, caseId);
      const ratingProblems = [{ path: 'stars', code: 'blank', zh: '请选择一个评价等级。' }];
      return kit.show(
        request,
        reply,
        { page: 'case', case: found, ratingProblems, ratingComment: comment },
        { status: 422, tab: 'cases', back: backToCases, requestId },
      );
    }
    await backend.rate(worker.access, caseId, { stars, comment }, requestId);
    return kit.go(request, reply, `/m/cases/${caseId}`);
  });

  actRoutes(app, kit);
  fileRoutes(app, kit);
}

const notes: Readonly<Record<string, string>> = {
  withdraw: '撤回后这个办件就结束了，需要时可以重新申请。',
  urge: '会提醒正在办理的单位，并记录下来。',
};

type Tried = {
  readonly values: Body['values'];
  readonly files: Body['files'];
  readonly problems: readonly FieldProblem[];
  readonly requestId: string;
  readonly note?: string;
};

function kindOf(form: FormField) {
  return isFieldKindName(form.kind) ? form.kind : 'text';
}

function actRoutes(app: FastifyInstance, kit: PageKit): void {
  const { backend } = kit;

  async function at(
    request: FastifyRequest,
  ): Promise<{ found: CasePage; action: PossibleAction; given: Given; caseId: string; access: Access }> {
    const { access } = kit.worker(request);
    const caseId = idParam(request, 'caseId');
    const found = await backend.caseView(access, caseId);
    const action = found.view.actions.find((one) => one.key === param(request, 'key'));
    if (action === undefined || action.blocked !== null) throw refuse('worker.action_gone');
    // A form that came back shows what was given before; everything else begins empty.
    const back = action.kind === 'outcome' && action.form.length > 0;
    const given = back ? await backend.given(access, caseId) : { answers: {}, masks: {} };
    return { found, action, given, caseId, access };
  }

  function viewOf(form: FormField, name: string, tried: Tried | null, given: Given): FieldView {
    const kind = kindOf(form);
    const added = tried?.files[form.name] ?? [];
    const raw = tried === null ? givenRaw(form, given) : tried.values[form.name];
    const before = kind === 'file' ? texts(raw) : [];
    return fieldView({
      name: form.name,
      field: asField(form, kind),
      required: form.required,
      raw,
      masked: given.masks[form.name] ?? null,
      today: dayOf(kit.options.clock.now()),
      problems: (tried?.problems ?? []).filter((one) => one.path === form.name || one.path.startsWith(`${form.name}.`)),
      files: [...before.map((fileId) => ({ fileId, name: '已上传的文件', mediaType: '', stateZh: '' })), ...added],
      signer: name,
      // What the server sends as a condition is one; the engine compiled it.
      showWhen: (form.showWhen as Condition | null) ?? null,
    });
  }

  function actPage(
    request: FastifyRequest,
    reply: FastifyReply,
    found: CasePage,
    action: PossibleAction,
    given: Given,
    tried: Tried | null,
  ) {
    const { caseId, caseNo } = found.view;
    const { name } = kit.worker(request);
    return kit.show(
      request,
      reply,
      {
        page: 'act',
        caseId,
        caseNo,
        action,
        step: found.view.active.find((one) => action.kind === 'outcome' && one.step === action.command['step']) ?? null,
        fields: action.form.map((form) => viewOf(form, name, tried, given)),
        reason: tried === null ? '' : textIn(tried.values, 'reason'),
        problems: tried?.problems ?? [],
        note: tried?.note ?? notes[String(action.command['type'])] ?? null,
      },
      {
        status: tried === null || tried.problems.length === 0 ? 200 : 422,
        back: { href: `/m/cases/${caseId}`, zh: '办件' },
        ...(tried === null ? {} : { requestId: tried.requestId }),
      },
    );
  }

  app.get('/m/cases/:caseId/act/:key', forAgents, async (request, reply) => {
    const { found, action, given } = await at(request);
    return actPage(request, reply, found, action, given, null);
  });

  app.post('/m/cases/:caseId/act/:key', forAgents, async (request, reply) => {
    const body = await kit.body(request);
    const { found, action, given, caseId, access } = await at(request);
    const op = textIn(body.values, '_op');
    const again = { values: body.values, files: body.files, requestId: body.requestId, problems: [] };
    const changed = edited(op, body.values);
    if (changed !== null) {
      return actPage(request, reply, found, action, given, {
        ...again,
        values: { ...body.values, [changed.name]: changed.raw },
      });
    }
    if (op === 'code') {
      const sent = await backend.requestSignatureCode(access);
      return actPage(request, reply, found, action, given, {
        ...again,
        note: `验证码已发送到 ${sent.phoneMasked}，5 分钟内有效。`,
      });
    }
    const data = dataOf(action, body, given);
    const problems = action.form.flatMap((form) =>
      unsaid({ kind: kindOf(form), options: form.options, required: form.required }, form.name, data[form.name]),
    );
    const reason = textIn(body.values, 'reason').trim();
    if (action.needsReason && reason === '') problems.push({ path: 'reason', code: 'blank', zh: '请写明理由。' });
    const tried = { values: body.values, files: body.files, requestId: body.requestId };
    if (problems.length > 0) return actPage(request, reply, found, action, given, { ...tried, problems });
    try {
      await backend.command(access, caseId, commandOf(action, data, reason), body.requestId);
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 422) throw error;
      return actPage(request, reply, found, action, given, { ...tried, problems: shownProblems(error, action) });
    }
    return kit.go(request, reply, `/m/cases/${caseId}`);
  });
}

type Given = Pick<Draft, 'answers' | 'masks'>;

function givenRaw(form: FormField, given: Given): unknown {
  return inputsOf({ kind: kindOf(form), options: form.options }, given.answers[form.name]);
}

/** The name of an organisation that stands as it was given: then it is the one that was given, not only its name. */
function unchanged(form: FormField, posted: unknown, given: Given): boolean {
  return form.kind === 'org_ref' && part(posted, 'name') === part(given.answers[form.name], 'name');
}

function dataOf(action: PossibleAction, body: Body, given: Given): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  for (const form of action.form) {
    const kind = kindOf(form);
    const posted = answerIn(kind, form.name, body.values);
    const uploaded = (body.files[form.name] ?? []).map((file) => file.fileId);
    const raw = kind === 'file' ? [...texts(body.values[form.name]), ...uploaded] : posted;
    if (!isBlank(raw) && !unchanged(form, raw, given)) data[form.name] = kind === 'file' ? { fileIds: raw } : raw;
  }
  return data;
}

/** The server's own template with what the person filled in; a template that does not parse is a bug of ours, not of theirs. */
function commandOf(action: PossibleAction, data: Record<string, unknown>, reason: string) {
  const said = reason === '' ? {} : { reason, note: reason };
  return caseCommand.parse({ ...action.command, ...said, ...(action.form.length > 0 ? { data } : {}) });
}

function shownProblems(refusal: Refusal, action: PossibleAction): readonly FieldProblem[] {
  if (refusal.problems.length > 0)
    return refusal.problems.map((one) => ({ ...one, path: one.path.replace(/^data\./, '') }));
  const path = action.form[0]?.name ?? 'reason';
  return [{ path, code: refusal.code, zh: `${refusal.zh}${refusal.next}` }];
}

const inlineTypes = new Set(['image/jpeg', 'image/png', 'image/webp', 'application/pdf']);

function fileRoutes(app: FastifyInstance, kit: PageKit): void {
  const { backend } = kit;

  /** One file at once, as soon as it is picked; with `draft` it is part of the answer before the page can be lost. */
  app.post('/m/files', forAgents, async (request, reply) => {
    const worker = kit.worker(request);
    const { values, files } = await kit.body(request, 1);
    const [file] = Object.values(files).flat();
    if (file === undefined) throw refuse('worker.no_file');
    const [code = '', field = ''] = textIn(values, 'draft').split('/');
    const problems =
      code !== '' && field !== '' ? await backend.attachFile(worker.access, code, field, file.fileId) : [];
    if (problems.length > 0) return reply.code(422).send({ problems });
    return reply.send({ fileId: file.fileId, name: file.name, mediaType: file.mediaType, stateZh: file.stateZh });
  });

  app.get('/m/files/:fileId', forAgents, async (request, reply) => {
    const { access } = kit.worker(request);
    const fileId = idParam(request, 'fileId');
    if (await backend.stepUp.isHealth(access, { fileId })) await needStepUp(kit, request, 'health_data');
    const file = await backend.file(access, fileId);
    const shown = inlineTypes.has(file.mediaType);
    return reply
      .header('content-type', shown ? file.mediaType : 'application/octet-stream')
      .header(
        'content-disposition',
        `${shown ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(file.name)}`,
      )
      .header('content-security-policy', "sandbox; default-src 'none'")
      .header('x-content-type-options', 'nosniff')
      .header('cache-control', 'private, no-store')
      .send(Buffer.from(file.bytes.buffer, file.bytes.byteOffset, file.bytes.byteLength));
  });

  async function paperOf(request: FastifyRequest): Promise<{ access: Access; documentId: string }> {
    const { access } = kit.worker(request);
    const documentId = idParam(request, 'documentId');
    if (await backend.stepUp.isHealth(access, { documentId })) await needStepUp(kit, request, 'health_data');
    return { access, documentId };
  }

  app.get('/m/documents/:documentId', forAgents, async (request, reply) => {
    const { access, documentId } = await paperOf(request);
    const { html } = await backend.document(access, documentId);
    return reply
      .header('content-type', 'text/html; charset=utf-8')
      .header(
        'content-security-policy',
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'",
      )
      .header('x-content-type-options', 'nosniff')
      .header('cache-control', 'no-store')
      .send(html);
  });

  app.get('/m/documents/:documentId/pdf', forAgents, async (request, reply) => {
    const { access, documentId } = await paperOf(request);
    const pdf = await backend.documentPdf(access, documentId);
    return reply
      .header('content-type', 'application/pdf')
      .header('content-disposition', `attachment; filename="${documentId}.pdf"`)
      .header('x-content-type-options', 'nosniff')
      .header('cache-control', 'no-store')
      .send(Buffer.from(pdf.buffer, pdf.byteOffset, pdf.byteLength));
  });
}
