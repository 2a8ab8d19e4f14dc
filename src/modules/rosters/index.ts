// The door of lists: taking a file in, its check as a job, the report line by line, the corrected file, and the people of a list that a
// case has taken.

import type { Effect } from '#modules/cases';
import type { RosterOptions } from '#catalog/fields/roster';
import { roleGrant, systemAccess, type Access } from '#platform/access';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import type { enqueue as enqueueJob } from '#platform/jobs';
import { cutPage, decodeCursor } from '#platform/page';
import { z } from 'zod';
import { createCheck, findList, openSheets, type CheckOptions } from './check.ts';
import { refuse, rosterStateZh, type RosterLines, type RosterView } from './contract.ts';
import { createItems, type ItemsOptions } from './items.ts';
import { columnZh, type ColumnName } from './header.ts';
import { kindZh } from './kinds.ts';
import * as store from './store.ts';
import { withProblems, writeCsv, writeXlsx } from './write.ts';

/** For whoever else reads tables as offices write them. */
export { readCsv } from './csv.ts';
export { foldTitle, isNoPerson, type Header } from './header.ts';
export { checkLine, foldCell } from './line.ts';
export type { SheetRow } from './sheet.ts';
export { withProblems, writeCsv } from './write.ts';
export { rosterRoutes } from './http.ts';
export type { Known } from './check.ts';

export type RostersOptions = CheckOptions &
  ItemsOptions & {
    readonly enqueue: typeof enqueueJob;
    /** Roles that may start a service at the desk. */
    readonly startersOf: (serviceCode: string) => readonly string[];
    readonly storeTable: (
      access: Access,
      upload: { name: string; bytes: Buffer; mediaType: string },
    ) => Promise<{ fileId: string; name: string }>;
    /** A file of a case is kept as long as the case. */
    readonly claimFile: (tx: Parameters<Effect>[0]['tx'], fileId: string, caseId: string) => void;
  };

export type UploadInput = {
  readonly requestId: string;
  readonly serviceCode: string;
  readonly field: string;
  /** The office in which the list is handed in; the only one that may, unless said. */
  readonly role: string | null;
  readonly orgId: string | null;
  readonly previousId: string | null;
  readonly name: string;
  readonly bytes: Buffer;
};

const pageLines = 50;
/** A list that no application took is erased after this. */
const keepDays = 30;
const sweepMax = 20;

export type Rosters = ReturnType<typeof createRosters>;

export function createRosters(options: RostersOptions) {
  const { db, clock } = options;
  const { check } = createCheck(options);
  const items = createItems(options);

  async function upload(access: Access, input: UploadInput): Promise<{ rosterId: string }> {
    const staffId = access.actorId;
    invariant(staffId, 'only staff uploads a list');
    if (!options.fieldOf(input.serviceCode, input.field)) throw refuse('rosters.wrong_field');
    const office = officeOf(access, input);
    if (!office) throw refuse('rosters.wrong_field');
    // What is no table at all is said at once, while the person still looks at the button.
    await openSheets(input.bytes);
    const known = await db.transaction(access, (tx) => tx.maybe(store.selectByRequest, [input.requestId, staffId]));
    if (known) return { rosterId: known.roster_id };
    const mediaType = input.bytes.subarray(0, 2).toString('latin1') === 'PK' ? xlsxType : 'text/csv';
    const file = await options.storeTable(access, { name: input.name, bytes: input.bytes, mediaType });
    return db.transaction(access, async (tx) => {
      const readers = ['*', roleGrant(office.role, office.orgId)];
      const previous = input.previousId ? await tx.maybe(store.selectRoster, [input.previousId]) : undefined;
      const made = await tx.maybe(store.insertRoster, [
        newId(),
        input.requestId,
        office.orgId,
        staffId,
        input.serviceCode,
        input.field,
        file.fileId,
        file.name,
        previous?.roster_id ?? null,
        clock.now(),
        readers,
      ]);
      if (!made) {
        const other = await tx.maybe(store.selectByRequest, [input.requestId, staffId]);
        if (!other) throw refuse('rosters.changed');
        return { rosterId: other.roster_id };
      }
      const rosterId = made.roster_id;
      options.enqueue(tx, 'rosters.check', { rosterId }, { jobKey: `rosters.check:${rosterId}`, maxAttempts: 10 });
      return { rosterId };
    });
  }

  function officeOf(access: Access, { serviceCode, role, orgId }: UploadInput) {
    const roles = options.startersOf(serviceCode);
    const held = access.grants.flatMap((grant) => {
      const [one = '', at = ''] = grant.split('@');
      return roles.includes(one) && (role ?? one) === one && (orgId ?? at) === at ? [{ role: one, orgId: at }] : [];
    });
    return held[0];
  }

  async function view(access: Access, rosterId: string): Promise<RosterView> {
    return db.transaction(access, async (tx) => {
      const row = await tx.maybe(store.selectRoster, [rosterId]);
      if (!row) throw refuse('rosters.not_found');
      const kinds = row.bad_count > 0 ? await tx.run(store.problemKinds, [rosterId]) : [];
      const isDone = row.state === 'checked' || row.state === 'taken';
      const changes =
        row.previous_id && isDone ? await tx.maybe(store.changesSince, [rosterId, row.previous_id]) : null;
      return {
        rosterId,
        fileName: row.file_name,
        state: row.state,
        stateZh: rosterStateZh[row.state],
        how: row.how,
        headerZh: row.header ? headerZh(row.header) : null,
        notes: [...row.notes],
        failure: row.failure,
        read: row.lines_read,
        good: row.good_count,
        bad: row.bad_count,
        kinds: kinds.map(({ field, code, count }) => ({ zh: kindZh(field, code), count })),
        changes: changes ?? null,
        createdAt: row.created_at,
      };
    });
  }

  async function lines(access: Access, rosterId: string, cursor: string | undefined): Promise<RosterLines> {
    const after = decodeCursor(z.number().int().nonnegative(), cursor) ?? 0;
    return db.transaction(access, async (tx) => {
      if (!(await tx.maybe(store.selectRoster, [rosterId]))) throw refuse('rosters.not_found');
      const rows = await tx.run(store.badLines, [rosterId, after, pageLines + 1]);
      const page = cutPage(rows, pageLines, (last) => last.line);
      const items = page.items.map(({ line, name_mask: name, problems }) => ({
        line,
        name,
        problems: problems.map(({ field, zh }) => ({ field: fieldZh(field), zh })),
      }));
      return { items, nextCursor: page.nextCursor };
    });
  }

  /** The file as it was handed in, with what is wrong written beside each line. */
  async function corrected(access: Access, rosterId: string) {
    const row = await db.transaction(access, (tx) => tx.maybe(store.selectRoster, [rosterId]));
    const bytes = row && row.state !== 'erased' ? await options.content(row.file_id) : null;
    if (!row || !bytes) throw refuse('rosters.not_found');
    const problems = new Map<number, string>();
    for (let after = 0; ;) {
      const from = after;
      const bad = await db.transaction(access, (tx) => tx.run(store.badLines, [rosterId, from, 5_000]));
      for (const { line, problems: found } of bad) problems.set(line, found.map(({ zh }) => zh).join(' '));
      if (bad.length < 5_000) break;
      after = bad.at(-1)?.line ?? 0;
    }
    const { sheet, header } = await findList(await openSheets(bytes));
    const rows = withProblems(sheet.rows(), header, (line) => problems.get(line) ?? '');
    const isXlsx = sheet.kind === 'xlsx';
    const stem = row.file_name.replace(/\.[^.]*$/, '').replace(/（标注问题）$/, '');
    return {
      name: `${stem}（标注问题）.${isXlsx ? 'xlsx' : 'csv'}`,
      mediaType: isXlsx ? xlsxType : 'text/csv; charset=utf-8',
      content: isXlsx ? writeXlsx(rows) : writeCsv(rows),
    };
  }

  /** Leaving the step in which a list is handed in: the list is this organisation's, checked, long enough, and this case's from now on. */
  const take: Effect = async ({ tx, service, state }) => {
    const [name, field] = Object.entries(service.fields).find(([, one]) => one.kind === 'roster') ?? [];
    invariant(name && field, `service ${service.code} takes no list`);
    const value = state.data[name];
    const rosterId = typeof value === 'object' && value !== null && 'rosterId' in value ? String(value.rosterId) : '';
    const row = await tx.maybe(store.holdRoster, [rosterId]);
    if (!row || row.org_id !== state.applicantOrgId || row.service_code !== service.code)
      throw refuse('rosters.not_found');
    if (row.case_id !== null && row.case_id !== state.caseId) throw refuse('rosters.taken');
    if (row.state !== 'checked' && row.state !== 'taken') throw refuse('rosters.not_checked');
    const { min = 1 } = field.options as RosterOptions;
    if (row.good_count < min) throw refuse('rosters.too_few', { good: row.good_count, min });
    tx.send(store.takeRoster, [rosterId, state.caseId]);
    tx.send(store.freeOthers, [state.caseId, rosterId]);
    options.claimFile(tx, row.file_id, state.caseId);
    return { roster_id: rosterId, people_count: row.good_count, left_out_count: row.bad_count };
  };

  /** Lists that nobody took are erased: the lines here, the file by its own rule. */
  async function sweep(): Promise<number> {
    const before = new Date(Date.parse(clock.now()) - keepDays * 86_400_000).toISOString();
    return db.transaction(systemAccess, async (tx) => {
      const ids = (await tx.run(store.listOld, [before, sweepMax])).map((row) => row.roster_id);
      if (ids.length > 0) {
        tx.send(store.eraseLines, [ids]);
        tx.send(store.eraseRosters, [ids]);
      }
      return ids.length;
    });
  }

  return {
    upload,
    view,
    lines,
    corrected,
    people: items.people,
    peopleOf: items.peopleOf,
    onItems: items.onItems,
    onItem: items.onItem,
    sweep,
    effects: { 'rosters.take': take },
    tasks: {
      ...items.tasks,
      'rosters.check': (payload: unknown) => check(z.object({ rosterId: z.string() }).parse(payload).rosterId),
    },
  };
}

const xlsxType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

function fieldZh(field: string): string {
  return field in columnZh ? columnZh[field as ColumnName] : '整行';
}

function headerZh(header: NonNullable<store.RosterRow['header']>): string {
  const found = Object.keys(header.columns).map(fieldZh);
  const missing = (['phone'] as const).filter((one) => header.columns[one] === undefined).map(fieldZh);
  const without = missing.length > 0 ? `；没有找到：${missing.join('、')}` : '';
  return `表头在第 ${header.line} 行，认出了：${found.join('、')}${without}`;
}
