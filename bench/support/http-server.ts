// The server of `http-writes`, in a process of its own: the real one, with its background loops, on the bench's database, and
// people who logged in by the real door. Prepares, says where it listens and who may write, and serves until it is told to stop.

import { join } from 'node:path';
import { z } from 'zod';
import { closeHttp } from '#platform/http';
import { invariant } from '#platform/errors';
import { createLog } from '#platform/log';
import { startBackground } from '#wiring/background';
import { createServer } from '#wiring/server';
import { asChild } from './children.ts';
import { agreeToAll } from '#test/consents';
import { createWorld, type BenchPerson, type World } from './world.ts';

const input = z.object({
  ownerUrl: z.string(),
  appUrl: z.string(),
  pid: z.number(),
  folder: z.string(),
  people: z.number(),
  papersEach: z.number(),
  poolSize: z.number(),
});

export type Writer = { readonly cookie: string; readonly csrf: string; readonly papers: BenchPerson['papers'] };
export type Serving = { readonly port: number; readonly writers: readonly Writer[] };

asChild(async (message, say) => {
  const given = input.parse(message);
  const world = await createWorld(given, given.folder, { poolSize: given.poolSize });
  const log = createLog({ level: 'warn' });
  const dist = join(import.meta.dirname, '..', '..', 'dist');
  const app = await createServer({
    services: world.services,
    log,
    publicUrl: 'http://127.0.0.1',
    dist,
    demo: null,
    health: null,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const background = await startBackground(world.services, { ownerUrl: given.ownerUrl, concurrency: 2, log });
  const address = app.server.address();
  invariant(typeof address === 'object' && address, 'the server listens');
  const writers = await logAllIn(world, await world.addPeople(given.people, given.papersEach));
  say({ port: address.port, writers } satisfies Serving);
  return async () => {
    await background.stop();
    await closeHttp(app, 2_000);
    await world.stop();
  };
});

/** By SMS code, one after the other, each from an address of its own: the limits of the door hold here too. */
async function logAllIn(world: World, people: readonly BenchPerson[]): Promise<Writer[]> {
  const { identity } = world.services;
  const writers: Writer[] = [];
  for (const [index, { phone, papers }] of people.entries()) {
    await identity.requestCode(phone, `198.51.${Math.floor(index / 250)}.${(index % 250) + 1}`);
    const verified = await identity.verifyCode(phone, world.codeSentTo(phone) ?? '');
    invariant(verified.state === 'in', 'a person of the bench is registered');
    await agreeToAll(world.services, verified.personId);
    writers.push({ cookie: `gd_worker=${verified.token}`, csrf: verified.csrf, papers });
  }
  return writers;
}
