// Policies that an older system sold. Their days are bound in the ledger like any others, so that "was I covered" answers for them with
// the entry; they have no case, are settled where they were sold, and an undone import releases their days instead of deleting them.

import { personGrant, roleGrant } from '#platform/access';
import { startOfDay } from '#platform/calendar';
import { rowsStatement, statement } from '#platform/db';
import { addDays, daysFrom } from './days.ts';
import { coverReaderRoles } from './options.ts';

export type ImportedPolicyRow = {
  readonly policy_id: string;
  readonly policy_no: string;
  readonly person_id: string;
  readonly import_run_id: string;
  readonly import_source: string;
  readonly imported_on: string;
  readonly insurer_org_id: string;
  readonly insurer_policy_no: string | null;
  readonly region: string;
  readonly work_type: string;
  readonly first_day: string;
  readonly days: number;
  readonly starts_at: string;
  readonly ends_at: string;
  readonly premium_fen: number;
  readonly subsidy_fen: number;
  readonly issued_at: string;
  readonly readers: readonly string[];
  readonly leaf_id: string;
};

export type ImportedEntryRow = {
  readonly person_id: string;
  readonly day: string;
  readonly generation: number;
  readonly policy_id: string;
  readonly kind: 'bound';
  readonly starts_at: string;
  readonly ends_at: string;
  readonly at: string;
  readonly readers: readonly string[];
  readonly leaf_id: string;
};

const policyTypes = {
  policy_id: 'uuid',
  policy_no: 'text',
  person_id: 'uuid',
  import_run_id: 'uuid',
  import_source: 'text',
  imported_on: 'date',
  insurer_org_id: 'uuid',
  insurer_policy_no: 'text',
  region: 'text',
  work_type: 'text',
  first_day: 'date',
  days: 'int',
  starts_at: 'timestamptz',
  ends_at: 'timestamptz',
  premium_fen: 'bigint',
  subsidy_fen: 'bigint',
  issued_at: 'timestamptz',
  readers: 'text[]',
  leaf_id: 'uuid',
} as const satisfies Record<keyof ImportedPolicyRow, string>;

const entryTypes = {
  person_id: 'uuid',
  day: 'date',
  generation: 'int',
  policy_id: 'uuid',
  kind: 'text',
  starts_at: 'timestamptz',
  ends_at: 'timestamptz',
  at: 'timestamptz',
  readers: 'text[]',
  leaf_id: 'uuid',
} as const satisfies Record<keyof ImportedEntryRow, string>;

export const insertPolicies = rowsStatement<ImportedPolicyRow>('cover.insert_imported', policyTypes, {
  cover_policy: Object.keys(policyTypes) as (keyof ImportedPolicyRow)[],
});
export const insertEntries = rowsStatement<ImportedEntryRow>('cover.insert_imported_days', entryTypes, {
  cover_entry: Object.keys(entryTypes) as (keyof ImportedEntryRow)[],
});

/** The spans of a policy: each day ends with its midnight, the first begins when the old system says. */
export function importedSpan(firstDay: string, days: number, startsAt: string | null) {
  return { startsAt: startsAt ?? startOfDay(firstDay), endsAt: startOfDay(addDays(firstDay, days)) };
}

/** The ledger's rows of a policy. `generationOf` gives a day's last generation, 0 where it has none. Pure. */
export function entryRows(
  policy: ImportedPolicyRow,
  at: string,
  generationOf: (day: string) => number,
): ImportedEntryRow[] {
  const rows: ImportedEntryRow[] = [];
  // A day ends where the next begins.
  let startsAt = policy.starts_at;
  for (const day of daysFrom(policy.first_day, policy.days)) {
    const endsAt = startOfDay(addDays(day, 1));
    rows.push({
      person_id: policy.person_id,
      day,
      generation: generationOf(day) + 1,
      policy_id: policy.policy_id,
      kind: 'bound',
      starts_at: startsAt,
      ends_at: endsAt,
      at,
      readers: policy.readers,
      leaf_id: policy.leaf_id,
    });
    startsAt = endsAt;
  }
  return rows;
}

export function importedCoverReaders(
  personId: string,
  insurerOrgId: string,
  route: (role: string) => string | null,
): string[] {
  const readers = coverReaderRoles.flatMap((role) => {
    const orgId = role.startsWith('insurer_') ? insurerOrgId : route(role);
    return orgId ? [roleGrant(role, orgId)] : [];
  });
  return ['*', personGrant(personId), ...readers];
}

export type KnownPolicy = {
  readonly policy_no: string;
  readonly person_id: string;
  readonly first_day: string;
  readonly days: number;
  readonly starts_at: string;
  readonly premium_fen: number;
  readonly subsidy_fen: number;
  readonly insurer_org_id: string;
  readonly import_source: string | null;
};

export const policiesTaken = statement<[string[]], KnownPolicy>(
  'cover.policies_taken',
  `select policy_no, person_id, first_day, days, starts_at, premium_fen, subsidy_fen, insurer_org_id, import_source
   from cover_policy where policy_no = any($1)`,
);

/** What holds of each day of these people, under any of their ids, between two days, both included. */
export const daysAmong = statement<
  [string[], string, string],
  { person_id: string; day: string; generation: number; kind: 'bound' | 'released'; policy_no: string }
>(
  'cover.days_among',
  `select e.person_id, e.day, e.generation, e.kind, p.policy_no
   from (select distinct on (asked.person_id, l.day) asked.person_id, l.day, l.generation, l.kind, l.policy_id
         from unnest($1::uuid[]) as asked (person_id) cross join unnest(ids_of(asked.person_id)) as own (id) cross join lateral
           (select distinct on (day) day, generation, kind, policy_id from cover_entry
            where person_id = own.id and day between $2::date and $3::date order by day, generation desc) l
         order by asked.person_id, l.day, l.kind, (own.id <> asked.person_id)) e
   join cover_policy p on p.policy_id = e.policy_id`,
);

/** In one order for everybody, so that nobody waits in a circle. */
export const lockPeople = statement<[string[]], unknown>(
  'cover.lock_people',
  'select hold_person(one) from (select one from unnest($1::uuid[]) as one order by one) ordered',
);

/** Policies of a run that something was built upon: claimed, endorsed, or a day of theirs has moved on. */
export const builtOnPolicies = statement<[string[]], { policy_id: string; why: string }>(
  'cover.built_on',
  `select p.policy_id, case
       when exists (select 1 from benefit_claim c where c.policy_id = p.policy_id) then '已有理赔'
       when exists (select 1 from policy_endorsement o where o.policy_id = p.policy_id) then '已有批改'
       else '有保障日已退保' end as why
   from cover_policy p where p.policy_id = any($1::uuid[]) and (
     exists (select 1 from benefit_claim c where c.policy_id = p.policy_id)
     or exists (select 1 from policy_endorsement o where o.policy_id = p.policy_id)
     or exists (select 1 from cover_entry e where e.person_id = p.person_id and e.policy_id = p.policy_id and e.kind = 'released'))`,
);

export const releaseImported = statement<[string[], string, string], { policy_id: string }>(
  'cover.release_imported',
  `insert into cover_entry (person_id, day, generation, policy_id, kind, starts_at, ends_at, at, readers, leaf_id)
   select e.person_id, e.day, e.generation + 1, e.policy_id, 'released', e.starts_at, e.ends_at, $2, e.readers, $3
   from cover_policy p join cover_entry e on e.person_id = p.person_id and e.policy_id = p.policy_id
   where p.policy_id = any($1::uuid[]) and e.kind = 'bound' returning policy_id`,
);

export const freeNumbers = statement<[string[], string], never>(
  'cover.free_numbers',
  `update cover_policy set policy_no = policy_no || '~' || $2 where policy_id = any($1::uuid[])`,
);
