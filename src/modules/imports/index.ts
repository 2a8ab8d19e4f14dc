// The door of imports: members and policies of an older system, tried out or taken, continued after an interruption, undone, listed, and
// erased line by line when their retention is over. Operators only: a command calls it, no route does.

import type { Acts } from '#modules/administration';
import type { Org } from '#modules/orgs';
import { isNoPerson, readCsv, withProblems, writeCsv, type SheetRow } from '#modules/rosters';
import { systemAccess } from '#platform/access';
import { dayOf } from '#platform/calendar';
import { sha256 } from '#platform/crypto';
import { newId } from '#platform/ids';
import { createChunk, problemContext, type ChunkOptions, type Outcome, type Read } from './chunk.ts';
import { refuse, type ImportKind } from './contract.ts';
import { createSeen, repeated, type Seen } from './judge.ts';
import { headerRowsMax, readLine, requireHeader, type ImportHeader } from './line.ts';
import * as store from './store.ts';
import { beginningOf } from './rows.ts';
import { createUndo, type UndoOptions } from './undo.ts';

export { titlesOf } from './line.ts';
/** For the synthetic city, which copies rows into the database as a run leaves them. */
export { beginningOf, chunkAct, chunkRows, commitmentOf, type ChunkRows, type Taken } from './rows.ts';
export type { ImportKind } from './contract.ts';
export type { MemberLine, PolicyLine } from './line.ts';

export type ImportsOptions = ChunkOptions &
  UndoOptions & {
    readonly acts: Pick<Acts, 'once'>;
    readonly orgByCode: (code: string) => Org | undefined;
    readonly holds: (role: string, orgId: string) => boolean;
  };

export type ImportInput = {
  readonly kind: ImportKind;
  readonly bytes: Buffer;
  readonly fileName: string;
  readonly source: string;
  /** Login of the system administrator who answers for it. */
  readonly by: string;
  readonly dryRun: boolean;
  readonly onProgress?: (lines: number) => void;
};

export type ImportCounts = { imported: number; linked: number; same: number; bad: number };
export type ImportResult = {
  readonly runId: string | null;
  /** The last line of an earlier try behind which this one went on; 0 where it began anew. */
  readonly resumedBehind: number;
  readonly counts: ImportCounts;
  readonly problems: ReadonlyMap<number, string>;
  /** The file with its problems, as it is written down for whoever mends it. */
  readonly marked: () => AsyncGenerator<Buffer>;
};

export const chunkLines = 1_000;
/** A chunk of long policies is cut here, so that no transaction holds more rows of the ledger. */
const chunkDays = 20_000;
/** A province's members. */
const rowsMax = 5_000_000;
/** How long a run can be undone as a whole. */
const keepDays = 180;
const sweepMax = 5;
const listMax = 50;

const holders = {
  members: ['grassroots_union', 'township_union', 'industry_union', 'county_union'],
  policies: ['insurer_underwriter'],
} as const;

export function createImports(options: ImportsOptions) {
  const { db, clock, crypto } = options;
  const chunk = createChunk(options);
  const undo = createUndo(options);

  async function operator(login: string) {
    const found = await db.transaction(systemAccess, (tx) => tx.maybe(store.selectOperator, [login]));
    if (!found) throw refuse('imports.no_operator', { login });
    const { staff_id: staffId, org_id: orgId, region } = found;
    return { staffId, orgId, region, role: 'system_administrator' };
  }

  async function run(input: ImportInput): Promise<ImportResult> {
    const source = input.source.normalize('NFKC').trim();
    if (!/^[\p{L}\p{N}][\p{L}\p{N}()\-_. ]{1,39}$/u.test(source)) throw refuse('imports.source_name', { source });
    const by = await operator(input.by);
    const sheet = readCsv(input.bytes, rowsMax);
    const header = await headerOf(sheet.rows(), input.kind);
    const began = input.dryRun ? null : await begin({ ...input, source }, by);
    const runId = began?.import_run_id ?? null;
    const outcomes: Outcome[] = [];
    const toRead = readerOf(input.kind, header);
    let lines = 0;
    for await (const reads of chunksOf(sheet.rows(), header, toRead)) {
      if (runId === null) outcomes.push(...(await chunk.tryOut(reads, { kind: input.kind, source })));
      else await chunk.take(reads, { runId, kind: input.kind, source, region: by.region });
      lines += reads.length;
      input.onProgress?.(lines);
    }
    const done = runId === null ? countsOf(outcomes) : await finish(runId);
    return {
      runId,
      resumedBehind: began?.last_line ?? 0,
      ...done,
      marked: () => writeCsv(withProblems(sheet.rows(), header, (line) => done.problems.get(line) ?? '')),
    };
  }

  async function begin(input: ImportInput, by: Awaited<ReturnType<typeof operator>>): Promise<store.RunRow> {
    const { kind, source, fileName } = input;
    const hash = sha256(input.bytes);
    const beginning = (id: string) => beginningOf({ runId: id, kind, source, fileName, fileHash: hash });
    const { type, content } = beginning('');
    const runId = await options.acts.once({
      by,
      requestId: newId(),
      type,
      content,
      work: async (tx) => {
        await tx.run(store.lockImports, []);
        const known = await tx.maybe(store.findRun, [kind, source, hash]);
        if (known?.state === 'undoing') throw refuse('imports.busy');
        const id = known?.import_run_id ?? newId();
        if (!known) tx.send(store.insertRun, [id, kind, source, fileName, hash, by.staffId, clock.now()]);
        const { title, body } = beginning(id);
        return { title, orgId: null, body, answer: id };
      },
    });
    return db.transaction(systemAccess, (tx) => tx.one(store.selectRun, [runId]));
  }

  async function finish(runId: string): Promise<{ counts: ImportCounts; problems: ReadonlyMap<number, string> }> {
    return db.transaction(systemAccess, async (tx) => {
      const { state, lines_erased_at: erased } = await tx.one(store.holdRun, [runId]);
      if (state === 'running') tx.send(store.setState, [runId, 'done', clock.now()]);
      if (erased !== null) return { counts: { imported: 0, linked: 0, same: 0, bad: 0 }, problems: new Map() };
      const counts = await tx.one(store.countLines, [runId]);
      const bad = await tx.run(store.badLines, [runId]);
      const problems = bad.map(
        ({ line, problem_sealed: sealed }) => [line, crypto.open(problemContext(runId, line), sealed)] as const,
      );
      return { counts, problems: new Map(problems) };
    });
  }

  /** Reads a row, checks its organisation, and notes what the file said before. */
  function readerOf(kind: ImportKind, header: ImportHeader): (row: SheetRow) => Read {
    const seen: Seen = createSeen();
    const today = dayOf(clock.now());
    const orgs = new Map<string, Org | null>();
    const orgOf = (code: string): Org | null => {
      const known = orgs.get(code);
      if (known !== undefined) return known;
      const found = options.orgByCode(code);
      const org = found && holders[kind].some((role) => options.holds(role, found.orgId)) ? found : null;
      orgs.set(code, org);
      return org;
    };
    return (row) => {
      const { line, read, problem } = readLine(row, header, kind, today);
      if (!read) return { line, content: null, problem };
      const org = orgOf(read.orgCode);
      if (!org) {
        const zh = kind === 'members' ? '接收会员的工会' : '承保机构';
        return { line, content: null, problem: `没有编码为 ${read.orgCode} 的${zh}。请先在本系统设立，或改正编码。` };
      }
      const index = options.idIndex(read.person.idDocument);
      const twice = repeated(seen, line, read, index.toString('hex'));
      return twice === null
        ? { line, content: { read, org, index }, problem: '' }
        : { line, content: null, problem: twice };
    };
  }

  async function undoRun(runId: string, by: string) {
    const who = await operator(by);
    await options.acts.once({
      by: who,
      requestId: newId(),
      type: 'import_undone',
      content: { run: runId },
      work: async (tx) => {
        await tx.run(store.lockImports, []);
        const found = await tx.maybe(store.holdRun, [runId]);
        if (!found) throw refuse('imports.no_run', { run: runId });
        if (found.state === 'running') throw refuse('imports.not_done');
        if (found.lines_erased_at !== null) throw refuse('imports.too_late');
        tx.send(store.askAgain, [runId]);
        tx.send(store.setState, [runId, 'undoing', clock.now()]);
        return { title: `撤销从旧系统“${found.source}”的导入`, orgId: null, body: { run: runId }, answer: null };
      },
    });
    await undo.undoAll({ runId, region: who.region });
    return db.transaction(systemAccess, async (tx) => {
      const { state } = await tx.one(store.selectRun, [runId]);
      const kept = await tx.run(store.keptLines, [runId]);
      return { state, kept: kept.map(({ line, kept_because: zh }) => ({ line, zh })) };
    });
  }

  const list = () => db.transaction(systemAccess, (tx) => tx.run(store.listRuns, [listMax]));

  /** Lines of old runs: from then on a run cannot be undone as a whole. */
  async function sweep(): Promise<number> {
    const now = clock.now();
    const before = new Date(Date.parse(now) - keepDays * 86_400_000).toISOString();
    return db.transaction(systemAccess, async (tx) => {
      const ids = (await tx.run(store.oldRuns, [before, sweepMax])).map((row) => row.import_run_id);
      if (ids.length > 0) {
        tx.send(store.eraseLines, [ids]);
        tx.send(store.markErased, [ids, now]);
      }
      return ids.length;
    });
  }

  return { run, undo: undoRun, list, sweep };
}

async function headerOf(rows: AsyncGenerator<SheetRow>, kind: ImportKind): Promise<ImportHeader> {
  const first: SheetRow[] = [];
  for await (const row of rows) {
    first.push(row);
    if (first.length >= headerRowsMax) break;
  }
  return requireHeader(first, kind);
}

async function* chunksOf(
  rows: AsyncGenerator<SheetRow>,
  header: ImportHeader,
  toRead: (row: SheetRow) => Read,
): AsyncGenerator<Read[]> {
  let reads: Read[] = [];
  let days = 0;
  for await (const row of rows) {
    if (row.line <= header.line || isNoPerson(row, header)) continue;
    const read = toRead(row);
    reads.push(read);
    days += read.content?.read.kind === 'policies' ? read.content.read.days : 0;
    if (reads.length < chunkLines && days < chunkDays) continue;
    yield reads;
    reads = [];
    days = 0;
  }
  if (reads.length > 0) yield reads;
}

function countsOf(outcomes: readonly Outcome[]) {
  const of = (state: Outcome['state']) => outcomes.filter((one) => one.state === state);
  return {
    counts: {
      imported: of('imported').length,
      linked: of('imported').filter((one) => one.linked).length,
      same: of('same').length,
      bad: of('bad').length,
    },
    problems: new Map(of('bad').map(({ line, zh }) => [line, zh])),
  };
}
