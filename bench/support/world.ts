// The world that the benchmarks stand in: the real modules on a real database, the unions of one district, and as many people
// with papers as a bench asks for. Nothing here measures.

import { join } from 'node:path';
import pg from 'pg';
import sharp from 'sharp';
import type { Role } from '#catalog';
import { makeResidentId, syntheticRegion } from '#catalog/fields/index';
import { firstKeyring } from '#platform/keyring';
import { createLog } from '#platform/log';
import { personGrant, roleGrant, systemAccess, workerAccess, type Access } from '#platform/access';
import { systemClock } from '#platform/clock';
import { createFolderBlobs } from '#adapters/blobs';
import { readConfig } from '#platform/config';
import { openDatabase, statement, type Database } from '#platform/db';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import { createMetrics } from '#platform/metrics';
import type { Actor } from '#modules/cases';
import { personRow } from '#modules/identity';
import { addOrg, addOrgRole } from '#modules/orgs';
import { connectParties } from '#wiring/parties';
import { demonstrationScan } from '#wiring/scanner';
import { createServices, type Services } from '#wiring/services';
import type { BenchDatabase } from '#tools/bench-context';

export const district = '350203';

export type Papers = { readonly photo: string; readonly signature: string };
export type BenchPerson = { readonly personId: string; readonly phone: string; readonly papers: Papers[] };
export type Staff = { readonly access: Access; readonly actor: Actor };

export type World = {
  readonly services: Services;
  readonly db: Database;
  readonly orgIds: readonly string[];
  /** People who may apply, each with so many sets of papers. */
  addPeople(count: number, papersEach: number): Promise<BenchPerson[]>;
  staff(role: Role): Staff;
  /** Case actions that were committed so far. */
  stepsDone(): number;
  /** The code that was last sent to a phone. */
  codeSentTo(phone: string): string | undefined;
  stop(): Promise<void>;
};

const roles = [
  ['county_union', '湖里区总工会（虚构）'],
  ['township_union', '示例街道工会（虚构）'],
  ['industry_union', '外卖行业工会联合会（虚构）'],
  ['grassroots_union', '示例基层工会（虚构）'],
  ['supervisor', '示例督办室（虚构）'],
] as const;

const selectFile = statement<[string], { address: string; key_sealed: string; bytes: number; media_type: string }>(
  'bench.file',
  'select address, key_sealed, bytes, media_type from file where file_id = $1',
);

export async function createWorld(
  database: BenchDatabase,
  folder: string,
  options: {
    readonly poolSize?: number;
    /** A world on this database is there already. */
    readonly joins?: boolean;
    readonly publicUrl?: string;
    /** Sees each pool before its first connection. */
    readonly onPool?: (pool: pg.Pool) => void;
  } = {},
): Promise<World> {
  const config = readConfig(
    { DATABASE_URL: database.ownerUrl, DEMO: 'on', DATA_DIR: folder, LOG_LEVEL: 'warn', NODE_ENV: 'test' },
    ['--port', '0'],
  );
  const clock = systemClock();
  const publicUrl = options.publicUrl ?? 'http://127.0.0.1';
  const parties = await connectParties(config, clock, { callbackBase: publicUrl });
  const db = openDatabase({
    url: database.appUrl,
    poolSize: options.poolSize ?? config.poolSize,
    applicationName: 'gongdun-bench',
  });
  options.onPool?.(db.pool);
  let steps = 0;
  const codes = new Map<string, string>();
  const services = createServices({
    config,
    keyring: firstKeyring(config.masterKey),
    db,
    clock,
    parties: {
      ...parties,
      sms: {
        ...parties.sms,
        send: async (message) => {
          if (message.params['code']) codes.set(message.phone, message.params['code']);
          return { providerId: message.bizId, provider: 'bench' };
        },
      },
    },
    metrics: {
      ...createMetrics(),
      steps: (count) => {
        steps += count;
      },
    },
    scan: demonstrationScan,
    blobs: createFolderBlobs(join(folder, 'files')),
    log: createLog({ level: 'error' }),
    publicUrl,
  });
  const orgs = options.joins ? new Map<Role, string>() : await makeOrgs(db);
  await services.prepare();
  const owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  let people = 0;
  let paper: Paper | undefined;

  return {
    services,
    db,
    orgIds: [...orgs.values()],
    addPeople: async (count, papersEach) => {
      const list = makePeople(people, count, papersEach);
      people += count;
      await insertPeople(owner, services, list);
      paper ??= await storePaper(services, list[0]?.personId ?? '');
      await insertPapers(owner, services, list, paper);
      return list;
    },
    staff: (role) => {
      const orgId = orgs.get(role);
      invariant(orgId, `no organisation acts as ${role}`);
      const id = newId();
      const grants = [roleGrant(role, orgId)];
      return {
        access: { kind: 'staff', actorId: id, grants },
        actor: { kind: 'staff', id, name: '经办示例', grants },
      };
    },
    stepsDone: () => steps,
    codeSentTo: (phone) => codes.get(phone),
    stop: async () => {
      await owner.end();
      await db.close();
      await parties.stop();
    },
  };
}

async function makeOrgs(db: Database): Promise<ReadonlyMap<Role, string>> {
  const orgs = new Map<Role, string>();
  await db.transaction(systemAccess, async (tx) => {
    for (const [role, name] of roles) {
      const orgId = newId();
      orgs.set(role, orgId);
      addOrg(tx, { orgId, code: `BENCH-${role}`, name, kind: 'union', region: district, synthetic: true });
      addOrgRole(tx, { orgId, role, region: district });
    }
    addOrg(tx, {
      orgId: newId(),
      code: 'BENCH-platform',
      name: '示例平台（虚构）',
      kind: 'platform_company',
      region: district,
      synthetic: true,
    });
  });
  return orgs;
}

const dayMs = 86_400_000;
const firstBirthMs = Date.UTC(1970, 0, 1);
const idsADay = 999;

function makePeople(from: number, count: number, papersEach: number): BenchPerson[] {
  return Array.from({ length: count }, (_, index) => ({
    personId: newId(),
    phone: `199${String(from + index).padStart(8, '0')}`,
    papers: Array.from({ length: papersEach }, () => ({ photo: newId(), signature: newId() })),
  }));
}

async function insertPeople(owner: pg.Client, services: Services, people: readonly BenchPerson[]): Promise<void> {
  const rows = people.map(({ personId, phone }) => {
    const number = Number(phone.slice(3));
    const birthDay = new Date(firstBirthMs + Math.floor(number / idsADay) * dayMs).toISOString().slice(0, 10);
    return personRow(services.crypto, {
      personId,
      name: '张示例',
      idDocument: { type: 'resident_id', number: makeResidentId(syntheticRegion, birthDay, (number % idsADay) + 1) },
      phone,
      birthDay,
      sex: 'unknown',
      region: district,
      occupation: null,
      platformOrgId: null,
      verified: true,
      synthetic: true,
      createdAt: services.clock.now(),
    });
  });
  await insertRows(owner, 'person', rows);
}

type Paper = { readonly address: string; readonly key: string; readonly bytes: number; readonly mediaType: string };

/** One picture that really was uploaded; the others are rows of their own on the same bytes. */
async function storePaper(services: Services, personId: string): Promise<Paper> {
  const picture = await sharp({ create: { width: 295, height: 413, channels: 3, background: '#8899aa' } })
    .jpeg()
    .toBuffer();
  const stored = await services.files.store(workerAccess(personId), { name: '照片.jpg', bytes: picture });
  const row = await services.db.transaction(systemAccess, (tx) => tx.one(selectFile, [stored.fileId]));
  const key = services.crypto.open(`file:key_sealed:${stored.fileId}`, row.key_sealed);
  return { address: row.address, key, bytes: row.bytes, mediaType: row.media_type };
}

async function insertPapers(
  owner: pg.Client,
  services: Services,
  people: readonly BenchPerson[],
  paper: Paper,
): Promise<void> {
  const rows = people.flatMap(({ personId, papers }) =>
    papers.flatMap(({ photo, signature }) =>
      [photo, signature].map((fileId) => ({
        file_id: fileId,
        person_id: personId,
        name: '照片.jpg',
        media_type: paper.mediaType,
        bytes: paper.bytes,
        address: paper.address,
        key_sealed: services.crypto.seal(`file:key_sealed:${fileId}`, paper.key),
        plain_index: services.crypto.blindIndex('file', fileId),
        state: 'clean',
        readers: ['*', personGrant(personId)],
        at: services.clock.now(),
      })),
    ),
  );
  await insertRows(owner, 'file', rows);
}

const rowsAtOnce = 2_000;

async function insertRows(owner: pg.Client, table: 'person' | 'file', rows: readonly object[]): Promise<void> {
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    const text = JSON.stringify(rows.slice(from, from + rowsAtOnce), hexBytes);
    await owner.query(`insert into ${table} select * from jsonb_populate_recordset(null::${table}, $1::jsonb)`, [text]);
  }
}

/** Bytes as PostgreSQL reads them; JSON.stringify hands a Buffer over in the form of its toJSON. */
function hexBytes(_key: string, value: unknown): unknown {
  if (typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer' && 'data' in value) {
    return `\\x${Buffer.from(value.data as number[]).toString('hex')}`;
  }
  return value;
}
