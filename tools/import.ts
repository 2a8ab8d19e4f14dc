// `node tools/bootstrap.mjs import`: brings over the members and policies of an older system, tries it out first, lists what was brought,
// undoes it. It may be stopped at any moment and run again with the same file; it runs while the program serves.

import { createWriteStream, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { titlesOf, type ImportKind } from '#modules/imports';
import { readConfig } from '#platform/config';
import { Refusal } from '#platform/errors';
import { SetupError } from '#platform/setup-error';
import { prepareDatabase } from '#wiring/database';
import { operate, runCommand } from '#wiring/operate';
import type { Services } from '#wiring/services';

const root = join(import.meta.dirname, '..');
const say = (line: string): void => console.log(line);
const usage = `用法：node tools/bootstrap.mjs import 命令
  members  文件 --source 旧系统名称 --by 系统管理员用户名 [--dry-run] [--report 文件]   导入会员
  policies 文件 --source 旧系统名称 --by 系统管理员用户名 [--dry-run] [--report 文件]   导入保单
  list                                                                           已经导入的
  undo 导入编号 --by 系统管理员用户名                                                 撤销一次导入
格式见 docs/guides/import.md。--dry-run 只核对、不写入。标好问题的文件写到 --report，缺省为原文件名加 .report.csv。`;

const stateZh = {
  running: '没有做完',
  done: '已导入',
  undoing: '正在撤销',
  undone: '已撤销',
  partly_undone: '部分撤销',
} as const;
const progressLines = 20_000;

await runCommand(async () => {
  const { positionals, values } = parseArgs({
    args: process.argv.slice(2),
    allowPositionals: true,
    strict: true,
    options: {
      source: { type: 'string' },
      by: { type: 'string' },
      'dry-run': { type: 'boolean' },
      report: { type: 'string' },
    },
  });
  const [command, what] = positionals;
  const { source, by } = values;
  if (command === 'list') return withServices(list);
  if (command === 'undo' && what !== undefined && by !== undefined)
    return withServices((services) => undo(services, what, by));
  if ((command === 'members' || command === 'policies') && what !== undefined && source && by)
    return withServices((services) =>
      bring(services, command, what, {
        source,
        by,
        dryRun: values['dry-run'] ?? false,
        report: values.report ?? `${what}.report.csv`,
      }),
    );
  throw new SetupError(
    usage,
    'Usage: import members|policies FILE --source NAME --by LOGIN [--dry-run] | list | undo RUN',
  );
});

async function withServices(work: (services: Services) => Promise<boolean>): Promise<boolean> {
  const config = readConfig(process.env, []);
  const database = await prepareDatabase(config, join(root, 'db'), say);
  const { services, close } = await operate(config, database, 'none');
  try {
    await services.orgs.load();
    return await work(services);
  } catch (error) {
    if (error instanceof Refusal) throw new SetupError(`${error.zh}${error.next}`, error.code);
    throw error;
  } finally {
    await close();
    await database.stop();
  }
}

type Bring = { source: string; by: string; dryRun: boolean; report: string };

async function bring(services: Services, kind: ImportKind, path: string, given: Bring): Promise<boolean> {
  const bytes = readWhole(path, kind);
  const { source, by, dryRun, report } = given;
  let told = 0;
  const result = await services.imports.run({
    kind,
    bytes,
    fileName: basename(path),
    source,
    by,
    dryRun,
    onProgress: (lines) => {
      if (lines < told + progressLines) return;
      told = lines;
      say(`已${dryRun ? '核对' : '处理'} ${lines} 行`);
    },
  });
  const { counts, runId, resumedBehind, problems } = result;
  if (resumedBehind > 0) say(`接着上次，从第 ${resumedBehind} 行之后继续。`);
  say(`${dryRun ? '试算（没有写入）' : `导入编号 ${runId}`}：`);
  say(
    `  ${dryRun ? '可以导入' : '已导入'} ${counts.imported} 行，其中 ${counts.linked} 行是本系统已有的人（已关联，没有重复建人）`,
  );
  say(`  以前导入过、内容相同 ${counts.same} 行；有问题 ${counts.bad} 行`);
  for (const [line, zh] of [...problems].slice(0, 10)) say(`  第 ${line} 行：${zh}`);
  if (problems.size > 10) say(`  ……其余见报告`);
  if (counts.bad > 0) {
    await pipeline(Readable.from(result.marked()), createWriteStream(report, { mode: 0o600 }));
    say(`报告：${report}（有完整证件号码，用完请删除）。改好后只要再导入一次，已导入的不会重复。`);
  }
  return true;
}

function readWhole(path: string, kind: ImportKind): Buffer {
  try {
    return readFileSync(path);
  } catch {
    throw new SetupError(`读不出文件 ${path}。要有这些列：${titlesOf(kind).join('、')}。`, `Cannot read ${path}.`);
  }
}

async function list({ imports }: Services): Promise<boolean> {
  const runs = await imports.list();
  if (runs.length === 0) say('还没有导入过。');
  for (const run of runs)
    say(
      `${run.import_run_id}  ${run.started_at}  ${run.kind === 'members' ? '会员' : '保单'}  ${run.source}  ${stateZh[run.state]}` +
        `  导入 ${run.imported_count}，相同 ${run.same_count}，有问题 ${run.bad_count}`,
    );
  return true;
}

async function undo({ imports }: Services, runId: string, by: string): Promise<boolean> {
  if (!/^[0-9a-f-]{36}$/.test(runId)) throw new SetupError('导入编号不对，请用 list 查看。', 'Not the id of a run.');
  const { state, kept } = await imports.undo(runId, by);
  say(state === 'undone' ? '已全部撤销。' : `已撤销，保留 ${kept.length} 行：`);
  for (const { line, zh } of kept) say(`  第 ${line} 行：${zh}`);
  return true;
}
