// Records what a piece of work sends to PostgreSQL (statements, parameters, and which answers it waited for before it sent the
// next), and makes from it scripts with fresh ids that bare `pg` can send in the same shape.

import type pg from 'pg';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';

type Query = { readonly name?: string; readonly text: string; readonly values?: readonly unknown[] };

/** `after`: the earlier queries whose answers were there when this one was sent, and were not for the one before. */
export type Sent = { readonly client: number; readonly query: Query; readonly after: readonly number[] };
export type Script = readonly Sent[];

export type Recorder = {
  /** Listens to every connection that the pool makes from now on. */
  listen(pool: pg.Pool): void;
  capture(work: () => Promise<unknown>): Promise<Script>;
};

export function createRecorder(): Recorder {
  let recording: { sent: Sent[]; answered: number[]; clients: Map<pg.PoolClient, number> } | null = null;
  const listenTo = (client: pg.PoolClient): void => {
    const send = client.query.bind(client) as (query: string | Query) => Promise<unknown>;
    const listen = (query: string | Query): Promise<unknown> => {
      const promise = send(query);
      const now = recording;
      if (!now) return promise;
      const slot = now.clients.get(client) ?? now.clients.size;
      now.clients.set(client, slot);
      const index = now.sent.length;
      now.sent.push({
        client: slot,
        query: typeof query === 'string' ? { text: query } : query,
        after: now.answered.splice(0),
      });
      const answered = (): void => void now.answered.push(index);
      promise.then(answered, answered);
      return promise;
    };
    // Only the promise form is used by the program.
    Object.assign(client, { query: listen });
  };
  return {
    listen: (pool) => void pool.on('connect', listenTo),
    capture: async (work) => {
      recording = { sent: [], answered: [], clients: new Map() };
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
type Template = string | number | boolean | null | Buffer | Pieces | readonly Template[];
type TemplateSent = Omit<Sent, 'query'> & {
  readonly name: string | undefined;
  readonly text: Template;
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
      // The text of a prepared statement never changes; that of the others carries the grants.
      text: sent.query.name ? sent.query.text : compile(sent.query.text, fixed),
      values: (sent.query.values ?? []).map((value) => compile(value, fixed)),
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
          query: {
            text: String(filled(text, valueOf)),
            ...(name ? { name } : {}),
            ...(values.length > 0 ? { values: values.map((value) => filled(value, valueOf)) } : {}),
          },
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

function compile(value: unknown, fixed: ReadonlySet<string>): Template {
  if (Array.isArray(value)) return value.map((one: unknown) => compile(one, fixed));
  if (typeof value === 'string') {
    const pieces = value
      .split(variable)
      .map((piece, at) => (at % 2 === 1 && !fixed.has(piece) ? { variable: piece } : piece));
    return pieces.some((piece) => typeof piece !== 'string') ? { pieces } : value;
  }
  if (value === null || typeof value === 'number' || typeof value === 'boolean' || Buffer.isBuffer(value)) return value;
  if (value === undefined) return null;
  invariant(false, `a parameter of type ${typeof value} cannot be replayed`);
}

function filled(template: Template, valueOf: (name: string) => string): unknown {
  if (Array.isArray(template)) return template.map((one: Template) => filled(one, valueOf));
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
