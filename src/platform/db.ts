// The door to PostgreSQL. Statements are declared once, by name, as SQL; each is a prepared statement, and a test prepares
// all of them against the migrated schema. A transaction carries the Access of who asks, and outside effects wait for commit.
// No query is sent outside of a transaction, and no network other than PostgreSQL's is used inside one.

import { Writable } from 'node:stream';
import pg from 'pg';
import { grantsLiteral, systemAccess, type Access } from './access.ts';
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
};

const builtInParser: (oid: number, format: 'text') => (value: string) => unknown = pg.types.getTypeParser;

const parsers: ReadonlyMap<number, (value: string) => unknown> = new Map<number, (value: string) => unknown>([
  [20, toSafeInteger],
  [1184, toIsoInstant],
  [1114, toIsoInstant],
  [1082, (value) => value],
]);

// int8 as number: every int8 of the schema is fen or a counter below 2^53, held by CHECK constraints.
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number) => parsers.get(oid) ?? builtInParser(oid, 'text'),
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
    pipeline: true,
    options: '-c timezone=UTC',
  });
  // A pooled connection that dies while idle (PostgreSQL restarted) must not bring the process down.
  pool.on('error', () => {});
  // Nor one that dies while it is lent out and between two statements: the pool listens to idle ones only. The next statement fails.
  pool.on('connect', (client) => client.on('error', () => {}));
  // Nor one that dies while it is checked out: its queries fail, and that is how we hear of it.
  pool.on('connect', (client) => client.on('error', () => {}));
  // Nor one that dies while it is checked out: its queries fail, and that is how we hear of it.
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
  const hooks: (() => void)[] = [];
  const sent: Promise<unknown>[] = [];
  let broken: Error | undefined;
  try {
    // Not awaited: travels with the first statement. The literal is checked by grantsLiteral.
    holdBack(client);
    sent.push(quiet(client.query(`begin; ${grantsSet(access)}`)));
    const result = await work(makeTx(client, access, hooks, sent));
    holdBack(client);
    sent.push(client.query('commit'));
    const answers = await Promise.all(sent);
    const done = answers.at(-1) as pg.QueryResult;
    // A transaction in which a statement failed answers COMMIT with ROLLBACK; that must never pass for success.
    invariant(done.command === 'COMMIT', 'a failed statement was swallowed inside a transaction');
    for (const hook of hooks) hook();
    return result;
  } catch (error) {
    try {
      await client.query('rollback');
    } catch (rollbackError) {
      broken = rollbackError instanceof Error ? rollbackError : new Error(String(rollbackError));
    }
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Keeps a promise that is awaited later from being reported as unhandled before that. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

function grantsSet(access: Access): string {
  return `set local gongdun.grants = '${grantsLiteral(access)}'`;
}

const heldBack = new WeakSet<Writable>();

/** What is sent without waiting in between leaves in one write: each write costs more than most statements do. */
function holdBack(client: pg.PoolClient): void {
  const stream = streamOf(client);
  if (!stream || heldBack.has(stream)) return;
  heldBack.add(stream);
  stream.cork();
  process.nextTick(() => {
    heldBack.delete(stream);
    stream.uncork();
  });
}

/** The socket, which pg keeps but does not declare; without it nothing is held back. */
function streamOf(client: object): Writable | null {
  const connection: unknown = 'connection' in client ? client.connection : null;
  const stream: unknown =
    typeof connection === 'object' && connection !== null && 'stream' in connection ? connection.stream : null;
  return stream instanceof Writable ? stream : null;
}

function makeTx(
  client: pg.PoolClient,
  access: Access,
  hooks: (() => void)[],
  sent: Promise<unknown>[],
  outer?: Access,
): Tx {
  async function run<Params extends readonly unknown[], Row>(
    what: Statement<Params, Row>,
    params: Params,
  ): Promise<Row[]> {
    holdBack(client);
    // The three travel together and run in this order, so that nothing else of the transaction sees with other eyes.
    if (outer) sent.push(quiet(client.query(grantsSet(access))));
    const answer = client.query({ name: what.name, text: what.text, values: params as unknown as unknown[] });
    if (outer) sent.push(quiet(client.query(grantsSet(outer))));
    const result = await answer;
    return result.rows as Row[];
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
    send: (what, params) => {
      sent.push(quiet(run(what, params)));
    },
    onCommit: (hook) => hooks.push(hook),
    asSystem: () => makeTx(client, systemAccess, hooks, sent, outer ?? access),
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
