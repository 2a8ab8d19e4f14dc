// What every benchmark is given: where to print its figures, and an embedded PostgreSQL of its own, durable as in life (fsync and
// synchronous_commit on) and gone with the run. It does not know what is measured.

import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { removeEmbedded, startEmbedded } from '#platform/embedded';
import { invariant } from '#platform/errors';
import { ensureAppRole, migrate } from '#platform/migrate';

export type BenchDatabase = {
  readonly ownerUrl: string;
  /** The application's role, under row-level security. */
  readonly appUrl: string;
  readonly pid: number;
};

export type BenchContext = {
  /** Options after the name. */
  readonly args: readonly string[];
  /** A temporary folder of this run. */
  readonly folder: string;
  /** One figure, as a JSON line on standard output. */
  emit(metric: string, value: number, unit: string): void;
  /** Words for people, on standard error. */
  say(text: string): void;
  /** Starts the run's own PostgreSQL and migrates it; `settings` override PostgreSQL's, durability excepted. */
  startDatabase(settings?: Readonly<Record<string, string>>): Promise<BenchDatabase>;
  /** Runs when the bench is over, however it ends; the last kept goes first. */
  keep(stop: () => Promise<unknown>): void;
};

export type Bench = { readonly about: string; run(context: BenchContext): Promise<void> };

const migrations = join(import.meta.dirname, '..', 'db');

export function createContext(bench: string, args: readonly string[]): { context: BenchContext; end(): Promise<void> } {
  const folder = mkdtempSync(join(tmpdir(), 'gongdun-bench-'));
  // Under root the server has another user, who must be able to pass.
  chmodSync(folder, 0o711);
  const stops: (() => Promise<unknown>)[] = [];
  const context: BenchContext = {
    args,
    folder,
    emit: (metric, value, unit) => console.log(JSON.stringify({ bench, metric, value, unit })),
    say: (text) => console.error(text),
    keep: (stop) => stops.push(stop),
    startDatabase: async (settings = {}) => {
      const dir = join(folder, 'postgres');
      const server = await startEmbedded({ dir, settings, say: (text) => console.error(text) });
      stops.push(async () => {
        await server.stop();
        removeEmbedded(dir);
      });
      const appUrl = await ensureAppRole(server.socketUrl, { password: randomBytes(18).toString('base64url') });
      await migrate(server.ownerUrl, { dir: migrations });
      await requireDurable(server.ownerUrl);
      return { ownerUrl: server.ownerUrl, appUrl, pid: server.pid };
    },
  };
  let ending: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    for (const stop of stops.toReversed()) await stop().catch((error: unknown) => console.error(error));
    rmSync(folder, { recursive: true, force: true });
  };
  return { context, end: () => (ending ??= end()) };
}

/** A figure of a database that may forget would be worth nothing. */
async function requireDurable(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const name of ['fsync', 'synchronous_commit', 'full_page_writes']) {
      const { rows } = await client.query<Record<string, string>>(`show ${name}`);
      invariant(rows[0]?.[name] === 'on', `${name} is not on`);
    }
  } finally {
    await client.end();
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** The number after `--name`, or what stands for it. */
export function numberOption(args: readonly string[], name: string, otherwise: number): number {
  const at = args.indexOf(`--${name}`);
  if (at === -1) return otherwise;
  const value = Number(args[at + 1]);
  if (!Number.isFinite(value) || value <= 0) throw new Error(`--${name} takes a number above zero`);
  return value;
}

export function textOption(args: readonly string[], name: string): string | null {
  const at = args.indexOf(`--${name}`);
  return at === -1 ? null : (args[at + 1] ?? null);
}
