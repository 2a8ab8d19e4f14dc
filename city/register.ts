// People beyond the city's first ones, as most of a real city's people come: their memberships and policies were brought over from an
// older system by the program's import, and most of them have logged in since. The rows are those that an import leaves, made by the
// modules' own pure functions; a block of people needs nothing of another, so that blocks are made side by side.

import { createHash } from 'node:crypto';
import { dayOf } from '#platform/calendar';
import { systemAccess } from '#platform/access';
import { sha256 } from '#platform/crypto';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import { createActs, type By } from '#modules/administration';
import { listedRow } from '#modules/identity';
import { beginningOf, chunkAct, chunkLines, chunkRows, type ImportKind, type Taken } from '#modules/imports';
import {
  blockLines,
  blockPeople,
  files,
  registerLines,
  textOf,
  type Listed,
  type MemberOf,
  type PolicyOf,
  type RegisterText,
} from './register-lines.ts';
import { createRandom } from './random.ts';
import { emptyRow, type Row, type Rows, type TableName } from './rows.ts';
import { tables } from './tables.ts';
import type { World } from './world.ts';

const dayMs = 86_400_000;
const kinds = ['members', 'policies'] as const;
/** The import was twenty days ago: members first, policies two hours later. A chunk took a good third of a second. */
const importedDaysAgo = 20;
const policiesAfterMs = 2 * 3_600_000;
const chunkMs = 350;
const firstLine = 2;

export type Register = {
  readonly seed: number;
  readonly nowMs: number;
  /** Number of the first person who came with it, and of the first who is none of the city's. */
  readonly from: number;
  readonly until: number;
  readonly runs: Readonly<Record<ImportKind, string>>;
  /** Region of the administrator who imported. */
  readonly region: string;
};

/** Null where everybody of the city has lived it all here. */
export function registerOf(given: Omit<Register, 'runs'>): Register | null {
  if (given.until <= given.from) return null;
  const random = createRandom(given.seed, 'register');
  const atMs = startMs(given.nowMs);
  return { ...given, runs: { members: random.id(atMs), policies: random.id(atMs + policiesAfterMs) } };
}

export const blocksOf = ({ from, until }: Register): number => Math.ceil((until - from) / blockPeople);

const startMs = (nowMs: number): number => nowMs - importedDaysAgo * dayMs;
const beganMs = (kind: ImportKind, nowMs: number): number =>
  startMs(nowMs) + (kind === 'policies' ? policiesAfterMs : 0);

type Run = { readonly runId: string; readonly kind: ImportKind; readonly source: string; readonly region: string };

/** Makes a block's rows in its world, and gives its part of the files. */
export function makeBlock(world: World, register: Register, block: number): Promise<RegisterText> {
  const { nowMs, seed, until } = register;
  const from = register.from + block * blockPeople;
  const today = dayOf(new Date(startMs(nowMs)).toISOString());
  const lines = registerLines({ seed, nowMs, today }, block, from, Math.min(until, from + blockPeople));
  const made = new Map<Listed, string>();
  return world.db.transaction(systemAccess, async (tx) => {
    for (const kind of kinds) {
      const run: Run = { runId: register.runs[kind], kind, source: files[kind].source, region: register.region };
      const all = lines[kind];
      for (let at = 0; at < all.length; at += chunkLines) {
        const before = block * blockLines[kind] + at;
        world.setNow(beganMs(kind, nowMs) + Math.round(before / chunkLines) * chunkMs);
        const chunk = all.slice(at, at + chunkLines);
        takeChunk(world, run, { lines: chunk, firstLine: firstLine + before, made }, (commitments) =>
          world.trace.record(tx, chunkAct(run, world.now(), commitments)),
        );
      }
    }
    return textOf(lines, block);
  });
}

type Chunk = {
  readonly lines: readonly (MemberOf | PolicyOf)[];
  readonly firstLine: number;
  /** Ids of people whom a line before has made. */
  readonly made: Map<Listed, string>;
};

function takeChunk(world: World, run: Run, chunk: Chunk, leafOf: Parameters<typeof chunkRows>[3]): void {
  const { rows } = world;
  const fresh = new Set(chunk.lines.flatMap(({ who }) => (chunk.made.has(who) ? [] : [who])));
  for (const who of fresh) addListed(world, who, chunk.made);
  const taken = chunk.lines.map(({ who, line }): Taken => {
    const { org_id: orgId, region: orgRegion } = world.orgs.byCode(line.orgCode);
    const personId = chunk.made.get(who);
    invariant(orgId && orgRegion && personId, 'a line names a person and an organisation of the city');
    return { targetId: newId(), line, personId, orgId, orgRegion, generationOf: () => 0 };
  });
  const at = world.now();
  const { runId, source } = run;
  const given = { runId, source, at, today: dayOf(at), route: world.orgs.route };
  const made = chunkRows(world.crypto, taken, given, leafOf);
  keep(rows, 'membership', made.membership);
  keep(rows, 'cover_policy', made.cover_policy);
  keep(rows, 'cover_entry', made.cover_entry);
  keep(
    rows,
    'import_line',
    taken.map(({ personId, targetId }, index) => ({
      import_run_id: runId,
      line: chunk.firstLine + index,
      state: 'imported',
      person_id: personId,
      made_person: fresh.has(chunk.lines[index]?.who as Listed),
      target_id: targetId,
    })),
  );
}

/** Somebody whom the list made known; whoever has come since is found by the phone and has a platform. */
function addListed(world: World, who: Listed, made: Map<Listed, string>): void {
  const { person, arrived } = who;
  const { name, idNumber, phone, birthDay, occupation, district } = person;
  const personId = newId();
  const listed = listedRow(
    world.crypto,
    { name, idDocument: { type: 'resident_id', number: idNumber }, phone, birthDay, occupation },
    { personId, region: district.region, synthetic: true, createdAt: world.now() },
  );
  const came = {
    phone_index: world.crypto.blindIndex('phone', phone),
    platform_org_id: world.orgs.byCode(`platform-${person.platformCode}`).org_id,
    // Name, number and phone were checked when they came.
    verified: true,
    claimed: false,
    arrived_as: newId(),
  };
  made.set(who, personId);
  world.rows.person.push(arrived ? { ...listed, ...came } : listed);
}

function keep<Table extends TableName>(rows: Rows, table: Table, made: readonly Partial<Row<Table>>[]): void {
  const list: Row<Table>[] = rows[table];
  const columns = Object.keys(tables[table]).length;
  for (const row of made) {
    const isWhole = Object.keys(row).length === columns;
    list.push((isWhole ? row : { ...emptyRow(table), ...row }) as Row<Table>);
  }
}

// ---- the runs ----------------------------------------------------------------------------------------------------------------

/** What a run has come to when its last chunk is in: the row of the run is set so, as the program does. */
export type RunEnd = {
  readonly runId: string;
  readonly fileHash: Buffer;
  readonly lastLine: number;
  readonly imported: number;
  readonly finishedAt: string;
};

/** The runs as they begin, before the first line. */
export function addRuns(world: World, register: Register, staffId: string): void {
  for (const kind of kinds) {
    const runId = register.runs[kind];
    world.rows.import_run.push({
      import_run_id: runId,
      kind,
      source: files[kind].source,
      file_name: files[kind].name,
      // The file is not whole yet; its hash comes with the end.
      file_hash: sha256(runId),
      state: 'running',
      staff_id: staffId,
      started_at: new Date(beganMs(kind, register.nowMs)).toISOString(),
      readers: ['*'],
    });
  }
}

/** Follows the blocks in their order, and ends the runs: what was imported, and the administrator's acts that began it. */
export function followRuns(register: Register) {
  const hashes = { members: createHash('sha256'), policies: createHash('sha256') };
  const lines = { members: 0, policies: 0 };

  return {
    add: (part: RegisterText): void => {
      for (const kind of kinds) {
        hashes[kind].update(part[kind].text);
        lines[kind] += part[kind].lines;
      }
    },
    end: async (world: World, by: By): Promise<RunEnd[]> => {
      const acts = createActs(world);
      const ends: RunEnd[] = [];
      for (const kind of kinds) {
        const runId = register.runs[kind];
        const fileHash = hashes[kind].digest();
        const { source, name: fileName } = files[kind];
        const atMs = beganMs(kind, register.nowMs);
        world.setNow(atMs);
        const { type, content, title, body } = beginningOf({ runId, kind, source, fileName, fileHash });
        const work = async () => ({ title, orgId: null, body, answer: runId });
        await acts.once({ by, requestId: newId(), type, content, work });
        const finishedMs = atMs + Math.ceil(lines[kind] / chunkLines) * chunkMs;
        const [imported, finishedAt] = [lines[kind], new Date(finishedMs).toISOString()];
        ends.push({ runId, fileHash, lastLine: firstLine + imported - 1, imported, finishedAt });
      }
      return ends;
    },
  };
}
