// Makes the city: its organisations and desks first, then its people in batches, each from a stream of chance of its own, so that
// half a million people need no more memory than a few hundred. The same seed, size, time and keys give the same bytes.

import { createCrypto } from '#platform/crypto';
import { hashPassword } from '#modules/identity';
import {
  batchPeople,
  ending,
  foundation,
  foundationOf,
  importerOf,
  livedBatch,
  registerBatch,
  type Basis,
  type Setting,
} from './batches.ts';
import { writtenBlocks } from './makers.ts';
import { makePictures, type Blob } from './pictures.ts';
import { ridersOf, storyCount, type Rider } from './population.ts';
import { createRandom } from './random.ts';
import type { RegisterText } from './register-lines.ts';
import { blocksOf, followRuns, registerOf } from './register.ts';
import { accountOf, makeAdministrators, makePassword, makeStaff, type DemoAccount } from './staff.ts';
import type { Setup } from './world.ts';
import { writeBatch, type CityBatch, type WrittenBatch } from './written.ts';

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
  /** People who live their stories here, case by case; everybody beyond comes with the register of an older system. */
  readonly lived?: number;
};

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
  /** The same batches as they are loaded; the register's are made by so many threads beside this one. */
  written(threads?: number): AsyncGenerator<WrittenBatch>;
};

const yearMs = 365 * 86_400_000;
const livedUsually = 2_000;

export async function makeCity(options: CityOptions): Promise<City> {
  const { seed, now, masterKey, origin, serviceHash, pricing = {} } = options;
  const nowMs = Date.parse(now);
  const { orgs, random } = foundationOf({ seed, nowMs });
  const administrators = makeAdministrators(createRandom(seed, 'administrators'), orgs, nowMs - 2 * yearMs);
  const staff = [...makeStaff(random, orgs, nowMs - 2 * yearMs), ...administrators];
  const password = makePassword(random);
  const passwordHash = await hashPassword(password, random.bytes(16));
  const blobs = makePictures(random, createCrypto(masterKey, random.bytes));
  const lived = Math.max(storyCount, Math.min(options.workers, options.lived ?? livedUsually));
  const { region } = importerOf({ staff });
  const register = registerOf({ seed, nowMs, from: lived, until: options.workers, region });
  const basis: Basis = { seed, nowMs, masterKey, origin };
  const setting: Setting = { ...basis, orgs, staff, passwordHash, blobs, serviceHash, pricing, lived, register };
  const riders = ridersOf(seed, nowMs);
  return {
    seed,
    workers: options.workers,
    now,
    accounts: staff.map((one) => accountOf(one, orgs, password)),
    rider: riders[0],
    riders,
    blobs: Object.values(blobs),
    batches: () => batchesOf(setting, blocksHere(setting), (batch) => batch),
    written: (threads) => batchesOf(setting, writtenBlocks(basis, register, threads), writeBatch),
  };
}

type Block<Batch> = { readonly batch: Batch; readonly text: RegisterText };

async function* batchesOf<Batch>(
  setting: Setting,
  blocks: AsyncIterable<Block<Batch>>,
  finish: (batch: CityBatch) => Batch,
): AsyncGenerator<Batch> {
  const numbers = new Map<string, number>();
  const follow = setting.register && followRuns(setting.register);
  yield finish(await foundation(setting));
  const count = 1 + Math.ceil((setting.lived - storyCount) / batchPeople);
  for (let batch = 0; batch < count; batch += 1) yield finish(await livedBatch(setting, batch, numbers));
  for await (const { batch, text } of blocks) {
    follow?.add(text);
    yield batch;
  }
  yield finish(await ending(setting, numbers, follow));
}

async function* blocksHere({ register, orgs, ...basis }: Setting): AsyncGenerator<Block<CityBatch>> {
  if (!register) return;
  for (let block = 0; block < blocksOf(register); block += 1) yield await registerBatch(basis, orgs, register, block);
}
