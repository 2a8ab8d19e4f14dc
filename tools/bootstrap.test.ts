// The first command on a machine: what it says when something is missing, and that exit codes and signals pass through it.
// Each test has a copy of the bootstrap in a project of its own, so that no test installs anything here.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const lock = JSON.stringify({ packages: { '': {}, 'node_modules/thing': { version: '1.0.0' } } });
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gongdun-test-bootstrap-'));
  for (const folder of ['tools', 'src', 'bin']) mkdirSync(join(root, folder));
  copyFileSync(join(import.meta.dirname, 'bootstrap.mjs'), join(root, 'tools', 'bootstrap.mjs'));
  writeFileSync(join(root, 'package-lock.json'), lock);
  symlinkSync(process.execPath, join(root, 'bin', 'node'));
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const works = `mkdir -p node_modules/thing && echo '{}' > node_modules/thing/package.json`;
const fails = 'echo "npm error network" >&2; exit 1';

/** A program called npm that records its calls and then does as it is told. */
function fakeNpm(body: string): void {
  const script = `#!/bin/sh\necho "$@" >> npm-calls\nsleep 0.3\n${body}\n`;
  writeFileSync(join(root, 'bin', 'npm'), script);
  chmodSync(join(root, 'bin', 'npm'), 0o755);
}

function installed(): void {
  mkdirSync(join(root, 'node_modules'));
  writeFileSync(join(root, 'node_modules', '.gongdun-stamp'), createHash('sha256').update(lock).digest('hex'));
}

function launch(args: string[]) {
  const { npm_execpath: _npm, npm_lifecycle_event: _event, ...env } = process.env;
  const path = `${join(root, 'bin')}${delimiter}${process.env['PATH']}`;
  const child = spawn(process.execPath, [join(root, 'tools', 'bootstrap.mjs'), ...args], {
    env: { ...env, PATH: path },
  });
  const shown = { output: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      shown.output += text;
    });
  }
  const ended = once(child, 'close').then(([code]: unknown[]) => ({ code, output: shown.output }));
  return { child, shown, ended };
}

function npmCalls(): string[] {
  const path = join(root, 'npm-calls');
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
}

test('two first runs at once install once, and each gets the exit code of its command', async () => {
  fakeNpm(works);
  writeFileSync(join(root, 'tools', 'check.ts'), 'const code: number = 7;\nprocess.exit(code);');
  const runs = await Promise.all([launch(['check']).ended, launch(['check']).ended]);
  expect(runs.map(({ code }) => code)).toEqual([7, 7]);
  expect(npmCalls()).toHaveLength(1);
  expect((await launch(['check']).ended).code).toBe(7);
  expect(npmCalls()).toHaveLength(1);
});

test('a changed lock file installs again', async () => {
  fakeNpm(works);
  installed();
  writeFileSync(join(root, 'tools', 'check.ts'), '');
  writeFileSync(join(root, 'package-lock.json'), `${lock}\n`);
  expect((await launch(['check']).ended).code).toBe(0);
  expect(npmCalls()).toHaveLength(1);
});

test('what npm installed by hand is not installed again', async () => {
  fakeNpm(works);
  mkdirSync(join(root, 'node_modules', 'thing'), { recursive: true });
  writeFileSync(join(root, 'node_modules', 'thing', 'package.json'), '{}');
  writeFileSync(join(root, 'node_modules', '.package-lock.json'), lock);
  writeFileSync(join(root, 'tools', 'check.ts'), '');
  expect((await launch(['check']).ended).code).toBe(0);
  expect(npmCalls()).toEqual([]);
});

test('a failed installation is a sentence in two languages, and the next run tries again', async () => {
  fakeNpm(fails);
  const failed = await launch(['check']).ended;
  expect(failed.code).toBe(1);
  expect(failed.output).toContain('依赖安装失败');
  expect(failed.output).toContain('Installing the dependencies failed');
  await launch(['check']).ended;
  expect(npmCalls()).toHaveLength(2);
});

test('a lock file that npm ci finds incomplete for other systems is installed without being changed', async () => {
  fakeNpm(`if [ "$1" = ci ]; then echo "npm error code EUSAGE" >&2; exit 1; fi\n${works}`);
  writeFileSync(join(root, 'tools', 'check.ts'), '');
  const shown = await launch(['check']).ended;
  expect(shown.code).toBe(0);
  expect(shown.output).not.toContain('EUSAGE');
  expect(npmCalls().map((call) => call.split(' ').slice(0, 2).join(' '))).toEqual([
    'ci --include=dev',
    'install --no-save',
  ]);
});

test('an unknown command shows the commands', async () => {
  const shown = await launch(['dance']).ended;
  expect(shown.code).toBe(1);
  expect(shown.output).toContain('start|test|check');
});

test.each([
  ['SIGTERM', 'got SIGTERM'],
  ['SIGINT', 'got SIGINT'],
] as const)('%s reaches the command, whose own exit code comes back', async (signal, text) => {
  installed();
  writeFileSync(
    join(root, 'src', 'main.ts'),
    `for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => { console.log('got ' + signal); process.exit(5); });
     setInterval(() => {}, 1000); console.log('ready', process.argv.slice(2).join(' '));`,
  );
  const { child, shown, ended } = launch(['start', '--port', '4180']);
  await expect.poll(() => shown.output).toContain('ready --port 4180');
  child.kill(signal);
  expect(await ended).toEqual({ code: 5, output: `ready --port 4180\n${text}\n` });
});
