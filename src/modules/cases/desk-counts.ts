// How much waits for somebody, beside the work lists. A queue that a person can work off is counted anew each time; of a large one,
// where looking at every row would cost more than the page itself, the count of the last seconds is shown while the next is made.

import { systemAccess, type Access } from '#platform/access';
import { statement, type Database, type Tx } from '#platform/db';
import type { DeskPage } from './contract.ts';

type Counts = DeskPage['counts'];
type OfficeRow = { readonly assignee_id: string | null; readonly light: string; readonly count: number };

/** Rows that are looked at anew for each page; about two milliseconds. */
const liveMax = 2_000;
const freshMs = 10_000;
/** Offices and desks of a province, with room. */
const keptMax = 20_000;

const ofOffice = `t.org_id = split_part(g, '@', 2)::uuid and t.role = split_part(g, '@', 1)`;

/** `seen` counts what others have taken on too: it says whether the queue was looked at whole. */
const selectOwn = statement<
  [string[], string, number],
  { grant: string; todo: number; yellow: number; red: number; seen: number }
>(
  'cases.desk_own_counts',
  `select g as grant, mine.* from unnest($1::text[]) g, lateral (
     select count(*) filter (where own) as todo, count(*) filter (where own and light = 'yellow') as yellow,
       count(*) filter (where own and light = 'red') as red, count(*) as seen
     from (select t.light, t.assignee_id is null or t.assignee_id = $2 as own from case_task t where ${ofOffice} limit $3) t) mine`,
);

const selectOffice = statement<[string], OfficeRow>(
  'cases.desk_office_counts',
  `select t.assignee_id, t.light, count(*) as count from (values ($1)) office(g), case_task t where ${ofOffice} group by 1, 2`,
);

const selectWatched = statement<[string[], number | null], { count: number }>(
  'cases.desk_watched_count',
  `select count(*) as count from (select 1 from case_task t where t.supervised and t.readers && $1::text[] limit $2) t`,
);

export type DeskCounts = ReturnType<typeof createDeskCounts>;

export function createDeskCounts(db: Database) {
  const office = remembered(
    (grant: string) => db.transaction(systemAccess, (tx) => tx.run(selectOffice, [grant])),
    (rows) => rows.reduce((sum, row) => sum + row.count, 0) > liveMax,
  );
  const watched = remembered(
    (grants: string) =>
      db.transaction(systemAccess, async (tx) => (await tx.one(selectWatched, [grants.split(','), null])).count),
    (count) => count > liveMax,
  );

  return async (tx: Tx, access: Access, staffId: string): Promise<Counts> => {
    const grants = [...access.grants];
    const small = grants.filter((grant) => !office.holds(grant));
    const watchKey = grants.toSorted().join();
    const [own, supervised] = await Promise.all([
      tx.run(selectOwn, [small, staffId, liveMax + 1]),
      watched.holds(watchKey) ? null : tx.one(selectWatched, [grants, liveMax + 1]),
    ]);
    const counts = { todo: 0, yellow: 0, red: 0 };
    const large = grants.filter((grant) => office.holds(grant));
    for (const { grant, todo, yellow, red, seen } of own) {
      if (seen > liveMax) large.push(grant);
      else {
        counts.todo += todo;
        counts.yellow += yellow;
        counts.red += red;
      }
    }
    for (const grant of large) {
      for (const { assignee_id: assignee, light, count } of await office.get(grant)) {
        if (assignee !== null && assignee !== staffId) continue;
        counts.todo += count;
        if (light === 'yellow' || light === 'red') counts[light] += count;
      }
    }
    const isLarge = supervised === null || supervised.count > liveMax;
    return { ...counts, supervised: isLarge ? await watched.get(watchKey) : supervised.count };
  };
}

/**
 * A value by key, made once for all who ask; one that is older than ten seconds is given while the next is being made. What is not
 * worth keeping any more is forgotten.
 */
function remembered<T>(make: (key: string) => Promise<T>, isKept: (value: T) => boolean) {
  const kept = new Map<string, { value: T; atMs: number; next: Promise<void> | null }>();
  const first = new Map<string, Promise<T>>();

  async function begin(key: string): Promise<T> {
    const value = await make(key);
    if (kept.size >= keptMax) kept.clear();
    if (isKept(value)) kept.set(key, { value, atMs: performance.now(), next: null });
    else kept.delete(key);
    return value;
  }

  return {
    /** Whether the key is known to be large. */
    holds: (key: string): boolean => kept.has(key),
    get(key: string): Promise<T> {
      const entry = kept.get(key);
      if (!entry) {
        const making = first.get(key) ?? begin(key).finally(() => first.delete(key));
        first.set(key, making);
        return making;
      }
      if (performance.now() - entry.atMs > freshMs && entry.next === null) {
        entry.next = begin(key)
          .then(() => {})
          // What could not be counted now is counted at the next page; the old count stays.
          .catch(() => {
            entry.next = null;
          });
      }
      return Promise.resolve(entry.value);
    },
  };
}
