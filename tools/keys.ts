// `npm run keys`: shows the data keys of this installation, replaces one while everybody works, and ends the replacement. It may be
// stopped at any moment and run again; without `--by` nothing is changed. The master key is replaced by a restart (docs/guides/operator.md).

import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type pg from 'pg';
import { readConfig, type Config } from '#platform/config';
import { fingerprint, replaceable, type Keyring, type Replaceable } from '#platform/keyring';
import { SetupError } from '#platform/setup-error';
import { prepareDatabase } from '#wiring/database';
import { rewriteAll, tablesOf } from '#wiring/key-rewrite';
import {
  addVersion,
  beginAnew,
  endVersions,
  isRewritten,
  keyZh,
  operatorOf,
  remainingOf,
  traceKeyAct,
  underWay,
  versionsOf,
  type VersionState,
} from '#wiring/key-work';
import { asOwner } from '#wiring/keys';
import { operate, runCommand } from '#wiring/operate';
import type { Services } from '#wiring/services';

const root = join(import.meta.dirname, '..');
const say = (line: string): void => console.log(line);
const usage = `用法：npm run keys -- 命令
  status                                      有哪些密钥、多久了、哪次更换没有收尾
  rotate field|index|digest --by 用户名         更换：新密钥 30 秒后启用，然后把能重做的都重做
  resume field|index|digest                   中断以后接着重做
  finish field|index|digest --by 用户名         收尾：旧密钥删除，或只为改不了的记录保留
--dry-run 只说会做什么；--in 秒数 改变启用前的等待（不少于 6 秒）；finish 加 --anyway 不等还没有用过的登录和接口密钥。
主密钥（MASTER_KEY）的更换见 docs/guides/operator.md 第 6 章。`;

const graceMin = 6;
const graceDefault = 30;
const tellRows = 50_000;

type At = {
  readonly config: Config;
  readonly client: pg.Client;
  readonly services: Services;
  readonly ring: Keyring;
};
type Given = {
  readonly by: string | undefined;
  readonly dryRun: boolean;
  readonly anyway: boolean;
  readonly inSeconds: number;
};

await runCommand(async () => {
  const { positionals, values } = parseArgs({
    args: process.argv.slice(2),
    allowPositionals: true,
    strict: true,
    options: {
      by: { type: 'string' },
      in: { type: 'string' },
      'dry-run': { type: 'boolean' },
      anyway: { type: 'boolean' },
    },
  });
  const [command, what] = positionals;
  const inSeconds = Number(values.in ?? graceDefault);
  if (!Number.isInteger(inSeconds) || inSeconds < graceMin || inSeconds > 3_600) throw wrongUse();
  const given = { by: values.by, dryRun: values['dry-run'] ?? false, anyway: values.anyway ?? false, inSeconds };
  if (command === 'status') return withKeys((at) => status(at));
  const name = replaceable.find((one) => one === what);
  if (name === undefined) throw wrongUse();
  if (command === 'rotate') return withKeys((at) => rotate(at, name, given));
  if (command === 'resume') return withKeys((at) => resume(at, name));
  if (command === 'finish') return withKeys((at) => finish(at, name, given));
  throw wrongUse();
});

function wrongUse(): SetupError {
  return new SetupError(usage, 'Usage: npm run keys -- status | rotate|resume|finish field|index|digest [--by LOGIN]');
}

async function withKeys(work: (at: At) => Promise<boolean>): Promise<boolean> {
  const config = readConfig(process.env, []);
  const database = await prepareDatabase(config, join(root, 'db'), say);
  const { services, close } = await operate(config, database, 'none');
  try {
    return await asOwner(database.ownerUrl, (client) => work({ config, client, services, ring: database.keyring }));
  } finally {
    await close();
    await database.stop();
  }
}

async function status({ client, config }: At): Promise<boolean> {
  const versions = await versionsOf(client);
  say(`主密钥指纹 ${fingerprint(config.masterKey)}`);
  const stateZh = { live: '在用', kept: '只为旧记录保留', dropped: '已删除' } as const;
  for (const one of versions) {
    const days = Math.floor((Date.now() - one.active_from.getTime()) / 86_400_000);
    const isCurrent = one.version === versions.filter(({ name }) => name === one.name).at(-1)?.version;
    say(
      `  ${one.name.padEnd(10)} 第 ${one.version} 版  ${isCurrent ? '现用' : stateZh[one.state]}  ${one.active_from.toISOString()} 起（${days} 天）` +
        `  由主密钥 ${one.master} 包裹  ${isCurrent ? keyZh[one.name] : ''}`,
    );
  }
  let isWhole = true;
  for (const name of replaceable) {
    const target = underWay(versions, name);
    if (!target) continue;
    isWhole = false;
    say(`\n${name} 的更换没有收尾：`);
    for (const table of tablesOf(name)) {
      const done = target.progress[table.name];
      say(`  ${table.name.padEnd(12)} ${done ? `${done.rows} 行${done.done ? '，做完' : ''}` : '还没有开始'}`);
    }
    const { waits, kept } = await remainingOf(client, target);
    for (const line of waits) say(`  还在等：${line}`);
    for (const line of kept) say(`  旧版要留给：${line}`);
    say(`  下一步：npm run keys -- resume ${name}，然后 npm run keys -- finish ${name} --by 用户名`);
  }
  if (isWhole) say('没有未收尾的更换。');
  return true;
}

async function rotate(at: At, name: Replaceable, given: Given): Promise<boolean> {
  const { client, config, services } = at;
  if (given.dryRun) {
    const versions = await versionsOf(client);
    say(
      `将新建 ${name}（${keyZh[name]}）的第 ${versions.filter((one) => one.name === name).length + 1} 版，没有写入。`,
    );
    for (const table of tablesOf(name)) {
      const found = await client.query<{ rows: string }>(
        'select greatest(reltuples, 0)::bigint::text as rows from pg_class where oid = $1::regclass',
        [table.name],
      );
      say(`  要重做 ${table.name}：约 ${found.rows[0]?.rows ?? '0'} 行`);
    }
    return true;
  }
  const by = await operatorOf(services.db, requireBy(given.by));
  if (underWay(await versionsOf(client), name) === null)
    await traceKeyAct(services.acts, by, {
      type: 'key_rotated',
      title: `更换数据密钥：${keyZh[name]}`,
      body: { key: name },
    });
  const version = await addVersion(client, config.masterKey, name, given.inSeconds);
  say(`已新建 ${name} 的第 ${version} 版，${given.inSeconds} 秒后启用：运行中的程序先都知道它。`);
  return resume(at, name);
}

/** Waits for the moment, then does what is left of the tables. */
async function resume(at: At, name: Replaceable): Promise<boolean> {
  const { client, ring } = at;
  const target = requireUnderWay(await versionsOf(client), name);
  while (ring.active(name).version !== target.version) await delay(200);
  // What began before the moment has ended by now, or its process is gone.
  await delay(Math.max(0, target.active_from.getTime() + 2_000 - Date.now()));
  await requireAlone(client);
  const changed = await rewritten(at, name);
  say(`${name} 第 ${target.version} 版：能重做的都重做了，这次改了 ${changed} 行。`);
  const { waits, kept } = await remainingOf(client, target);
  for (const line of waits) say(`  还在等：${line}`);
  for (const line of kept) say(`  旧版要留给：${line}`);
  say(`下一步：npm run keys -- finish ${name} --by 用户名`);
  return true;
}

async function rewritten({ client, services, ring }: At, name: Replaceable): Promise<number> {
  let told = 0;
  return rewriteAll({
    client,
    crypto: services.crypto,
    ring,
    name,
    onBatch: (table, rows) => {
      if (rows - told < tellRows && rows >= told) return;
      told = rows;
      say(`  ${table} ${rows} 行`);
    },
  });
}

async function finish(at: At, name: Replaceable, given: Given): Promise<boolean> {
  const { client, services } = at;
  const target = requireUnderWay(await versionsOf(client), name);
  if (!(await isRewritten(client, name, target.version)))
    throw new SetupError(`还没有重做完。请先运行 npm run keys -- resume ${name}。`, `Run resume ${name} first.`);
  if (!given.dryRun && tablesOf(name).length > 0) {
    // Once more from the beginning: what a process wrote in the very moment of the change.
    await requireAlone(client);
    await beginAnew(client, name, target.version);
    const late = await rewritten(at, name);
    if (late > 0) say(`又重做了 ${late} 行。`);
  }
  const { waits, kept } = await remainingOf(client, target);
  for (const line of kept) say(`旧版要留给：${line}`);
  for (const line of waits) say(`还在等：${line}`);
  if (given.dryRun) {
    say(
      waits.length > 0 && !given.anyway ? '现在还不能收尾。' : `可以收尾，旧版将${kept.length > 0 ? '保留' : '删除'}。`,
    );
    return true;
  }
  if (waits.length > 0 && !(given.anyway && name === 'digest'))
    throw new SetupError(
      `还不能收尾：${waits.join('；')}。${name === 'digest' ? '等他们用过，或确认以后加 --anyway。' : '请稍后再试。'}`,
      `Not yet: ${waits.join('; ')}.`,
    );
  const by = await operatorOf(services.db, requireBy(given.by));
  await traceKeyAct(services.acts, by, {
    type: 'key_finished',
    title: `数据密钥更换收尾：${keyZh[name]}，旧版${kept.length > 0 ? '只为旧记录保留' : '已删除'}`,
    body: { key: name, version: target.version, kept: kept.length > 0 },
  });
  await endVersions(client, target, kept.length > 0);
  say(`${name} 第 ${target.version} 版已收尾，旧版${kept.length > 0 ? '只为上面的记录保留' : '已删除'}。`);
  return true;
}

function requireUnderWay(versions: readonly VersionState[], name: Replaceable): VersionState {
  const target = underWay(versions, name);
  if (target) return target;
  throw new SetupError(`${name} 没有未收尾的更换。`, `No replacement of ${name} is under way.`);
}

function requireBy(login: string | undefined): string {
  if (login !== undefined && login.trim() !== '') return login.trim();
  throw new SetupError(
    '请用 --by 写明由谁负责（系统管理员或安全管理员的用户名）。',
    'Name who answers for it: --by LOGIN.',
  );
}

/** Two commands at once would do the same rows. */
async function requireAlone(client: pg.Client): Promise<void> {
  const found = await client.query<{ mine: boolean }>(
    `select pg_try_advisory_lock(hashtextextended('data_key_rewrite', 0)) as mine`,
  );
  if (found.rows[0]?.mine) return;
  throw new SetupError('另一个命令正在重做，请等它结束。', 'Another command is at it. Wait for it to end.');
}
