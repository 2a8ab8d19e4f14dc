// Whether the process lives (/healthz), whether it can serve (/readyz), and its figures (/metrics). These routes answer under
// overload too. Figures are for the machine itself or for whoever has the token, never for a passer-by.

import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { refuseHttp } from './http-refusals.ts';
import type { Http } from './http.ts';
import type { Metrics } from './metrics.ts';

export type HealthOptions = {
  /** Throws when the database does not answer. */
  readonly ping: () => Promise<void>;
  readonly metrics: Metrics;
  readonly metricsToken: string | null;
};

export function addHealth(app: Http, options: HealthOptions): void {
  const config = { access: 'public', essential: true } as const;
  const schema = { hide: true };
  app.get('/healthz', { config, schema }, async () => ({ status: 'ok' }));
  app.get('/readyz', { config, schema }, async (_request, reply) => {
    if (app.leaving.now) return reply.code(503).header('retry-after', '1').send({ status: 'leaving' });
    try {
      await options.ping();
      return { status: 'ready' };
    } catch {
      return reply.code(503).header('retry-after', '3').send({ status: 'not_ready' });
    }
  });
  app.get('/metrics', { config, schema }, async (request, reply) => {
    if (!maySeeMetrics(request, options.metricsToken)) throw refuseHttp('http.not_found');
    const { registry } = options.metrics;
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}

const loopback = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/** A proxy on this machine also comes from the loopback address, but says for whom. */
function maySeeMetrics(request: FastifyRequest, token: string | null): boolean {
  const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (token !== null && given !== undefined) return timingSafeEqual(hash(given), hash(token));
  const isForwarded = request.headers['x-forwarded-for'] !== undefined || request.headers['forwarded'] !== undefined;
  return !isForwarded && loopback.has(request.socket.remoteAddress ?? '');
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
