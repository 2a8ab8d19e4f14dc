// The door of organisations: the directory in memory, routing and search, and the writes that change them.

import { systemAccess } from '#platform/access';
import type { Database } from '#platform/db';
import { findIn, holdsIn, makeDirectory, routeIn, searchIn, type Directory, type Org } from './routing.ts';
import { allOrgs, allRoles } from './store.ts';

export { createOrgAdmin } from './admin.ts';
export { orgAdminRoutes, orgRoutes } from './http.ts';
export type { Org, OrgRole } from './routing.ts';
export { addOrg, addOrgRole, type NewOrg } from './store.ts';
export { createOrgViews } from './views.ts';

export type Orgs = ReturnType<typeof createOrgs>;

export function createOrgs(options: { readonly db: Database }) {
  let directory: Directory = makeDirectory([], []);

  /** Reads all anew; called at the start, after a change, and every half minute. */
  async function load(): Promise<void> {
    directory = await options.db.transaction(systemAccess, async (tx) => {
      const [orgs, roles] = await Promise.all([tx.run(allOrgs, []), tx.run(allRoles, [])]);
      return makeDirectory(orgs, roles);
    });
  }

  return {
    load,
    /** The organisation that acts in a role for a region; null where nobody was set up. */
    route: (role: string, region: string): string | null => routeIn(directory, role, region),
    /** Whether an organisation acts in a role, wherever. */
    holds: (role: string, orgId: string): boolean => holdsIn(directory, role, orgId),
    get: (orgId: string): Org | undefined => directory.byId.get(orgId),
    byCode: (code: string): Org | undefined => [...directory.byId.values()].find((org) => org.code === code),
    orgName: (orgId: string): string => directory.byId.get(orgId)?.name ?? '（已撤销的单位）',
    orgsOf: (kind: string): readonly Org[] => directory.byKind.get(kind) ?? [],
    /** All that match, as the administrator looks for them: also by code. */
    find: (text: string): readonly Org[] => findIn(directory, text),
    /** At most 20, the likeliest first; everything matches an empty text. */
    search: (text: string, kind?: string, region?: string, role?: string): readonly Org[] =>
      searchIn(directory, text, kind, region, role),
  };
}
