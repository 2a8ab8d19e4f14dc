// The system administrator's part of organisations: set up under another one, renamed or moved in the tree, and the routing of roles, each act
// listed. Closing one is not here yet: its members and open cases must go somewhere first.

import { departments, isRole, outsideParties, roles } from '#catalog';
import { isRegion } from '#catalog/regions';
import type { Acts, By } from '#modules/administration';
import { statement, type Database } from '#platform/db';
import { newId } from '#platform/ids';
import { systemAccess } from '#platform/access';
import { refuse, type AdminOrg, type MoveOrgInput, type NewOrgInput, type RouteInput } from './contract.ts';
import { addOrg, addOrgRole } from './store.ts';

const listOrgs = statement<[string | null, string | null], AdminOrg>(
  'orgs.admin_list',
  `select o.org_id as "orgId", o.code, o.name, o.kind, o.region, o.parent_id as "parentId", p.name as "parentName", o.uscc, o.active,
     coalesce((select json_agg(json_build_object('role', r.role, 'region', r.region) order by r.role, r.region) from org_role r
       where r.org_id = o.org_id), '[]'::json) as routes
   from org o left join org p on p.org_id = o.parent_id
   where ($1::text is null or o.name ilike $1 or o.code ilike $1) and ($2::uuid is null or o.parent_id = $2)
   order by o.code limit 200`,
);
const oneOrg = statement<[string], { name: string; active: boolean; parent_id: string | null }>(
  'orgs.for_update',
  'select name, active, parent_id from org where org_id = $1 for update',
);
const codeTaken = statement<[string], { one: number }>('orgs.code_taken', 'select 1 as one from org where code = $1');
/** The organisation and everything above it. */
const above = statement<[string], { org_id: string }>(
  'orgs.above',
  `with recursive up as (select org_id, parent_id from org where org_id = $1
     union select o.org_id, o.parent_id from org o join up on o.org_id = up.parent_id) select org_id from up`,
);
const moveOrg = statement<[string, string, string | null], never>(
  'orgs.move',
  'update org set name = $2, parent_id = $3 where org_id = $1',
);
const lockTree = statement<[], unknown>(
  'orgs.lock_tree',
  `select pg_advisory_xact_lock(hashtextextended('org_tree', 0))`,
);

const kinds = new Set([...Object.keys(departments), ...Object.keys(outsideParties)]);

export function createOrgAdmin(options: {
  readonly db: Database;
  readonly acts: Acts;
  readonly load: () => Promise<void>;
}) {
  const { db, acts, load } = options;

  async function list(text: string, parentId: string | undefined): Promise<AdminOrg[]> {
    const wanted = text.trim() === '' ? null : `%${text.trim().replaceAll(/[\\%_]/g, '\\$&')}%`;
    return db.transaction(systemAccess, (tx) => tx.run(listOrgs, [wanted, parentId ?? null]));
  }

  async function add(by: By, input: NewOrgInput): Promise<{ orgId: string }> {
    const answer = await acts.once<{ orgId: string }>({
      by,
      requestId: input.requestId,
      type: 'org_added',
      content: input,
      work: async (tx) => {
        await tx.run(lockTree, []);
        if (!kinds.has(input.kind) || !isRegion(input.region)) throw refuse('orgs.kind_unknown');
        if (await tx.maybe(codeTaken, [input.code])) throw refuse('orgs.code_taken', { code: input.code });
        if (input.parentId && !(await tx.maybe(oneOrg, [input.parentId]))?.active) throw refuse('orgs.missing');
        const orgId = newId();
        const { code, name, kind, region, parentId = null, uscc = null } = input;
        addOrg(tx, { orgId, code, name, kind, region, parentId, uscc });
        tx.onCommit(() => void load().catch(() => {}));
        return {
          title: `设立单位“${name}”`,
          orgId,
          body: { code, name, kind, region, parent_id: parentId },
          answer: { orgId },
        };
      },
    });
    return answer;
  }

  /** Renamed, or moved under another one; never under itself or what hangs below it. */
  async function move(by: By, orgId: string, input: MoveOrgInput): Promise<{ orgId: string }> {
    return acts.once<{ orgId: string }>({
      by,
      requestId: input.requestId,
      type: 'org_moved',
      content: { orgId, ...input },
      work: async (tx) => {
        // Two moves at once could close a circle that neither of them sees.
        await tx.run(lockTree, []);
        const row = await tx.maybe(oneOrg, [orgId]);
        if (!row?.active) throw refuse('orgs.missing');
        const { name, parentId } = input;
        if (parentId !== null) {
          if (!(await tx.maybe(oneOrg, [parentId]))?.active) throw refuse('orgs.missing');
          const up = await tx.run(above, [parentId]);
          if (up.some((one) => one.org_id === orgId)) throw refuse('orgs.circle');
        }
        tx.send(moveOrg, [orgId, name, parentId]);
        tx.onCommit(() => void load().catch(() => {}));
        const body = { before: { name: row.name, parent_id: row.parent_id }, after: { name, parent_id: parentId } };
        return { title: `变更单位“${row.name}”：${input.reason}`, orgId, body, answer: { orgId } };
      },
    });
  }

  async function route(by: By, orgId: string, input: RouteInput): Promise<{ orgId: string }> {
    return acts.once<{ orgId: string }>({
      by,
      requestId: input.requestId,
      type: 'org_routed',
      content: { orgId, ...input },
      work: async (tx) => {
        const row = await tx.maybe(oneOrg, [orgId]);
        if (!row?.active) throw refuse('orgs.missing');
        const { role, region, priority } = input;
        const group = isRole(role) ? roles[role].kind : 'system';
        if (!isRole(role) || !isRegion(region) || !['department', 'external'].includes(group))
          throw refuse('orgs.kind_unknown');
        addOrgRole(tx, { orgId, role, region, priority });
        tx.onCommit(() => void load().catch(() => {}));
        const title = `由“${row.name}”承办 ${region} 的“${roles[role].zh}”`;
        return { title, orgId, body: { role, region, priority }, answer: { orgId } };
      },
    });
  }

  return { list, add, move, route };
}
