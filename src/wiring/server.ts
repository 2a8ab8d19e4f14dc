// The HTTP server with all routes of all modules and both apps. What an access means is identity's; here routes only meet.

import { join } from 'node:path';
import type { FastifyRequest } from 'fastify';
import { consoleRoutes } from '#apps/console/routes';
import type { DemoTools } from '#apps/worker/backend';
import { loadWorker } from '#apps/worker/load';
import { workerRoutes } from '#apps/worker/routes';
import { addHealth } from '#platform/http-health';
import { createHttp, type Http } from '#platform/http';
import type { Log } from '#platform/log';
import { adminRoutes } from '#modules/administration';
import { authorityRoutes } from '#modules/authorities';
import { caseRoutes } from '#modules/cases';
import { contactRoutes } from '#modules/contacts';
import { coverRoutes } from '#modules/cover';
import { enterpriseRoutes } from '#modules/enterprise';
import { fileRoutes } from '#modules/files';
import { actingAs, checkCsrf, requireStaff, requireWorker } from '#modules/identity';
import { mergeRoutes } from '#modules/merges';
import { moneyRoutes } from '#modules/money';
import { smsRoutes } from '#modules/notices';
import { servicePointRoutes } from '#modules/outlets';
import { settlementRoutes } from '#modules/settlement';
import { createOrgAdmin, createOrgViews, orgAdminRoutes, orgRoutes } from '#modules/orgs';
import { privacyRoutes } from '#modules/privacy';
import { rosterRoutes } from '#modules/rosters';
import { deskStartRoutes } from './desk-start.ts';
import { deskRoutes, demoRoutes, type Asker, type DemoAccount } from './desk-routes.ts';
import { enterpriseBindings } from './enterprise.ts';
import { healthRoutes, type HealthSource } from './health.ts';
import { personalRoutes } from './personal.ts';
import { joinedSamplingRoutes } from './sampling.ts';
import type { Services } from './services.ts';
import { readDocument } from './merges.ts';
import { windowRegistrationRoutes } from './window-registration.ts';
import { createWorkerBackend } from './worker-backend.ts';

export type ServerOptions = {
  readonly isDiskFull?: () => boolean;
  readonly services: Services;
  readonly log: Log;
  readonly publicUrl: string;
  /** Folder of the built apps. */
  readonly dist: string;
  /** Null serves no health page: a benchmark has no operator. */
  readonly health: HealthSource | null;
  readonly demo: (DemoTools & { accounts(): readonly DemoAccount[] }) | null;
};

export async function createServer(options: ServerOptions): Promise<Http> {
  const { services, log } = options;
  const { identity, cases, reader, metrics } = services;
  const app = await createHttp({
    log,
    publicUrl: options.publicUrl,
    trustProxy: services.config.trustProxy.length > 0 ? services.config.trustProxy : false,
    metrics,
    ...(options.isDiskFull ? { isDiskFull: options.isDiskFull } : {}),
    publicFiles: ['/desk'],
  });
  identity.guard.install(app);
  addHealth(app, { ping: services.db.ping, metrics, metricsToken: services.config.metricsToken });

  const asker: Asker = (request: FastifyRequest) => {
    const session = request.session;
    if (!session) throw new Error('a route that asks who is there must declare its access');
    return { access: session.access, actor: session.actor };
  };
  const checkUpload = (request: FastifyRequest): void => {
    if (request.session) checkCsrf(request.session, String(request.headers['x-csrf'] ?? ''));
  };
  await app.register(identity.routes);
  await app.register(identity.staffRoutes);
  await app.register(identity.oidcRoutes);
  await app.register(identity.ownRoutes);
  await app.register(adminRoutes(services.acts, (request) => asker(request).access));
  await app.register(enterpriseRoutes({ enterprises: services.enterprises, ...enterpriseBindings(services) }));
  await app.register(
    authorityRoutes({
      authorities: services.authorities,
      guard: identity.guard,
      asker,
      describe: services.files.describe,
      beginActing: identity.beginActing,
    }),
  );
  const orgAdmin = createOrgAdmin({ acts: services.acts, load: services.orgs.load });
  const orgViews = createOrgViews({ db: services.db, acts: services.acts, find: services.orgs.find });
  await app.register(
    orgAdminRoutes(orgAdmin, orgViews, (request) => actingAs(requireStaff(request), 'system_administrator')),
  );
  await app.register(orgRoutes(services.orgs));
  await app.register(
    caseRoutes({
      cases,
      reader,
      asker,
      suggest: services.suggest,
      beside: (personId, code) => (tx) => services.privacy.require(tx, personId, code),
    }),
  );
  await app.register(
    moneyRoutes({
      money: services.money,
      sessionOf: (request) => ({ ...asker(request), mark: request.session?.csrf ?? '' }),
    }),
  );
  await app.register(smsRoutes(services.smsReceipts));
  await app.register(coverRoutes({ cover: services.cover, sessionOf: asker, personFor: services.personFor }));
  await app.register(joinedSamplingRoutes(services));
  await app.register(
    fileRoutes({
      files: services.files,
      asker,
      checkCsrf: checkUpload,
    }),
  );
  await app.register(rosterRoutes({ rosters: services.rosters, asker, checkCsrf: checkUpload }));
  await app.register(
    settlementRoutes({
      settlement: services.settlement,
      asker,
      openPhone: (request, personId, caseId, reason) => {
        const session = request.session;
        if (session?.kind !== 'staff') throw new Error('a route for staff has a session of staff');
        return identity.openPhone(session, { personId, caseId, reason });
      },
    }),
  );
  await app.register(
    privacyRoutes({
      privacy: services.privacy,
      worker: (request) => requireWorker(request),
    }),
  );
  await app.register(personalRoutes(services));
  await app.register(windowRegistrationRoutes(services));
  await app.register(mergeRoutes({ merges: services.merges, document: readDocument(services.clock) }));
  await app.register(contactRoutes(services.contacts.phones));
  await app.register(servicePointRoutes(services.servicePoints));
  await app.register(deskRoutes(services, asker));
  await app.register(deskStartRoutes(services, asker));
  if (options.health) await app.register(healthRoutes(services, options.health));
  if (options.demo) await app.register(demoRoutes(() => options.demo?.accounts() ?? []));
  await app.register(consoleRoutes, { distDir: join(options.dist, 'console') });
  await app.register(workerRoutes, {
    backend: createWorkerBackend(services),
    ...(await loadWorker(join(options.dist, 'worker'))),
    homeRegion: services.region,
    demo: options.demo,
    clock: services.clock,
    publicUrl: options.publicUrl,
  });
  return app;
}
