// Months: closed by the clock with the hash of a seed that nobody knows, drawn once by the supervisor. The list is frozen and the hash
// is in the log before the seed can be known, so that nobody chooses who is checked, neither the insurer nor the office.

import { randomBytes } from 'node:crypto';
import type { By } from '#modules/administration';
import { roleGrant, systemAccess } from '#platform/access';
import { addWorkingDays, dayOf, startOfDay } from '#platform/calendar';
import { csv } from '#platform/csv';
import type { Tx } from '#platform/db';
import { sha256 } from '#platform/crypto';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import { cutPage, decodeCursor, type Page } from '#platform/page';
import { z } from 'zod';
import { departmentRoles, outcomeZh, refuse, type DrawInput, type SamplingView } from './contract.ts';
import { drawClaims, poolHash } from './draw.ts';
import type { SamplingOptions } from './options.ts';
import * as store from './store.ts';

/** No transaction in flight can still end a claim of the month after this. */
const settleMs = 600_000;
const monthsBackMax = 12;
/** How long a department has; no rule of law sets it. */
const checkWorkingDays = 20;
export const seedContext = (leafId: string): string => `claim_sampling:seed_sealed:${leafId}`;

export function createMonths(options: SamplingOptions) {
  const { db, clock, crypto } = options;

  /** Closes every month that is over and not yet closed. Safe to run again, and by several at once. */
  async function close(): Promise<readonly string[]> {
    const now = clock.now();
    const current = monthOf(new Date(Date.parse(now) - settleMs).toISOString());
    const oldest = addMonths(current, -monthsBackMax);
    const due = await db.transaction(systemAccess, async (tx) => {
      const first = await options.claims.firstSince(tx, startOfDay(oldest));
      if (first === null) return [];
      const closed = new Set((await tx.run(store.closedMonths, [])).map((row) => row.month));
      const open: string[] = [];
      for (let month = monthOf(first); month < current; month = addMonths(month, 1))
        if (!closed.has(month)) open.push(month);
      return open;
    });
    for (const month of due) await db.transaction(systemAccess, (tx) => closeOne(tx, month, now));
    return due;
  }

  async function closeOne(tx: Tx, month: string, at: string): Promise<void> {
    const pool = await options.claims.between(tx, startOfDay(month), startOfDay(addMonths(month, 1)));
    const seed = randomBytes(32).toString('hex');
    const [seedHash, hash] = [sha256(seed), poolHash(pool)];
    const leafId = options.trace.record(tx, {
      eventId: newId(),
      type: 'sampling.closed',
      at,
      region: '',
      department: 'supervisor',
      actorId: null,
      subjectId: null,
      body: { month, seed_hash: seedHash.toString('hex'), pool_hash: hash.toString('hex'), pool_size: pool.length },
    });
    const sealed = crypto.seal(seedContext(leafId), seed);
    const made = await tx.maybe(store.closeMonth, [month, sealed, seedHash, hash, pool.length, at, leafId, ['*']]);
    // Another process was first; its list stands.
    if (!made || pool.length === 0) return;
    await tx.run(store.insertPool, [
      month,
      pool.map((one) => one.claim_id),
      pool.map((one) => one.case_id),
      pool.map((one) => one.insurer_org_id),
      pool.map((one) => one.region),
      pool.map((one) => one.benefit),
      pool.map((one) => one.outcome),
      pool.map((one) => one.amount_fen),
      pool.map((one) => one.ended_at),
    ]);
  }

  /** Once a month, with the sheets handed out in turn to the departments of the claim's region. */
  async function draw(by: By, month: string, input: DrawInput): Promise<{ done: true }> {
    const { requestId, sharePercent, leastEach } = input;
    const shareBasisPoints = Math.round(sharePercent * 100);
    return acts.once<{ done: true }>({
      by,
      requestId,
      type: 'claims_drawn',
      content: { month, shareBasisPoints, leastEach },
      work: async (tx) => {
        const row = await tx.maybe(store.lockMonth, [`${month}-01`]);
        if (!row || !by.staffId) throw refuse('sampling.month_missing');
        if (row.drawn_at !== null) throw refuse('sampling.drawn');
        if (row.pool_size === 0) throw refuse('sampling.nothing_to_draw');
        const pool = await tx.run(store.listPool, [row.month]);
        invariant(poolHash(pool).equals(row.pool_hash), `the list of ${row.month} is not the one that was closed`);
        const seed = crypto.open(seedContext(row.leaf_id), row.seed_sealed);
        const drawn = drawClaims(pool, seed, { shareBasisPoints, leastEach });
        const now = clock.now();
        const dueOn = addWorkingDays(options.calendar(), dayOf(now), checkWorkingDays);
        tx.send(store.markDrawn, [row.month, seed, shareBasisPoints, leastEach, dueOn, by.staffId, now]);
        const sheets = handOut(drawn);
        await tx.run(store.insertSheets, [
          row.month,
          dueOn,
          sheets.map(() => newId()),
          drawn.map((one) => one.claim_id),
          sheets.map((one) => one.role),
          sheets.map((one) => one.orgId),
          sheets.map((one) => `{${one.readers.map((reader) => `"${reader}"`).join(',')}}`),
        ]);
        return {
          title: `抽取 ${month} 办结的理赔 ${drawn.length} 件检查（比例 ${sharePercent}%，每层至少 ${leastEach} 件）`,
          body: { month, seed, share_basis_points: shareBasisPoints, least_each: leastEach, drawn: drawn.length },
          answer: { done: true },
        };
      },
    });
  }

  const { acts } = options;

  function handOut(drawn: readonly store.PoolRow[]) {
    return drawn.map(({ region }, place) => {
      const held = departmentRoles.flatMap((role) => {
        const orgId = options.route(role, region);
        return orgId ? [{ role, orgId }] : [];
      });
      const supervisorOrg = options.route('supervisor', region);
      const offices: { readonly role: string; readonly orgId: string }[] =
        held.length > 0 || !supervisorOrg ? held : [{ role: 'supervisor', orgId: supervisorOrg }];
      const office = offices[place % offices.length];
      if (!office) throw refuse('sampling.no_department');
      return { ...office, readers: readersFor(options, office, region) };
    });
  }

  // ---- reading ---------------------------------------------------------------------------------------------------------------------

  /** Counts only: every office that checks sees all months. */
  async function list(cursor: string | undefined, limit: number): Promise<Page<SamplingView>> {
    const before = decodeCursor(z.iso.date(), cursor) ?? '9999-12-01';
    return db.transaction(systemAccess, async (tx) => {
      const rows = await tx.run(store.listMonths, [before, dayOf(clock.now()), limit + 1]);
      const page = cutPage(rows, limit, (last) => last.month);
      const strata = await tx.run(store.listStrata, [page.items.map((row) => row.month)]);
      return { nextCursor: page.nextCursor, items: page.items.map((row) => viewOf(row, strata)) };
    });
  }

  function viewOf(row: store.MonthListRow, strata: readonly store.StratumRow[]): SamplingView {
    return {
      month: row.month.slice(0, 7),
      closedAt: row.closed_at,
      seedHash: row.seed_hash.toString('hex'),
      poolHash: row.pool_hash.toString('hex'),
      total: row.pool_size,
      drawnAt: row.drawn_at,
      drawnBy: row.drawn_by_name,
      seed: row.seed,
      sharePercent: row.share_basis_points === null ? null : row.share_basis_points / 100,
      leastEach: row.least_each,
      dueOn: row.due_on,
      sheets: row.sheets,
      done: row.done,
      overdue: row.overdue,
      wrong: row.wrong,
      strata: strata
        .filter((one) => one.month === row.month)
        .map((one) => ({
          insurer: options.orgName(one.insurer_org_id),
          outcomeZh: outcomeZh[one.outcome],
          total: one.total,
          drawn: one.drawn,
        })),
    };
  }

  /** The frozen list, with which anybody who has the seed can draw again. It names nobody. */
  async function poolFile(month: string): Promise<string> {
    const rows = await db.transaction(systemAccess, (tx) => tx.run(store.listPool, [`${month}-01`]));
    return csv([
      ['理赔编号', '保险公司编号', '结果'],
      ...rows.map((row) => [row.claim_id, row.insurer_org_id, row.outcome]),
    ]);
  }

  return { close, draw, list, poolFile };
}

/** The department that checks, and the supervisor of the region. */
export function readersFor(
  options: Pick<SamplingOptions, 'route'>,
  office: { readonly role: string; readonly orgId: string },
  region: string,
): string[] {
  const supervisorOrg = options.route('supervisor', region);
  return [
    ...new Set([
      '*',
      roleGrant(office.role, office.orgId),
      ...(supervisorOrg ? [roleGrant('supervisor', supervisorOrg)] : []),
    ]),
  ];
}

const monthOf = (instant: string): string => `${dayOf(instant).slice(0, 7)}-01`;

export function addMonths(month: string, count: number): string {
  const at = new Date(`${month}T00:00:00Z`);
  at.setUTCMonth(at.getUTCMonth() + count);
  return at.toISOString().slice(0, 10);
}
