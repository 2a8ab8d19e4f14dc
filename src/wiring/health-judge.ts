// What the figures of an installation mean: each finding has a light, the figure, why it matters, and what to do next. Pure; where the
// figures come from is another file's. A light that nobody acts on is worse than none, so each limit here has a reason.

export type Light = 'green' | 'yellow' | 'red';

export type Finding = {
  readonly code: string;
  readonly zh: string;
  readonly light: Light;
  readonly value: string;
  readonly meaning: string;
  /** Null when nothing is to be done. */
  readonly next: string | null;
};

export type Disk = {
  readonly zh: string;
  readonly path: string;
  readonly freeBytes: number;
  readonly totalBytes: number;
};

export type Party = {
  readonly code: string;
  readonly zh: string;
  readonly kind: 'live' | 'simulated';
  readonly state: 'closed' | 'half_open' | 'open';
};

export type SmsState = {
  readonly provider: string;
  readonly state: 'good' | 'trial' | 'resting';
  readonly lastError: string | null;
};

export type BackupFacts = {
  /** Null: none was ever finished. */
  readonly lastFinishedAt: string | null;
  /** What PostgreSQL handed over and is not in the backup yet. */
  readonly waitingSegments: number;
  readonly oldestWaitingMs: number | null;
  /** PostgreSQL could not hand over a segment since it last could. */
  readonly archiveFailing: boolean;
};

/** Of a key that can be replaced. */
export type KeyFacts = {
  readonly name: string;
  readonly version: number;
  /** Since when it counts. */
  readonly activeFrom: string;
  /** An earlier version is still live: its replacement was not ended. */
  readonly underWay: boolean;
};

export type Facts = {
  readonly demo: boolean;
  readonly nowMs: number;
  /** Null when the database did not answer. */
  readonly database: {
    readonly answerMs: number;
    readonly clockDriftMs: number;
    readonly waitingClients: number;
    readonly jobsLate: number;
    readonly jobsFailed: number;
    readonly clocksLate: number;
    readonly payoutsInDoubt: number;
    readonly ledgerCheckedAt: string | null;
    readonly statesCheckedAt: string | null;
    readonly keys: readonly KeyFacts[];
  } | null;
  /** What waits for the word of a provider of checks; null where none is connected. */
  readonly checks: { readonly count: number; readonly oldestMs: number | null } | null;
  readonly disks: readonly Disk[];
  readonly parties: readonly Party[];
  /** Null where staff come in by password only. */
  readonly provider: 'ready' | 'unreachable' | null;
  readonly sms: readonly SmsState[];
  readonly scanner: 'connected' | 'demonstration' | 'none';
  /** `foreign`: the database is the operator's own and so is its backup. */
  readonly backup: BackupFacts | 'off' | 'foreign';
  readonly calendarKnownUntil: string;
  readonly unverified: readonly string[];
  readonly keyFingerprint: string;
  readonly restoredUnreviewed: boolean;
};

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

export function judge(facts: Facts): readonly Finding[] {
  return [
    ...databaseFindings(facts),
    ...facts.disks.map(diskFinding),
    ...backupFindings(facts),
    ...facts.parties.map(partyFinding),
    ...(facts.provider ? [providerFinding(facts.provider)] : []),
    ...checkFindings(facts),
    ...facts.sms.map(smsFinding),
    scannerFinding(facts),
    calendarFinding(facts),
    unverifiedFinding(facts),
    {
      code: 'master_key',
      zh: '主密钥',
      light: 'green',
      value: `指纹 ${facts.keyFingerprint}`,
      meaning: '加密、查找和登录用的数据密钥都由它包裹；更换它只要重启一次，数据不动。',
      next: null,
    },
    ...(facts.database ? [keysFinding(facts.database.keys, facts.nowMs)] : []),
    ...(facts.restoredUnreviewed ? [restoredFinding] : []),
  ];
}

/** A replacement that nobody ends leaves the key in use that was to go. */
const underWayMs = 3 * dayMs;

function keysFinding(keys: readonly KeyFacts[], nowMs: number): Finding {
  const ageMs = (one: KeyFacts) => nowMs - Date.parse(one.activeFrom);
  const unfinished = keys.filter((one) => one.underWay);
  const isLate = unfinished.some((one) => ageMs(one) > underWayMs);
  const names = unfinished.map(({ name }) => name);
  return {
    code: 'data_keys',
    zh: '数据密钥',
    light: isLate ? 'yellow' : 'green',
    value: keys
      .map((one) => {
        const age = `${Math.max(0, Math.floor(ageMs(one) / dayMs))} 天`;
        return `${one.name} 第 ${one.version} 版 ${age}${one.underWay ? '，没有收尾' : ''}`;
      })
      .join('；'),
    meaning: '加密、盲索引、口令摘要各有一把，可以在办理不停时更换；旧版在收尾以前仍然有用。',
    next:
      names.length > 0
        ? names.map((name) => `npm run keys -- resume ${name}，再 finish ${name} --by 用户名`).join('；') + '。'
        : null,
  };
}

export function worst(findings: readonly Finding[]): Light {
  if (findings.some(({ light }) => light === 'red')) return 'red';
  return findings.some(({ light }) => light === 'yellow') ? 'yellow' : 'green';
}

const restoredFinding: Finding = {
  code: 'restored',
  zh: '恢复的副本',
  light: 'red',
  value: '还没有核对放行',
  meaning: '这是从备份恢复的数据，在途付款还没有核对。',
  next: '停掉原系统，运行 npm run restore -- --review，核对后 --accept 姓名。',
};

function grade(value: number, yellow: number, red: number): Light {
  if (value >= red) return 'red';
  return value >= yellow ? 'yellow' : 'green';
}

/** Nobody is held up by it; but who was not checked for a day is not told of a wrong card either. */
function checkFindings({ checks }: Facts): readonly Finding[] {
  if (checks === null) return [];
  const { count, oldestMs } = checks;
  const light = grade(oldestMs ?? 0, hourMs, dayMs);
  return [
    {
      code: 'identity_checks',
      zh: '实名与持卡人核对',
      light,
      value: oldestMs === null ? '没有等待的' : `${count} 条在等，最久 ${Math.floor(oldestMs / minuteMs)} 分钟`,
      meaning: '登记和换卡后异步核对，核验方不通时不拦任何人，按“没有核对”办，通了再补。',
      next: light === 'green' ? null : '看“实名核验”这一家是否连得上、余额和密钥是否有效。',
    },
  ];
}

function databaseFindings({ database, nowMs }: Facts): readonly Finding[] {
  if (!database) {
    return [
      {
        code: 'database',
        zh: '数据库',
        light: 'red',
        value: '没有回答',
        meaning: '数据库不回答时，所有办理都会提示“稍后再试”，已确认的不会丢。',
        next: '查看数据库是否在运行、磁盘是否写满；自带的数据库看数据目录下的 postgres.log。',
      },
    ];
  }
  const late = (at: string | null): Light =>
    at === null ? 'yellow' : grade(nowMs - Date.parse(at), 2 * dayMs, 4 * dayMs);
  const driftMs = Math.abs(database.clockDriftMs);
  return [
    {
      code: 'database',
      zh: '数据库',
      // A page asks several times; half a second each is felt on a phone.
      light: grade(database.answerMs, 100, 500),
      value: `${database.answerMs.toFixed(0)} 毫秒，${database.waitingClients} 个请求在等连接`,
      meaning: '一次往返的时间。',
      next:
        database.answerMs >= 100
          ? '查看数据库负载和慢语句（pg_stat_activity），必要时加大 DATABASE_POOL 或换更快的盘。'
          : null,
    },
    {
      code: 'time',
      zh: '时间',
      // One-time codes live thirty seconds, signatures of parties five minutes.
      light: grade(driftMs, 2_000, 30_000),
      value: `与数据库相差 ${(driftMs / 1000).toFixed(1)} 秒`,
      meaning: '时限、动态口令和外部系统的签名都看时间。',
      next: driftMs >= 2_000 ? '检查两台主机的时间同步（timedatectl、chronyc tracking）。' : null,
    },
    {
      code: 'jobs',
      zh: '后台任务',
      light: database.jobsFailed > 0 ? 'red' : grade(database.jobsLate, 50, 1_000),
      value: `${database.jobsLate} 个迟到一分钟以上，${database.jobsFailed} 个用完了重试次数`,
      meaning: '付款、投保、退款都由任务送出；迟到的会自己补上，用完重试的要有人处理。',
      next:
        database.jobsFailed > 0
          ? '在日志里按任务名查失败原因；外部系统恢复后联系开发单位重新放入队列。'
          : database.jobsLate >= 50
            ? '检查外部系统是否变慢；必要时加大 JOB_CONCURRENCY。'
            : null,
    },
    {
      code: 'clocks',
      zh: '时限',
      light: grade(database.clocksLate, 1, 100),
      value: `${database.clocksLate} 件到点五分钟还没有执行`,
      meaning: '到期转交、默示通过这些由系统执行；执行晚了仍按到期日生效。',
      next:
        database.clocksLate > 0
          ? '查看日志 “the clock could not move a case” 后的办件号，通常是配置缺了承办单位。'
          : null,
    },
    {
      code: 'payouts',
      zh: '待查付款',
      light: grade(database.payoutsInDoubt, 1, 20),
      value: `${database.payoutsInDoubt} 笔批准超过一天没有结果`,
      meaning: '银行没有给最终答复的付款，只查询，不重付。',
      next: database.payoutsInDoubt > 0 ? '请结算员在“付款”页按“待查”筛选，与银行逐笔核对。' : null,
    },
    {
      code: 'ledger_check',
      zh: '账本核对',
      light: late(database.ledgerCheckedAt),
      value: database.ledgerCheckedAt === null ? '还没有核对过' : `最近一次：${wallClock(database.ledgerCheckedAt)}`,
      meaning: '每天凌晨自动核对账本的每一条约束，发现不符在日志里报错。',
      next: late(database.ledgerCheckedAt) === 'green' ? null : '确认后台任务在运行；新装的系统第二天凌晨才有第一次。',
    },
    {
      code: 'state_check',
      zh: '办件核对',
      light: late(database.statesCheckedAt),
      value: database.statesCheckedAt === null ? '还没有核对过' : `最近一次：${wallClock(database.statesCheckedAt)}`,
      meaning: '每天凌晨把每个办件由动作重建一遍，与现状比对。',
      next: late(database.statesCheckedAt) === 'green' ? null : '确认后台任务在运行；新装的系统第二天凌晨才有第一次。',
    },
  ];
}

function diskFinding({ zh, path, freeBytes, totalBytes }: Disk): Finding {
  const freeShare = totalBytes === 0 ? 0 : freeBytes / totalBytes;
  const gigabytes = (bytes: number) => (bytes / 1024 ** 3).toFixed(1);
  // PostgreSQL stops when its disk is full; two gigabytes are its largest log between checkpoints.
  const light: Light = freeBytes < 2 * 1024 ** 3 || freeShare < 0.05 ? 'red' : freeShare < 0.15 ? 'yellow' : 'green';
  return {
    code: 'disk',
    zh: `磁盘（${zh}）`,
    light,
    value: `剩 ${gigabytes(freeBytes)} GB，共 ${gigabytes(totalBytes)} GB（${path}）`,
    meaning: '写满后不能再办理和上传，已确认的不会丢。',
    next: light === 'green' ? null : '扩容，或运行 npm run backup -- prune 清理旧备份。',
  };
}

function backupFindings({ backup, demo, nowMs }: Facts): readonly Finding[] {
  const base = { code: 'backup', zh: '备份' } as const;
  if (backup === 'off') {
    return [
      {
        ...base,
        light: demo ? 'yellow' : 'red',
        value: '没有设置',
        meaning: '磁盘坏了，数据就没有了。',
        next: '设置 BACKUP_DIR（另一块盘）和 BACKUP_KEY，重新启动；步骤见 docs/guides/operator.md。',
      },
    ];
  }
  if (backup === 'foreign') {
    return [
      {
        ...base,
        light: 'yellow',
        value: '由您的数据库管理员负责',
        meaning: '数据库是您自己的 PostgreSQL，本系统看不到它的备份。',
        next: '请确认 pg_basebackup 与 WAL 归档每天成功，并每季度做一次恢复演练。',
      },
    ];
  }
  const { lastFinishedAt, waitingSegments, oldestWaitingMs, archiveFailing } = backup;
  const age = lastFinishedAt === null ? Infinity : nowMs - Date.parse(lastFinishedAt);
  const lagMs = oldestWaitingMs ?? 0;
  const lagLight: Light = archiveFailing ? 'red' : grade(lagMs, 2 * minuteMs, hourMs);
  return [
    {
      ...base,
      // Made every 24 hours; a day and a half is one that failed.
      light: grade(age, 36 * hourMs, 72 * hourMs),
      value: lastFinishedAt === null ? '还没有完整的备份' : `最近一份完成于 ${wallClock(lastFinishedAt)}`,
      meaning: '每天自动做一份完整备份。',
      next: age >= 36 * hourMs ? '运行 npm run backup 看报什么错；检查备份盘是否挂载、是否写满。' : null,
    },
    {
      code: 'wal',
      zh: '日志归档',
      light: lagLight,
      value: archiveFailing
        ? '数据库最近一次归档失败'
        : `${waitingSegments} 段在等，最久 ${Math.round(lagMs / 1000)} 秒`,
      meaning: '两份完整备份之间的每一笔都靠它恢复。',
      next: lagLight === 'green' ? null : '检查 BACKUP_DIR 能否写入，再看 postgres.log 里 archive_command 的报错。',
    },
  ];
}

function partyFinding({ code, zh, kind, state }: Party): Finding {
  const light: Light = state === 'open' ? 'red' : state === 'half_open' ? 'yellow' : 'green';
  const words = { closed: '正常', half_open: '正在试探', open: '已断开' } as const;
  return {
    code: `party_${code}`,
    zh,
    light,
    value: `${words[state]}${kind === 'simulated' ? '（模拟器）' : ''}`,
    meaning: '断开时不再去等它，办理照常接收，等它恢复后自动补送。',
    next: light === 'green' ? null : '联系对方值班；恢复后会自动接上，不用重启。',
  };
}

function providerFinding(state: 'ready' | 'unreachable'): Finding {
  const light: Light = state === 'ready' ? 'green' : 'yellow';
  return {
    code: 'identity_provider',
    zh: '统一身份认证',
    light,
    value: state === 'ready' ? '上一次连得上' : '上一次没有连上',
    meaning: '工作人员由它登录；连不上时登录页会说明，可以改用工号和密码。',
    next: light === 'green' ? null : '先看本机能否访问 OIDC_ISSUER，再联系对方值班；恢复后下一次登录自动接上。',
  };
}

const providersZh: Readonly<Record<string, string>> = { aliyun: '阿里云', tencent: '腾讯云', smpp: 'SMPP' };

/** 2026-07-03 02:10 as the clocks on the wall show it, in Asia/Shanghai. */
function wallClock(instant: string): string {
  return new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
}

function smsFinding({ provider, state, lastError }: SmsState): Finding {
  const light: Light = state === 'good' ? 'green' : 'yellow';
  const words = { good: '正常', trial: '正在试探', resting: '暂停使用' } as const;
  return {
    code: `sms_${provider}`,
    zh: `短信（${providersZh[provider] ?? provider}）`,
    light,
    value: `${words[state]}${light !== 'green' && lastError ? `：${lastError}` : ''}`,
    meaning: '一家不通时自动换另一家，登录验证码不受影响。',
    next: light === 'green' ? null : '联系该短信服务商；另一家在发，不用重启。',
  };
}

function scannerFinding({ scanner }: Facts): Finding {
  const words = { connected: '已连接', demonstration: '演示用的模拟扫描', none: '没有连接' } as const;
  return {
    code: 'scanner',
    zh: '病毒扫描',
    light: scanner === 'none' ? 'red' : scanner === 'demonstration' ? 'yellow' : 'green',
    value: words[scanner],
    meaning: '没有扫描就不收文件。',
    next: scanner === 'connected' ? null : '正式运行要安装 clamd，把它的地址设为 CLAMD_ADDRESS，重新启动。',
  };
}

function calendarFinding({ calendarKnownUntil, nowMs }: Facts): Finding {
  const leftMs = Date.parse(`${calendarKnownUntil}T00:00:00+08:00`) - nowMs;
  const light: Light = leftMs < 0 ? 'red' : leftMs < 60 * dayMs ? 'yellow' : 'green';
  return {
    code: 'calendar',
    zh: '放假安排',
    light,
    value: `已知到 ${calendarKnownUntil}`,
    meaning: '工作日时限按国务院办公厅每年公布的安排计算，未公布的用暂定安排并标明。',
    next: light === 'green' ? null : '国务院办公厅公布下一年安排后，升级到带新安排的版本；时限会自动重算。',
  };
}

function unverifiedFinding({ unverified }: Facts): Finding {
  return {
    code: 'unverified',
    zh: '待核参数',
    light: unverified.length > 0 ? 'yellow' : 'green',
    value: unverified.length > 0 ? unverified.join('、') : '没有',
    meaning: '这些规则里有还没有核实出处的数字，页面上都标着“待核”。',
    next: unverified.length > 0 ? '请业务主管部门逐项确认后，由开发单位改为已核实并写明依据。' : null,
  };
}
