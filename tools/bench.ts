// `npm run bench -- NAME [options]`: runs one benchmark of bench/ and prints its figures as JSON lines on standard output; without
// a name it lists them. A figure that is missed is a figure; only a bench that could not run ends with an error.

import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createContext, type Bench } from './bench-context.ts';

const folder = join(import.meta.dirname, '..', 'bench');
const names = globSync('*.ts', { cwd: folder })
  .map((file) => basename(file, '.ts'))
  .toSorted();

const [name, ...args] = process.argv.slice(2).filter((argument) => argument !== '--');
if (name === undefined) await list();
else if (names.includes(name)) process.exitCode = await runBench(name, args);
else {
  console.error(`没有名为 ${name} 的基准。可用：${names.join('、')}\nNo bench is called ${name}: ${names.join(', ')}`);
  process.exitCode = 1;
}

async function list(): Promise<void> {
  console.error('用法：npm run bench -- 名称 [选项]');
  for (const one of names) console.error(`  ${one.padEnd(14)} ${(await load(one)).about}`);
}

async function load(one: string): Promise<Bench> {
  const made: Bench = await import(pathToFileURL(join(folder, `${one}.ts`)).href);
  return made;
}

async function runBench(one: string, options: readonly string[]): Promise<number> {
  const bench = await load(one);
  const { context, end } = createContext(one, options);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void end().then(() => process.exit(1)));
  }
  try {
    await bench.run(context);
    return 0;
  } catch (error) {
    console.error(error);
    return 1;
  } finally {
    await end();
  }
}
