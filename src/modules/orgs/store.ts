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
