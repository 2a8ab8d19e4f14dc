// Memberships that an older system kept. They have no case; they say which run brought them and from where, and they end like any other.

import { personGrant, roleGrant } from '#platform/access';
import { rowsStatement, statement } from '#platform/db';

/** The row as a statement or COPY writes it. */
export type ImportedMembershipRow = {
  readonly membership_id: string;
  readonly person_id: string;
  readonly union_org_id: string;
  readonly member_no: string;
  readonly joined_on: string;
  readonly import_run_id: string;
  readonly import_source: string;
  readonly imported_on: string;
  readonly card_serial: number;
  readonly card_since: string;
  readonly readers: readonly string[];
  readonly leaf_id: string;
};

const types = {
  membership_id: 'uuid',
  person_id: 'uuid',
  union_org_id: 'uuid',
  member_no: 'text',
  joined_on: 'date',
  import_run_id: 'uuid',
  import_source: 'text',
  imported_on: 'date',
  card_serial: 'int',
  card_since: 'timestamptz',
  readers: 'text[]',
  leaf_id: 'uuid',
} as const satisfies Record<keyof ImportedMembershipRow, string>;

export const insertImported = rowsStatement<ImportedMembershipRow>('membership.insert_imported', types, {
  membership: Object.keys(types) as (keyof ImportedMembershipRow)[],
});

export type KnownNumber = {
  readonly member_no: string;
  readonly person_id: string;
  readonly union_org_id: string;
  readonly joined_on: string;
  readonly import_source: string | null;
};

/** Whose these numbers are. */
export const numbersTaken = statement<[string[]], KnownNumber>(
  'membership.numbers_taken',
  `select member_no, person_id, union_org_id, joined_on, import_source from membership where member_no = any($1)`,
);

export const activeAmong = statement<[string[]], { person_id: string; member_no: string; union_org_id: string }>(
  'membership.active_among',
  `select distinct on (one.person_id) one.person_id, m.member_no, m.union_org_id
   from unnest($1::uuid[]) as one (person_id) cross join unnest(ids_of(one.person_id)) as own (id)
     join membership m on m.person_id = own.id and m.ended_on is null
   order by one.person_id, m.joined_on`,
);

/** Ends what a run brought and frees its number. A card that was replaced or a membership that has ended since stays. */
export const undoImported = statement<[string[], string, string, string], { membership_id: string }>(
  'membership.undo_imported',
  `update membership set ended_on = greatest(joined_on, $3::date), member_no = member_no || '~' || $4
   where membership_id = any($1::uuid[]) and import_run_id = $2 and ended_on is null and card_serial = 1 returning membership_id`,
);

/** Who reads an imported membership: the person, the union that has it, and the county union of the place. */
export function importedReaders(personId: string, unionOrgId: string, countyOrgId: string | null): string[] {
  return [
    '*',
    personGrant(personId),
    roleGrant('grassroots_union', unionOrgId),
    roleGrant('township_union', unionOrgId),
    roleGrant('industry_union', unionOrgId),
    ...(countyOrgId ? [roleGrant('county_union', countyOrgId)] : []),
  ];
}
