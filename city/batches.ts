// The batches of a city, each from a stream of chance of its own, so that it does not matter which thread makes it: the organisations
// and desks, people whose stories were lived here, people of the register, and what is left to be written at the end.

import { dayOf } from '#platform/calendar';
import { createCrypto } from '#platform/crypto';
import { invariant } from '#platform/errors';
import { newId, withIdSource } from '#platform/ids';
import { accounts as ledgerAccounts } from '#modules/money';
import { createTrace } from '#modules/trace';
import { finishBatch } from './finish.ts';
import { makeOrganisations, type Organisations } from './orgs.ts';
import type { Blob } from './pictures.ts';
import { storyCount, tellOrdinary, tellStories } from './population.ts';
import { createRandom, type Random } from './random.ts';
import { addRuns, makeBlock, type followRuns, type Register } from './register.ts';
import { staffByGrant, staffRow, type CityStaff } from './staff.ts';
import { createWorld, type Setup, type World } from './world.ts';
import type { CityBatch } from './written.ts';

/** What every batch follows from; copied to the threads. */
export type Basis = {
  readonly seed: number;
  readonly nowMs: number;
  /** The installation's key: what the city seals is opened by the program. */
  readonly masterKey: Buffer;
  readonly origin: string;
};

export type Setting = Basis & {
  readonly orgs: Organisations;
  readonly staff: readonly CityStaff[];
  readonly passwordHash: string;
  readonly blobs: Readonly<Record<string, Blob>>;
  readonly serviceHash: (code: string) => string;
  readonly pricing: Setup['pricing'];
  /** People who live their stories here. */
  readonly lived: number;
  readonly register: Register | null;
};

export const batchPeople = 100;
const yearMs = 365 * 86_400_000;

/** Its first draws are the organisations; who else draws from this stream does so behind them. */
export function foundationOf({ seed, nowMs }: Pick<Basis, 'seed' | 'nowMs'>): { orgs: Organisations; random: Random } {
  const random = createRandom(seed, 'foundation');
  return { orgs: makeOrganisations(random, nowMs - 2 * yearMs), random };
}

type Inhabited = Pick<Setting, keyof Basis | 'orgs' | 'staff' | 'blobs' | 'serviceHash' | 'pricing'>;

function worldOf(
  setting: Inhabited,
  label: string,
  numbers = new Map<string, number>(),
): { world: World; random: Random } {
  const { seed, nowMs, masterKey, origin, staff, ...rest } = setting;
  const random = createRandom(seed, label);
  const crypto = createCrypto(masterKey, random.bytes);
  const trace = createTrace(origin, crypto, random.bytes);
  const startMs = nowMs - yearMs;
  const world = createWorld({ ...rest, random, staff: staffByGrant(staff), crypto, trace, numbers, startMs });
  return { world, random };
}

export function foundation(setting: Setting): Promise<CityBatch> {
  const { world, random } = worldOf(setting, 'desks');
  const { rows } = world;
  const { orgs, staff, nowMs, passwordHash } = setting;
  const fromMs = nowMs - yearMs;
  world.setNow(fromMs);
  return withIdSource(
    () => random.id(world.nowMs()),
    async () => {
      rows.org.push(...orgs.orgs);
      rows.org_role.push(...orgs.routing);
      for (const { accountId, name, kind, floorFen } of ledgerAccounts) {
        rows.account.push({ account_id: accountId, name, kind, floor_fen: floorFen });
      }
      for (const one of staff) {
        rows.staff.push(staffRow(one, world.crypto, passwordHash));
        const held = {
          staff_id: one.staffId,
          role: one.role,
          org_id: one.orgId,
          from_day: dayOf(world.now()),
          until_day: null,
        };
        const leafId = await world.record({
          eventId: newId(),
          type: 'staff.role_changed',
          at: world.now(),
          region: one.region,
          department: one.orgId,
          actorId: null,
          subjectId: one.staffId,
          body: held,
        });
        rows.staff_role.push({ ...held, leaf_id: leafId });
      }
      if (setting.register) addRuns(world, setting.register, importerOf(setting).staffId);
      return { rows, jobs: [] };
    },
  );
}

/** Whoever imported the register. */
export function importerOf({ staff }: Pick<Setting, 'staff'>): CityStaff {
  const found = staff.find((one) => one.role === 'system_administrator');
  invariant(found, 'the city has a system administrator');
  return found;
}

/** Stories in the first batch, ordinary people in the others. */
export function livedBatch(setting: Setting, batch: number, numbers: Map<string, number>): Promise<CityBatch> {
  const { world, random } = worldOf(setting, `people/${batch}`, numbers);
  const { nowMs, seed, lived } = setting;
  return withIdSource(
    () => random.id(world.nowMs()),
    async () => {
      const first = storyCount + (batch - 1) * batchPeople;
      if (batch === 0) await tellStories(world, seed, nowMs);
      else await tellOrdinary(world, seed, nowMs, first, Math.min(first + batchPeople, lived));
      finishBatch(world, nowMs);
      return { rows: world.rows, jobs: world.jobs() };
    },
  );
}

/** Nothing is told of these people beyond what the register says, so it needs nobody at the desks. */
export function registerBatch(basis: Basis, orgs: Organisations, register: Register, block: number) {
  const nobody = { staff: [], blobs: {}, serviceHash: () => '', pricing: {} };
  const { world, random } = worldOf({ ...basis, orgs, ...nobody }, `register/rows/${block}`);
  return withIdSource(
    () => random.id(world.nowMs()),
    async () => {
      const text = await makeBlock(world, register, block);
      const batch: CityBatch = { rows: world.rows, jobs: [] };
      return { batch, text };
    },
  );
}

/** The program goes on counting where the city stopped, and the imports are over. */
export function ending(
  setting: Setting,
  numbers: ReadonlyMap<string, number>,
  follow: ReturnType<typeof followRuns> | null,
): Promise<CityBatch> {
  const { world, random } = worldOf(setting, 'counters');
  for (const [key, last] of numbers) {
    const [region = '', day = ''] = key.split('/');
    world.rows.case_number_counter.push({ region, day, last });
  }
  const { staffId, orgId, region, role } = importerOf(setting);
  return withIdSource(
    () => random.id(world.nowMs()),
    async () => {
      const runs = follow ? await follow.end(world, { staffId, orgId, region, role }) : [];
      return { rows: world.rows, jobs: [], runs };
    },
  );
}
