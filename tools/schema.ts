// `npm run schema`: writes db/schema.sql, the readable picture of a freshly migrated database, so that a review sees what a
// migration really made. `--check` compares and changes nothing.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { startTestCluster } from '#test/cluster';
import { dumpSchema } from './schema-dump.ts';

const path = join(import.meta.dirname, '..', 'db', 'schema.sql');

const cluster = await startTestCluster();
let text: string;
try {
  const client = new pg.Client({ connectionString: cluster.templateUrl });
  await client.connect();
  try {
    text = await dumpSchema(client, 'public');
  } finally {
    await client.end();
  }
} finally {
  await cluster.stop();
}

if (!process.argv.includes('--check')) {
  writeFileSync(path, text);
} else if (readIfThere() !== text) {
  console.error(
    `db/schema.sql 与迁移的结果不一致（第 ${firstDifference(readIfThere(), text)} 行起），请运行 npm run schema。`,
  );
  console.error('db/schema.sql is not what the migrations make: run npm run schema.');
  process.exitCode = 1;
}

function readIfThere(): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function firstDifference(one: string, other: string): number {
  const lines = other.split('\n');
  return one.split('\n').findIndex((line, index) => line !== lines[index]) + 1;
}
