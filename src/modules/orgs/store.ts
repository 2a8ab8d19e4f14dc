// Every query on the tables of organisations.

import { statement, type Tx } from '#platform/db';
import type { Org, OrgRole } from './routing.ts';

export const allOrgs = statement<[], Org>(
  'orgs.all',
  `select org_id as "orgId", code, name, kind, region, parent_id as "parentId", uscc, synthetic
   from org where active order by code`,
);

export const allRoles = statement<[], OrgRole>(
  'orgs.all_roles',
  'select org_id as "orgId", role, region, priority from org_role',
);

const insertOrg = statement<[string, string, string, string, string, string | null, string | null, boolean], never>(
  'orgs.insert',
  `insert into org (org_id, code, name, kind, region, parent_id, uscc, synthetic) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
);

const insertRole = statement<[string, string, string, number], never>(
  'orgs.insert_role',
  `insert into org_role (org_id, role, region, priority) values ($1, $2, $3, $4)
   on conflict (org_id, role, region) do update set priority = excluded.priority`,
);

export type NewOrg = Omit<Org, 'parentId' | 'uscc' | 'synthetic'> &
  Partial<Pick<Org, 'parentId' | 'uscc' | 'synthetic'>>;

export function addOrg(tx: Tx, org: NewOrg): void {
  tx.send(insertOrg, [
    org.orgId,
    org.code,
    org.name,
    org.kind,
    org.region,
    org.parentId ?? null,
    org.uscc ?? null,
    org.synthetic ?? false,
  ]);
}

/** Makes an organisation act in a role for a region; called again, it changes the priority. */
export function addOrgRole(tx: Tx, role: Omit<OrgRole, 'priority'> & { readonly priority?: number }): void {
  tx.send(insertRole, [role.orgId, role.role, role.region, role.priority ?? 0]);
}

export type Successor = { readonly role: string; readonly region: string; readonly name: string | null };

/** Who would act in each of an organisation's routes if that one route ended: the same order as `routeIn`. */
export const successorsOf = statement<[string], Successor>(
  'orgs.successors',
  `select r.role, r.region, n.name from org_role r
   cross join lateral (select array[r.region, left(r.region, 4) || '00', left(r.region, 2) || '0000'] as up) a
   left join lateral (select o.name from org_role x join org o on o.org_id = x.org_id and o.active
     where x.role = r.role and x.region = any(a.up) and not (x.org_id = r.org_id and x.region = r.region)
     order by array_position(a.up, x.region), x.priority desc, o.code collate "C" limit 1) n on true
   where r.org_id = $1 order by r.role, r.region`,
);

export const deleteRole = statement<[string, string, string], never>(
  'orgs.delete_role',
  'delete from org_role where org_id = $1 and role = $2 and region = $3',
);
