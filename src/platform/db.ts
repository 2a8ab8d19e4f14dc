// The door to PostgreSQL. Statements are declared once, by name, as SQL; each is a prepared statement, and a test prepares
// all of them against the migrated schema. A transaction carries the Access of who asks, and outside effects wait for commit.
// No query is sent outside of a transaction, and no network other than PostgreSQL's is used inside one.

import pg from 'pg';
import { grantsLiteral, ownId, systemAccess, type Access } from './access.ts';
import { batchOf, jsonSeparator, wireValue, type Item, type Rows } from './db-batch.ts';
import { invariant } from './errors.ts';

export type Statement<Params extends readonly unknown[], Row> = {
  readonly name: string;
  readonly text: string;
  /** Only carries the types. */
  readonly _types?: (params: Params) => Row;
};

const statements = new Map<string, Statement<readonly unknown[], unknown>>();

/** All declared statements, for the test that prepares them. */
export function declaredStatements(): ReadonlyMap<string, Statement<readonly unknown[], unknown>> {
  return statements;
}

/** Declares a prepared statement. `name` is `<module>.<what>` and unique; at most 63 bytes, PostgreSQL's limit. */
export function statement<Params extends readonly unknown[], Row>(name: string, text: string): Statement<Params, Row> {
  invariant(name.length <= 63 && !statements.has(name), `statement name ${name} is too long or taken`);
  const made: Statement<Params, Row> = { name, text };
  statements.set(name, made as Statement<readonly unknown[], unknown>);
  return made;
}

/** Inserts rows that are added one by one: into each table the columns that are its own. */
export type RowsStatement<Row> = {
  readonly name: string;
  readonly text: string;
  readonly columns: readonly (keyof Row & string)[];
  /** Which columns hold JSON texts. */
  readonly json: readonly boolean[];
  readonly tables: Readonly<Record<string, readonly (keyof Row & string)[]>>;
};

/** Declares an insert of many rows at once. `types` gives each column's type in PostgreSQL, `tables` where the columns go. */
export function rowsStatement<Row>(
  name: string,
  types: Readonly<Record<keyof Row & string, string>>,
  tables: Readonly<Record<string, readonly (keyof Row & string)[]>>,
): RowsStatement<Row> {
  const columns = Object.keys(types) as (keyof Row & string)[];
  // What has no element type of its own to be unnested from travels as text.
  const isText = (column: keyof Row & string) => types[column].endsWith('[]') || types[column] === 'json';
  const arrayOf = (column: keyof Row & string, at: number) => {
    if (types[column] === 'json') return `string_to_array($${at + 1}, e'\\x1e', '')`;
    return `$${at + 1}::${isText(column) ? 'text' : types[column]}[]`;
  };
  const arrays = columns.map(arrayOf).join(', ');
  const insert = ([table, own]: [string, readonly (keyof Row & string)[]]) =>
    `insert into ${table} (${own.join(', ')}) select ${own.map((one) => (isText(one) ? `${one}::${types[one]}` : one)).join(', ')} from added`;
  const inserts = Object.entries(tables).map(insert);
  const first = inserts.slice(0, -1).map((one, at) => `, part_${at} as (${one})`);
  const text = `with added as (select * from unnest(${arrays}) as added (${columns.join(', ')}))${first.join('')} ${inserts.at(-1)}`;
  const json = columns.map((column) => types[column] === 'json');
  return { name: statement(name, text).name, text, columns, json, tables };
}

export type Tx = {
  readonly access: Access;
  /** All rows. Calls that are not awaited one by one travel together (pipelining). */
  run<Params extends readonly unknown[], Row>(what: Statement<Params, Row>, params: Params): Promise<Row[]>;
  /** The only row, or undefined; a second row is a bug. */
  maybe<Params extends readonly unknown[], Row>(what: Statement<Params, Row>, params: Params): Promise<Row | undefined>;
  /** The only row; none or two is a bug. */
  one<Params extends readonly unknown[], Row>(what: Statement<Params, Row>, params: Params): Promise<Row>;
  /** Sends a write whose rows nobody reads: it travels with what follows, and its failure fails the transaction. */
  send<Params extends readonly unknown[], Row>(what: Statement<Params, Row>, params: Params): void;
  /**
   * Sends one row of many: rows for the same statement that nothing waits in between leave together, where the first one stood. A
   * row must therefore not refer to what was sent after an earlier one.
   */
  add<Row>(what: RowsStatement<Row>, row: Row): void;
  /** Runs after the commit, never after a rollback, and its failure does not undo anything. */
  onCommit(hook: () => void): void;
  /**
   * The same transaction with the system's eyes, for what a module must know of a case whoever acts on it. A second transaction
   * for that would hold a second connection, and enough of them at once would wait for each other for ever.
   */
  asSystem(): Tx;
};

export type Database = {
  /** Runs `work` in one READ COMMITTED transaction; deadlocks and serialisation failures are tried again (3 times in all). */
  transaction<T>(access: Access, work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Fails when PostgreSQL does not answer within two seconds. */
  ping(): Promise<void>;
  readonly pool: pg.Pool;
  close(): Promise<void>;
};

export type DatabaseOptions = {
  readonly url: string;
  readonly poolSize?: number;
  readonly applicationName?: string;
  /** Statement timeout in ms; a statement that runs longer is a bug or an attack. */
  readonly statementTimeoutMs?: number;
  /** Taken on by every connection, by one who may. */
  readonly role?: string;
};

const builtInParser: (oid: number, format: 'text') => (value: string) => unknown = pg.types.getTypeParser;

const parsers: ReadonlyMap<number, (value: string) => unknown> = new Map<number, (value: string) => unknown>([
  [20, toSafeInteger],
  [1184, toIsoInstant],
  [1114, toIsoInstant],
  [1082, (value) => value],
]);

function parserOf(oid: number): (value: string) => unknown {
  return parsers.get(oid) ?? builtInParser(oid, 'text');
}

// int8 as number: every int8 of the schema is fen or a counter below 2^53, held by CHECK constraints.
const types: pg.CustomTypesConfig = {
  getTypeParser: parserOf,
};

function toSafeInteger(value: string): number {
  const number = Number(value);
  invariant(Number.isSafeInteger(number), `int8 ${value} is beyond 2^53`);
  return number;
}

/** `2026-05-03 06:32:01.5+00` → `2026-05-03T06:32:01.500Z`: instants are ISO strings in UTC everywhere in the program. */
function toIsoInstant(value: string): string {
  return new Date(value.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')).toISOString();
}

const retriable = new Set(['40001', '40P01']);
const attemptsMax = 3;

export function openDatabase(options: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize ?? 20,
    application_name: options.applicationName ?? 'gongdun',
    statement_timeout: options.statementTimeoutMs ?? 15_000,
    idle_in_transaction_session_timeout: 30_000,
    connectionTimeoutMillis: 5_000,
    types,
    options: `-c timezone=UTC${options.role ? ` -c role=${options.role}` : ''}`,
  });
  // A pooled connection that dies while idle (PostgreSQL restarted) must not bring the process down.
  pool.on('error', () => {});
  // Nor one that dies while it is lent out: its statements fail, and that is how we hear of it.
  pool.on('connect', (client) => client.on('error', () => {}));

  return {
    pool,
    transaction: async (access, work) => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await attemptTransaction(pool, access, work);
        } catch (error) {
          if (attempt >= attemptsMax || !retriable.has(sqlState(error) ?? '')) throw error;
          await new Promise((resolve) => setTimeout(resolve, attempt * 5 + Math.random() * 10));
        }
      }
    },
    ping: async () => {
      const client = await pool.connect();
      try {
        await client.query({ text: 'select 1', query_timeout: 2_000 } as pg.QueryConfig);
      } finally {
        client.release();
      }
    },
    close: () => pool.end(),
  };
}

async function attemptTransaction<T>(pool: pg.Pool, access: Access, work: (tx: Tx) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  const wire = openWire(client);
  const hooks: (() => void)[] = [];
  let broken: Error | undefined;
  let result: T;
  try {
    // Not awaited: it travels with the first statement.
    wire.send(begin, []);
    result = await work(makeTx(wire, access, hooks));
    const done = await wire.ask(commit, []);
    // A transaction in which a statement failed answers COMMIT with ROLLBACK; that must never pass for success.
    invariant(done.command === 'COMMIT', 'a failed statement was swallowed inside a transaction');
  } catch (error) {
    try {
      await wire.rollback();
    } catch (rollbackError) {
      broken = rollbackError instanceof Error ? rollbackError : new Error(String(rollbackError));
    }
    throw error;
  } finally {
    client.release(broken);
  }
  for (const hook of hooks) runHook(hook);
  return result;
}

/** What was committed is committed: a hook that fails is said aloud and changes nothing. */
function runHook(hook: () => void): void {
  try {
    hook();
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error));
  }
}

const begin: Named = { name: 'db.begin', text: 'begin' };
const commit: Named = { name: 'db.commit', text: 'commit' };
const setGrants = statement<[string], never>('db.grants', `select set_config('gongdun.grants', $1, true)`);

/** A person sees what is his or her own under every id that he or she was ever registered with. */
const setOwnGrants = statement<[string], never>(
  'db.own_grants',
  `select set_config('gongdun.grants', (select array_agg('person:' || one)::text from unnest(ids_of($1::uuid)) as one), true)`,
);

type Named = Pick<Item, 'name' | 'text'>;
type Waiting = Item & { readonly rows?: unknown[][]; readonly json?: readonly boolean[] };

/** A connection inside one transaction: what is asked for before somebody waits leaves in one batch. */
type Wire = {
  ask(what: Named, params: readonly unknown[], access?: Access): Promise<Rows>;
  send(what: Named, params: readonly unknown[], access?: Access): void;
  add<Row>(what: RowsStatement<Row>, row: Row): void;
  rollback(): Promise<void>;
};

function openWire(client: pg.PoolClient): Wire {
  let waiting: Waiting[] = [];
  let planned = false;
  let flying: Promise<void> | null = null;
  let failure: Error | null = null;
  let seenAs: string | null = null;

  function fly(): void {
    planned = false;
    if (flying || waiting.length === 0) return;
    const items = waiting;
    waiting = [];
    if (failure) {
      for (const item of items) item.reject(failure);
      return;
    }
    flying = new Promise((resolve) => {
      const batch = batchOf(items.map(withColumns), parserOf, (error) => {
        failure ??= error;
        flying = null;
        resolve();
        fly();
      });
      client.query(batch);
    });
  }

  function push(item: Waiting): void {
    waiting.push(item);
    if (planned) return;
    planned = true;
    process.nextTick(fly);
  }

  /** What follows sees as `access`; nothing of this transaction sees with other eyes, since all of it travels in order. */
  function seeAs(access: Access): void {
    const grants = grantsLiteral(access);
    if (grants === seenAs) return;
    seenAs = grants;
    const own = ownId(access);
    push({ ...(own ? setOwnGrants : setGrants), values: [own ?? grants], resolve: ignore, reject: ignore });
  }

  return {
    ask: ({ name, text }, params, access) => {
      const values = params.map(wireValue);
      if (access) seeAs(access);
      const answer = new Promise<Rows>((resolve, reject) => push({ name, text, values, resolve, reject }));
      // It may be awaited later than it fails.
      answer.catch(ignore);
      return answer;
    },
    send: ({ name, text }, params, access) => {
      const values = params.map(wireValue);
      if (access) seeAs(access);
      push({ name, text, values, resolve: ignore, reject: ignore });
    },
    add: ({ name, text, columns, json }, row) => {
      const values = columns.map((column) => row[column]);
      const rows = waiting.find((item) => item.name === name)?.rows;
      if (rows) rows.push(values);
      else push({ name, text, values: [], rows: [values], json, resolve: ignore, reject: ignore });
    },
    rollback: async () => {
      waiting = [];
      await flying;
      await client.query('rollback');
    },
  };
}

function withColumns(item: Waiting): Item {
  const { rows, json } = item;
  if (!rows || !json) return item;
  const values = json.map((isJson, at) => {
    const column = rows.map((row) => row[at]);
    return isJson ? column.join(jsonSeparator) : wireValue(column);
  });
  return { ...item, values };
}

function ignore(): void {}

function makeTx(wire: Wire, access: Access, hooks: (() => void)[]): Tx {
  async function run<Params extends readonly unknown[], Row>(
    what: Statement<Params, Row>,
    params: Params,
  ): Promise<Row[]> {
    const { rows } = await wire.ask(what, params, access);
    return rows as Row[];
  }
  async function maybe<Params extends readonly unknown[], Row>(what: Statement<Params, Row>, params: Params) {
    const rows = await run(what, params);
    invariant(rows.length <= 1, `${what.name} gave ${rows.length} rows where one was promised`);
    return rows[0];
  }
  return {
    access,
    run,
    maybe,
    one: async (what, params) => {
      const row = await maybe(what, params);
      invariant(row !== undefined, `${what.name} gave no row where one was promised`);
      return row;
    },
    send: (what, params) => wire.send(what, params, access),
    add: (what, row) => wire.add(what, row),
    onCommit: (hook) => hooks.push(hook),
    asSystem: () => makeTx(wire, systemAccess, hooks),
  };
}

/** SQLSTATE of a database error. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Name of the constraint that a database error broke. */
export function brokenConstraint(error: unknown): string | undefined {
  return error instanceof Error && 'constraint' in error && typeof error.constraint === 'string'
    ? error.constraint
    : undefined;
}
