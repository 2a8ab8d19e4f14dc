// The checks of `npm test` and `npm run check`, and how they are run and counted: each static check is one test, Vitest's tests
// are added from its JSON report. It decides nothing about what the rules are; those stand in each tool's own file.

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';

export type Check = { readonly name: string; readonly program: string; readonly args: readonly string[] };
export type Tally = { passed: number; failed: number };

export const root = join(import.meta.dirname, '..');
const bin = join(root, 'node_modules', '.bin');

/** Types, lint, format and unused code: no database, no browser. */
export function quickChecks(): Check[] {
  const projects = ['.', 'src/apps/worker', 'src/apps/console'].filter((path) =>
    existsSync(join(root, path, 'tsconfig.json')),
  );
  return [
    ...projects.map((path) => ({ name: `types ${path}`, program: 'tsc', args: ['-p', path, '--noEmit'] })),
    {
      name: 'lint',
      program: 'oxlint',
      args: ['--type-aware', '--deny-warnings', '--report-unused-disable-directives'],
    },
    { name: 'format', program: 'oxfmt', args: ['--check'] },
    { name: 'unused code', program: 'knip', args: ['--no-progress', '--no-config-hints'] },
  ];
}

/** What needs the builds or a database. */
export function slowChecks(): Check[] {
  const build = existsSync(join(root, 'tools', 'build.ts'))
    ? [{ name: 'build', program: process.execPath, args: ['tools/build.ts'] }]
    : [];
  return [...build, { name: 'schema.sql', program: process.execPath, args: ['tools/schema.ts', '--check'] }];
}

const children = new Set<ChildProcess>();

/** A signal ends the children first and then us, so that nothing stays behind. */
export function endChildrenOnSignal(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      const endings = [...children].map((child) => new Promise((resolve) => child.once('close', resolve)));
      for (const child of children) child.kill(signal);
      void Promise.all(endings).then(() => process.exit(128 + constants.signals[signal]));
    });
  }
}

/** Runs checks two at a time and prints the output of those that fail. */
export async function runChecks(checks: readonly Check[], tally: Tally): Promise<void> {
  const waiting = [...checks];
  async function runNext(): Promise<void> {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const started = performance.now();
      const { code, output } = await runCaptured(check);
      const seconds = ((performance.now() - started) / 1_000).toFixed(1);
      console.log(`${code === 0 ? '✓' : '✗'} ${check.name} (${seconds} s)`);
      if (code === 0) {
        tally.passed += 1;
      } else {
        tally.failed += 1;
        console.log(`${output.trim().replaceAll(/^/gm, '    ')}\n`);
      }
    }
  }
  await Promise.all([runNext(), runNext()]);
}

function runCaptured(check: Check): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = start(check.program, check.args, 'pipe');
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.on('error', (error) => resolve({ code: 1, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

function start(program: string, args: readonly string[], stdio: 'pipe' | 'inherit', env: NodeJS.ProcessEnv = {}) {
  const child = spawn(program, args, {
    cwd: root,
    stdio: ['ignore', stdio, stdio],
    env: {
      ...process.env,
      ...env,
      PATH: `${dirname(process.execPath)}${delimiter}${bin}${delimiter}${process.env['PATH']}`,
    },
  });
  children.add(child);
  child.once('close', () => children.delete(child));
  return child;
}

/** Runs one of the installed programs on the terminal; gives its exit code. */
export function runProgram(program: string, args: readonly string[]): number {
  return spawnSync(join(bin, program), args, { cwd: root, stdio: 'inherit' }).status ?? 1;
}

type Report = {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
};

/** Runs Vitest with its own readable report, then counts from its JSON report. Finding no test at all is a failure. */
export async function runVitest(args: readonly string[], env: NodeJS.ProcessEnv, tally: Tally): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gongdun-test-report-'));
  const report = join(folder, 'report.json');
  try {
    const all = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args];
    const child = start('vitest', all, 'inherit', env);
    const code = await new Promise<number>((resolve) => {
      child.on('error', () => resolve(1));
      child.on('close', (status) => resolve(status ?? 1));
    });
    const found = existsSync(report) ? countReport(JSON.parse(readFileSync(report, 'utf8')) as Report) : [];
    const failures = found.filter(({ isFailure }) => isFailure);
    tally.passed += found.length - failures.length;
    tally.failed += failures.length;
    for (const { name } of failures) console.log(`✗ ${name}`);
    if (found.length === 0) console.log('✗ no test ran');
    else if (code !== 0 && failures.length === 0) console.log('✗ the test run failed outside of any test');
    if (failures.length === 0 && (code !== 0 || found.length === 0)) tally.failed += 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Counted = { readonly name: string; readonly isFailure: boolean };

function countReport(report: Report): Counted[] {
  return report.testResults.flatMap((file) => {
    const path = relative(root, file.name);
    const tests = file.assertionResults
      .filter(({ status }) => status === 'passed' || status === 'failed')
      .map(({ status, fullName }) => ({ name: `${path}: ${fullName}`, isFailure: status === 'failed' }));
    // A file that does not load, or whose hook fails, fails as itself.
    const isBroken = file.status === 'failed' && !tests.some(({ isFailure }) => isFailure);
    return isBroken ? [...tests, { name: `${path}: ${file.message.split('\n')[0]}`, isFailure: true }] : tests;
  });
}

/** The last line of every run, and its exit code. */
export function finish(tally: Tally): void {
  console.log(`\n${tally.passed} passed, ${tally.failed} failed`);
  process.exitCode = tally.failed > 0 || tally.passed === 0 ? 1 : 0;
}
