// Every declared statement, prepared and planned against the migrated schema as the application's role: it must parse, the role must
// have the rights that it needs, and it must take as many parameters as its TypeScript type says. No row is read or written here.

import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
// Importing the wiring imports every module, and with it every statement.
import '#wiring/services';
import '#wiring/first-run';
import '#wiring/worker-backend';
import { declaredStatements } from '#platform/db';
import { eraserRole } from '#platform/migrate';
import { testDatabase, type TestDatabase } from '#test/database';
import { isCode, isTest, textFiles } from '#test/repo-files';

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await testDatabase();
  client = new pg.Client({ connectionString: database.appUrl });
  await client.connect();
  await client.query("set gongdun.grants = '{}'");
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

async function faultOf(work: Promise<unknown>): Promise<string | null> {
  return work.then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

it('parses and plans every statement as the application, and what erases as the eraser', async () => {
  const faults: string[] = [];
  const eraser = new pg.Client({ connectionString: database.ownerUrl, options: `-c role=${eraserRole}` });
  await eraser.connect();
  await eraser.query("set gongdun.grants = '{}'");
  for (const { name, text } of declaredStatements().values()) {
    const as = name.startsWith('eraser.') ? eraser : client;
    const fault = await faultOf(as.query(`explain (generic_plan) ${text}`));
    if (fault) faults.push(`${name}: ${fault}`);
  }
  await eraser.end();
  expect(faults).toEqual([]);
  expect(declaredStatements().size).toBeGreaterThan(100);
});

it('finds a statement that the role has no right to, and one that does not parse', async () => {
  expect(await faultOf(client.query('explain (generic_plan) delete from case_action where case_id = $1'))).toContain(
    'permission denied',
  );
  expect(await faultOf(client.query('explain (generic_plan) select no_such_column from case_state'))).toContain(
    'no_such_column',
  );
});

it('takes as many parameters as its type says', async () => {
  const counts = typedCounts();
  const faults: string[] = [];
  let compared = 0;
  for (const { name, text } of declaredStatements().values()) {
    await client.query(`prepare one as ${text}`);
    const found = await client.query<{ count: number }>(
      "select cardinality(parameter_types) as count from pg_prepared_statements where name = 'one'",
    );
    await client.query('deallocate one');
    const typed = counts.get(name);
    if (typed === undefined) continue;
    compared += 1;
    if (found.rows[0]?.count !== typed)
      faults.push(`${name}: ${String(found.rows[0]?.count)} in SQL, ${typed} in its type`);
  }
  expect(faults).toEqual([]);
  expect(compared).toBeGreaterThan(declaredStatements().size * 0.8);
});

/** Parameters by statement name, as the tuples in the source say; a type that has a name of its own is left out. */
function typedCounts(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { text: source } of textFiles().filter(({ path }) => isCode(path) && !isTest(path))) {
    for (let at = source.indexOf('statement<['); at !== -1; at = source.indexOf('statement<[', at + 1)) {
      const tuple = tupleAt(source, at + 'statement<'.length);
      const name = /^[^(]*?\(\s*'([^']+)'/s.exec(source.slice(tuple.end))?.[1];
      if (name) counts.set(name, tuple.count);
    }
  }
  return counts;
}

/** Elements of the tuple type that begins at `start`, not counting what is nested. */
function tupleAt(source: string, start: number): { count: number; end: number } {
  let depth = 0;
  let commas = 0;
  let filled = false;
  let sinceComma = false;
  for (let at = start; at < source.length; at += 1) {
    const character = source[at] ?? '';
    if (depth === 1 && character === ',') {
      commas += 1;
      sinceComma = false;
    } else if ('[{(<'.includes(character)) {
      depth += 1;
      sinceComma ||= depth > 1;
    } else if (']})>'.includes(character)) {
      depth -= 1;
      if (depth === 0) return { count: filled ? commas + (sinceComma ? 1 : 0) : 0, end: at };
    } else if (character.trim() !== '') {
      filled = true;
      sinceComma = true;
    }
  }
  throw new Error('a tuple type does not end');
}
