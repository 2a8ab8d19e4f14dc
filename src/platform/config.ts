// What an operator may set: environment variables and a few options of the command. Everything is read and checked here, once,
// at the start; a wrong value is one sentence that says what to do. No other file reads the environment.

import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { readPorts, type PortsConfig } from './config-ports.ts';
import { fingerprint } from './keyring.ts';
import { demonstrationKey } from './keys.ts';
import { reasonOf, SetupError } from './setup-error.ts';

export type SubsidyMode = 'gross' | 'net';

export type BackupConfig = {
  readonly dir: string;
  readonly key: Buffer;
  readonly keepDays: number;
};

export type Config = {
  readonly demo: boolean;
  readonly host: string;
  readonly port: number;
  /** A socket that systemd listens on for us (LISTEN_FDS), so that no connection is refused while a version replaces another. */
  readonly socketFd: number | null;
  /** How long a stopping instance goes on answering before it closes idle connections. */
  readonly drainMs: number;
  readonly publicUrl: string;
  readonly trustProxy: readonly string[];
  /** Whoever approves money needs a key for it, or only who has one. */
  readonly approverKeys: 'required' | 'optional';
  /** Null is the embedded PostgreSQL. */
  readonly databaseUrl: string | null;
  readonly appDatabasePassword: string | null;
  readonly poolSize: number;
  readonly dataDir: string;
  readonly masterKey: Buffer;
  /** What wrapped the data keys until now, while the master key is replaced. */
  readonly previousMasterKey: Buffer | null;
  /** Null makes no backups. */
  readonly backup: BackupConfig | null;
  readonly origin: string;
  readonly region: string;
  readonly subsidyMode: SubsidyMode;
  /** Regions in which cover may start on the day of payment. */
  readonly sameDayRegions: readonly string[];
  readonly logLevel: 'silent' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
  readonly metricsToken: string | null;
  /** Off where another instance on the same database does what runs without being asked. */
  readonly background: boolean;
  readonly jobConcurrency: number;
  /** What one person may upload within a day. */
  readonly uploadFilesADay: number;
  readonly uploadMbADay: number;
  /** How long nobody is paid to a new card. */
  readonly payoutCoolingHours: number;
  /** How long a person may take back the wish to be erased. */
  readonly erasureWaitDays: number;
  /** How long the old phone may stop a change that a window made. */
  readonly phoneChangeHours: number;
  readonly ports: PortsConfig;
  /** Begin anew: drop the embedded data and make the city again. */
  readonly fresh: boolean;
  /** Room that is kept on the disk of the data: below it nothing is written. */
  readonly diskReserveMb: number;
  /** People in the synthetic city, and its seed. */
  readonly workers: number;
  readonly seed: number;
};

export type Environment = Readonly<Record<string, string | undefined>>;

const flag = z.enum(['1', '0', 'true', 'false', 'on', 'off']).transform((value) => ['1', 'true', 'on'].includes(value));
const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max));
const region = z.string().regex(/^\d{6}$/);
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean),
);

/** Each variable: its check, and in both languages what it takes. */
const variables = {
  NODE_ENV: { check: z.string(), zh: '任意文字', en: 'any text' },
  DEMO: { check: flag, zh: 'on 或 off', en: 'on or off' },
  HOST: { check: z.string().min(1), zh: '监听地址', en: 'an address to listen on' },
  PORT: { check: whole(0, 65_535), zh: '0 到 65535 的端口号', en: 'a port from 0 to 65535' },
  LISTEN_FDS: { check: whole(0, 1), zh: '0 或 1（由 systemd 设置）', en: '0 or 1 (systemd sets it)' },
  DRAIN_SECONDS: { check: whole(0, 120), zh: '0 到 120 的秒数', en: 'seconds from 0 to 120' },
  PUBLIC_URL: {
    check: z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, '')),
    zh: 'http:// 或 https:// 开头的网址',
    en: 'a URL that begins with http:// or https://',
  },
  TRUST_PROXY: {
    check: list,
    zh: '反向代理的地址，用逗号隔开',
    en: 'addresses of reverse proxies, separated by commas',
  },
  APPROVER_KEYS: {
    check: z.enum(['required', 'optional']),
    zh: 'required（同意付款的人都要有安全密钥）或 optional（登记了才要）',
    en: 'required (whoever approves payments has a key) or optional (only who has enrolled one)',
  },
  DATABASE_URL: {
    check: z.url({ protocol: /^postgres(ql)?$/ }),
    zh: 'postgres:// 开头的地址',
    en: 'a URL that begins with postgres://',
  },
  APP_DATABASE_PASSWORD: {
    check: z.string().regex(/^[\w-]{16,}$/),
    zh: '至少 16 位字母、数字、- 或 _',
    en: 'at least 16 letters, digits, - or _',
  },
  DATABASE_POOL: { check: whole(2, 200), zh: '2 到 200 的连接数', en: 'a number of connections from 2 to 200' },
  DATA_DIR: { check: z.string().min(1), zh: '文件夹路径', en: 'a folder' },
  MASTER_KEY: {
    check: z.string().regex(/^[0-9a-fA-F]{64}$/),
    zh: '64 位十六进制数（32 字节）',
    en: '64 hexadecimal digits (32 bytes)',
  },
  MASTER_KEY_PREVIOUS: {
    check: z.string().regex(/^[0-9a-fA-F]{64}$/),
    zh: '64 位十六进制数（32 字节）',
    en: '64 hexadecimal digits (32 bytes)',
  },
  BACKUP_DIR: { check: z.string().min(1), zh: '另一块盘上的文件夹', en: 'a folder on another disk' },
  BACKUP_KEY: {
    check: z.string().regex(/^[0-9a-fA-F]{64}$/),
    zh: '64 位十六进制数（32 字节）',
    en: '64 hexadecimal digits (32 bytes)',
  },
  BACKUP_KEEP_DAYS: { check: whole(1, 3_650), zh: '1 到 3650 的天数', en: 'days from 1 to 3650' },
  ORIGIN: {
    check: z.string().regex(/^[a-z0-9.-]{3,60}$/),
    zh: '小写字母、数字、点和横线',
    en: 'lower-case letters, digits, dots and hyphens',
  },
  REGION: { check: region, zh: '6 位行政区划代码', en: 'a region code of 6 digits' },
  SUBSIDY_MODE: {
    check: z.enum(['gross', 'net']),
    zh: 'gross（0.40 元含补贴）或 net（补贴另加）',
    en: 'gross (0.40 yuan includes the subsidy) or net (the subsidy is on top)',
  },
  SAME_DAY_COVER: {
    check: list.pipe(z.array(region)),
    zh: '6 位行政区划代码，用逗号隔开',
    en: 'region codes of 6 digits, separated by commas',
  },
  LOG_LEVEL: {
    check: z.enum(['silent', 'error', 'warn', 'info', 'debug', 'trace']),
    zh: 'silent、error、warn、info、debug 或 trace',
    en: 'silent, error, warn, info, debug or trace',
  },
  METRICS_TOKEN: { check: z.string().min(16), zh: '至少 16 个字符', en: 'at least 16 characters' },
  UPLOAD_FILES_A_DAY: {
    check: whole(1, 100_000),
    zh: '1 到 100000 的文件数',
    en: 'a number of files from 1 to 100000',
  },
  UPLOAD_MB_A_DAY: { check: whole(1, 100_000), zh: '1 到 100000 的兆字节数', en: 'megabytes from 1 to 100000' },
  PAYOUT_COOLING_HOURS: { check: whole(0, 720), zh: '0 到 720 的小时数', en: 'hours from 0 to 720' },
  BACKGROUND: { check: flag, zh: 'on 或 off', en: 'on or off' },
  ERASURE_WAIT_DAYS: { check: whole(1, 30), zh: '1 到 30 的天数', en: 'days from 1 to 30' },
  DISK_RESERVE_MB: { check: whole(1, 1_000_000), zh: '1 到 1000000 的兆字节数', en: 'megabytes from 1 to 1000000' },
  PHONE_CHANGE_HOURS: { check: whole(0, 720), zh: '0 到 720 的小时数', en: 'hours from 0 to 720' },
  JOB_CONCURRENCY: { check: whole(1, 50), zh: '1 到 50', en: 'from 1 to 50' },
} as const;

/** For the test that holds the operator's guide. */
export const settingNames: readonly string[] = Object.keys(variables);

/** systemd passes its sockets after standard input, output and error. */
const firstSocketFd = 3;

type Variables = { -readonly [Name in keyof typeof variables]?: z.output<(typeof variables)[Name]['check']> };

export function readConfig(env: Environment, argv: readonly string[]): Config {
  const set = readVariables(env);
  const options = readOptions(argv);
  const demo = set.DEMO ?? (set.DATABASE_URL === undefined && set.NODE_ENV !== 'production');
  const port = options.port ?? set.PORT ?? 4180;
  const dataDir = set.DATA_DIR ?? '.gongdun';
  const region = set.REGION ?? '350200';
  const publicUrl = set.PUBLIC_URL ?? `http://localhost:${port}`;
  return {
    demo,
    // A reverse proxy stands in front; who wants more says so.
    host: set.HOST ?? '127.0.0.1',
    port,
    socketFd: set.LISTEN_FDS === 1 ? firstSocketFd : null,
    drainMs: (set.DRAIN_SECONDS ?? (demo ? 0 : 5)) * 1_000,
    publicUrl,
    trustProxy: set.TRUST_PROXY ?? [],
    approverKeys: readApproverKeys(set.APPROVER_KEYS, publicUrl, demo),
    databaseUrl: set.DATABASE_URL ?? null,
    appDatabasePassword: set.APP_DATABASE_PASSWORD ?? null,
    poolSize: set.DATABASE_POOL ?? 20,
    dataDir,
    masterKey: readMasterKey(set.MASTER_KEY, demo, dataDir),
    previousMasterKey: set.MASTER_KEY_PREVIOUS === undefined ? null : Buffer.from(set.MASTER_KEY_PREVIOUS, 'hex'),
    backup: readBackup(set),
    origin: set.ORIGIN ?? (demo ? 'gongdun.demo' : new URL(publicUrl).hostname),
    region,
    subsidyMode: set.SUBSIDY_MODE ?? 'gross',
    sameDayRegions: set.SAME_DAY_COVER ?? (demo ? [region] : []),
    logLevel: set.LOG_LEVEL ?? (demo ? 'warn' : 'info'),
    metricsToken: set.METRICS_TOKEN ?? null,
    background: readBackground(set.BACKGROUND, demo),
    jobConcurrency: set.JOB_CONCURRENCY ?? 4,
    uploadFilesADay: set.UPLOAD_FILES_A_DAY ?? 200,
    uploadMbADay: set.UPLOAD_MB_A_DAY ?? 300,
    payoutCoolingHours: set.PAYOUT_COOLING_HOURS ?? 24,
    erasureWaitDays: set.ERASURE_WAIT_DAYS ?? 7,
    phoneChangeHours: set.PHONE_CHANGE_HOURS ?? 24,
    ports: readPorts(env),
    fresh: options.fresh,
    diskReserveMb: set.DISK_RESERVE_MB ?? 256,
    workers: options.workers,
    seed: options.seed,
  };
}

function readBackground(wanted: boolean | undefined, demo: boolean): boolean {
  if (wanted === false && demo) {
    throw new SetupError(
      '演示模式只有一个实例，不能设 BACKGROUND=off。',
      'A demonstration is one instance: it cannot have BACKGROUND=off.',
    );
  }
  return wanted ?? true;
}

/** Browsers know keys only on a name with https, or on localhost: asked for elsewhere nobody could approve anything. */
function readApproverKeys(
  wanted: 'required' | 'optional' | undefined,
  publicUrl: string,
  demo: boolean,
): 'required' | 'optional' {
  const { protocol, hostname } = new URL(publicUrl);
  const works = hostname === 'localhost' || (protocol === 'https:' && !/^[\d.]+$|^\[/.test(hostname));
  if (wanted === 'required' && !works) {
    throw new SetupError(
      'APPROVER_KEYS=required 时，PUBLIC_URL 必须是 https:// 加域名：浏览器在别的网址上不能用安全密钥。',
      'With APPROVER_KEYS=required PUBLIC_URL must be https:// with a name: on other addresses browsers know no keys.',
    );
  }
  return wanted ?? (works && !demo ? 'required' : 'optional');
}

function readVariables(env: Environment): Variables {
  const set: Record<string, unknown> = {};
  for (const [name, { check, zh, en }] of Object.entries(variables)) {
    const text = env[name];
    if (text === undefined || text.trim() === '') continue;
    const parsed = check.safeParse(text.trim());
    if (!parsed.success) {
      throw new SetupError(
        `环境变量 ${name} 的值不对，应为${zh}。请改正后再启动。`,
        `The environment variable ${name} is wrong: it takes ${en}. Correct it and start again.`,
      );
    }
    set[name] = parsed.data;
  }
  return set;
}

function readMasterKey(hex: string | undefined, demo: boolean, dataDir: string): Buffer {
  if (hex !== undefined) return Buffer.from(hex, 'hex');
  if (demo) return demonstrationKey(join(dataDir, 'keys.json'));
  throw new SetupError(
    '没有设置 MASTER_KEY。请用 openssl rand -hex 32 生成一个，妥善保管并设为环境变量：丢失后已加密的资料无法恢复。',
    'MASTER_KEY is not set. Make one with openssl rand -hex 32, keep it safe and set it: without it sealed data are lost.',
  );
}

/** The key of the backup is of no use to the program and the program's is of none to the backup: whoever has one does not have both. */
function readBackup(set: Variables): BackupConfig | null {
  const { BACKUP_DIR: dir, BACKUP_KEY: key } = set;
  if (dir === undefined && key === undefined) return null;
  if (dir === undefined || key === undefined || key.toLowerCase() === set.MASTER_KEY?.toLowerCase()) {
    throw new SetupError(
      'BACKUP_DIR 和 BACKUP_KEY 要一起设置，并且 BACKUP_KEY 不能与 MASTER_KEY 相同。用 openssl rand -hex 32 生成，另行保管：丢了它备份就打不开。',
      'BACKUP_DIR and BACKUP_KEY are set together, and BACKUP_KEY is not MASTER_KEY. Make it with openssl rand -hex 32 and keep it elsewhere: without it no backup opens.',
    );
  }
  return { dir: resolve(dir), key: Buffer.from(key, 'hex'), keepDays: set.BACKUP_KEEP_DAYS ?? 14 };
}

type Options = { fresh: boolean; workers: number; seed: number; port: number | undefined };

const workersMax = 1_000_000;

function readOptions(argv: readonly string[]): Options {
  const values = parseOptions(argv);
  return {
    fresh: values.fresh === true,
    workers: readNumber('--workers', values.workers, 10, workersMax) ?? 2_000,
    seed: readNumber('--seed', values.seed, 0, 999_999_999) ?? 1,
    port: readNumber('--port', values.port, 0, 65_535),
  };
}

function parseOptions(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      strict: true,
      options: {
        fresh: { type: 'boolean' },
        workers: { type: 'string' },
        seed: { type: 'string' },
        port: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new SetupError(
      '命令的选项不对。可用的选项：--fresh、--workers 人数、--seed 种子、--port 端口。',
      `Wrong option: ${reasonOf(error)} The options are --fresh, --workers N, --seed N, --port N.`,
      error,
    );
  }
}

function readNumber(name: string, text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined) return undefined;
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new SetupError(
    `选项 ${name} 应为 ${min} 到 ${max} 的整数。`,
    `The option ${name} takes a whole number from ${min} to ${max}.`,
  );
}

/** One table for the operator's terminal; secrets are shown only as set or not. */
export function printConfig(config: Config): string {
  const { ports } = config;
  const port = (given: { readonly baseUrl: string } | null) =>
    given?.baseUrl ?? (config.demo ? '模拟器 simulator' : '未接入 not connected');
  const rows: [string, string][] = [
    ['DEMO', config.demo ? 'on（演示模式，数据都是虚构的）' : 'off'],
    ['PUBLIC_URL', config.publicUrl],
    ['HOST:PORT', config.socketFd === null ? `${config.host}:${config.port}` : '由 systemd 监听 systemd socket'],
    ['DRAIN_SECONDS', String(config.drainMs / 1_000)],
    ['APPROVER_KEYS', config.approverKeys],
    ['TRUST_PROXY', config.trustProxy.join(', ') || '—'],
    ['DATABASE_URL', config.databaseUrl === null ? '自带 embedded' : withoutPassword(config.databaseUrl)],
    ['DATABASE_POOL', String(config.poolSize)],
    ['DATA_DIR', config.dataDir],
    ['MASTER_KEY', `已设置 set（指纹 ${fingerprint(config.masterKey)}）`],
    ...(config.previousMasterKey
      ? [['MASTER_KEY_PREVIOUS', `已设置 set（指纹 ${fingerprint(config.previousMasterKey)}）`] as [string, string]]
      : []),
    ['BACKUP_DIR', config.backup === null ? '— 没有备份 no backups' : config.backup.dir],
    ['BACKUP_KEY', config.backup === null ? '—' : `已设置 set（指纹 ${fingerprint(config.backup.key)}）`],
    ['BACKUP_KEEP_DAYS', config.backup === null ? '—' : String(config.backup.keepDays)],
    ['METRICS_TOKEN', config.metricsToken === null ? '—' : '已设置 set'],
    ['ORIGIN', config.origin],
    ['REGION', config.region],
    ['SUBSIDY_MODE', config.subsidyMode],
    ['SAME_DAY_COVER', config.sameDayRegions.join(', ') || '—'],
    ['LOG_LEVEL', config.logLevel],
    ['BACKGROUND', config.background ? 'on' : 'off（由另一个实例办 another instance does it）'],
    ['DISK_RESERVE_MB', String(config.diskReserveMb)],
    ['JOB_CONCURRENCY', String(config.jobConcurrency)],
    [
      'UPLOAD_*_A_DAY',
      `${config.uploadFilesADay} 个文件 files，${config.uploadMbADay} MB（每人每天 a person and day）`,
    ],
    ['PAYOUT_COOLING_HOURS', `${config.payoutCoolingHours}（待核 to be confirmed）`],
    ['PHONE_CHANGE_HOURS', `${config.phoneChangeHours}（待核 to be confirmed）`],
    ['PAYMENT', port(ports.payment)],
    ['BANK', ports.bankFiles ? `文件 files ${ports.bankFiles.outbox}` : port(ports.bank)],
    ['INSURER', port(ports.insurer)],
    ['S3', ports.s3 ? `${ports.s3.endpoint} ${ports.s3.bucket}` : '数据文件夹 data folder'],
    [
      'CLAMD_ADDRESS',
      ports.clamd
        ? 'path' in ports.clamd
          ? ports.clamd.path
          : `${ports.clamd.host}:${ports.clamd.port}`
        : config.demo
          ? '模拟器 simulator'
          : '未接入，不能收文件 not connected: no uploads',
    ],
    ['OIDC_ISSUER', ports.oidc?.issuer ?? '—'],
    ['SMS', ports.sms?.map((one) => `${one.name} ${one.baseUrl}`).join('，') ?? port(null)],
    ['--workers / --seed', `${config.workers} / ${config.seed}`],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join('\n');
}

function withoutPassword(url: string): string {
  const shown = new URL(url);
  if (shown.password !== '') shown.password = '***';
  return shown.href;
}
