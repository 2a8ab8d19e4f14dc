// Proves that a database is what it says: every case rebuilt from its actions, every promise of the ledger, every link of the chains,
// and a digest of each table, by which two copies are compared. It reads only; it runs on a restored copy and on the original alike.

import pg from 'pg';
import type { Services } from './services.ts';

export type TableProof = { readonly rows: number; readonly digest: string };

export type Proof = {
  readonly cases: number;
  /** Cases whose state is not what their actions say. */
  readonly differentCases: readonly string[];
  /** Promises of the ledger that do not hold. */
  readonly brokenPromises: number;
  /** Actions that do not follow on the one before, and states whose head is not their last action. */
  readonly brokenChains: number;
  readonly leaves: number;
  readonly lastRecordedAt: string | null;
  readonly tables: Readonly<Record<string, TableProof>>;
};

export const isSound = (proof: Proof): boolean =>
  proof.differentCases.length === 0 && proof.brokenPromises === 0 && proof.brokenChains === 0;

export async function prove(services: Pick<Services, 'cases' | 'money'>, ownerUrl: string): Promise<Proof> {
  const { checked, different } = await services.cases.compareStates();
  const broken = await services.money.brokenPromises();
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'gongdun-proof' });
  await client.connect();
  try {
    // One moment for all tables; an owner who is no superuser is under row-level security too.
    await client.query(
      `begin isolation level repeatable read read only; set local timezone to 'UTC'; set local gongdun.grants to '{*}'`,
    );
    const chains = await client.query<{ broken: number }>(brokenChains);
    const leaves = await client.query<{ count: number; last: Date | null }>(
      `select count(*)::int as count, max(recorded_at) as last from log_leaf`,
    );
    const tables = await digestTables(client);
    await client.query('commit');
    return {
      cases: checked,
      differentCases: different,
      brokenPromises: broken.length,
      brokenChains: chains.rows[0]?.broken ?? 0,
      leaves: leaves.rows[0]?.count ?? 0,
      lastRecordedAt: leaves.rows[0]?.last?.toISOString() ?? null,
      tables,
    };
  } finally {
    await client.end();
  }
}

/** The header of an action names the hash of the one before, and the state's head the hash of the last. */
const brokenChains = `
  with link as (
    select a.case_id, a.seq, a.case_prev, sha256(convert_to(l.entry, 'UTF8')) as hash,
           lag(sha256(convert_to(l.entry, 'UTF8'))) over (partition by a.case_id order by a.seq) as before,
           lead(a.seq) over (partition by a.case_id order by a.seq) is null as is_last
    from case_action a join log_leaf l on l.leaf_id = a.leaf_id)
  select count(*)::int as broken from link k join case_state s on s.case_id = k.case_id
  where (k.before is not null and k.before <> k.case_prev) or (k.is_last and (s.head <> k.hash or s.seq <> k.seq))`;

async function digestTables(client: pg.Client): Promise<Record<string, TableProof>> {
  const names = await client.query<{ name: string }>(
    `select c.relname as name from pg_class c where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' order by 1`,
  );
  const tables: Record<string, TableProof> = {};
  for (const { name } of names.rows) {
    const found = await client.query<{ rows: number; digest: string }>(
      `select count(*)::int as rows, coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text as digest from "${name}" t`,
    );
    const row = found.rows[0];
    if (row) tables[name] = row;
  }
  return tables;
}

/** What an operator reads and can lay beside another. */
export function printProof(proof: Proof): string {
  const { differentCases: different } = proof;
  const shown =
    different.length === 0 ? '全部一致' : `${different.length} 件不一致：${different.slice(0, 5).join('、')}`;
  const lines = [
    `  办件    ${proof.cases} 件由动作重建，${shown}`,
    `  账本    ${proof.brokenPromises === 0 ? '每条约束都成立' : `${proof.brokenPromises} 处不成立`}`,
    `  链      ${proof.brokenChains === 0 ? '环环相接' : `${proof.brokenChains} 处断开`}`,
    `  留痕    ${proof.leaves} 条，最后一条在 ${proof.lastRecordedAt ?? '—'}`,
    `  各表    行数与摘要（两份数据对照用）：`,
    ...Object.entries(proof.tables)
      .filter(([, { rows }]) => rows > 0)
      .map(([name, { rows, digest }]) => `    ${name.padEnd(22)} ${String(rows).padStart(9)}  ${digest.slice(-16)}`),
    `  结论    ${isSound(proof) ? '数据完好' : '数据有问题，不能投入使用'}`,
  ];
  return lines.join('\n');
}
