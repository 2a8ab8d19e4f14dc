// The figures behind the health page, gathered from the database, the disks, the parties and the backup. Each is bounded in time, and one
// that cannot be had says so in its finding and holds up no other.

import { statfs } from 'node:fs/promises';
import { resolve } from 'node:path';
import pg from 'pg';
import { z } from 'zod';
import type { Citation } from '#catalog/rules/define';
import { rules } from '#catalog/rules/index';
import { listBackups } from '#platform/backup-store';
import { spoolState } from '#platform/backup-wal';
import type { Config } from '#platform/config';
import { fingerprint, replaceable } from '#platform/keyring';
import type { HttpPlugin } from '#platform/http';
import type { Services } from './services.ts';
import {
  judge,
  worst,
  type BackupFacts,
  type Disk,
  type Facts,
  type KeyFacts,
  type Party,
  type SmsState,
} from './health-judge.ts';
import { readMark } from './restored.ts';

export type HealthSource = {
  readonly ownerUrl: string;
  readonly parties: () => readonly Party[];
  readonly sms: () => readonly SmsState[];
  readonly scanner: Facts['scanner'];
  /** Spool of the embedded server; null with a PostgreSQL of the operator's own. */
  readonly walSpool: string | null;
};

const finding = z.object({
  code: z.string(),
  zh: z.string(),
  light: z.enum(['green', 'yellow', 'red']),
  value: z.string(),
  meaning: z.string(),
  next: z.string().nullable(),
});
const answer = z.object({
  at: z.string().describe('查看的时刻'),
  light: z.enum(['green', 'yellow', 'red']).describe('最重的一盏灯'),
  items: z.array(finding).describe('各项'),
});

const askMs = 3_000;

export function healthRoutes(services: Services, source: HealthSource): HttpPlugin {
  return async (app) => {
    app.get(
      '/api/desk/health',
      {
        config: { access: ['system_administrator'] },
        schema: { summary: '运行状况：数据库、磁盘、任务、备份、外部系统、日历、密钥', response: { 200: answer } },
      },
      async () => {
        const items = judge(await gather(services, source));
        return { at: new Date().toISOString(), light: worst(items), items: [...items] };
      },
    );
  };
}

export async function gather(services: Services, source: HealthSource): Promise<Facts> {
  const { config } = services;
  const nowMs = Date.now();
  const [database, disks] = await Promise.all([askDatabase(services, source.ownerUrl), askDisks(config)]);
  return {
    demo: config.demo,
    nowMs,
    database: database?.figures ?? null,
    checks: await checksOf(services, Date.parse(services.clock.now())).catch(() => null),
    disks,
    parties: source.parties(),
    provider: services.identity.staffWays().oidc?.state ?? null,
    sms: source.sms(),
    scanner: source.scanner,
    backup: backupFacts(config, source.walSpool, database?.archiveFailing ?? false, nowMs),
    calendarKnownUntil: services.calendar().knownUntil,
    unverified: unverifiedRules(),
    keyFingerprint: fingerprint(config.masterKey),
    restoredUnreviewed: readMark(config.dataDir)?.acceptedAt === null,
  };
}

const figures = `
  select extract(epoch from clock_timestamp()) * 1000 as db_ms,
    (select count(*)::int from graphile_worker.jobs where run_at < now() - interval '1 minute' and attempts < max_attempts
       and (locked_at is null or locked_at < now() - interval '10 minutes')) as jobs_late,
    (select count(*)::int from graphile_worker.jobs where attempts >= max_attempts) as jobs_failed,
    (select count(*)::int from deadline where try_at < $1::timestamptz - interval '5 minutes') as clocks_late,
    (select at from setting where name = 'daily.check_ledger') as ledger_at,
    (select at from setting where name = 'daily.check_states') as states_at,
    (select coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false) from pg_stat_archiver) as archive_failing`;

/** What counts now or soon, and whether an earlier version lives beside it. */
const keyFigures = `
  select distinct on (k.name) k.name, k.version,
    to_char(k.active_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "activeFrom",
    exists (select 1 from data_key o where o.name = k.name and o.state = 'live' and o.version < k.version) as "underWay"
  from data_key k where k.name = any($1::text[]) order by k.name, k.version desc`;

type FigureRow = {
  readonly db_ms: string;
  readonly jobs_late: number;
  readonly jobs_failed: number;
  readonly clocks_late: number;
  readonly ledger_at: Date | null;
  readonly states_at: Date | null;
  readonly archive_failing: boolean;
};

/** As the owner: the application's role may not look into the queue of jobs. */
async function askDatabase(services: Services, ownerUrl: string) {
  const client = new pg.Client({
    connectionString: ownerUrl,
    connectionTimeoutMillis: askMs,
    query_timeout: askMs,
    application_name: 'gongdun-health',
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const beganMs = performance.now();
    await client.query('select 1');
    const answerMs = performance.now() - beganMs;
    const askedMs = Date.now();
    // An owner who is no superuser is under row-level security too; these tables have none.
    const found = await client.query<FigureRow>(figures, [services.clock.now()]);
    const keys = await client.query<KeyFacts>(keyFigures, [[...replaceable]]);
    const middleMs = (askedMs + Date.now()) / 2;
    const [row] = found.rows;
    if (!row) return null;
    return {
      archiveFailing: row.archive_failing,
      figures: {
        answerMs,
        clockDriftMs: Number(row.db_ms) - middleMs,
        waitingClients: services.db.pool.waitingCount,
        jobsLate: row.jobs_late,
        jobsFailed: row.jobs_failed,
        clocksLate: row.clocks_late,
        payoutsInDoubt: await services.money.payouts.countStuck(),
        ledgerCheckedAt: row.ledger_at?.toISOString() ?? null,
        statesCheckedAt: row.states_at?.toISOString() ?? null,
        keys: keys.rows,
      },
    };
  } catch {
    return null;
  } finally {
    await client.end().catch(() => {});
  }
}

async function checksOf({ contacts }: Services, nowMs: number): Promise<Facts['checks']> {
  if (!contacts.checks.connected) return null;
  const { count, oldest } = await contacts.checks.queue();
  return { count, oldestMs: oldest === null ? null : nowMs - Date.parse(oldest) };
}

async function askDisks(config: Config): Promise<readonly Disk[]> {
  const places = [
    { zh: '数据', path: resolve(config.dataDir) },
    ...(config.backup ? [{ zh: '备份', path: config.backup.dir }] : []),
  ];
  const found = await Promise.all(
    places.map(async (place) => {
      const space = await statfs(place.path).catch(() => null);
      // A folder that is not there has no room either.
      return {
        ...place,
        freeBytes: (space?.bavail ?? 0) * (space?.bsize ?? 0),
        totalBytes: (space?.blocks ?? 0) * (space?.bsize ?? 0),
      };
    }),
  );
  return found;
}

function backupFacts(
  config: Config,
  walSpool: string | null,
  archiveFailing: boolean,
  nowMs: number,
): BackupFacts | 'off' | 'foreign' {
  if (config.databaseUrl !== null) return 'foreign';
  if (!config.backup || walSpool === null) return 'off';
  const { waiting, oldestMs } = spoolState(walSpool, nowMs);
  return {
    lastFinishedAt: listBackups(config.backup)[0]?.finishedAt ?? null,
    waitingSegments: waiting,
    oldestWaitingMs: oldestMs,
    archiveFailing,
  };
}

function unverifiedRules(): readonly string[] {
  return Object.values(rules)
    .filter(({ parameters }) =>
      parameters.some(
        (one) =>
          one.confidence === 'unverified' ||
          Object.values<Citation | undefined>(one.cites ?? {}).some((cited) => cited?.confidence === 'unverified'),
      ),
    )
    .map(({ zh }) => zh);
}
