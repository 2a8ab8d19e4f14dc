// The check of a list, as a job: the file is read as a stream, each line is judged, matched with the register and kept, some thousands
// in a transaction. A check that was interrupted, however, goes on behind the last line that was kept.

import { sha256, type CryptoPort } from '#platform/crypto';
import { fieldKinds, type IdDocument } from '#catalog/fields/index';
import type { RosterOptions } from '#catalog/fields/roster';
import { systemAccess } from '#platform/access';
import { dayOf } from '#platform/calendar';
import type { Clock } from '#platform/clock';
import type { Database, Tx } from '#platform/db';
import { Refusal } from '#platform/errors';
import { readCsv } from './csv.ts';
import { headerIn, headerRowsMax, isNoPerson, type Header } from './header.ts';
import { checkLine, type CheckedLine, type LineProblem, type LineRules } from './line.ts';
import { linesMax, refuseSheet, type Sheet, type SheetRow } from './sheet.ts';
import * as store from './store.ts';
import { openXlsx } from './xlsx.ts';

/** What the register knows of the people of some lines, by the hex of their ID number's index. */
export type Known = { readonly personId: string; readonly nameIndex: Buffer };

export type CheckOptions = {
  readonly db: Database;
  readonly crypto: CryptoPort;
  readonly clock: Clock;
  /** The bytes of an uploaded file; null when it is gone. */
  readonly content: (fileId: string) => Promise<Buffer | null>;
  /** The options of the field for which a list is handed in; undefined when the service no longer takes one. */
  readonly fieldOf: (serviceCode: string, field: string) => RosterOptions | undefined;
  readonly idIndex: (document: IdDocument) => Buffer;
  readonly isNameOf: (name: string, index: Buffer) => boolean;
  readonly known: (tx: Tx, documents: readonly IdDocument[]) => Promise<ReadonlyMap<string, Known>>;
  /** What stands against a person for this service, as a sentence; by person id. */
  readonly against: (tx: Tx, serviceCode: string, personIds: readonly string[]) => Promise<ReadonlyMap<string, string>>;
};

const chunkLines = 2_000;

/** What a line is sealed to, so that it opens in its own place only. */
export const lineContext = (rosterId: string, line: number): string => `roster_line:content:${rosterId}:${line}`;

export async function openSheets(bytes: Buffer): Promise<readonly Sheet[]> {
  // PK: a zip, as .xlsx is; D0CF11E0: the old binary format of Office.
  if (bytes.subarray(0, 4).equals(Buffer.from([0xd0, 0xcf, 0x11, 0xe0]))) throw refuseSheet('rosters.old_excel');
  if (bytes.subarray(0, 2).toString('latin1') === 'PK') return openXlsx(bytes);
  const isWide = bytes[0] === 0xff || bytes[0] === 0xfe;
  if (!isWide && bytes.subarray(0, 4_096).includes(0)) throw refuseSheet('rosters.not_a_table');
  return [readCsv(bytes)];
}

/** The sheet that holds a list, and its header. */
export async function findList(sheets: readonly Sheet[]): Promise<{ sheet: Sheet; header: Header }> {
  for (const sheet of sheets) {
    let looked = 0;
    for await (const row of sheet.rows()) {
      const header = headerIn(row);
      if (header) return { sheet, header };
      looked += 1;
      if (looked >= headerRowsMax) break;
    }
  }
  throw refuseSheet('rosters.no_header');
}

export function createCheck(options: CheckOptions) {
  const { db, crypto, clock } = options;

  async function check(rosterId: string): Promise<void> {
    const roster = await db.transaction(systemAccess, (tx) => tx.maybe(store.selectRoster, [rosterId]));
    if (roster?.state !== 'checking') return;
    try {
      await checkFile(roster);
      await end(rosterId, 'checked', null);
    } catch (error) {
      // What is wrong with the file stays wrong; anything else is tried again.
      if (!(error instanceof Refusal)) throw error;
      await end(rosterId, 'failed', [error.zh, error.next].filter(Boolean).join(''));
    }
  }

  async function end(rosterId: string, state: 'checked' | 'failed', failure: string | null): Promise<void> {
    await db.transaction(systemAccess, async (tx) => tx.send(store.endCheck, [rosterId, state, failure, clock.now()]));
  }

  async function checkFile(roster: store.RosterRow): Promise<void> {
    const bytes = await options.content(roster.file_id);
    const field = options.fieldOf(roster.service_code, roster.field);
    if (!bytes || !field) throw refuseSheet('rosters.not_a_table');
    const { sheet, header } = await findList(await openSheets(bytes));
    const { kind, how, notes } = sheet;
    await db.transaction(systemAccess, async (tx) =>
      tx.send(store.describeRoster, [roster.roster_id, kind, how, JSON.stringify(header), [...notes]]),
    );
    const rules = { ageMin: field.ageMin ?? 16, ageMax: field.ageMax ?? null, today: dayOf(clock.now()) };
    const people = await checkLines(roster, sheet, header, rules);
    if (people === 0) throw refuseSheet('rosters.no_lines');
  }

  async function checkLines(roster: store.RosterRow, sheet: Sheet, header: Header, rules: LineRules): Promise<number> {
    const seen = createSeen();
    for (const { line, id_index: index } of await db.transaction(systemAccess, (tx) =>
      tx.run(store.indexesOf, [roster.roster_id]),
    ))
      seen.add(index.toString('hex'), line);
    let people = roster.lines_read;
    let last = roster.last_line;
    let chunk: SheetRow[] = [];
    /** What was judged last is being kept while the next lines are read and judged. */
    let keeping: Promise<void> = Promise.resolve();
    const keep = async (): Promise<void> => {
      const rows = chunk;
      chunk = [];
      const until = rows.at(-1)?.line;
      if (until === undefined) return;
      const judged = rows.map((row) => sealed(roster.roster_id, checkLine(row, header, rules)));
      await keeping;
      keeping = keepChunk(roster, judged, seen, last, until);
      // Whoever waits for it next hears of a failure; until then nobody does.
      keeping.catch(() => undefined);
      last = until;
    };
    try {
      for await (const row of sheet.rows()) {
        if (row.line <= header.line || row.line <= roster.last_line || isNoPerson(row, header)) continue;
        people += 1;
        if (people > linesMax) throw refuseSheet('rosters.too_many_lines', { max: linesMax });
        chunk.push(row);
        if (chunk.length >= chunkLines) await keep();
      }
      await keep();
    } finally {
      // Also where reading fails: what is on its way is neither lost nor done twice.
      await keeping;
    }
    return people;
  }

  async function keepChunk(
    roster: store.RosterRow,
    lines: readonly Sealed[],
    seen: Seen,
    from: number,
    until: number,
  ): Promise<void> {
    await db.transaction(systemAccess, async (tx) => {
      const known = await options.known(
        tx,
        lines.flatMap(({ one }) => (one.listed ? [one.listed.idDocument] : [])),
      );
      const ids = [...known.values()].map(({ personId }) => personId);
      const against = ids.length > 0 ? await options.against(tx, roster.service_code, ids) : new Map<string, string>();
      let good = 0;
      for (const { one, index, content, contentKey } of lines) {
        const problems = [...one.problems, ...matched(one, index, known, against, seen)];
        if (problems.length === 0) good += 1;
        tx.add(store.insertLine, {
          roster_id: roster.roster_id,
          line: one.line,
          state: problems.length === 0 ? 'good' : 'bad',
          content_sealed: content,
          name_mask: fieldKinds.person_name.mask(one.given.name),
          id_index: index,
          content_index: contentKey,
          problems: JSON.stringify(problems),
        });
      }
      const moved = await tx.maybe(store.advanceRoster, [
        roster.roster_id,
        from,
        lines.length,
        until,
        good,
        lines.length - good,
      ]);
      // Another worker took the job over: what it does is the same.
      if (!moved) throw new Error(`roster ${roster.roster_id} is being checked elsewhere`);
    });
  }

  /** All that is made of a line without asking anybody. */
  function sealed(rosterId: string, one: CheckedLine): Sealed {
    return {
      one,
      index: one.listed ? options.idIndex(one.listed.idDocument) : null,
      content: crypto.seal(lineContext(rosterId, one.line), JSON.stringify(one.listed ?? one.given)),
      contentKey: one.listed ? contentIndex(one) : null,
    };
  }

  const contentIndex = (one: CheckedLine): Buffer =>
    crypto.blindIndex('file', sha256(JSON.stringify(one.listed)).toString('hex'));

  function matched(
    { line, listed }: CheckedLine,
    index: Buffer | null,
    known: ReadonlyMap<string, Known>,
    against: ReadonlyMap<string, string>,
    seen: Seen,
  ): LineProblem[] {
    if (!listed || !index) return [];
    const key = index.toString('hex');
    const first = seen.add(key, line);
    if (first !== null)
      return [{ field: 'idNumber', code: 'twice', zh: `与第 ${first} 行的身份证号相同。请删去重复的一行。` }];
    const person = known.get(key);
    if (!person) return [];
    if (!options.isNameOf(listed.name, person.nameIndex))
      return [{ field: 'name', code: 'other_name', zh: '姓名与这个证件号码登记的不一致。请对照证件核对。' }];
    const why = against.get(person.personId);
    return why === undefined ? [] : [{ field: 'line', code: 'against', zh: why }];
  }

  return { check };
}

type Sealed = {
  readonly one: CheckedLine;
  readonly index: Buffer | null;
  readonly content: string;
  readonly contentKey: Buffer | null;
};

type Seen = { add(key: string, line: number): number | null };

/** Where an ID number stood first; null for the first time. */
function createSeen(): Seen {
  const lines = new Map<string, number>();
  return {
    add: (key, line) => {
      const first = lines.get(key);
      if (first === undefined) lines.set(key, line);
      return first === undefined || first === line ? null : first;
    },
  };
}
