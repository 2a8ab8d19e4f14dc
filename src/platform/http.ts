// The HTTP kernel: Fastify with zod schemas, the API's description from the same schemas, problem+json, security headers, load
// shedding, access declared by every route. It knows no domain: what an access means is decided by whoever checks sessions.

import compress from '@fastify/compress';
import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import swagger from '@fastify/swagger';
import {
  fastify,
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyPluginAsync,
  type FastifyPluginOptions,
  type FastifyReply,
  type FastifyRequest,
  type RawServerDefault,
} from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { constants } from 'node:zlib';
import { invariant } from './errors.ts';
import { apiDescription } from './http-description.ts';
import { createOverload, type Overload, type OverloadOptions } from './http-overload.ts';
import { checkInput } from './http-input.ts';
import { pageOf, problemOf } from './http-problem.ts';
import { refuseHttp } from './http-refusals.ts';
import { policyOf, secure, type PageSecurity } from './http-security.ts';
import { newId } from './ids.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';

export type Http = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;
export type HttpPlugin = FastifyPluginAsync<FastifyPluginOptions, RawServerDefault, ZodTypeProvider>;

/** Who may call a route: anybody, a worker, any staff, a company's program by its key, or staff in one of these roles. */
export type RouteAccess = 'public' | 'worker' | 'staff' | 'enterprise' | readonly string[];

export type RouteEntry = { readonly method: string; readonly url: string; readonly access: RouteAccess };

declare module 'fastify' {
  // Fastify's way to type what routes declare and what is decorated.
  interface FastifyContextConfig {
    access?: RouteAccess;
    /** `handler`: the handler proves the CSRF token itself, because the body is a stream (multipart). */
    csrf?: 'handler';
    /** An agent may come here too, acting for somebody else; other pages are for the person alone. */
    agents?: true;
    /** Asks for a fresh code on the phone before it opens; the reasons are identity's. */
    stepUp?: string;
    /** Answers under overload too, and is not logged. */
    essential?: boolean;
  }
  interface FastifyInstance {
    /** Every route with its access, for the test that walks them all. */
    readonly routeEntries: readonly RouteEntry[];
    readonly overload: Overload;
    /** Another instance takes over: this one finishes what it has and asks for nothing more. */
    readonly leaving: { now: boolean };
  }
  interface FastifyRequest {
    isCounted: boolean;
  }
}

export type HttpOptions = {
  readonly log: Log;
  /** `http://localhost:4180`; an https one turns on HSTS. */
  readonly publicUrl: string;
  /** Addresses of proxies that may say for whom they ask; without it `request.ip` is the peer's own address. */
  readonly trustProxy?: boolean | string | readonly string[];
  readonly metrics?: Metrics;
  readonly overload?: OverloadOptions;
  /** While true nothing is written for anybody; everything can be read. */
  readonly isDiskFull?: () => boolean;
  /** Files under these paths are for anybody, so that a plugin that serves files need not declare its routes' access. */
  readonly publicFiles?: readonly string[];
};

const jsonBytesMax = 1024 * 1024;
/** 20 MB on a phone at 400 kbit/s take almost seven minutes. */
const requestMsMax = 600_000;
const headersMsMax = 20_000;

export async function createHttp(options: HttpOptions): Promise<Http> {
  const overload = createOverload(options.overload);
  const routeEntries: RouteEntry[] = [];
  const app = fastify({
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: jsonBytesMax,
    requestTimeout: requestMsMax,
    http: { headersTimeout: headersMsMax },
    forceCloseConnections: 'idle',
    genReqId: newId,
    trustProxy: typeof options.trustProxy === 'object' ? [...options.trustProxy] : (options.trustProxy ?? false),
    frameworkErrors: (error, request, reply) => {
      void answerProblem(error, request, reply);
    },
  }).withTypeProvider<ZodTypeProvider>() as unknown as Http;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.decorate('routeEntries', routeEntries);
  app.decorate('overload', overload);
  app.decorate('leaving', { now: false });
  app.decorateRequest('isCounted', false);
  app.decorateReply('pageSecurity', function pageSecurity(this: FastifyReply, more: PageSecurity) {
    return this.header('content-security-policy', policyOf(more));
  });
  addRouteRule(app, routeEntries, options.publicFiles ?? []);
  addRequestHooks(app, overload, options);
  app.setErrorHandler((error, request, reply) => answerProblem(error, request, reply));
  app.setNotFoundHandler((request, reply) => answerProblem(refuseHttp('http.not_found'), request, reply));
  app.addHook('onClose', async () => overload.stop());
  // A phone pays for each byte; level 4 costs the server about a millisecond a page.
  await app.register(compress, {
    encodings: ['br', 'gzip'],
    threshold: 1024,
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
  });
  await app.register(cookie);
  await app.register(formbody, { bodyLimit: jsonBytesMax });
  await app.register(swagger, apiDescription(routeEntries, options.publicUrl));
  const config = { access: 'public' } as const;
  app.get('/api/openapi.json', { config, schema: { hide: true } }, async (_request, reply) =>
    reply.header('cache-control', 'no-cache').send(app.swagger()),
  );
  return app;
}

/** Deny by default: a route that says nothing of its access is never registered. */
function addRouteRule(app: Http, entries: RouteEntry[], publicFiles: readonly string[]): void {
  app.addHook('onRoute', (route) => {
    const methods = [route.method].flat();
    const isFile =
      publicFiles.some((path) => route.url.startsWith(path)) && methods.every((one) => /^(GET|HEAD)$/.test(one));
    const access = route.config?.access ?? (isFile ? 'public' : undefined);
    invariant(access !== undefined, `route ${methods.join()} ${route.url} declares no access`);
    invariant(typeof access === 'string' || access.length > 0, `route ${route.url} is for nobody`);
    route.config = { ...route.config, access };
    for (const method of methods) entries.push({ method, url: route.url, access });
  });
}

const reads = new Set(['GET', 'HEAD', 'OPTIONS']);

function addRequestHooks(app: Http, overload: Overload, options: HttpOptions): void {
  const isHttps = options.publicUrl.startsWith('https:');
  app.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    if (request.routeOptions.config.essential) return done();
    if (options.isDiskFull?.() && !reads.has(request.method)) return done(refuseHttp('http.disk_full'));
    if (!overload.enter()) return done(refuseHttp('http.busy'));
    request.isCounted = true;
    done();
  });
  app.addHook('preValidation', async (request) => checkInput(request));
  app.addHook('preClose', async () => {
    app.leaving.now = true;
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    secure(reply, isHttps);
    // Else the connection would stay open, idle, and hold the close up.
    if (app.leaving.now) void reply.header('connection', 'close');
    done(null, payload);
  });
  app.addHook('onResponse', (request, reply, done) => {
    if (request.isCounted) overload.leave();
    const route = request.is404 ? 'unknown' : (request.routeOptions.url ?? 'unknown');
    options.metrics?.request({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
    if (!request.routeOptions.config.essential) {
      const ms = Math.round(reply.elapsedTime);
      request.log.info({ method: request.method, route, status: reply.statusCode, ms }, 'request');
    }
    done();
  });
  options.metrics?.gauge('gongdun_http_in_flight', 'Requests at work', overload.inFlight);
  options.metrics?.gauge('gongdun_event_loop_lag_ms', 'How late the event loop runs', overload.lagMs);
}

/** Somebody opened the address in a browser; a program asks for JSON, or for anything. */
function isOpened(request: FastifyRequest): boolean {
  return request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
}

/**
 * The problem as JSON, or in words for whoever opened the address in a browser; pages that draw their own errors set an error
 * handler of their own and use `problemOf`.
 */
export function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const answer = problemOf(error);
  const { problem } = answer;
  if (answer.bug !== null) {
    request.log.error({ err: answer.bug, incident: problem.incident, route: request.routeOptions?.url }, 'bug');
  } else {
    request.log.debug({ refusal: problem.code, route: request.routeOptions?.url }, 'refused');
  }
  if (answer.retryAfterSeconds !== null) void reply.header('retry-after', String(answer.retryAfterSeconds));
  if (isOpened(request)) return reply.code(problem.status).type('text/html; charset=utf-8').send(pageOf(problem));
  return reply.code(problem.status).type('application/problem+json; charset=utf-8').send(JSON.stringify(problem));
}

/**
 * Stops taking requests, lets those inside finish, and cuts what is left after the limit. For `drainMs` before that it answers
 * everything, tells /readyz that it leaves, and closes each connection behind its answer: a connection that is closed while idle can
 * meet a request that is just under way, and that request would be lost.
 */
export async function closeHttp(app: Http, limitMs = 10_000, drainMs = 0): Promise<void> {
  app.leaving.now = true;
  if (drainMs > 0) await new Promise((resolve) => setTimeout(resolve, drainMs));
  const timer = setTimeout(() => app.server.closeAllConnections(), limitMs);
  try {
    await app.close();
  } finally {
    clearTimeout(timer);
  }
}
