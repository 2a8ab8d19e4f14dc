// `npm run backup`: makes a backup now, lists them, checks one, or prints the proof of the running system. It never restores.

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { copyUploads } from '#platform/backup-base';
import { listBackups, prepareStore, pruneBackups, verifyBackup, type Manifest } from '#platform/backup-store';
import { shipWal } from '#platform/backup-wal';
import { readConfig } from '#platform/config';
import { runningServer } from '#platform/embedded-running';
import { SetupError } from '#platform/setup-error';
import { backupNow, filesFolder, requirePlace } from '#wiring/backup';
import { prepareDatabase } from '#wiring/database';
import { openKeyring } from '#wiring/keys';
import { operate, runCommand } from '#wiring/operate';
import { isSound, printProof, prove } from '#wiring/proof';

const root = join(import.meta.dirname, '..');
const say = (line: string): void => console.log(line);
const usage = `用法：npm run backup -- [now|list|verify [编号]|prune|ship|report]
  now      现在做一份完整备份（服务可以不停）
  list     列出完整的备份
  verify   逐字节核对一份备份，缺省为最近一份
  prune    删除超过 BACKUP_KEEP_DAYS 的备份和用不着的日志段
  ship     只把日志段和上传的文件送进备份目录
  report   对正在使用的数据做一次全面核对`;

await runCommand(async () => {
  const { positionals } = parseArgs({ args: process.argv.slice(2), allowPositionals: true, strict: true });
  const [command = 'now', id] = positionals;
  const config = readConfig(process.env, []);
  if (command === 'now') return now(config);
  if (command === 'list') return list(config);
  if (command === 'verify') return verify(config, id);
  if (command === 'prune') return prune(config);
  if (command === 'ship') return ship(config);
  if (command === 'report') return report(config);
  throw new SetupError(usage, 'Usage: npm run backup -- [now|list|verify [id]|prune|ship|report]');
});

type Config = ReturnType<typeof readConfig>;

async function now(config: Config): Promise<void> {
  const place = requirePlace(config);
  prepareStore(place);
  if (config.databaseUrl !== null) {
    const count = await copyUploads(place, filesFolder(config));
    throw new SetupError(
      `上传的文件已备份（新增 ${count} 个）。数据库是您自己的 PostgreSQL，不由本命令备份：请用 pg_basebackup 加 WAL 归档（或 pgBackRest），步骤见 docs/guides/operator.md“自己的 PostgreSQL”。`,
      `Uploaded files are backed up (${count} new). The database is your own PostgreSQL and is not: use pg_basebackup with WAL archiving (or pgBackRest); see docs/guides/operator.md.`,
    );
  }
  const made = await withServer(config, (server) => backupNow(config, server, say));
  const bytes = made.files.reduce((sum, file) => sum + file.sealedBytes, 0);
  say(`备份 ${made.id} 已完成：${made.files.length} 个文件，${megabytes(bytes)}，新增上传文件 ${made.uploads} 个。`);
}

/** The server that serves, or one started for the moment. */
async function withServer<T>(
  config: Config,
  work: (server: { ownerUrl: string; dataDir: string; walSpool: string }) => Promise<T>,
): Promise<T> {
  const found = runningServer(join(config.dataDir, 'postgres'));
  if (found) return work(found);
  const database = await prepareDatabase(config, join(root, 'db'), say);
  try {
    if (!database.embedded) throw new Error('the embedded server is ours');
    return await work({ ownerUrl: database.ownerUrl, ...database.embedded });
  } finally {
    await database.stop();
  }
}

function list(config: Config): void {
  const backups = listBackups(requirePlace(config));
  if (backups.length === 0) return say('还没有完整的备份。');
  say('编号              完成于                    大小        程序    PostgreSQL');
  for (const one of backups) say(lineOf(one));
}

function lineOf({ id, finishedAt, files, program, postgres }: Manifest): string {
  const bytes = files.reduce((sum, file) => sum + file.sealedBytes, 0);
  return `${id}  ${finishedAt}  ${megabytes(bytes).padStart(9)}  ${program}  ${postgres}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MB`;
}

async function verify(config: Config, given: string | undefined): Promise<boolean> {
  const place = requirePlace(config);
  const id = given ?? listBackups(place)[0]?.id;
  if (id === undefined) throw new SetupError('还没有完整的备份可以核对。', 'There is no whole backup to check yet.');
  const { files, problems } = await verifyBackup(place, id, true);
  for (const problem of problems) say(`  ${problem}`);
  say(
    problems.length === 0
      ? `备份 ${id} 完好：${files} 个文件逐字节核对无误。`
      : `备份 ${id} 有 ${problems.length} 处问题。`,
  );
  return problems.length === 0;
}

function prune(config: Config): void {
  const place = requirePlace(config);
  const { backups, segments, unfinished } = pruneBackups(place, place.keepDays, Date.now());
  say(`已删除 ${backups.length} 份旧备份、${unfinished} 份半截备份、${segments} 个用不着的日志段。`);
}

async function ship(config: Config): Promise<void> {
  const place = requirePlace(config);
  prepareStore(place);
  const files = await copyUploads(place, filesFolder(config));
  const server = runningServer(join(config.dataDir, 'postgres'));
  const { segments } = server ? await shipWal(place, server.walSpool) : { segments: 0 };
  say(`已送出 ${segments} 个日志段、${files} 个上传文件。`);
}

async function report(config: Config): Promise<boolean> {
  const database = config.databaseUrl === null ? runningServer(join(config.dataDir, 'postgres')) : null;
  if (database === undefined)
    throw new SetupError('数据库没有运行，请先启动工盾。', 'The database does not run; start Gongdun first.');
  const ownerUrl = database?.ownerUrl ?? config.databaseUrl ?? '';
  const { services, close } = await operate(
    config,
    { appUrl: ownerUrl, ...(await openKeyring(ownerUrl, config, say)) },
    'none',
  );
  try {
    const proof = await prove(services, ownerUrl);
    say(printProof(proof));
    return isSound(proof);
  } finally {
    await close();
  }
}
