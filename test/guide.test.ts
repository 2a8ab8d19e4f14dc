// The operator's guide is followed by hand on machines that we never see: every command, variable, file and figure that it names
// exists, every setting that exists is in it, and its unit files pass systemd's own check where that is at hand.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { settingNames } from '#platform/config';
import { portVariables } from '#platform/config-ports';
import { root, textFiles } from './repo-files.ts';

const guide = readFileSync(join(root, 'docs/guides/operator.md'), 'utf8');
const example = readFileSync(join(root, 'docs/deploy/gongdun.env.example'), 'utf8');
const partyNames = Object.entries(portVariables).flatMap(([party, names]) =>
  names.map((name) => `${party.toUpperCase()}_${name}`),
);
/** What the files of the ports read besides: named one by one, in a list of a party, or as an extra of a provider of texts. */
const portSources = readdirSync(join(root, 'src/platform'))
  .filter((name) => /^config-[a-z]+\.ts$/.test(name))
  .map((name) => readFileSync(join(root, 'src/platform', name), 'utf8'))
  .join('\n');
const singleNames = [...portSources.matchAll(/env\['([A-Z0-9_]+)'\]/g)].map((match) => match[1] ?? '');
const listedNames = [...portSources.matchAll(/whole\(env, '(\w+)', \[([^\]]+)\]/g)].flatMap(([, party, names = '']) =>
  [...names.matchAll(/'(\w+)'/g)].map((name) => `${party}_${name[1]}`),
);
const extraNames = [...portSources.matchAll(/extra\('(\w+)'\)/g)].map((match) => `SMS_${match[1]}`);
const known = new Set([...settingNames, ...partyNames, ...singleNames, ...listedNames, ...extraNames]);

it('every setting stands in its table, and every variable that it names is one', () => {
  const table = guide.slice(guide.indexOf('## 2'), guide.indexOf('## 3'));
  const listed = new Set([...table.matchAll(/`([A-Z][A-Z0-9_]+)`/g)].map((match) => match[1] ?? ''));
  expect([...known].filter((name) => !listed.has(name))).toEqual([]);
  const named = [...guide.matchAll(/`([A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9])`/g)].map((match) => match[1] ?? '');
  expect(named.filter((name) => !known.has(name))).toEqual([]);
  const set = [...example.matchAll(/^#?([A-Z][A-Z0-9_]+)=/gm)].map((match) => match[1] ?? '');
  expect(set.length).toBeGreaterThan(20);
  expect(set.filter((name) => !known.has(name))).toEqual([]);
});

it('every command, file and figure that it names exists', () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const commands = [...guide.matchAll(/npm run ([\w:]+)(?: -- ([\w-]+))?/g)];
  expect(commands.length).toBeGreaterThan(10);
  const bootstrap = readFileSync(join(root, 'tools/bootstrap.mjs'), 'utf8');
  for (const [whole, name = ''] of guide.matchAll(/node tools\/bootstrap\.mjs ([\w-]+)/g))
    expect(bootstrap, whole).toMatch(new RegExp(`^  '?${name}'?: 'tools/|^  ${name}: 'src/`, 'm'));
  const backup = readFileSync(join(root, 'tools/backup.ts'), 'utf8');
  const keys = readFileSync(join(root, 'tools/keys.ts'), 'utf8');
  const restore = readFileSync(join(root, 'tools/restore.ts'), 'utf8');
  for (const [whole, script = '', option] of commands) {
    expect(Object.keys(scripts), whole).toContain(script);
    if (option && script === 'keys') expect(keys, whole).toContain(`command === '${option}'`);
    if (option && script === 'backup') expect(backup, whole).toContain(`command === '${option}'`);
    if (option && script === 'restore') expect(restore, whole).toContain(`${option.replace(/^--/, '')}: {`);
  }
  for (const [, option = ''] of guide.matchAll(/(?<=restore -- .*)--(\w+)/g)) expect(restore).toContain(`${option}: {`);
  for (const [path] of guide.matchAll(/docs\/[\w/.@-]+\w/g)) expect(existsSync(join(root, path)), path).toBe(true);
  const sources = textFiles().filter(({ path }) => path.startsWith('src/'));
  for (const [, name = ''] of guide.matchAll(/`(gongdun_\w+)`/g))
    expect(
      sources.some(({ text }) => text.includes(`'${name}'`)),
      name,
    ).toBe(true);
  for (const [, said = ''] of guide.matchAll(/日志 ([a-z ]+[a-z])(?= \|)/g))
    expect(
      sources.some(({ text }) => text.includes(said)),
      said,
    ).toBe(true);
});

const analyze = '/usr/bin/systemd-analyze';
it.skipIf(!existsSync(analyze))('the unit files pass systemd’s own check', () => {
  const units = ['gongdun.socket', 'gongdun.service', 'gongdun@.service'].map((name) =>
    join(root, 'docs/deploy', name),
  );
  const checked = spawnSync(analyze, ['verify', '--man=no', ...units], { encoding: 'utf8' });
  // That the program is not installed on this machine is no fault of the file.
  const complaints = checked.stderr
    .split('\n')
    .filter((line) => line.includes('gongdun') && !line.includes('is not executable'));
  expect(complaints).toEqual([]);
});
