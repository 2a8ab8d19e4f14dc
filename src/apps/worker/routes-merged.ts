// Registrations of one person that were made one: which, since when, and the way to say that it is wrong. Binding only.

import type { FastifyInstance } from 'fastify';
import { idParam, workerOnly, type PageKit } from './visit.ts';

const home = '/m/me/merged';

export function mergedRoutes(app: FastifyInstance, kit: PageKit): void {
  const { account } = kit.backend;

  app.get(home, workerOnly, async (request, reply) =>
    kit.show(
      request,
      reply,
      { page: 'merged', merged: await account.merged(kit.worker(request).access) },
      { tab: 'me', back: { href: '/m/me', zh: '我的' } },
    ),
  );

  app.post(`${home}/:mergeId/object`, workerOnly, async (request, reply) => {
    const { access } = kit.worker(request);
    const mergeId = idParam(request, 'mergeId');
    await kit.body(request);
    await account.objectToMerge(access, mergeId);
    return kit.go(request, reply, home);
  });
}
