// Records what a piece of work sends to PostgreSQL (statements, parameters, and which answers it waited for before it sent the
// next), and makes from it scripts with fresh ids that bare `pg` can send in the same shape.

import type pg from 'pg';
import type { Item } from '#platform/db-batch';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';

type Query = Pick<Item, 'name' | 'text' | 'values'>;
type Batch = { readonly statements?: readonly Item[] };

/** `after`: the earlier queries whose answers this one waits for. */
export type Sent = { readonly client: number; readonly query: Query; readonly after: readonly number[] };
export type Script = readonly Sent[];

export type Recorder = {
  /** Listens to every connection that the pool makes from now on. */
  listen(pool: pg.Pool): void;
  capture(work: () => Promise<unknown>): Promise<Script>;
};

export function createRecorder(): Recorder {
  let recording: { sent: Sent[]; clients: Map<pg.PoolClient, number> } | null = null;
  const listenTo = (client: pg.PoolClient): void => {
    const send = client.query.bind(client) as (query: Batch) => unknown;
    const listen = (batch: Batch): unknown => {
      const { sent, clients } = recording ?? { sent: [], clients: new Map<pg.PoolClient, number>() };
      const slot = clients.get(client) ?? clients.size;
      clients.set(client, slot);
      // A batch leaves when the one before it was answered, and its statements do not wait for each other.
      const before = sent.flatMap((earlier, index) => (earlier.client === slot ? [index] : []));
      for (const [index, { name, text, values }] of (batch.statements ?? []).entries()) {
        sent.push({ client: slot, query: { name, text, values }, after: index === 0 ? before : [] });
      }
      return send(batch);
    };
    Object.assign(client, { query: listen });
  };
  return {
    listen: (pool) => void pool.on('connect', listenTo),
    capture: async (work) => {
      recording = { sent: [], clients: new Map() };
      const { sent } = recording;
      await work();
      recording = null;
      return sent;
    },
  };
}

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/;
const instant = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/;
const caseNo = /\d{20}/;
const variable = new RegExp(`(${uuid.source}|${instant.source}|${caseNo.source})`);

/** A string in pieces: literal text, and the variables between. */
type Pieces = { readonly pieces: readonly (string | { readonly variable: string })[] };
type Template = string | null | Buffer | Pieces;
type TemplateSent = Omit<Sent, 'query'> & {
  readonly name: string;
  readonly text: string;
  readonly values: readonly Template[];
};

export type Journey = { fill(known: ReadonlyMap<string, string>): Script[] };

/**
 * Templates of a journey's scripts. Ids that existed before (`fixed`) stay; those that `fill` is given are replaced by them; all
 * others, and the case's number, get fresh values; instants move to now.
 */
export function templatesOf(scripts: readonly Script[], fixed: ReadonlySet<string>, recordedAtMs: number): Journey {
  const compiled = scripts.map((script) =>
    script.map((sent): TemplateSent => ({
      client: sent.client,
      after: sent.after,
      name: sent.query.name,
      text: sent.query.text,
      values: sent.query.values.map((value) => compile(value, fixed)),
    })),
  );
  let sequence = 500_000;
  return {
    fill: (known) => {
      const moved = Date.now() - recordedAtMs;
      const fresh = new Map(known);
      const valueOf = (name: string): string => {
        const had = fresh.get(name);
        if (had !== undefined) return had;
        const made = freshValue(name, moved, () => (sequence += 1));
        fresh.set(name, made);
        return made;
      };
      return compiled.map((script) =>
        script.map(({ client, after, name, text, values }) => ({
          client,
          after,
          query: { name, text, values: values.map((value) => filled(value, valueOf)) },
        })),
      );
    },
  };
}

function freshValue(name: string, movedMs: number, next: () => number): string {
  if (name.length === 36) return newId();
  if (name.length === 20) return `${name.slice(0, 14)}${next()}`;
  return new Date(Date.parse(name) + movedMs).toISOString();
}

function compile(value: Item['values'][number], fixed: ReadonlySet<string>): Template {
  if (typeof value === 'string') {
    const pieces = value
      .split(variable)
      .map((piece, at) => (at % 2 === 1 && !fixed.has(piece) ? { variable: piece } : piece));
    return pieces.some((piece) => typeof piece !== 'string') ? { pieces } : value;
  }
  return value;
}

function filled(template: Template, valueOf: (name: string) => string): string | Buffer | null {
  if (typeof template === 'object' && template !== null && 'pieces' in template) {
    return template.pieces.map((piece) => (typeof piece === 'string' ? piece : valueOf(piece.variable))).join('');
  }
  return template;
}

/** Sends a script through bare `pg`: the same connections, the same pipelining, the same waits. */
export async function replay(pool: pg.Pool, script: Script): Promise<void> {
  const clients: pg.PoolClient[] = [];
  const answers: Promise<pg.QueryResult>[] = [];
  try {
    for (const { client, query, after } of script) {
      for (const index of after) await answers[index];
      const on = (clients[client] ??= await pool.connect());
      const answer = on.query(query as pg.QueryConfig);
      answer.catch(() => {});
      answers.push(answer);
    }
    const last = (await Promise.all(answers)).at(-1);
    invariant(last?.command === 'COMMIT', 'a replayed transaction did not commit');
  } finally {
    for (const client of clients) client.release();
  }
}
