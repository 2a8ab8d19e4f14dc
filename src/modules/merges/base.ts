// What merges ask of the parts around them, and what their functions share.

import { fieldKinds, type IdDocument } from '#catalog/fields/index';
import { refuse as refuseIdentity, type PersonFieldName } from '#contract/identity';
import type { Acts, By } from '#modules/administration';
import { maskName, type KnownPerson, type StaffSession } from '#modules/identity';
import { canonical, type Trace } from '#modules/trace';
import { roleGrant } from '#platform/access';
import type { Clock } from '#platform/clock';
import { sha256, type CryptoPort } from '#platform/crypto';
import type { Database, Tx } from '#platform/db';
import { decidingRoles, mergingRoles, proposingRoles, type Conflict } from './contract.ts';

export type MergesOptions = {
  readonly db: Database;
  readonly crypto: CryptoPort;
  readonly clock: Clock;
  readonly acts: Pick<Acts, 'once'>;
  readonly trace: Trace;
  readonly people: {
    readonly read: (tx: Tx, personIds: readonly string[]) => Promise<readonly KnownPerson[]>;
    readonly after: (
      tx: Tx,
      personId: string,
      limit: number,
    ) => Promise<{ readonly people: readonly KnownPerson[]; readonly last: string | null }>;
    readonly byDocument: (tx: Tx, document: IdDocument) => Promise<string | null>;
    readonly openField: (
      session: StaffSession,
      input: { personId: string; caseId: null; field: PersonFieldName; reason: string },
    ) => Promise<string>;
    readonly forgetSessions: (tx: Tx) => void;
  };
  readonly regionName: (code: string) => string;
  /** Which office of a role acts for a region. */
  readonly route: (role: string, region: string) => string | null;
  readonly tell: (tx: Tx, personId: string, template: string, values: Readonly<Record<string, string>>) => void;
  /** Where the two differ in what must be one for a person, in words for whoever decides. */
  readonly conflictsOf: (tx: Tx, one: KnownPerson, other: KnownPerson) => Promise<readonly Conflict[]>;
  readonly countsOf: (tx: Tx, personId: string) => Promise<readonly { readonly zh: string; readonly text: string }[]>;
  /** What follows at once when ids become one or two again, in the same transaction. */
  readonly onChanged: (tx: Tx, personIds: readonly string[]) => Promise<void>;
};

/** In which role this session acts here; whoever stands in for somebody on leave acts with that role as well. */
export function byOf(session: StaffSession, what: 'propose' | 'decide' | 'either'): By {
  const wanted: readonly string[] = { propose: proposingRoles, decide: decidingRoles, either: mergingRoles }[what];
  const held = session.staff.roles.find((one) => wanted.includes(one.role));
  if (!held) throw refuseIdentity('identity.not_allowed');
  return { staffId: session.staff.staffId, role: held.role, orgId: held.orgId, region: held.region };
}

export const mayDecide = ({ staff }: StaffSession): boolean =>
  staff.roles.some(({ role }) => decidingRoles.some((one) => one === role));

export function conflictsHash(conflicts: readonly Conflict[]): Buffer {
  return sha256(canonical(conflicts.map((one) => ({ ...one }))));
}

/** The offices of both places; the two may live in different districts. */
export function readersOf(route: MergesOptions['route'], people: readonly KnownPerson[]): string[] {
  const grants = people.flatMap(({ region }) =>
    mergingRoles.flatMap((role) => {
      const orgId = route(role, region);
      return orgId ? [roleGrant(role, orgId)] : [];
    }),
  );
  return ['*', ...new Set(grants)];
}

/** 张* 0000**********1234 */
export function shortly(person: KnownPerson | undefined): string {
  if (!person) return '（已清除）';
  return `${maskName(person.name)} ${fieldKinds.id_document.mask({ type: person.idType, number: person.idNumber })}`;
}
