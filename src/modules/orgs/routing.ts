// Pure: which organisation acts in a role for a region, and which names match what somebody typed.

import { hasInitials, initialsOf } from './initials.ts';

export type Org = {
  readonly orgId: string;
  readonly code: string;
  readonly name: string;
  readonly kind: string;
  readonly region: string;
  readonly parentId: string | null;
  readonly uscc: string | null;
  readonly synthetic: boolean;
};

export type OrgRole = {
  readonly orgId: string;
  readonly role: string;
  readonly region: string;
  readonly priority: number;
};

export type Directory = {
  readonly byId: ReadonlyMap<string, Org>;
  readonly byKind: ReadonlyMap<string, readonly Org[]>;
  /** The winner by `<role>@<region>`. */
  readonly routes: ReadonlyMap<string, string>;
  /** `<role>@<orgId>` for every role that an organisation acts in. */
  readonly held: ReadonlySet<string>;
  readonly names: readonly { readonly org: Org; readonly folded: string; readonly initials: readonly string[] }[];
};

export function makeDirectory(orgs: readonly Org[], roles: readonly OrgRole[]): Directory {
  const byId = new Map(orgs.map((org) => [org.orgId, org]));
  const byKind = new Map<string, Org[]>();
  for (const org of orgs) {
    const same = byKind.get(org.kind);
    if (same) same.push(org);
    else byKind.set(org.kind, [org]);
  }
  const routes = new Map<string, string>();
  const best = new Map<string, OrgRole>();
  const codeOf = (one: OrgRole) => byId.get(one.orgId)?.code ?? '';
  for (const one of roles) {
    if (!byId.has(one.orgId)) continue;
    const key = `${one.role}@${one.region}`;
    const other = best.get(key);
    const wins =
      !other || one.priority > other.priority || (one.priority === other.priority && codeOf(one) < codeOf(other));
    if (!wins) continue;
    best.set(key, one);
    routes.set(key, one.orgId);
  }
  const held = new Set(roles.flatMap((one) => (byId.has(one.orgId) ? [`${one.role}@${one.orgId}`] : [])));
  return {
    byId,
    byKind,
    routes,
    held,
    names: orgs.map((org) => ({ org, folded: foldName(org.name), initials: initialsOf(org.name) })),
  };
}

/** The region itself, its city and its province, each once. */
export function regionsUp(region: string): readonly string[] {
  return [...new Set([region, `${region.slice(0, 4)}00`, `${region.slice(0, 2)}0000`])];
}

export function routeIn(directory: Directory, role: string, region: string): string | null {
  for (const at of regionsUp(region)) {
    const orgId = directory.routes.get(`${role}@${at}`);
    if (orgId !== undefined) return orgId;
  }
  return null;
}

export function holdsIn(directory: Directory, role: string, orgId: string): boolean {
  return directory.held.has(`${role}@${orgId}`);
}

const foundMax = 20;

/** One role, or several with commas between; at most 20. */
export function searchIn(
  directory: Directory,
  text: string,
  kind?: string,
  region?: string,
  role?: string,
): readonly Org[] {
  const actsAs = role?.split(',');
  return findIn(directory, text, region)
    .filter((org) => kind === undefined || org.kind === kind)
    .filter((org) => actsAs === undefined || actsAs.some((one) => holdsIn(directory, one, org.orgId)))
    .slice(0, foundMax);
}

/**
 * All that match part of the name, its initials (two letters or more), the code or the whole credit code. Names that begin with the
 * text come first, then those nearer to the region, then shorter ones.
 */
export function findIn(directory: Directory, text: string, region?: string): readonly Org[] {
  const wanted = foldName(text);
  const sounds = /^[a-z]{2,}$/.test(wanted);
  const near = (org: Org) => {
    if (region === undefined) return 0;
    const index = regionsUp(region).indexOf(org.region);
    return index === -1 ? 9 : index;
  };
  return directory.names
    .filter(
      ({ org, folded, initials }) =>
        wanted === '' ||
        folded.includes(wanted) ||
        org.code.toLowerCase().startsWith(wanted) ||
        (org.uscc !== null && foldName(org.uscc) === wanted) ||
        (sounds && hasInitials(initials, wanted)),
    )
    .map(({ org, folded }) => ({ org, rank: [folded.startsWith(wanted) ? 0 : 1, near(org), folded.length] as const }))
    .toSorted(
      (a, b) =>
        a.rank[0] - b.rank[0] || a.rank[1] - b.rank[1] || a.rank[2] - b.rank[2] || (a.org.code < b.org.code ? -1 : 1),
    )
    .map(({ org }) => org);
}

function foldName(text: string): string {
  return text.normalize('NFKC').replaceAll(/\s+/g, '').toLowerCase();
}
