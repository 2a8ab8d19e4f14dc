// The register of a large city: the same to the byte whoever makes it, the same people whatever the city's size, and files that the
// program's own reader finds nothing wrong with.

import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCrypto } from '#platform/crypto';
import { commitmentOf } from '#modules/imports';
import { foundationOf, registerBatch, type Basis } from './batches.ts';
import { writtenBlocks, type MadeBlock } from './makers.ts';
import { registerOf, type Register } from './register.ts';
import { blockPeople, registerLines, textOf } from './register-lines.ts';
import type { Rows } from './rows.ts';
import { writeBatch } from './written.ts';

const nowMs = Date.parse('2026-05-20T03:00:00.000Z');
const masterKey = Buffer.alloc(32, 7);
const from = 2_000;
/** A thread reads the whole program before it makes anything, and other tests share the cores. */
const threadsMsMax = 120_000;
const crypto = createCrypto(masterKey);
const basisOf = (seed: number): Basis => ({ seed, nowMs, masterKey, origin: 'gongdun.test' });

function registerTo(until: number, seed = 1): Register {
  const register = registerOf({ seed, nowMs, from, until, region: '350200' });
  if (!register) throw new Error('a register has people');
  return register;
}

async function blockHere(register: Register, block: number) {
  const basis = basisOf(register.seed);
  return registerBatch(basis, foundationOf(basis).orgs, register, block);
}

function hashOf({ batch, text }: MadeBlock): string {
  const hash = createHash('sha256').update(JSON.stringify([batch.rows, batch.people, text]));
  for (const { table, columns, chunks } of batch.copies) {
    hash.update(`${table}/${columns.join()}`);
    for (const chunk of chunks) hash.update(chunk);
  }
  return hash.digest('hex');
}

describe('blocks', () => {
  const hashes = async (register: Register, threads: number): Promise<string[]> => {
    const all: string[] = [];
    for await (const made of writtenBlocks(basisOf(register.seed), register, threads)) all.push(hashOf(made));
    return all;
  };

  it(
    'are the same to the byte with no thread, one or three, and others for another seed',
    async () => {
      const register = registerTo(from + 2 * blockPeople + 700);
      const here: string[] = [];
      for (let block = 0; block < 3; block += 1) {
        const { batch, text } = await blockHere(register, block);
        here.push(hashOf({ batch: writeBatch(batch), text }));
      }
      expect(await hashes(register, 1)).toEqual(here);
      expect(await hashes(register, 3)).toEqual(here);
      expect(await hashes(registerTo(from + 100, 2), 1)).not.toEqual(await hashes(registerTo(from + 100), 1));
    },
    threadsMsMax,
  );

  it(
    'end their threads when the load ends early',
    async () => {
      const threads = () => process.getActiveResourcesInfo().filter((one) => one === 'MessagePort').length;
      const before = threads();
      for await (const made of writtenBlocks(basisOf(1), registerTo(from + 4 * blockPeople), 2)) {
        expect(made.batch.people).toBe(blockPeople);
        expect(threads()).toBeGreaterThan(before);
        break;
      }
      expect(threads()).toBe(before);
    },
    threadsMsMax,
  );
});

describe('people', () => {
  let whole: Rows;
  beforeAll(async () => {
    whole = (await blockHere(registerTo(from + blockPeople), 0)).batch.rows;
  });

  it('are the same whatever the size of the city', async () => {
    const told = ({ person, cover_entry: days }: Rows) => {
      const phones = new Map(
        person.map((row) => [
          row.person_id,
          crypto.open(`person:phone_sealed:${row.person_id}`, row.phone_sealed ?? ''),
        ]),
      );
      return new Set([...phones.values(), ...days.map((row) => `${phones.get(row.person_id)} ${row.day}`)]);
    };
    const small = told((await blockHere(registerTo(from + 300), 0)).batch.rows);
    const large = told(whole);
    expect(small.size).toBeGreaterThan(300 + 1_000);
    expect([...small].filter((one) => !large.has(one))).toEqual([]);
  });

  it('have six days of cover each, no day twice, and a commitment for every row', () => {
    const { person, membership, cover_policy: policies, cover_entry: days, trace_body: bodies } = whole;
    expect(person.length).toBe(blockPeople);
    expect(days.length).toBe(2 * 6_080);
    expect(new Set(days.map((row) => `${row.person_id}/${row.day}`)).size).toBe(days.length);
    expect(membership.length).toBe(1_000);
    const told = new Set(bodies.flatMap((row) => row.body.match(/[\w+/]{43}=/g) ?? []));
    for (const row of [...policies, ...membership])
      expect(told.has(commitmentOf(crypto, row as Parameters<typeof commitmentOf>[1]).commitment)).toBe(true);
  });

  it('stand in files of as many lines as the runs say', () => {
    const given = { seed: 1, nowMs, today: '2026-04-30' };
    const [whole, cut] = [
      textOf(registerLines(given, 0, 0, 2_000), 0),
      textOf(registerLines(given, 1, 2_000, 2_300), 1),
    ];
    expect(whole.members.text.split('\n').length).toBe(1 + 1_000 + 1);
    expect(whole.policies.text.split('\n').length).toBe(1 + 2_000 + 1);
    expect([whole.members.lines, whole.policies.lines]).toEqual([1_000, 2_000]);
    expect(cut.members.text.split('\n').length).toBe(cut.members.lines + 1);
    expect(cut.members.lines + cut.policies.lines).toBeLessThan(900);
  });
});
