// The desk's lists on real PostgreSQL: pages that lose and repeat nothing, copies that outlive their case, and with 200,000 cases a
// first and a next page that are read off an index. Rows are written as the engine writes them, only faster.

import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { un001 } from '#catalog/services/union/un-001';
import type { Access } from '#platform/access';
import { statutoryCalendar } from '#platform/calendar';
import { fixedClock } from '#platform/clock';
import { declaredStatements, openDatabase, type Database } from '#platform/db';
import { Refusal } from '#platform/errors';
import { testDatabase, type TestDatabase } from '#test/database';
import { createRatings, createReader, type Reader } from './index.ts';

const many = 200_000;
const org = randomUUID();
const quiet = randomUUID();
const anna = randomUUID();
const clock = fixedClock('2026-03-02T02:00:00.000Z');
let database: TestDatabase;
let db: Database;
let owner: pg.Client;
let reader: Reader;
let ratings: ReturnType<typeof createRatings>;

const accessOf = (...grants: string[]): Access => ({ kind: 'staff', actorId: anna, grants });
const busy = accessOf(`county_union@${org}`);
const small = accessOf(`township_union@${quiet}`);

beforeAll(async () => {
  database = await testDatabase();
  db = openDatabase({ url: database.appUrl, poolSize: 4 });
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  await owner.query("set gongdun.grants = '{*}'");
  reader = createReaderOf();
  ratings = createRatings({ db, clock, byHash: () => un001 });
  await fill();
}, 120_000);

function createReaderOf(): Reader {
  return createReader({
    db,
    clock,
    calendar: () => statutoryCalendar,
    byHash: () => un001,
    publishedServices: () => [un001],
    route: () => null,
    colleagues: async () => [],
    orgName: () => '示例单位',
    regionName: () => '示例区',
    applicantName: async () => '林**',
    targetZh: (target) => ({ zh: target, available: false }),
  });
}

afterAll(async () => {
  await db?.close();
  await owner?.end();
  await database?.drop();
});

/** Case n is at `township-review` of the busy office; every tenth belongs to others, and all are due within the year. */
async function fill(): Promise<void> {
  await owner.query(`insert into org (org_id, code, name, kind, region)
    values ('${org}', 'BUSY', '示例县总工会', 'union', '350203'), ('${quiet}', 'QUIET', '示例街道总工会', 'union', '350203')`);
  const id = (n: string, kind: string) => `('${kind}-0000-7000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`;
  const office = `case when n % 10 = 0 then '${quiet}'::uuid else '${org}'::uuid end`;
  const grants = `case when n % 10 = 0 then array['*', 'township_union@${quiet}'] else array['*', 'county_union@${org}'] end`;
  const state = `json_build_object('active', json_build_array(json_build_object('step', 'township-review', 'paused', null)),
    'supervised', null, 'filler', repeat('x', 400))`;
  await owner.query(`
    insert into case_state (case_id, case_no, service_code, service_hash, region, seq, head, status, state, readers, opened_at, updated_at)
    select ${id('n', '00000001')}, '35020320260302' || lpad(n::text, 6, '0'), 'UN-001', 'x', '350203', 2, '', 'open', ${state}, ${grants},
      timestamptz '2026-01-01' + n * interval '1 minute', now() from generate_series(1, ${many}) n;
    insert into case_task (case_id, step, role, org_id, entered_at, due_at, light, supervised, readers)
    select ${id('n', '00000001')}, 'township-review', case when n % 10 = 0 then 'township_union' else 'county_union' end, ${office},
      now(), timestamptz '2026-03-02' + (n % 5000) * interval '1 hour', case n % 7 when 0 then 'red' else 'green' end, n % 50 = 0, ${grants}
    from generate_series(1, ${many}) n;
    insert into log_leaf (leaf_id, entry) values (${id('1', '00000002')}, '{}');
    insert into case_action (action_id, case_id, seq, type, step, actor_kind, actor_id, at, recorded_at, case_prev, commitment, leaf_id)
    select ${id('n', '00000003')}, ${id('n', '00000001')}, 1, 'claimed', 'township-review', 'staff', '${anna}',
      timestamptz '2026-01-01' + n * interval '1 minute', now(), '', '', ${id('1', '00000002')} from generate_series(1, ${many}) n;
    insert into case_copy (case_id, role, org_id, at) select ${id('n', '00000001')}, 'county_union', '${org}', timestamptz '2026-01-01' + n * interval '1 minute'
    from generate_series(1, ${many}) n where n % 10 <> 0;
    insert into rating (case_id, person_id, stars, at, due_rectify_at, readers, leaf_id)
    select ${id('n', '00000001')}, ${id('1', '00000002')}, 1 + n % 5, timestamptz '2026-01-01' + (n / 2) * interval '1 minute',
      case when n % 5 = 0 then timestamptz '2026-03-01' + (n / 10) * interval '1 minute' end, ${grants}, ${id('1', '00000002')}
    from generate_series(1, ${many}) n;
  `);
  await owner.query('analyze');
}

const query = { tab: 'todo', light: null, service: null, number: null, cursor: undefined } as const;

type Plan = {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Plan[];
};

/** Runs a declared statement as the desk does, and gives what PostgreSQL did: which indexes, and how many rows it looked at. */
async function explain(
  access: Access,
  name: string,
  params: readonly unknown[],
): Promise<{ indexes: string[]; scans: string[]; looked: number }> {
  const text = declaredStatements().get(name)?.text ?? '';
  const client = new pg.Client({ connectionString: database.appUrl });
  await client.connect();
  try {
    await client.query("select set_config('gongdun.grants', $1, false)", [`{${access.grants.join(',')}}`]);
    const found = await client.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(`explain (analyze, format json) ${text}`, [
      ...params,
    ]);
    const nodes: Plan[] = [];
    const visit = (plan: Plan): void => {
      nodes.push(plan);
      for (const inner of plan.Plans ?? []) visit(inner);
    };
    const [first] = found.rows[0]?.['QUERY PLAN'] ?? [];
    if (first) visit(first.Plan);
    const tables = nodes.filter((node) => node['Relation Name'] !== undefined || node['Index Name'] !== undefined);
    return {
      indexes: nodes.flatMap((node) => node['Index Name'] ?? []),
      scans: tables.filter((node) => node['Node Type'] === 'Seq Scan').map((node) => node['Relation Name'] ?? ''),
      looked: tables.reduce(
        (sum, node) => sum + (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
        0,
      ),
    };
  } finally {
    await client.end();
  }
}

const zero = '00000000-0000-0000-0000-000000000000';
const last = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const tasks = (access: Access, due: string, id: string) => [
  [...access.grants],
  null,
  null,
  null,
  due,
  id,
  '',
  31,
  anna,
];

describe('with 200,000 cases', () => {
  it.each([
    ['to do', busy, 'cases.desk_todo', 'case_task_queue_idx', tasks(busy, '-infinity', zero)],
    ['to do, further on', busy, 'cases.desk_todo', 'case_task_queue_idx', tasks(busy, '2026-06-01T00:00:00Z', last)],
    ['done', busy, 'cases.desk_done', 'case_action_actor_idx', [anna, 'infinity', last, 31, null, null]],
    [
      'done, further on',
      busy,
      'cases.desk_done',
      'case_action_actor_idx',
      [anna, '2026-02-01T00:00:00Z', last, 31, null, null],
    ],
    ['copied', busy, 'cases.desk_copied', 'case_copy_office_idx', [[...busy.grants], 'infinity', last, 31, null, null]],
    ['ratings', busy, 'cases.ratings', 'rating_at_idx', ['infinity', last, 31]],
    ['ratings due', busy, 'cases.ratings_due', 'rating_due_idx', ['-infinity', zero, 31]],
  ])('a page of %s is read off its index', async (_name, access, name, index, params) => {
    const { indexes, scans, looked } = await explain(access, name, params);
    expect(scans).toEqual([]);
    expect(indexes).toContain(index);
    // Thirty-one rows, their cases, what is not one's own among them: never the table.
    expect(looked).toBeLessThan(1_000);
  });

  it('what is supervised is found by who may read it', async () => {
    const mine = await explain(small, 'cases.desk_supervised', tasks(small, '-infinity', zero));
    expect(mine.indexes).toContain('case_task_watched_idx');
    expect([mine.scans, mine.looked < many / 10]).toEqual([[], true]);
    const none = await explain(busy, 'cases.desk_supervised', tasks(busy, '-infinity', zero));
    expect([none.scans, none.looked]).toEqual([[], 0]);
  });

  it('the counts of an office that nobody works off are made once for all who ask, and not by the page', async () => {
    const { scans, looked } = await explain(busy, 'cases.desk_own_counts', [[...busy.grants], anna, 2_001]);
    expect(scans).toEqual([]);
    expect(looked).toBeLessThan(2_100);
    const [first, second] = await Promise.all([reader.desk(busy, anna, query), reader.desk(busy, anna, query)]);
    expect(first.counts.todo).toBe(many - many / 10);
    expect(second.counts).toEqual(first.counts);
    // What a colleague took on is not one's own to do, however large the queue.
    await owner.query(`update case_task set assignee_id = '${randomUUID()}' where case_id = (
      select case_id from case_task where org_id = '${org}' and light = 'red' limit 1)`);
    const other = createReaderOf();
    const after = await other.desk(busy, anna, query);
    expect(after.counts).toMatchObject({ todo: first.counts.todo - 1, red: first.counts.red - 1 });
    await owner.query('update case_task set assignee_id = null');
  });

  it('what is supervised is counted', async () => {
    const { counts } = await reader.desk(small, anna, query);
    expect(counts.todo).toBe(many / 10);
    expect(counts.supervised).toBe(many / 50);
  });
});

/** All keys of a list, page by page, or of its first `most` pages. */
async function walk(
  access: Access,
  tab: 'todo' | 'done' | 'copied',
  number: string | null,
  most = Infinity,
): Promise<string[]> {
  const keys: string[] = [];
  let cursor: string | undefined;
  for (let count = 0; count === 0 || (cursor !== undefined && count < most); count += 1) {
    const page = await reader.desk(access, anna, { ...query, tab, number, cursor });
    keys.push(...page.items.map((one) => `${one.caseNo}/${one.step}`));
    cursor = page.nextCursor ?? undefined;
  }
  return keys;
}

describe('pages', () => {
  it('two parallel steps that are due at once are both shown, wherever a page ends', async () => {
    const twin = `industry_union@${quiet}`;
    const chosen = `case_id in (select case_id from case_state where case_no between '35020320260302000001' and '35020320260302000100')`;
    await owner.query(`
      update case_state set readers = array_append(readers, '${twin}') where ${chosen};
      insert into case_task (case_id, step, role, org_id, entered_at, due_at, light, readers)
      select case_id, step, 'industry_union', '${quiet}', now(), case when case_no < '35020320260302000050' then timestamptz '2026-03-09' end, 'green', readers
      from case_state, unnest(array['industry-review', 'grassroots-review']) step where ${chosen}`);
    const expected = await owner.query<{ key: string }>(
      `select s.case_no || '/' || t.step as key from case_task t join case_state s using (case_id)
       where t.role = 'industry_union' order by t.due_at nulls last, t.case_id, t.step`,
    );
    const found = await walk(accessOf(twin), 'todo', null);
    expect(found).toHaveLength(200);
    expect(found).toEqual(expected.rows.map((one) => one.key));
  });

  it('every list is walked whole and in order', async () => {
    for (const [tab, length] of [
      ['done', 90],
      ['copied', 90],
    ] as const) {
      const found = await walk(busy, tab, '350203202603021999', 3);
      expect([tab, found.length]).toEqual([tab, length]);
      expect(found).toEqual([...new Set(found)].toSorted().toReversed());
    }
  });

  it('a step that was done twice is shown once, by the last time', async () => {
    const caseId = '00000001-0000-7000-8000-000000000001';
    await owner.query(
      `insert into case_action (action_id, case_id, seq, type, step, actor_kind, actor_id, at, recorded_at, case_prev, commitment, leaf_id)
       select gen_random_uuid(), $1, 2, 'decided', 'county-record', 'staff', $2, '2027-02-28T00:00:00Z', now(), '', '', leaf_id
       from log_leaf limit 1`,
      [caseId, anna],
    );
    const page = await reader.desk(busy, anna, { ...query, tab: 'done', number: '35020320260302000001' });
    expect(page.items.map((one) => one.step)).toEqual(['county-record']);
  });

  it('a copy stays when the case has ended, and says how', async () => {
    const caseId = '00000001-0000-7000-8000-000000000002';
    await owner.query(`delete from case_task where case_id = '${caseId}'`);
    await owner.query(
      `update case_state set status = 'ended', end_code = 'completed', state = '{"active":[],"supervised":null}' where case_id = '${caseId}'`,
    );
    const page = await reader.desk(busy, anna, { ...query, tab: 'copied', number: '35020320260302000002' });
    expect(page.items).toMatchObject([{ caseId, stepZh: un001.workflow.ends['completed'], dueAt: null }]);
  });

  it('a copy that reached two offices of one person is shown once', async () => {
    const caseId = '00000001-0000-7000-8000-000000000003';
    await owner.query(
      `insert into case_copy (case_id, role, org_id, at) values ('${caseId}', 'supervisor', '${org}', now())`,
    );
    const both = accessOf(`county_union@${org}`, `supervisor@${org}`);
    expect(await walk(both, 'copied', '35020320260302000003')).toHaveLength(1);
  });

  it('what others hold or have claimed is not mine to do', async () => {
    const first = async (access: Access) => (await reader.desk(access, anna, query)).items[0];
    const mine = await first(busy);
    await owner.query('update case_task set assignee_id = $2 where case_id = $1', [mine?.caseId, randomUUID()]);
    expect((await first(busy))?.caseId).not.toBe(mine?.caseId);
    await owner.query('update case_task set assignee_id = $2 where case_id = $1', [mine?.caseId, anna]);
    expect(await first(busy)).toMatchObject({ caseId: mine?.caseId, assignedToMe: true });
    expect((await first(small))?.caseId).not.toBe(mine?.caseId);
  });

  it('a paused clock is told from where it stopped', async () => {
    const caseId = '00000001-0000-7000-8000-000000000005';
    const paused = { at: '2026-03-01T16:00:00.000Z', reason: 'suspension', note: '等结论' };
    const state = JSON.stringify({ active: [{ step: 'township-review', paused }], supervised: null });
    await owner.query(
      `update case_task set paused = true, due_at = '2026-03-05T16:00:00Z' where case_id = $1 and step = 'township-review'`,
      [caseId],
    );
    await owner.query('update case_state set state = $1 where case_id = $2', [state, caseId]);
    clock.set('2026-03-20T02:00:00.000Z');
    const page = await reader.desk(busy, anna, { ...query, number: '35020320260302000005' });
    clock.set('2026-03-02T02:00:00.000Z');
    expect(page.items).toMatchObject([{ step: 'township-review', paused: true }]);
    expect(page.items[0]?.limitText).toContain('还剩 3 个工作日');
  });

  it('ratings go on where the page ended, all of them and those that wait for an answer', async () => {
    for (const due of [false, true]) {
      const order = due ? 'due_rectify_at, case_id' : 'at desc, case_id desc';
      const expected = await owner.query<{ case_id: string }>(
        `select case_id from rating where readers @> array['county_union@${org}'] and ($1 = false or due_rectify_at is not null)
         order by ${order} limit 90`,
        [due],
      );
      const first = await ratings.list(busy, due);
      const second = await ratings.list(busy, due, first.nextCursor ?? undefined);
      const third = await ratings.list(busy, due, second.nextCursor ?? undefined);
      const found = [...first.items, ...second.items, ...third.items].map((one) => one.caseId);
      expect([due, found]).toEqual([due, expected.rows.map((one) => one.case_id)]);
    }
  });

  it.each(['["x","00000000-0000-7000-8000-000000000001"]', '["infinity","x"]', '["infinity"]', '{}', '[1,2,3]'])(
    'a forged cursor is refused: %s',
    async (forged) => {
      const cursor = Buffer.from(forged).toString('base64url');
      for (const tab of ['todo', 'done', 'copied', 'supervised'] as const) {
        const error: unknown = await reader
          .desk(busy, anna, { ...query, tab, cursor })
          .catch((reason: unknown) => reason);
        expect(error instanceof Refusal ? error.code : error).toBe('http.bad_cursor');
      }
    },
  );
});
