// What administrators see of organisations: the tree level by level, a search, one organisation with everything above it. Reads only.

import { departments, isRole, outsideParties, roles } from '#catalog';
import { regionFullName } from '#catalog/regions';
import type { Acts } from '#modules/administration';
import type { AdminActItem } from '#contract/administration';
import { systemAccess } from '#platform/access';
import { statement, type Database } from '#platform/db';
import { cutPage, decodeCursor, encodeCursor, type Page } from '#platform/page';
import { z } from 'zod';
import { refuse, type AdminOrg, type AdminOrgDetail, type AdminOrgQuery } from './contract.ts';
import type { Org } from './routing.ts';
import { successorsOf } from './store.ts';

type Row = Omit<AdminOrg, 'kindZh' | 'regionZh' | 'routes'> & {
  readonly routes: readonly { readonly role: string; readonly region: string; readonly priority: number }[];
};

const columns = `o.org_id as "orgId", o.code, o.name, o.kind, o.region, o.parent_id as "parentId", p.name as "parentName", o.uscc, o.active,
     o.synthetic, (select count(*)::int from org c where c.parent_id = o.org_id and c.active) as children,
     coalesce((select json_agg(json_build_object('role', r.role, 'region', r.region, 'priority', r.priority) order by r.role, r.region)
       from org_role r where r.org_id = o.org_id), '[]'::json) as routes
   from org o left join org p on p.org_id = o.parent_id`;

/** One level; of a kind, the highest of that kind are those whose parent is of another one. */
const level = statement<[string | null, string | null, string, number], Row>(
  'orgs.level',
  `select ${columns}
   where o.active and o.code > $3 and ($2::text is null or o.kind = $2)
     and (o.parent_id = $1 or ($1::uuid is null and (o.parent_id is null or ($2::text is not null and p.kind <> $2))))
   order by o.code limit $4`,
);
const byIds = statement<[readonly string[]], Row>(
  'orgs.admin_by_ids',
  `select ${columns} where o.org_id = any($1::uuid[])`,
);
const pathTo = statement<[string], { orgId: string; name: string }>(
  'orgs.path',
  `with recursive up as (select parent_id, 1 as height from org where org_id = $1
     union all select o.parent_id, up.height + 1 from org o join up on o.org_id = up.parent_id)
   select o.org_id as "orgId", o.name from up join org o on o.org_id = up.parent_id order by up.height desc`,
);

export const orgKinds: Readonly<Record<string, { readonly zh: string }>> = { ...departments, ...outsideParties };

export function createOrgViews(options: {
  readonly db: Database;
  readonly acts: Pick<Acts, 'list'>;
  readonly find: (text: string) => readonly Org[];
}) {
  const { db, acts, find } = options;

  async function search(query: AdminOrgQuery): Promise<Page<AdminOrg>> {
    const from = decodeCursor(z.number().int().min(0), query.cursor) ?? 0;
    const found = find(query.text).filter(({ kind }) => query.kind === undefined || kind === query.kind);
    const ids = found.slice(from, from + query.limit).map(({ orgId }) => orgId);
    const rows = await db.transaction(systemAccess, (tx) => tx.run(byIds, [ids]));
    const known = new Map(rows.map((row) => [row.orgId, viewOf(row)]));
    const next = from + query.limit;
    return {
      items: ids.flatMap((orgId) => known.get(orgId) ?? []),
      nextCursor: next < found.length ? encodeCursor(next) : null,
    };
  }

  async function list(query: AdminOrgQuery): Promise<Page<AdminOrg>> {
    if (query.text.trim() !== '') return search(query);
    const { parentId = null, kind = null, limit } = query;
    const after = decodeCursor(z.string().max(60), query.cursor) ?? '';
    const rows = await db.transaction(systemAccess, (tx) => tx.run(level, [parentId, kind, after, limit + 1]));
    const page = cutPage(rows, limit, (last) => last.code);
    return { ...page, items: page.items.map(viewOf) };
  }

  async function one(orgId: string): Promise<AdminOrgDetail> {
    return db.transaction(systemAccess, async (tx) => {
      const row = await tx.maybe(byIds, [[orgId]]);
      if (!row) throw refuse('orgs.missing');
      const path = [...(await tx.run(pathTo, [orgId]))];
      return { ...viewOf(row), path, successors: [...(await tx.run(successorsOf, [orgId]))] };
    });
  }

  /** Who set it up, renamed, moved and routed it, newest first. Other acts that touch it are the audit administrator's. */
  async function history(
    orgId: string,
    query: { readonly cursor?: string | undefined; readonly limit: number },
  ): Promise<Page<AdminActItem>> {
    return acts.list(systemAccess, { orgId, type: 'org_', ...query });
  }

  return { list, one, history };
}

function viewOf(row: Row): AdminOrg {
  const routes = row.routes.map(({ role, region, priority }) => ({
    role,
    roleZh: isRole(role) ? roles[role].zh : role,
    region,
    regionZh: regionFullName(region) ?? region,
    priority,
  }));
  return {
    ...row,
    kindZh: orgKinds[row.kind]?.zh ?? row.kind,
    regionZh: regionFullName(row.region) ?? row.region,
    routes,
  };
}
