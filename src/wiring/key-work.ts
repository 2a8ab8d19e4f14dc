// Replacing a data key: a new version is made known, counts from a moment on, what can be made again is made again, and the earlier
// version is dropped or, where what is only ever added to was made with it, kept. Each act is a named administrator's and is traced.

import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import type { Acts, By } from '#modules/administration';
import { systemAccess } from '#platform/access';
import { statement, type Database } from '#platform/db';
import { newId } from '#platform/ids';
import { fingerprint, type KeyName, type Replaceable } from '#platform/keyring';
import { insertKey, lockKeys, type KeyState } from '#platform/keyring-store';
import { SetupError } from '#platform/setup-error';
import { progressOf, tablesOf, type AllProgress } from './key-rewrite.ts';
import { rewritten } from './key-tables.ts';
import { inOwnerTransaction } from './keys.ts';

export const keyZh: Readonly<Record<KeyName, string>> = {
  field: '加密（姓名、证件、手机、银行卡、文件）',
  index: '盲索引（按证件、手机查找）',
  digest: '口令摘要（登录、验证码、接口密钥）',
  commitment: '承诺（写进留痕，不轮换）',
  pseudonym: '化名（写进留痕，不轮换）',
};

const selectOperator = statement<[string], { staff_id: string; org_id: string; region: string; kind: string }>(
  'wiring.key_operator',
  `select f.staff_id, f.org_id, o.region, f.kind from staff f join org o on o.org_id = f.org_id
   where lower(f.login) = lower($1) and f.active and f.kind in ('system_administrator', 'security_administrator')`,
);

export async function operatorOf(db: Database, login: string): Promise<By> {
  const found = await db.transaction(systemAccess, (tx) => tx.maybe(selectOperator, [login]));
  if (found) return { staffId: found.staff_id, orgId: found.org_id, region: found.region, role: found.kind };
  throw new SetupError(
    `没有用户名为 ${login} 的系统管理员或安全管理员。--by 要写由谁负责，他会出现在管理留痕里。`,
    `No system or security administrator has the login ${login}. --by names who answers for it.`,
  );
}

/** Before the act itself: who does what is written first, as with everything that touches everybody's data. */
export async function traceKeyAct(
  acts: Acts,
  by: By,
  what: { readonly type: string; readonly title: string; readonly body: Readonly<Record<string, unknown>> },
): Promise<void> {
  await acts.once({
    by,
    requestId: newId(),
    type: what.type,
    content: what.body,
    work: async () => ({ title: what.title, orgId: null, body: what.body, answer: null }),
  });
}

/** The master key was replaced at this start: nobody is logged in then, so the installation itself is who did it. */
export async function traceMaster(acts: Acts, masterKey: Buffer, rewrapped: number): Promise<void> {
  if (rewrapped === 0) return;
  const by: By = { staffId: null, role: 'installation', orgId: null, region: '' };
  const master = fingerprint(masterKey);
  const title = `更换主密钥：${rewrapped} 个数据密钥改由指纹 ${master} 的主密钥包裹`;
  await traceKeyAct(acts, by, { type: 'master_key_replaced', title, body: { master, rewrapped } });
}

export type VersionState = {
  readonly name: KeyName;
  readonly version: number;
  readonly state: KeyState;
  readonly master: string;
  readonly made_at: Date;
  readonly active_from: Date;
  readonly finished_at: Date | null;
  readonly progress: AllProgress;
};

export async function versionsOf(client: pg.ClientBase): Promise<readonly VersionState[]> {
  const found = await client.query<VersionState>(
    'select name, version, state, master, made_at, active_from, finished_at, progress from data_key order by name, version',
  );
  return found.rows;
}

/** Null where nothing of this name is under way. */
export function underWay(versions: readonly VersionState[], name: KeyName): VersionState | null {
  const live = versions.filter((one) => one.name === name && one.state === 'live');
  return live.length > 1 ? (live.at(-1) ?? null) : null;
}

/** The new version, known to all processes before it counts. */
export async function addVersion(
  client: pg.Client,
  masterKey: Buffer,
  name: Replaceable,
  inSeconds: number,
): Promise<number> {
  return inOwnerTransaction(client, async () => {
    await lockKeys(client);
    const versions = await versionsOf(client);
    const unfinished = underWay(versions, name);
    if (unfinished)
      throw new SetupError(
        `${name} 的第 ${unfinished.version} 版还没有收尾。先运行 npm run keys -- resume ${name}，再运行 finish ${name}。`,
        `Version ${unfinished.version} of ${name} is not finished: run resume ${name}, then finish ${name}.`,
      );
    const version = versions.filter((one) => one.name === name).length + 1;
    await insertKey(client, { name, version, key: randomBytes(32), masterKey, inSeconds });
    return version;
  });
}

/** Reads the tables from their beginning once more. */
export async function beginAnew(client: pg.Client, name: KeyName, version: number): Promise<void> {
  await inOwnerTransaction(client, () =>
    client.query(`update data_key set progress = '{}' where name = $1 and version = $2`, [name, version]),
  );
}

export async function isRewritten(client: pg.Client, name: KeyName, version: number): Promise<boolean> {
  const progress = await progressOf(client, name, version);
  return tablesOf(name).every((table) => progress[table.name]?.done === true);
}

/** What still needs versions before this one, in words; and what never stops needing them. */
export type Remaining = { readonly waits: readonly string[]; readonly kept: readonly string[] };

export async function remainingOf(client: pg.Client, target: VersionState): Promise<Remaining> {
  return inOwnerTransaction(client, async () => {
    if (target.name === 'field') return remainingSeals(client, target.version);
    if (target.name === 'index') return remainingIndexes(client, target.active_from);
    return remainingTokens(client, target.active_from);
  });
}

/** A jsonb is printed with a blank behind the colon, a json as it came. */
const earlierIn = (column: string, version: number): string =>
  `regexp_replace(${column}::text, '"sealed": ?"v${version}[.]', '', 'g') ~ '"sealed": ?"v[0-9]+[.]'`;

const countIn = async (client: pg.Client, text: string, values: readonly unknown[]): Promise<number> =>
  (await client.query<{ count: number }>(text, [...values])).rows[0]?.count ?? 0;

async function remainingSeals(client: pg.Client, version: number): Promise<Remaining> {
  const waits: string[] = [];
  for (const table of rewritten) {
    const earlier = table.columns.flatMap(({ name, type }) => {
      if (type === 'bytea') return [];
      return type === 'jsonb'
        ? [earlierIn(name, version)]
        : [`(${name} like 'v%' and ${name} not like 'v${version}.%')`];
    });
    const count = await countIn(
      client,
      `select count(*)::int as count from ${table.name} where ${table.only ?? 'true'} and (${earlier.join(' or ')})`,
      [],
    );
    if (count > 0) waits.push(`${table.name} 还有 ${count} 行`);
  }
  const bodies = await countIn(
    client,
    `select count(*)::int as count from case_body where ${earlierIn('body', version)}`,
    [],
  );
  return { waits, kept: bodies > 0 ? [`${bodies} 条办理记录的正文（只增不改）`] : [] };
}

async function remainingIndexes(client: pg.Client, from: Date): Promise<Remaining> {
  const codes = await countIn(
    client,
    `select count(*)::int as count from sms_code where issued_at < $1::timestamptz + interval '1 minute' and issued_at > now() - interval '1 day'`,
    [from],
  );
  const staff = await countIn(
    client,
    'select count(*)::int as count from staff where person_index is not null and closed_at is null and invited_at < $1',
    [from],
  );
  const signals = await countIn(client, 'select count(*)::int as count from work_signal where received_at < $1', [
    from,
  ]);
  return {
    waits: codes > 0 ? [`一天之内发过验证码的 ${codes} 个号码（次数限制按旧索引记着），满一天再收尾`] : [],
    kept: [
      ...(staff > 0 ? [`${staff} 个工作人员账号（一人一号靠它核对，证件号码本身没有保存）`] : []),
      ...(signals > 0 ? [`${signals} 条平台派单信号（证件号码本身没有保存）`] : []),
    ],
  };
}

async function remainingTokens(client: pg.Client, from: Date): Promise<Remaining> {
  const sessions = await countIn(
    client,
    `select count(*)::int as count from session where seen_at < $1 and revoked_at is null and expires_at > now()
       and seen_at + idle_minutes * interval '1 minute' > now()`,
    [from],
  );
  const keys = await countIn(
    client,
    `select count(*)::int as count from api_key where coalesce(last_used_at, made_at) < $1 and revoked_at is null and expires_at > now()`,
    [from],
  );
  const links = await countIn(
    client,
    `select count(*)::int as count from staff_link where made_at < $1 and used_at is null and revoked_at is null and expires_at > now()`,
    [from],
  );
  return {
    waits: [
      ...(sessions > 0 ? [`${sessions} 个登录在更换以后还没有用过（收尾后要重新登录）`] : []),
      ...(keys > 0 ? [`${keys} 个企业接口密钥在更换以后还没有用过（收尾后作废，要重新签发）`] : []),
      ...(links > 0 ? [`${links} 个邀请或重置链接还没有用（收尾后作废）`] : []),
    ],
    kept: [],
  };
}

/** Earlier versions are dropped, or kept for what is never made again. */
export async function endVersions(client: pg.Client, target: VersionState, kept: boolean): Promise<void> {
  await inOwnerTransaction(client, async () => {
    await lockKeys(client);
    await client.query(
      kept
        ? `update data_key set state = 'kept' where name = $1 and version < $2 and state = 'live'`
        : `update data_key set state = 'dropped', wrapped = null where name = $1 and version < $2 and state <> 'dropped'`,
      [target.name, target.version],
    );
    await client.query('update data_key set finished_at = clock_timestamp() where name = $1 and version = $2', [
      target.name,
      target.version,
    ]);
  });
}
