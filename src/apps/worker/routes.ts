// The worker's pages as a Fastify plugin: bodies, cookies, who is asking, every route, and one place where refusals become
// pages. The work is behind the backend port, the drawing behind `render`.

import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import multipart from '@fastify/multipart';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '#platform/errors';
import type { Link } from './pages/model.ts';
import { refuse } from './refusals.ts';
import { accountRoutes } from './routes-account.ts';
import { applyRoutes } from './routes-apply.ts';
import { cardRoutes } from './routes-card.ts';
import { mergedRoutes } from './routes-merged.ts';
import { caseRoutes } from './routes-cases.ts';
import { demoRoutes } from './routes-demo.ts';
import { entryRoutes } from './routes-entry.ts';
import { helpingRoutes } from './routes-helping.ts';
import { phoneRoutes } from './routes-phone.ts';
import { privacyRoutes } from './routes-privacy.ts';
import { stepUpHref, stepUpRoutes } from './routes-step-up.ts';
import { createKit, open, safeNext, wantsJson, type PageKit, type WorkerRoutesOptions } from './visit.ts';

export type { WorkerRoutesOptions } from './visit.ts';

const megabyte = 1024 * 1024;

/** Registers what the host application has not registered already. */
async function bodies(app: FastifyInstance, uploadBytesMax: number): Promise<void> {
  if (!app.hasReplyDecorator('setCookie')) await app.register(cookie);
  if (!app.hasContentTypeParser('application/x-www-form-urlencoded'))
    await app.register(formbody, { bodyLimit: megabyte });
  if (!app.hasContentTypeParser('multipart/form-data') && !app.hasRequestDecorator('parts')) {
    await app.register(multipart, {
      limits: { fileSize: uploadBytesMax, files: 9, fields: 500, fieldSize: 256 * 1024, parts: 520 },
    });
  }
}

/** Where the fresh code is given that was lacking, and back; after a post, back to the page with the form. */
function stepUpFor(refusal: Refusal, request: FastifyRequest): string | null {
  if (refusal.code !== 'identity.step_up_needed') return null;
  const from = (request.headers.referer ?? '').replace(/^https?:\/\/[^/]+/, '');
  return stepUpHref(String(refusal.details['reason']), safeNext(request.method === 'GET' ? request.url : from));
}

function linksFor(refusal: Refusal, request: FastifyRequest): readonly Link[] {
  const home = { href: '/m', zh: '回到首页' };
  // A link could only repeat a reading; what was posted must be sent again by hand.
  const stepUp = stepUpFor(refusal, request);
  if (stepUp !== null) return [{ href: stepUp, zh: '去验证手机' }, home];
  if (refusal.status === 401) return [{ href: '/m/login', zh: '去登录' }, home];
  const caseId = /^\/m\/cases\/([0-9a-f-]{36})/.exec(request.url)?.[1];
  if (caseId !== undefined && refusal.status !== 404) return [{ href: `/m/cases/${caseId}`, zh: '打开办件' }, home];
  return [home, { href: '/m/services', zh: '办事' }];
}

function asRefusal(error: FastifyError | Refusal, uploadBytesMax: number): Refusal | null {
  if (error instanceof Refusal) return error;
  if (error.code === 'FST_REQ_FILE_TOO_LARGE') {
    return refuse('worker.file_too_large', { megabytes: Math.floor(uploadBytesMax / megabyte) });
  }
  return error.statusCode === 413 ? refuse('worker.form_too_large') : null;
}

function problems(app: FastifyInstance, kit: PageKit, uploadBytesMax: number): void {
  app.setErrorHandler((error: FastifyError | Refusal, request: FastifyRequest, reply: FastifyReply) => {
    const refusal = asRefusal(error, uploadBytesMax);
    if (refusal === null) {
      const status =
        'statusCode' in error && error.statusCode !== undefined && error.statusCode < 500 ? error.statusCode : 500;
      if (status === 500) request.log.error({ err: error }, 'a page failed');
      const zh = status === 500 ? '系统出了点问题，已经记录下来。' : '提交的内容无法识别。';
      if (wantsJson(request)) return reply.code(status).send({ zh, next: '请稍后再试。' });
      const links = [{ href: '/m', zh: '回到首页' }];
      return kit.show(
        request,
        reply,
        { page: 'problem', status, zh, nextStep: '请稍后再试；着急的事请拨打 12351。', links },
        { status },
      );
    }
    const { waitSeconds } = refusal.details;
    if (typeof waitSeconds === 'number') void reply.header('retry-after', String(Math.ceil(waitSeconds)));
    if (wantsJson(request)) {
      const { code, zh, next, problems: fields } = refusal;
      return reply.code(refusal.status).send({ code, zh, next, problems: fields });
    }
    if (refusal.status === 401 && request.method === 'GET') {
      return reply.redirect(`/m/login?next=${encodeURIComponent(request.url)}`, 303);
    }
    const stepUp = stepUpFor(refusal, request);
    if (stepUp !== null && request.method === 'GET') return reply.redirect(stepUp, 303);
    const { status, zh, next } = refusal;
    return kit.show(
      request,
      reply,
      { page: 'problem', status, zh, nextStep: next, links: linksFor(refusal, request) },
      { status },
    );
  });
}

export async function workerRoutes(app: FastifyInstance, options: WorkerRoutesOptions): Promise<void> {
  const uploadBytesMax = options.uploadBytesMax ?? 20 * megabyte;
  await bodies(app, uploadBytesMax);
  const kit = createKit(options);

  // Bound before the hook: the script is the same for everybody and needs no session.
  app.get('/m/island.js', open, (_request, reply) =>
    reply
      .header('content-type', 'text/javascript; charset=utf-8')
      .header('cache-control', 'public, max-age=31536000, immutable')
      .header('x-content-type-options', 'nosniff')
      .send(options.island.source),
  );

  await app.register(async (pages) => {
    pages.addHook('onRequest', (request, reply) => kit.enter(request, reply));
    problems(pages, kit, uploadBytesMax);
    accountRoutes(pages, kit);
    entryRoutes(pages, kit);
    privacyRoutes(pages, kit);
    applyRoutes(pages, kit);
    caseRoutes(pages, kit);
    helpingRoutes(pages, kit);
    stepUpRoutes(pages, kit);
    cardRoutes(pages, kit);
    phoneRoutes(pages, kit);
    mergedRoutes(pages, kit);
    if (options.demo !== null) demoRoutes(pages, kit, options.demo);
  });
}
