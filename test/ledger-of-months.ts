// A ledger of cover of any size, made by PostgreSQL itself: one policy of three days a person and month. For plans and for benches.

import type pg from 'pg';

/** Gives the insurer. */
export async function fillLedger(
  owner: pg.Client,
  of: { readonly policies: number; readonly months: number; readonly days?: number },
): Promise<string> {
  const { policies, months, days = 3 } = of;
  await owner.query(`
    set gongdun.grants = '{*}';
    insert into org (org_id, code, name, kind, region) values (gen_random_uuid(), 'X', 'X', 'insurer', '350200');
    insert into log_leaf (leaf_id, entry) values (gen_random_uuid(), '');
    create temp table made_person as select gen_random_uuid() as person_id, n from generate_series(1, ${policies}) n;
    insert into person (person_id, name_sealed, name_index, id_type, id_number_sealed, id_number_index, phone_sealed, phone_index,
        birth_day, sex, region, readers, created_at, synthetic)
      select person_id, '', int4send(n), 'resident_id', '', int4send(n), '', int4send(n), '1990-01-01', 'unknown', '350200', '{*}', now(), true
      from made_person;
    create temp table made_policy as
      select gen_random_uuid() as policy_id, person_id, n, m, (date '2025-01-01' + make_interval(months => m))::date as first_day
      from made_person, generate_series(0, ${months - 1}) m;
    insert into cover_policy (policy_id, policy_no, person_id, case_id, insurer_org_id, region, work_type, first_day, days, starts_at, ends_at,
        premium_fen, subsidy_fen, issued_at, readers, leaf_id)
      select policy_id, 'GD' || lpad((m * ${policies} + n)::text, 20, '0'), person_id, policy_id, org_id, '350200', 'x', first_day, ${days},
        first_day, first_day + ${days}, ${days} * 40, ${days} * 20, first_day, array['*', 'person:' || person_id, 'insurer_finance@' || org_id],
        leaf_id
      from made_policy, org, log_leaf order by m, n;
    insert into cover_entry (person_id, day, generation, policy_id, kind, starts_at, ends_at, at, readers, leaf_id)
      select person_id, first_day + d, 1, policy_id, 'bound', first_day + d, first_day + d + 1, first_day,
        array['*', 'person:' || person_id, 'insurer_finance@' || org_id, 'insurer_adjuster@' || org_id, 'insurer_underwriter@' || org_id], leaf_id
      from made_policy, org, log_leaf, generate_series(0, ${days - 1}) d order by m, n;
    analyze cover_entry, cover_policy, person`);
  await owner.query('vacuum cover_entry');
  const { rows } = await owner.query<{ org_id: string }>('select org_id from org limit 1');
  return rows[0]?.org_id ?? '';
}
