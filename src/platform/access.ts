// Who is asking, as the database's row-level security sees it. Every transaction carries one Access; a row is visible when its
// readers and the access's grants share an element. An unset access is an error and an empty one sees nothing.

export type Access = {
  readonly kind: 'system' | 'anonymous' | 'worker' | 'staff';
  /** Person or staff id; null for the system and for nobody. */
  readonly actorId: string | null;
  /** `*`, `person:<id>`, `authority:<id>` or `<role>@<orgId>`. */
  readonly grants: readonly string[];
  /** Set where an agent acts for somebody else: who that is, and what the authority lets the agent do. */
  readonly onBehalf?: OnBehalf;
};

/** An authority in use: the agent's own grants do not come along, and the principal's never do. */
export type OnBehalf = {
  readonly authorityId: string;
  readonly kind: 'consent' | 'kinship' | 'guardianship' | 'assisted';
  /** For whom. */
  readonly personId: string;
  readonly principalName: string;
  /** Who acts; a clerk at a window with the office. */
  readonly agentKind: 'worker' | 'staff';
  readonly agentName: string;
  readonly untilAt: string;
  /** Codes of the services that the authority covers. */
  readonly services: readonly string[];
};

export const systemAccess: Access = { kind: 'system', actorId: null, grants: ['*'] };
export const anonymousAccess: Access = { kind: 'anonymous', actorId: null, grants: [] };

/** `ids` are all that the person was registered with; the database adds what is not said here (platform/db.ts). */
export function workerAccess(personId: string, ids: readonly string[] = [personId]): Access {
  return { kind: 'worker', actorId: personId, grants: ids.map(personGrant) };
}

/** Of somebody who asks for his or her own; null for everybody else. */
export function ownId({ kind, actorId, grants, onBehalf }: Access): string | null {
  return kind === 'worker' && !onBehalf && actorId !== null && grants.includes(personGrant(actorId)) ? actorId : null;
}

/** An agent sees what was done under the authority or was entrusted to it, and nothing else of the principal. */
export function agentAccess(actorId: string, onBehalf: OnBehalf): Access {
  return { kind: 'worker', actorId, grants: [authorityGrant(onBehalf.authorityId)], onBehalf };
}

/** Whose things these are: the principal's where an agent acts, else the person's own. */
export function subjectOf(access: Access): string {
  const personId = access.onBehalf?.personId ?? access.actorId;
  if (access.kind !== 'worker' || personId === null) throw new Error('only a person has things of their own');
  return personId;
}

/** Of a case's readers, the authorities under which agents act in it. */
export function authoritiesIn(readers: readonly string[]): readonly string[] {
  return readers.filter((grant) => grant.startsWith('authority:'));
}

export function authorityGrant(authorityId: string): string {
  return `authority:${authorityId}`;
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
