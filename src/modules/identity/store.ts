// Every query on the tables of identity.

import { statement, type Tx } from '#platform/db';
import type { PersonRow } from './person.ts';

// ---- people ------------------------------------------------------------------------------------------------------------------

type PersonValues = [
  string,
  string,
  Buffer,
  string,
  string,
  Buffer,
  string,
  Buffer,
  string,
  string,
  string,
  string | null,
  string | null,
  string | null,
  string | null,
  boolean,
  boolean,
  string[],
  string,
];

const insertPersonStatement = statement<PersonValues, never>(
  'identity.insert_person',
  `insert into person (person_id, name_sealed, name_index, id_type, id_number_sealed, id_number_index, phone_sealed, phone_index,
     birth_day, sex, region, occupation, platform_org_id, card_sealed, card_tail, verified, synthetic, readers, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
);

/** Awaited, so that a taken number or phone is known at once. */
export async function insertPerson(tx: Tx, row: PersonRow): Promise<void> {
  await tx.run(insertPersonStatement, [
    row.person_id,
    row.name_sealed,
    row.name_index,
    row.id_type,
    row.id_number_sealed,
    row.id_number_index,
    row.phone_sealed,
    row.phone_index,
    row.birth_day,
    row.sex,
    row.region,
    row.occupation,
    row.platform_org_id,
    row.card_sealed,
    row.card_tail,
    row.verified,
    row.synthetic,
    row.readers,
    row.created_at,
  ]);
}

export type StoredPerson = Omit<PersonRow, 'name_index' | 'id_number_index' | 'phone_index' | 'readers' | 'created_at'>;

export const personColumns = `person_id, name_sealed, id_type, id_number_sealed, phone_sealed, birth_day, sex, region, occupation,
  platform_org_id, card_sealed, card_tail, verified, synthetic`;

export const selectPerson = statement<[string], StoredPerson>(
  'identity.person',
  `select ${personColumns} from person where person_id = $1`,
);

/** Looked for under every index that the number may have: while a key is replaced there are two. */
export const selectPersonByPhone = statement<[Buffer[]], { person_id: string }>(
  'identity.person_by_phone',
  'select person_id from person where phone_index = any($1::bytea[])',
);

/** With the login of before, which says whether the number can have changed hands since. */
export const selectOwner = statement<[Buffer[]], { person_id: string; logged_in_at: string }>(
  'identity.owner_of_phone',
  'select person_id, logged_in_at from person where phone_index = any($1::bytea[])',
);

export const holdOwner = statement<[string], { phone_sealed: string; id_number_sealed: string; confirm_tries: number }>(
  'identity.owner_for_update',
  'select phone_sealed, id_number_sealed, confirm_tries from person where person_id = $1 for update',
);

export const loggedIn = statement<[string, string], never>(
  'identity.logged_in',
  'update person set logged_in_at = $2, confirm_tries = 0 where person_id = $1',
);

export const countConfirm = statement<[string], never>(
  'identity.count_confirm',
  'update person set confirm_tries = confirm_tries + 1 where person_id = $1',
);

export const setPhone = statement<[string, string, Buffer], never>(
  'identity.set_phone',
  'update person set phone_sealed = $2, phone_index = $3 where person_id = $1',
);

/** The id that stands for whoever has this number; a session is begun under the very row, so that a merge undone leaves nothing behind. */
export const selectOneByPhone = statement<[Buffer[]], { person_id: string }>(
  'identity.one_by_phone',
  'select (ids_of(person_id))[1] as person_id from person where phone_index = any($1::bytea[])',
);

export const selectPersonByIdNumber = statement<[Buffer[]], { person_id: string }>(
  'identity.person_by_id_number',
  'select (ids_of(person_id))[1] as person_id from person where id_number_index = any($1::bytea[])',
);

export type IndexedRow = { person_id: string; id_number_index: Buffer; name_index: Buffer };

export const selectByIdIndexes = statement<[Buffer[]], IndexedRow>(
  'identity.by_id_indexes',
  `select coalesce(a.root_id, p.person_id) as person_id, p.id_number_index, p.name_index
   from person p left join person_alias a on a.person_id = p.person_id where p.id_number_index = any($1::bytea[])`,
);

export type ClaimedRow = StoredPerson & {
  readonly name_index: Buffer;
  readonly phone_index: Buffer;
  readonly claimed: boolean;
};

/** Held, so that of two who come at once one finds the other there. */
export const selectByIdNumberForUpdate = statement<[Buffer[]], ClaimedRow>(
  'identity.by_id_number_for_update',
  `select ${personColumns}, name_index, phone_index, claimed from person where id_number_index = any($1::bytea[]) for update`,
);

/** In one order, so that two who hold several do not wait for each other in a circle. */
export const holdIndexes = statement<[Buffer[]], unknown>(
  'identity.hold_indexes',
  `select pg_advisory_xact_lock(hashtextextended(encode(one, 'hex'), 0))
   from (select one from unnest($1::bytea[]) as one order by one) as held`,
);

export const selectUnder = statement<[Buffer[], Buffer[], string | null], { by_id: boolean }>(
  'identity.under',
  `select id_number_index = any($1::bytea[]) as by_id from person
   where (id_number_index = any($1::bytea[]) or phone_index = any($2::bytea[])) and person_id is distinct from $3::uuid`,
);

/** Somebody who was known from a list has come: with the phone that was written down, now proven. */
export const confirmClaimed = statement<
  [string, string, Buffer, string, string, string, string | null, string | null, string],
  never
>(
  'identity.confirm_claimed',
  `update person set phone_sealed = $2, phone_index = $3, birth_day = $4, sex = $5, region = $6, occupation = coalesce($7, occupation),
     platform_org_id = coalesce($8, platform_org_id), arrived_as = $9, claimed = false
   where person_id = $1`,
);

export const setVerified = statement<[string, boolean], never>(
  'identity.set_verified',
  'update person set verified = $2 where person_id = $1 and verified <> $2',
);

export const selectArrived = statement<[string], { person_id: string }>(
  'identity.arrived',
  'select person_id from person where arrived_as = $1',
);

type ClaimedColumns = [
  string[],
  string[],
  Buffer[],
  string[],
  string[],
  Buffer[],
  string[],
  Buffer[],
  string[],
  string[],
  string[],
  (string | null)[],
  boolean[],
  string,
];

/** People of a list who are not registered; those who came meanwhile stay as they are. */
/** Gives those that were new. */
export const insertClaimed = statement<ClaimedColumns, { person_id: string; id_number_index: Buffer }>(
  'identity.insert_claimed',
  `insert into person (person_id, name_sealed, name_index, id_type, id_number_sealed, id_number_index, phone_sealed, phone_index,
     birth_day, sex, region, occupation, synthetic, readers, created_at, claimed)
   select person_id, name_sealed, name_index, id_type, id_number_sealed, id_number_index, phone_sealed, phone_index, birth_day, sex,
     region, occupation, synthetic, array['*', 'person:' || person_id], $14, true
   from unnest($1::uuid[], $2::text[], $3::bytea[], $4::text[], $5::text[], $6::bytea[], $7::text[], $8::bytea[], $9::date[], $10::text[],
     $11::text[], $12::text[], $13::boolean[])
     as n (person_id, name_sealed, name_index, id_type, id_number_sealed, id_number_index, phone_sealed, phone_index, birth_day, sex,
       region, occupation, synthetic)
   on conflict (id_number_index) do nothing returning person_id, id_number_index`,
);

export const selectArrivedAmong = statement<[string[]], { person_id: string }>(
  'identity.arrived_among',
  'select person_id from person where person_id = any($1::uuid[]) and not claimed',
);

export const forgetClaimed = statement<[string[], string[], Buffer[], string[], Buffer[], string[], Buffer[]], never>(
  'identity.forget_claimed',
  `update person p set name_sealed = n.name_sealed, name_index = n.name_index, id_number_sealed = n.id_number_sealed,
     id_number_index = n.id_number_index, phone_sealed = n.phone_sealed, phone_index = n.phone_index, birth_day = date '1900-01-01',
     sex = 'unknown', occupation = null
   from unnest($1::uuid[], $2::text[], $3::bytea[], $4::text[], $5::bytea[], $6::text[], $7::bytea[])
     as n (person_id, name_sealed, name_index, id_number_sealed, id_number_index, phone_sealed, phone_index)
   where p.person_id = n.person_id and p.claimed`,
);

// ---- codes -------------------------------------------------------------------------------------------------------------------

/** Held to the end of the transaction: two requests for one number, or from one address, count one after the other. */
export const lockFor = statement<[string], unknown>(
  'identity.lock',
  'select pg_advisory_xact_lock(hashtextextended($1, 0))',
);

export type CodeCounts = {
  last_at: string | null;
  hour_count: number;
  hour_oldest: string | null;
  day_count: number;
  day_oldest: string | null;
  address_count: number;
  address_oldest: string | null;
  address_day_count: number;
  address_day_oldest: string | null;
};

/** With a purpose, the gap between two codes is that of its own codes; hours and days count all of the number's. */
export const countCodes = statement<[Buffer[], string, string, string | null], CodeCounts>(
  'identity.count_codes',
  `with n as (select issued_at, purpose from sms_code where phone_index = any($1::bytea[]) and issued_at > $3::timestamptz - interval '1 day'),
     h as (select issued_at from n where issued_at > $3::timestamptz - interval '1 hour'),
     d as (select issued_at from sms_code where address = $2 and issued_at > $3::timestamptz - interval '1 day'),
     a as (select issued_at from d where issued_at > $3::timestamptz - interval '1 hour')
   select (select max(issued_at) from n where $4::text is null or purpose = $4) as last_at,
     (select count(*) from h)::int as hour_count, (select min(issued_at) from h) as hour_oldest,
     (select count(*) from n)::int as day_count, (select min(issued_at) from n) as day_oldest,
     (select count(*) from a)::int as address_count, (select min(issued_at) from a) as address_oldest,
     (select count(*) from d)::int as address_day_count, (select min(issued_at) from d) as address_day_oldest`,
);

export const insertCode = statement<[string, Buffer, string, Buffer, string, string, string], never>(
  'identity.insert_code',
  `insert into sms_code (code_id, phone_index, purpose, code_hash, issued_at, expires_at, address)
   values ($1, $2, $3, $4, $5, $6, $7)`,
);

/** Only the newest code of a number counts; the row is locked, so that of two who bring it at once one wins. */
export const lastCode = statement<
  [Buffer[], string],
  { code_id: string; code_hash: Buffer; expires_at: string; tries: number; used_at: string | null }
>(
  'identity.last_code',
  `select code_id, code_hash, expires_at, tries, used_at from sms_code
   where phone_index = any($1::bytea[]) and purpose = $2 order by issued_at desc, code_id desc limit 1 for update`,
);

/** Wrong codes from an address within the hour, and the oldest of them. */
export const countFailures = statement<[string, string], { count: number; oldest: string | null }>(
  'identity.count_failures',
  `select count(*)::int as count, min(at) as oldest from code_failure
   where address = $1 and at > $2::timestamptz - interval '1 hour'`,
);

export const insertFailure = statement<[string, string], never>(
  'identity.insert_failure',
  'insert into code_failure (address, at) values ($1, $2)',
);

export const countTry = statement<[string], never>(
  'identity.count_try',
  'update sms_code set tries = tries + 1 where code_id = $1',
);

export const useCode = statement<[string, string], never>(
  'identity.use_code',
  'update sms_code set used_at = $2 where code_id = $1',
);

export const countRegistration = statement<[string, number], { code_id: string }>(
  'identity.count_registration',
  'update sms_code set tries = tries + 1 where code_id = $1 and used_at is not null and tries < $2 returning code_id',
);

// ---- sessions ----------------------------------------------------------------------------------------------------------------

export const insertSession = statement<
  [Buffer, string, string | null, string | null, string, number, string, string, string | null],
  never
>(
  'identity.insert_session',
  `insert into session (token_hash, kind, person_id, staff_id, created_at, seen_at, idle_minutes, expires_at, csrf, authority_id)
   values ($1, $2, $3, $4, $5, $5, $6, $7, $8, $9)`,
);

export type SessionRow = {
  kind: 'worker' | 'staff' | 'staff_pending';
  /** Who came in; of somebody registered twice the id that stands for the others, and all of them. */
  person_id: string | null;
  person_ids: string[] | null;
  staff_id: string | null;
  csrf: string;
  seen_at: string;
  idle_minutes: number;
  expires_at: string;
  authority_id: string | null;
  person_name_sealed: string | null;
  staff_name: string | null;
  login: string | null;
  active: boolean | null;
  roles: { role: string; orgId: string; orgName: string; region: string; standsInFor: string | null }[] | null;
};

export const selectSession = statement<[Buffer[], string], SessionRow>(
  'identity.session',
  `select s.kind, p.person_id, ids_of(s.person_id) as person_ids, s.staff_id, s.authority_id, s.csrf, s.seen_at, s.idle_minutes, s.expires_at,
     p.name_sealed as person_name_sealed, f.name as staff_name, f.login, f.active,
     (select json_agg(json_build_object('role', r.role, 'orgId', r.org_id, 'orgName', o.name, 'region', o.region,
        'standsInFor', a.name) order by r.role, o.code, a.name nulls first)
      from roles_on($2::date) r join org o on o.org_id = r.org_id left join staff a on a.staff_id = r.stands_in_for
      where r.staff_id = s.staff_id and o.active) as roles
   from session s
   left join person p on p.person_id = (ids_of(s.person_id))[1]
   left join staff f on f.staff_id = s.staff_id
   where s.token_hash = any($1::bytea[]) and s.revoked_at is null`,
);

/** And under the present key, so that an earlier one is soon needed no more. */
export const touchSession = statement<[Buffer[], string, Buffer], never>(
  'identity.touch_session',
  `update session set seen_at = $2, token_hash = $3 where token_hash = any($1::bytea[]) and seen_at < $2`,
);

export const revokeSession = statement<[Buffer[], string], never>(
  'identity.revoke_session',
  'update session set revoked_at = $2 where token_hash = any($1::bytea[]) and revoked_at is null',
);

export const revokeAllOfPerson = statement<[string, string], never>(
  'identity.revoke_person_sessions',
  'update session set revoked_at = $2 where person_id = any(ids_of($1)) and revoked_at is null',
);

export const revokeAllOfStaff = statement<[string, string], never>(
  'identity.revoke_staff_sessions',
  'update session set revoked_at = $2 where staff_id = $1 and revoked_at is null',
);

export const markSteppedUp = statement<[Buffer[], string, string], { kind: string }>(
  'identity.mark_stepped_up',
  `update session set stepped_up_at = $2, stepped_up_for = $3 where token_hash = any($1::bytea[]) and revoked_at is null returning kind`,
);

export const selectSteppedUp = statement<[Buffer[], string, string], { one: number }>(
  'identity.stepped_up',
  `select 1 as one from session
   where token_hash = any($1::bytea[]) and revoked_at is null and stepped_up_for = $2 and stepped_up_at > $3`,
);

// ---- staff -------------------------------------------------------------------------------------------------------------------

export const insertStaff = statement<[string, string, string, string, string, string, boolean, string], never>(
  'identity.insert_staff',
  `insert into staff (staff_id, login, name, org_id, password_hash, totp_secret_sealed, synthetic, kind)
   values ($1, $2, $3, $4, $5, $6, $7, $8)`,
);

export const insertStaffRole = statement<[string, string, string, string, string | null, string, string | null], never>(
  'identity.insert_staff_role',
  `insert into staff_role (staff_id, role, org_id, from_day, until_day, leaf_id, given_by) values ($1, $2, $3, $4, $5, $6, $7)`,
);

type Charge = {
  staff_id: string;
  password_hash: string;
  totp_secret_sealed: string;
  totp_last_step: number;
  /** Set when this very charge locked the account. */
  locked_until: string | null;
};

// An attempt is counted before it is checked. $2 is now, $3 how many failures lock, $4 until when.
const charge = `
  failed_count = case when locked_until is null then failed_count + 1 else 1 end,
  locked_until = case when locked_until is null and failed_count + 1 >= $3 then $4::timestamptz end
  where active and (locked_until is null or locked_until <= $2::timestamptz)`;

export const chargeLogin = statement<[string, string, number, string], Charge>(
  'identity.charge_login',
  `update staff set ${charge} and login = $1 returning staff_id, password_hash, totp_secret_sealed, totp_last_step, locked_until`,
);

export const chargeTotp = statement<[string, string, number, string], Charge>(
  'identity.charge_totp',
  `update staff set ${charge} and staff_id = $1 returning staff_id, password_hash, totp_secret_sealed, totp_last_step, locked_until`,
);

/** A right password takes its own charge back, with the lock that it set, and no more: only the second factor clears the account. */
export const refundLogin = statement<[string, string | null], never>(
  'identity.refund_login',
  `update staff set failed_count = greatest(failed_count - 1, 0), locked_until = nullif(locked_until, $2::timestamptz)
   where staff_id = $1`,
);

/** No row comes back when the code, or a later one, was used before. */
export const acceptTotp = statement<[string, number], { staff_id: string }>(
  'identity.accept_totp',
  `update staff set totp_last_step = $2, failed_count = 0, locked_until = null
   where staff_id = $1 and active and totp_last_step < $2 returning staff_id`,
);

// ---- unmasking ---------------------------------------------------------------------------------------------------------------

export const countUnmaskings = statement<[string, string], { count: number; oldest: string | null }>(
  'identity.count_unmaskings',
  `select count(*)::int as count, min(at) as oldest from unmasking
   where staff_id = $1 and at > $2::timestamptz - interval '1 hour'`,
);

export const insertUnmasking = statement<
  [string, string, string | null, string | null, string, string, string, string],
  never
>(
  'identity.insert_unmasking',
  `insert into unmasking (unmasking_id, staff_id, case_id, person_id, field, reason, at, leaf_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8)`,
);

export type SeenRow = {
  unmasking_id: string;
  at: string;
  field: string;
  reason: string;
  case_id: string | null;
  staff_name: string;
  org_name: string;
};

export const listSeen = statement<[string, string, string, number], SeenRow>(
  'identity.list_seen',
  `select u.unmasking_id, u.at, u.field, u.reason, u.case_id, f.name as staff_name, o.name as org_name
   from unmasking u join staff f on f.staff_id = u.staff_id join org o on o.org_id = f.org_id
   where u.person_id = any(ids_of($1)) and (u.at, u.unmasking_id) < ($2::timestamptz, $3::uuid)
   order by u.at desc, u.unmasking_id desc limit $4`,
);
