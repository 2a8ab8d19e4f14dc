// The system administrator's part of organisations: set up under another one, renamed or moved in the tree, and the routing of roles, each act
// listed. Closing one is not here yet: its members and open cases must go somewhere first.

import { departments, isRole, roles } from '#catalog';
import { isRegion, isWithin, regionFullName } from '#catalog/regions';
import type { Acts, By } from '#modules/administration';
import { statement, type Tx } from '#platform/db';
import { newId } from '#platform/ids';
import {
  mayStandUnder,
  refuse,
  type MoveOrgInput,
  type NewOrgInput,
  type RouteInput,
  type UnrouteInput,
} from './contract.ts';
import { addOrg, addOrgRole, deleteRole, successorsOf } from './store.ts';
import { orgKinds } from './views.ts';

type OrgRow = { name: string; kind: string; region: string; active: boolean; parent_id: string | null };
const oneOrg = statement<[string], OrgRow>(
  'orgs.for_update',
  'select name, kind, region, active, parent_id from org where org_id = $1 for update',
);
const nameTaken = statement<[string, string, string | null], { one: number }>(
  'orgs.name_taken',
  'select 1 as one from org where active and kind = $1 and name = $2 and org_id is distinct from $3::uuid limit 1',
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

/** The parent must be there, of a kind that fits and, of departments and unions, in charge of the place. Holds its row until the end. */
async function parentFor(tx: Tx, child: { kind: string; region: string }, parentId: string | null): Promise<string> {
  if (parentId === null) return '最上一级';
  const parent = await tx.maybe(oneOrg, [parentId]);
  if (!parent?.active) throw refuse('orgs.missing');
  const zh = (kind: string) => orgKinds[kind]?.zh ?? kind;
  if (!mayStandUnder(child.kind, parent.kind))
    throw refuse('orgs.parent_unfit', { kind: zh(child.kind), parent: zh(parent.kind) });
  if (Object.hasOwn(departments, child.kind) && !isWithin(child.region, parent.region))
    throw refuse('orgs.parent_elsewhere');
  return `“${parent.name}”之下`;
}

export function createOrgAdmin(options: { readonly acts: Acts; readonly load: () => Promise<void> }) {
  const { acts, load } = options;

  async function add(by: By, input: NewOrgInput): Promise<{ orgId: string }> {
    const answer = await acts.once<{ orgId: string }>({
      by,
      requestId: input.requestId,
      type: 'org_added',
      content: input,
      work: async (tx) => {
        await tx.run(lockTree, []);
        if (!Object.hasOwn(orgKinds, input.kind) || !isRegion(input.region)) throw refuse('orgs.kind_unknown');
        if (await tx.maybe(codeTaken, [input.code])) throw refuse('orgs.code_taken', { code: input.code });
        if (await tx.maybe(nameTaken, [input.kind, input.name, null]))
          throw refuse('orgs.name_taken', { name: input.name });
        const place = await parentFor(tx, input, input.parentId ?? null);
        const orgId = newId();
        const { code, name, kind, region, parentId = null, uscc = null } = input;
        addOrg(tx, { orgId, code, name, kind, region, parentId, uscc });
        tx.onCommit(() => void load().catch(() => {}));
        return {
          title: `设立单位“${name}”，${place}`,
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
        const { seen, reason, name = row.name, parentId = row.parent_id } = input;
        if (seen && (seen.name !== row.name || seen.parentId !== row.parent_id)) throw refuse('orgs.stale');
        if (name !== row.name && (await tx.maybe(nameTaken, [row.kind, name, orgId])))
          throw refuse('orgs.name_taken', { name });
        let title = name === row.name ? `单位“${row.name}”` : `单位“${row.name}”改名为“${name}”`;
        if (parentId !== row.parent_id) {
          if (parentId !== null) {
            const up = await tx.run(above, [parentId]);
            if (up.some((one) => one.org_id === orgId)) throw refuse('orgs.circle');
          }
          title += `移到${await parentFor(tx, row, parentId)}`;
        }
        tx.send(moveOrg, [orgId, name, parentId]);
        tx.onCommit(() => void load().catch(() => {}));
        const body = {
          before: { name: row.name, parent_id: row.parent_id },
          after: { name, parent_id: parentId },
          reason,
        };
        return { title: `${title}：${reason}`, orgId, body, answer: { orgId } };
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
        const title = `由“${row.name}”承办${regionFullName(region)}的“${roles[role].zh}”`;
        return { title, orgId, body: { role, region, priority }, answer: { orgId } };
      },
    });
  }

  /** Ends a routing where somebody else takes over; what already waits here stays here. */
  async function unroute(by: By, orgId: string, input: UnrouteInput): Promise<{ orgId: string }> {
    return acts.once<{ orgId: string }>({
      by,
      requestId: input.requestId,
      type: 'org_unrouted',
      content: { orgId, ...input },
      work: async (tx) => {
        // Two that stand in for each other could both be ended at once.
        await tx.run(lockTree, []);
        const row = await tx.maybe(oneOrg, [orgId]);
        const { role, region, reason } = input;
        const routes = await tx.run(successorsOf, [orgId]);
        const held = routes.find((one) => one.role === role && one.region === region);
        if (!row || !held) throw refuse('orgs.route_missing');
        const words = { role: isRole(role) ? roles[role].zh : role, region: regionFullName(region) ?? region };
        if (held.name === null) throw refuse('orgs.route_last', words);
        tx.send(deleteRole, [orgId, role, region]);
        tx.onCommit(() => void load().catch(() => {}));
        const title = `“${row.name}”不再承办${words.region}的“${words.role}”，以后由“${held.name}”承办：${reason}`;
        return { title, orgId, body: { role, region, successor: held.name, reason }, answer: { orgId } };
      },
    });
  }

  return { add, move, route, unroute };
}
