// What runs without being asked, in a process of its own beside `city-server.ts`, on the same database: as an operator runs it who
// sets BACKGROUND=off for the instance that answers.

import { z } from 'zod';
import { createLog } from '#platform/log';
import { startBackground } from '#wiring/background';
import { asChild } from './children.ts';
import { createWorld } from './world.ts';

const input = z.object({ ownerUrl: z.string(), appUrl: z.string(), pid: z.number(), folder: z.string() });

export type CityJobsInput = z.input<typeof input>;

asChild(async (message, say) => {
  const given = input.parse(message);
  const world = await createWorld(given, given.folder, { poolSize: 6, joins: true });
  const log = createLog({ level: 'warn' });
  const background = await startBackground(world.services, { ownerUrl: given.ownerUrl, concurrency: 2, log });
  say('ready');
  return async () => {
    await background.stop();
    await world.stop();
  };
});
