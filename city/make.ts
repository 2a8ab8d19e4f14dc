// Makes the city: its organisations and desks first, then its people in batches, each from a stream of chance of its own, so that
// half a million people need no more memory than a few hundred. The same seed, size, time and keys give the same bytes.

import { dayOf } from '#platform/calendar';
import { createCrypto } from '#platform/crypto';
import { newId, withIdSource } from '#platform/ids';
import { hashPassword } from '#modules/identity';
import { accounts as ledgerAccounts } from '#modules/money';
import { createTrace } from '#modules/trace';
import { finishBatch } from './finish.ts';
import { makeOrganisations, type Organisations } from './orgs.ts';
import { makePictures, type Blob } from './pictures.ts';
import { ridersOf, storyCount, tellOrdinary, tellStories, type Rider } from './population.ts';
import { createRandom, type Random } from './random.ts';
import type { Rows } from './rows.ts';
import {
  accountOf,
  makeAdministrators,
  makePassword,
  makeStaff,
  staffByGrant,
  staffRow,
  type CityStaff,
  type DemoAccount,
} from './staff.ts';
import { createWorld, type Job, type Setup, type World } from './world.ts';

export type CityOptions = {
  readonly seed: number;
  /** People in the city; the stories of every state are told in any event. */
  readonly workers: number;
  /** ISO instant at which the city stands. */
  readonly now: string;
  /** The installation's key: what the city seals is opened by the program. */
  readonly masterKey: Buffer;
  readonly origin: string;
  /** Hash of the published version of a service. */
  readonly serviceHash: (code: string) => string;
  /** As the installation prices cover; the rule's own parameters unless set. */
  readonly pricing?: Setup['pricing'];
};

export type CityBatch = { readonly rows: Rows; readonly jobs: readonly Job[] };

export type City = {
  readonly seed: number;
  readonly workers: number;
  readonly now: string;
  /** A login for every role, to be printed. */
  readonly accounts: readonly DemoAccount[];
  /** The demonstration's rider, who has joined nothing and bought nothing yet, and those in whom a story rests. */
  readonly rider: Rider;
  readonly riders: readonly Rider[];
  /** Pictures of the city for the file store, by address. */
  readonly blobs: readonly Blob[];
  /** The rows, in an order in which they can be loaded. Made anew at each call, the same each time. */
  batches(): AsyncGenerator<CityBatch>;
};

const batchPeople = 100;
const yearMs = 365 * 86_400_000;

export async function makeCity(options: CityOptions): Promise<City> {
  const { seed, now } = options;
  const nowMs = Date.parse(now);
  const random = createRandom(seed, 'foundation');
  const orgs = makeOrganisations(random, nowMs - 2 * yearMs);
  const administrators = makeAdministrators(createRandom(seed, 'administrators'), orgs, nowMs - 2 * yearMs);
  const staff = [...makeStaff(random, orgs, nowMs - 2 * yearMs), ...administrators];
  const password = makePassword(random);
  const passwordHash = await hashPassword(password, random.bytes(16));
  const blobs = makePictures(random, createCrypto(options.masterKey, random.bytes));
  const setting: Setting = { options, nowMs, orgs, staff, passwordHash, blobs };
  const riders = ridersOf(seed, nowMs);
  return {
    seed,
    workers: options.workers,
    now,
    accounts: staff.map((one) => accountOf(one, orgs, password)),
    rider: riders[0],
    riders,
    blobs: Object.values(blobs),
    batches: () => batchesOf(setting),
  };
}

type Setting = {
  readonly options: CityOptions;
  readonly nowMs: number;
  readonly orgs: Organisations;
  readonly staff: readonly CityStaff[];
  readonly passwordHash: string;
  readonly blobs: Readonly<Record<string, Blob>>;
};

async function* batchesOf(setting: Setting): AsyncGenerator<CityBatch> {
  const numbers = new Map<string, number>();
  yield await foundation(setting);
  const ordinary = Math.max(0, setting.options.workers - storyCount);
  const count = 1 + Math.ceil(ordinary / batchPeople);
  for (let batch = 0; batch < count; batch += 1) yield await peopleBatch(setting, batch, numbers);
  yield counters(setting, numbers);
}

function worldOf(setting: Setting, label: string, numbers: Map<string, number>): { world: World; random: Random } {
  const { options, nowMs, orgs, staff, blobs } = setting;
  const random = createRandom(options.seed, label);
  const crypto = createCrypto(options.masterKey, random.bytes);
  const trace = createTrace(options.origin, crypto, random.bytes);
  const world = createWorld({
    random,
    orgs,
    staff: staffByGrant(staff),
    crypto,
    trace,
    serviceHash: options.serviceHash,
    numbers,
    blobs,
    pricing: options.pricing ?? {},
    startMs: nowMs - yearMs,
  });
  return { world, random };
}

function foundation(setting: Setting): Promise<CityBatch> {
  const { world, random } = worldOf(setting, 'desks', new Map());
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
      return { rows, jobs: [] };
    },
  );
}

function peopleBatch(setting: Setting, batch: number, numbers: Map<string, number>): Promise<CityBatch> {
  const { world, random } = worldOf(setting, `people/${batch}`, numbers);
  const { nowMs, options } = setting;
  return withIdSource(
    () => random.id(world.nowMs()),
    async () => {
      const first = storyCount + (batch - 1) * batchPeople;
      if (batch === 0) await tellStories(world, options.seed, nowMs);
      else await tellOrdinary(world, options.seed, nowMs, first, Math.min(first + batchPeople, options.workers));
      finishBatch(world, nowMs);
      return { rows: world.rows, jobs: world.jobs() };
    },
  );
}

/** The program goes on counting where the city stopped. */
function counters(setting: Setting, numbers: ReadonlyMap<string, number>): CityBatch {
  const { world } = worldOf(setting, 'counters', new Map());
  for (const [key, last] of numbers) {
    const [region = '', day = ''] = key.split('/');
    world.rows.case_number_counter.push({ region, day, last });
  }
  return { rows: world.rows, jobs: [] };
}
