// Who is asking, as the database's row-level security sees it. Every transaction carries one Access; a row is visible when its
// readers and the access's grants share an element. An unset access is an error and an empty one sees nothing.

export type Access = {
  readonly kind: 'system' | 'anonymous' | 'worker' | 'staff';
  /** Person or staff id; null for the system and for nobody. */
  readonly actorId: string | null;
  /** `*`, `person:<id>` or `<role>@<orgId>`. */
  readonly grants: readonly string[];
};

export const systemAccess: Access = { kind: 'system', actorId: null, grants: ['*'] };
export const anonymousAccess: Access = { kind: 'anonymous', actorId: null, grants: [] };

export function workerAccess(personId: string): Access {
  return { kind: 'worker', actorId: personId, grants: [personGrant(personId)] };
}

export function personGrant(personId: string): string {
  return `person:${personId}`;
}

export function roleGrant(role: string, orgId: string): string {
  return `${role}@${orgId}`;
}

/** PostgreSQL array literal of the grants; grants hold no quote, backslash or comma by construction, and this checks it. */
export function grantsLiteral(access: Access): string {
  for (const grant of access.grants) {
    if (!/^[\w@:*.-]+$/.test(grant))
      throw new Error(`grant ${JSON.stringify(grant)} has a character that is not allowed`);
  }
  return `{${access.grants.join(',')}}`;
}
