// One chunk of an import: some lines judged against the register and taken in one transaction, all or none; or judged only. Chunks of
// all imports go one after the other, so that two commands at once cannot take the same person twice.

import { imported as cover } from '#modules/cover';
import type { ListedPerson } from '#modules/identity';
import { imported as membership } from '#modules/membership';
import type { Org } from '#modules/orgs';
import type { Trace } from '#modules/trace';
import { systemAccess } from '#platform/access';
import { dayOf } from '#platform/calendar';
import type { Clock } from '#platform/clock';
import type { CryptoPort } from '#platform/crypto';
import { brokenConstraint, type Database, type Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import type { IdDocument } from '#catalog/fields/index';
import { refuse, type ImportKind } from './contract.ts';
import { judge, type KnownPerson, type Register, type Verdict } from './judge.ts';
import type { ImportLine } from './line.ts';
import { chunkAct, chunkRows, type Route, type Taken } from './rows.ts';
import * as store from './store.ts';

export type ChunkOptions = {
  readonly db: Database;
  readonly crypto: CryptoPort;
  readonly clock: Clock;
  readonly trace: Trace;
  readonly route: Route;
  readonly orgName: (orgId: string) => string;
  readonly synthetic: boolean;
  readonly idIndex: (document: IdDocument) => Buffer;
  readonly isNameOf: (name: string, index: Buffer) => boolean;
  readonly known: (
    tx: Tx,
    documents: readonly IdDocument[],
  ) => Promise<ReadonlyMap<string, { readonly personId: string; readonly nameIndex: Buffer }>>;
  readonly peopleOfList: (
    tx: Tx,
    list: readonly ListedPerson[],
    given: { readonly region: string; readonly synthetic: boolean },
  ) => Promise<string[]>;
};

/** A line that the file itself says nothing against, or what it says. */
export type Read = {
  readonly line: number;
  readonly content: { readonly read: ImportLine; readonly org: Org; readonly index: Buffer } | null;
  readonly problem: string;
};

export type Outcome = {
  readonly line: number;
  readonly state: 'imported' | 'same' | 'bad';
  readonly zh: string;
  readonly linked: boolean;
};

type Run = { readonly runId: string; readonly kind: ImportKind; readonly source: string; readonly region: string };

const triesMax = 5;
export const problemContext = (runId: string, line: number): string => `import_line:problem:${runId}:${line}`;

export function createChunk(options: ChunkOptions) {
  const { db, crypto, clock, trace } = options;

  /** Who is meant, and what stands against the lines. Reads only. */
  async function look(tx: Tx, reads: readonly Read[], run: Pick<Run, 'kind' | 'source'>) {
    const good = reads.flatMap(({ line, content }) => (content ? [{ line, ...content }] : []));
    const known = await options.known(
      tx,
      good.map(({ read }) => read.person.idDocument),
    );
    const register = await registerOf(
      tx,
      run.kind,
      good.map(({ read }) => read),
      [...new Set([...known.values()].map(({ personId }) => personId))],
    );
    const people = new Map<number, KnownPerson | null>();
    const verdicts = new Map<number, Verdict>();
    for (const { line, read, org, index } of good) {
      const found = known.get(index.toString('hex'));
      const person = found
        ? { personId: found.personId, sameName: options.isNameOf(read.person.name, found.nameIndex) }
        : null;
      people.set(line, person);
      verdicts.set(line, judge(read, org, person, register, { source: run.source, orgName: options.orgName }));
    }
    return { people, verdicts, register };
  }

  async function registerOf(
    tx: Tx,
    kind: ImportKind,
    lines: readonly ImportLine[],
    people: string[],
  ): Promise<Register> {
    const numbers = lines.map(({ number }) => number);
    if (kind === 'members') {
      const [taken, active] = await Promise.all([
        tx.run(membership.numbersTaken, [numbers]),
        tx.run(membership.activeAmong, [people]),
      ]);
      return {
        members: new Map(taken.map((row) => [row.member_no, row])),
        active: new Map(
          active.map((row) => [row.person_id, { memberNo: row.member_no, unionOrgId: row.union_org_id }]),
        ),
        policies: new Map(),
        days: new Map(),
      };
    }
    const firsts = lines.flatMap((one) => (one.kind === 'policies' ? [one.firstDay] : [])).toSorted();
    const [from = '2000-01-01', last = from] = [firsts[0], firsts.at(-1)];
    const until = new Date(Date.parse(last) + 366 * 86_400_000).toISOString().slice(0, 10);
    const [taken, days] = await Promise.all([
      tx.run(cover.policiesTaken, [numbers]),
      tx.run(cover.daysAmong, [people, from, until]),
    ]);
    return {
      members: new Map(),
      active: new Map(),
      policies: new Map(taken.map((row) => [row.policy_no, row])),
      days: new Map(
        days.map((row) => [
          `${row.person_id}/${row.day}`,
          { generation: row.generation, bound: row.kind === 'bound', policyNo: row.policy_no },
        ]),
      ),
    };
  }

  function outcomesOf(reads: readonly Read[], looked: Awaited<ReturnType<typeof look>>): Outcome[] {
    return reads.map(({ line, content, problem }) => {
      const verdict = looked.verdicts.get(line);
      if (!content || !verdict) return { line, state: 'bad', zh: problem, linked: false };
      const linked = verdict.state === 'take' && looked.people.get(line) !== null;
      if (verdict.state === 'bad') return { line, state: 'bad', zh: verdict.zh, linked };
      return { line, state: verdict.state === 'take' ? 'imported' : 'same', zh: '', linked };
    });
  }

  /** What would come of the lines; nothing is written. */
  async function tryOut(reads: readonly Read[], run: Pick<Run, 'kind' | 'source'>): Promise<Outcome[]> {
    return db.transaction(systemAccess, async (tx) => outcomesOf(reads, await look(tx, reads, run)));
  }

  /** Takes the lines that nobody took meanwhile. */
  async function take(reads: readonly Read[], run: Run): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await db.transaction(systemAccess, (tx) => takeIn(tx, reads, run));
        return;
      } catch (error) {
        // Somebody registered, joined or bought in this very moment: the register is looked at again and says so line by line.
        if (brokenConstraint(error) === undefined) throw error;
        if (attempt >= triesMax) throw refuse('imports.busy');
      }
    }
  }

  async function takeIn(tx: Tx, all: readonly Read[], run: Run): Promise<void> {
    await tx.run(store.lockImports, []);
    const { last_line: last, state } = await tx.one(store.holdRun, [run.runId]);
    const reads = state === 'running' ? all.filter(({ line }) => line > last) : [];
    const until = reads.at(-1)?.line;
    if (until === undefined) return;
    const before = await look(tx, reads, run);
    const personOf = await people(tx, reads, before);
    // A purchase of these people waits until the chunk is in; what was bought before is seen now.
    if (run.kind === 'policies') await tx.run(cover.lockPeople, [[...new Set(personOf.values())]]);
    const looked = run.kind === 'policies' ? await look(tx, reads, run) : before;
    const outcomes = outcomesOf(reads, looked);
    const taken = reads.flatMap(({ line, content }, at): (Taken & { readonly at: number })[] => {
      if (!content || outcomes[at]?.state !== 'imported') return [];
      const personId = personOf.get(line);
      invariant(personId, 'who is taken is known');
      const { orgId, region } = content.org;
      const generationOf = (day: string) => looked.register.days.get(`${personId}/${day}`)?.generation ?? 0;
      return [{ at: line, targetId: newId(), line: content.read, personId, orgId, orgRegion: region, generationOf }];
    });
    write(tx, taken, run);
    const targets = new Map(taken.map((one) => [one.at, one]));
    const counts = { imported: 0, same: 0, bad: 0 };
    for (const { line, state: became, zh } of outcomes) {
      counts[became] += 1;
      const target = targets.get(line);
      tx.add(store.insertLine, {
        import_run_id: run.runId,
        line,
        state: became,
        problem_sealed: became === 'bad' ? crypto.seal(problemContext(run.runId, line), zh) : null,
        person_id: target?.personId ?? null,
        made_person: target !== undefined && before.people.get(line) === null,
        target_id: target?.targetId ?? null,
      });
    }
    tx.send(store.advanceRun, [run.runId, until, counts.imported, counts.same, counts.bad]);
  }

  /** The people of the lines that are to be taken, by line: linked, or made as people known from a list only. */
  async function people(tx: Tx, reads: readonly Read[], looked: Awaited<ReturnType<typeof look>>) {
    const personOf = new Map<number, string>();
    const fresh = new Map<string, { line: number; person: ListedPerson }[]>();
    for (const { line, content } of reads) {
      if (!content || looked.verdicts.get(line)?.state !== 'take') continue;
      const known = looked.people.get(line);
      if (known) personOf.set(line, known.personId);
      else {
        const region = content.read.kind === 'policies' ? content.read.region : content.org.region;
        fresh.set(region, [...(fresh.get(region) ?? []), { line, person: content.read.person }]);
      }
    }
    for (const [region, list] of fresh) {
      const once = new Map(list.map(({ person }) => [options.idIndex(person.idDocument).toString('hex'), person]));
      const ids = await options.peopleOfList(tx, [...once.values()], { region, synthetic: options.synthetic });
      const byIndex = new Map([...once.keys()].map((index, at) => [index, ids[at] ?? '']));
      for (const { line, person } of list)
        personOf.set(line, byIndex.get(options.idIndex(person.idDocument).toString('hex')) ?? '');
    }
    return personOf;
  }

  function write(tx: Tx, taken: readonly Taken[], run: Run): void {
    if (taken.length === 0) return;
    const at = clock.now();
    const given = { runId: run.runId, source: run.source, at, today: dayOf(at), route: options.route };
    const rows = chunkRows(crypto, taken, given, (commitments) => trace.record(tx, chunkAct(run, at, commitments)));
    for (const row of rows.membership) tx.add(membership.insertImported, row);
    for (const row of rows.cover_policy) tx.add(cover.insertPolicies, row);
    for (const row of rows.cover_entry) tx.add(cover.insertEntries, row);
  }

  return { tryOut, take };
}
