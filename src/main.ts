// The program: reads the configuration, brings up what is missing, joins the modules, serves, and leaves nothing behind. It
// decides nothing about cases, money or people.

import { join } from 'node:path';
import type { City } from '#city';
import { buildApps } from '#tools/build';
import { watchDisk } from '#platform/disk-guard';
import { closeHttp } from '#platform/http';
import { createLog } from '#platform/log';
import { createMetrics } from '#platform/metrics';
import { openDatabase } from '#platform/db';
import { printConfig, readConfig, type Config } from '#platform/config';
import { reasonOf, SetupError } from '#platform/setup-error';
import { systemClock } from '#platform/clock';
import { keepFresh, startBackground } from '#wiring/background';
import { startBackups } from '#wiring/backup';
import { prepareDatabase } from '#wiring/database';
import { traceMaster } from '#wiring/key-work';
import { followKeys } from '#wiring/keys';
import { createDemo } from '#wiring/demo';
import { tourFirst } from '#wiring/demo-accounts';
import { ensureCity, restoreClock } from '#wiring/first-run';
import { connectParties } from '#wiring/parties';
import { refuseUnreviewed } from '#wiring/restored';
import { createServer } from '#wiring/server';
import { createServices } from '#wiring/services';
import { openBlobs } from '#wiring/blobs';
import { connectScanner } from '#wiring/scanner';

const root = join(import.meta.dirname, '..');
const say = (line: string): void => console.log(line);

/** What was brought up, newest last; taken down in the other order. */
const started: { name: string; stop(): Promise<unknown> }[] = [];
let stopping: Promise<void> | undefined;

function stop(): Promise<void> {
  stopping ??= (async () => {
    for (const part of started.toReversed()) {
      await part.stop().catch((error: unknown) => console.error(`停止${part.name}时出错：${reasonOf(error)}`));
    }
  })();
  return stopping;
}

async function start(config: Config): Promise<void> {
  const began = Date.now();
  const log = createLog({ level: config.logLevel });
  const metrics = createMetrics();
  const clock = systemClock();
  say(printConfig(config));

  refuseUnreviewed(config);
  const database = await prepareDatabase(config, join(root, 'db'), say);
  started.push({ name: '数据库', stop: database.stop });
  if (database.applied.length > 0) say(`已执行数据库迁移：${database.applied.join('、')}`);
  const db = openDatabase({ url: database.appUrl, poolSize: config.poolSize });
  started.push({ name: '连接池', stop: db.close });

  const localUrl = `http://127.0.0.1:${config.port}`;
  const parties = await connectParties(config, clock, {
    callbackBase: config.demo ? localUrl : config.publicUrl,
    onTrouble: (party, why) => log.warn({ party, why }, 'the connection to an outside party ended'),
  });
  started.push({ name: '外部系统', stop: parties.stop });
  started.push({ name: '密钥', stop: followKeys(db, database.keyring, config.masterKey, log) });
  const services = createServices({
    config,
    keyring: database.keyring,
    db,
    clock,
    parties,
    metrics,
    ...connectScanner(config),
    blobs: openBlobs(config),
    log,
    publicUrl: config.publicUrl,
  });
  await services.prepare();
  await restoreClock(services);
  await traceMaster(services.acts, config.masterKey, database.rewrapped);
  const city = config.demo
    ? await ensureCity(services, database.ownerUrl, (paid) => parties.simulators.payment?.learn(paid), say)
    : null;
  const accounts = city?.accounts ?? [];

  if (await buildApps()) say('页面已构建');
  const demo = config.demo ? createDemo(services, parties, accounts) : null;
  const health = {
    ownerUrl: database.ownerUrl,
    parties: parties.states,
    sms: parties.sms.health,
    scanner: config.ports.clamd ? ('connected' as const) : config.demo ? ('demonstration' as const) : ('none' as const),
    walSpool: database.embedded?.walSpool ?? null,
  };
  const dist = join(root, 'dist');
  const disk = watchDisk([config.dataDir, join(config.dataDir, 'postgres')], config.diskReserveMb * 1_048_576, log);
  started.push({ name: '磁盘检查', stop: async () => disk.stop() });
  const { isFull: isDiskFull } = disk;
  const app = await createServer({ services, log, publicUrl: config.publicUrl, dist, demo, health, isDiskFull });
  started.push({ name: '网页服务', stop: () => closeHttp(app, 10_000, app.server.listening ? config.drainMs : 0) });
  await listen(app, config);
  const background = config.background
    ? await startBackground(services, {
        ownerUrl: database.ownerUrl,
        concurrency: config.jobConcurrency,
        log,
      })
    : keepFresh(services, log);
  if (config.backup && database.embedded) {
    const server = { ownerUrl: database.ownerUrl, ...database.embedded };
    started.push({ name: '备份', stop: await startBackups(config, server, log) });
  }
  const stopBackground = (): Promise<void> => {
    // The balancer hears of it before the jobs are handed over.
    app.leaving.now = true;
    return background.stop();
  };
  started.push({ name: '后台任务', stop: stopBackground });

  announce(config, city, Date.now() - began);
}

async function listen(app: Awaited<ReturnType<typeof createServer>>, config: Config): Promise<void> {
  try {
    const { socketFd, host, port } = config;
    // Node takes a descriptor too; Fastify's type does not name it.
    await app.listen(socketFd === null ? { host, port } : ({ host, fd: socketFd } as { host: string }));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      throw new SetupError(
        `端口 ${config.port} 已被占用。请先停止占用它的程序，或用 npm start -- --port 端口 换一个。`,
        `Port ${config.port} is in use. Stop what uses it, or start with --port N.`,
      );
    }
    throw error;
  }
}

function announce(config: Config, city: City | null, ms: number): void {
  say(`\n工盾已就绪（${(ms / 1000).toFixed(1)} 秒）`);
  say(`  劳动者  ${config.publicUrl}/m`);
  say(`  工作台  ${config.publicUrl}/desk`);
  if (!city) return;
  say(
    `  短信    ${config.publicUrl}/dev/phone    时间  ${config.publicUrl}/dev/clock    接口  ${config.publicUrl}/api/openapi.json`,
  );
  say(`  演示环境：数据均为虚构。骑手手机号 ${city.rider.phone}，验证码见 /dev/phone；工作台登录页可一键填写：`);
  const seen = new Set<string>();
  for (const { login, password, role, roleZh, orgZh, tour } of tourFirst(city.accounts)) {
    if (!tour && seen.has(role)) continue;
    seen.add(role);
    say(`    ${login.padEnd(28)} ${password}  ${roleZh}（${orgZh}）${tour ?? ''}`);
  }
  say('按 Ctrl-C 停止。');
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (!stopping) say('\n正在停止…');
    void stop().then(() => process.exit(0));
  });
}

try {
  await start(readConfig(process.env, process.argv.slice(2)));
} catch (error) {
  await stop();
  console.error(error instanceof SetupError ? `\n${error.message}` : error);
  process.exit(1);
}
