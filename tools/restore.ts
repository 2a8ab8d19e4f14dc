// `npm run restore`: makes a backup into a new data folder and proves it; shows what is in doubt before the copy may go live; and lets
// it. It never writes into a folder that is in use.

import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { restoreBackup } from '#platform/backup-restore';
import { readConfig, type Config } from '#platform/config';
import { SetupError } from '#platform/setup-error';
import { backupKeys, requirePlace } from '#wiring/backup';
import { prepareDatabase } from '#wiring/database';
import { openEraser, readErased } from '#wiring/eraser';
import { openRestored } from '#wiring/keys';
import { operate, runCommand } from '#wiring/operate';
import { isSound, printProof, prove } from '#wiring/proof';
import type { Services } from '#wiring/services';
import { accept, readMark, review, writeMark, type Review } from '#wiring/restored';

const root = join(import.meta.dirname, '..');
const say = (line: string): void => console.log(line);
const usage = `用法：
  npm run restore -- --into 新目录 [--time "2026-05-03 12:00:00"] [--backup 编号]   恢复到新目录并核对
  npm run restore -- --review                    核对恢复出来的数据里在途的付款（DATA_DIR 指向新目录）
  npm run restore -- --accept 姓名 [--lost 笔数]   核对之后放行
  npm run restore -- --forget                    按清单把依法删除过的再删一次（自己的 PostgreSQL 恢复以后）`;

await runCommand(async () => {
  const { values } = parseArgs({
    args: process.argv.slice(2),
    strict: true,
    options: {
      into: { type: 'string' },
      time: { type: 'string' },
      backup: { type: 'string' },
      review: { type: 'boolean' },
      accept: { type: 'string' },
      lost: { type: 'string' },
      forget: { type: 'boolean' },
    },
  });
  if (values.into !== undefined) return restoreInto(values.into, values.time, values.backup);
  if (values.review) return reviewCopy(null, 0);
  if (values.accept !== undefined) return reviewCopy(values.accept.trim(), Number(values.lost ?? '0'));
  if (values.forget) return forgetAgain();
  throw new SetupError(
    usage,
    'Usage: npm run restore -- --into FOLDER [--time T] [--backup ID] | --review | --accept NAME [--lost N] | --forget',
  );
});

/** A moment without its offset is Beijing time. */
function momentOf(text: string): Date {
  const iso = text.trim().replace(' ', 'T');
  const moment = new Date(/(Z|[+-]\d\d:?\d\d)$/.test(iso) ? iso : `${iso}+08:00`);
  if (!Number.isNaN(moment.getTime())) return moment;
  throw new SetupError(
    `看不懂时间 ${text}。请写成 2026-05-03 12:00:00（北京时间）或带时区的 ISO 时间。`,
    `The time ${text} is not understood. Write 2026-05-03 12:00:00 (Beijing time) or an ISO time with its offset.`,
  );
}

async function restoreInto(into: string, time: string | undefined, id: string | undefined): Promise<boolean> {
  // The master key comes from the backup; whoever lost it has BACKUP_KEY still.
  const config = readConfig({ ...process.env, MASTER_KEY: process.env['MASTER_KEY'] ?? '0'.repeat(64) }, []);
  const restored = await restoreBackup({
    place: requirePlace(config),
    into,
    ...(time === undefined ? {} : { until: momentOf(time) }),
    ...(id === undefined ? {} : { id }),
    say,
  });
  const { server, manifest } = restored;
  try {
    // The log may have been replayed past a change of the master key: then the backup's own is the former one.
    const kept = Buffer.from(backupKeys.parse(restored.keys).masterKey, 'hex');
    const { masterKey, keyring } = await openRestored(
      server.ownerUrl,
      [kept, ...(process.env['MASTER_KEY'] === undefined ? [] : [config.masterKey]), config.previousMasterKey],
      say,
    );
    const keysPath = join(resolve(into), 'keys.json');
    writeFileSync(keysPath, `${JSON.stringify({ masterKey: masterKey.toString('hex') })}\n`, {
      mode: 0o600,
      flush: true,
    });
    const restoredConfig = { ...config, dataDir: resolve(into), masterKey };
    const { services, close } = await operate(restoredConfig, { appUrl: server.ownerUrl, keyring }, 'none');
    try {
      const proof = await prove(services, server.ownerUrl);
      say(`\n恢复出来的数据：`);
      say(printProof(proof));
      writeMark(resolve(into), {
        backup: manifest.id,
        until: proof.lastRecordedAt ?? manifest.startedAt,
        restoredAt: new Date().toISOString(),
        acceptedAt: null,
        acceptedBy: null,
      });
      say(
        `\n已恢复到 ${resolve(into)}。主密钥在 ${keysPath}：正式运行请把它设为 MASTER_KEY，然后删除这个文件。` +
          `\n下一步：停掉原系统；DATA_DIR=${resolve(into)} npm run restore -- --review。`,
      );
      return isSound(proof);
    } finally {
      await close();
    }
  } finally {
    await server.stop();
  }
}

/** Shows what is in doubt; with a name, and the number of lost payments as it was shown, lets the copy go live. */
async function reviewCopy(name: string | null, lost: number): Promise<boolean> {
  const config = readConfig(process.env, []);
  const found = readMark(config.dataDir);
  if (!found)
    throw new SetupError(
      `${config.dataDir} 不是恢复出来的数据，不需要核对。请检查 DATA_DIR。`,
      `${config.dataDir} is no restored copy. Check DATA_DIR.`,
    );
  if (name === '') throw new SetupError('请写明由谁放行：--accept 姓名。', 'Say who accepts: --accept NAME.');
  const database = await prepareDatabase(config, join(root, 'db'), say);
  const { services, close } = await operate(config, database, 'connected');
  try {
    const seen = await review(services, found);
    say(printReview(seen));
    if (name === null) return true;
    if (seen.lost.length !== lost)
      throw new SetupError(
        `银行已付而本系统没有记录的付款有 ${seen.lost.length} 笔。请逐笔补记或止付，核对清楚后用 --lost ${seen.lost.length} 确认这个笔数。`,
        `The bank paid ${seen.lost.length} payouts that this copy does not know. Deal with each, then confirm the number with --lost ${seen.lost.length}.`,
      );
    await forget(config, services, database.ownerUrl);
    writeMark(config.dataDir, await accept(services, database.ownerUrl, found, { name, lost }));
    say(`\n已由 ${name} 放行。在途的付款都改为“待查”，只向银行查询，不会重新发送。现在可以启动。`);
    return true;
  } finally {
    await close();
    await database.stop();
  }
}

/** What had been erased before goes again: the copy is of a day on which it was there. */
async function forget(config: Config, services: Services, ownerUrl: string): Promise<void> {
  const eraser = openEraser(services, ownerUrl);
  try {
    say(`\n依法删除过的资料，重新删除了 ${await eraser.again(readErased(config))} 项。`);
  } finally {
    await eraser.close();
  }
}

async function forgetAgain(): Promise<boolean> {
  const config = readConfig(process.env, []);
  const database = await prepareDatabase(config, join(root, 'db'), say);
  const { services, close } = await operate(config, database, 'none');
  try {
    await forget(config, services, database.ownerUrl);
    return true;
  } finally {
    await close();
    await database.stop();
  }
}

function printReview({ doubtful, lost }: Review): string {
  const yuan = (fen: number) => `${(fen / 100).toFixed(2)} 元`;
  return [
    `\n恢复的那一刻在途的付款 ${doubtful.length} 笔（放行后只查询，不重发）：`,
    ...doubtful.map((one) => `  ${one.reference}  ${yuan(one.amountFen)}  当时 ${one.state}，银行现在说 ${one.bank}`),
    `那一刻以后银行已付、本系统没有记录的 ${lost.length} 笔（必须逐笔处理，否则可能重复付款）：`,
    ...lost.map((one) => `  ${one.reference}  ${yuan(one.amountFen)}  ${one.bookedAt}  卡尾号 ${one.cardTail}`),
  ].join('\n');
}
