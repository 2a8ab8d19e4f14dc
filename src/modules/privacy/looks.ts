// Looks at people's data, as the audit administrator reads them: all of them by time, and first those of a day that are unusual by plain
// criteria. Names are masked; who is meant is found by an exact number only, and that search is itself an act that is kept.

import { systemAccess } from '#platform/access';
import { dayOf } from '#platform/calendar';
import type { Clock } from '#platform/clock';
import { statement, type Database, type Tx } from '#platform/db';
import { cutPage, readCursor, type Page } from '#platform/page';
import {
  outsideADayMax,
  personsADayMax,
  type LookItem,
  type LooksFilter,
  type UnusualAnswer,
} from './looks-contract.ts';

type Row = {
  id: string;
  at: string;
  kind: LookItem['kind'];
  staff_id: string | null;
  who: string;
  org_name: string | null;
  person_id: string | null;
  case_no: string | null;
  reason: string | null;
};

/** Both kinds of looks in one order. `only` narrows to what an index finds, so that each statement reads no more than its page. */
const listing = (only: string): string => `
  select x.id, x.at, x.kind, f.staff_id, coalesce('代办人 ' || x.agent_name, f.name) as who, o.name as org_name, x.person_id, s.case_no, x.reason
  from (
    (select d.access_id as id, d.at, d.kind, d.actor_id, d.agent_name, d.person_id, d.case_id, null as reason from data_access d
     where (d.at, d.access_id) < ($1::timestamptz, $2::uuid) and d.at >= $4 and d.at < $5 and ($6::text is null or d.kind = $6)
       and ($7::uuid is null or d.actor_id = $7)
       and ($8::text is null or d.actor_id in (select m.staff_id from staff m join org g using (org_id)
         where (m.name || ' ' || m.login) ilike $8 and g.name ilike $9)) ${only.replaceAll('?', 'd')}
     order by d.at desc, d.access_id desc limit $3)
    union all
    (select u.unmasking_id, u.at, 'value', u.staff_id, null, u.person_id, u.case_id, u.reason from unmasking u
     where (u.at, u.unmasking_id) < ($1::timestamptz, $2::uuid) and u.at >= $4 and u.at < $5 and ($6::text is null or $6 = 'value')
       and ($7::uuid is null or u.staff_id = $7)
       and ($8::text is null or u.staff_id in (select m.staff_id from staff m join org g using (org_id)
         where (m.name || ' ' || m.login) ilike $8 and g.name ilike $9)) ${only.replaceAll('?', 'u')}
     order by u.at desc, u.unmasking_id desc limit $3)
  ) x left join staff f on x.agent_name is null and f.staff_id = x.actor_id left join org o on o.org_id = f.org_id
    left join case_state s on s.case_id = x.case_id
  order by x.at desc, x.id desc limit $3`;

type Kind = string | null;
const listByTime = statement<[string, string, number, string, string, Kind, string | null, string | null, string], Row>(
  'privacy.looks_by_time',
  listing(''),
);
const listOfPerson = statement<
  [string, string, number, string, string, Kind, string | null, string | null, string, string],
  Row
>('privacy.looks_of_person', listing('and ?.person_id = $10'));

type UnusualRow = {
  staff_id: string;
  who: string;
  org_name: string;
  looks: number;
  persons: number;
  outside: number;
};

/** Outside of one's own cases: never acted in it until the look's day was over, and does not hold a task of it now. */
const listUnusual = statement<[string, string, number, number, number], UnusualRow>(
  'privacy.looks_unusual',
  `with looked as (
     select d.actor_id, d.person_id, d.case_id from data_access d where d.at >= $1 and d.at < $2 and d.actor_kind = 'staff'
     union all
     select u.staff_id, u.person_id, u.case_id from unmasking u where u.at >= $1 and u.at < $2),
   by_case as (select actor_id, case_id, count(*)::int as looks from looked group by actor_id, case_id),
   outside as (
     select b.actor_id, sum(b.looks)::int as outside from by_case b
     where b.case_id is not null
       and not exists (select 1 from case_action a where a.case_id = b.case_id and a.actor_id = b.actor_id and a.at < $2)
       and not exists (select 1 from case_task t where t.case_id = b.case_id and t.assignee_id = b.actor_id)
     group by b.actor_id),
   totals as (select actor_id, count(*)::int as looks, count(distinct person_id)::int as persons from looked group by actor_id)
   select f.staff_id, f.name as who, o.name as org_name, t.looks, t.persons, coalesce(x.outside, 0) as outside
   from totals t join staff f on f.staff_id = t.actor_id join org o on o.org_id = f.org_id
     left join outside x on x.actor_id = t.actor_id
   where t.persons > $3 or coalesce(x.outside, 0) > $4
   order by greatest(t.persons::float8 / $3, coalesce(x.outside, 0)::float8 / $4) desc, f.staff_id limit $5`,
);

export type LooksOptions = {
  readonly db: Database;
  readonly clock: Clock;
  /** Masked; people belong to identity. */
  readonly maskedName: (tx: Tx, personId: string) => Promise<string>;
};

const unusualMax = 100;
const defaultDays = 30;
const dayMs = 86_400_000;
const lastId = 'ffffffff-ffff-7fff-bfff-ffffffffffff';
const startOf = (day: string): string => new Date(`${day}T00:00:00+08:00`).toISOString();
/** What is looked for stands for itself, whatever it holds. */
const containing = (text: string | undefined): string => `%${(text ?? '').replace(/[\\%_]/g, '\\$&')}%`;

export function createLooks({ db, clock, maskedName }: LooksOptions) {
  function spanOf({ day, personId }: LooksFilter): readonly [string, string] {
    if (day) return [startOf(day), new Date(Date.parse(startOf(day)) + dayMs).toISOString()];
    if (personId) return ['-infinity', 'infinity'];
    return [new Date(Date.parse(startOf(dayOf(clock.now()))) - defaultDays * dayMs).toISOString(), 'infinity'];
  }

  async function list(
    query: LooksFilter & { readonly cursor?: string | undefined; readonly limit: number },
  ): Promise<Page<LookItem>> {
    const [at, id] = readCursor(query.cursor) ?? ['infinity', lastId];
    const [from, until] = spanOf(query);
    const isNamed = Boolean(query.staff) || Boolean(query.org);
    const filter = [
      at,
      id,
      query.limit + 1,
      from,
      until,
      query.kind ?? null,
      query.staffId ?? null,
      isNamed ? containing(query.staff) : null,
      containing(query.org),
    ] as const;
    return db.transaction(systemAccess, async (tx) => {
      const rows = query.personId
        ? await tx.run(listOfPerson, [...filter, query.personId])
        : await tx.run(listByTime, [...filter]);
      const page = cutPage(rows, query.limit, (last) => [last.at, last.id]);
      const ids = [...new Set(page.items.flatMap((row) => row.person_id ?? []))];
      const names = new Map(await Promise.all(ids.map(async (one) => [one, await maskedName(tx, one)] as const)));
      const items = page.items.map((row) => ({
        lookId: row.id,
        at: row.at,
        kind: row.kind,
        staffId: row.staff_id,
        who: row.who,
        orgName: row.org_name,
        personId: row.person_id,
        person: (row.person_id && names.get(row.person_id)) ?? '—',
        caseNo: row.case_no,
        reason: row.reason,
      }));
      return { items, nextCursor: page.nextCursor };
    });
  }

  async function unusual(day: string): Promise<UnusualAnswer> {
    const until = new Date(Date.parse(startOf(day)) + dayMs).toISOString();
    const rows = await db.transaction(systemAccess, (tx) =>
      tx.run(listUnusual, [startOf(day), until, personsADayMax, outsideADayMax, unusualMax + 1]),
    );
    const items = rows.slice(0, unusualMax).map((row) => ({
      staffId: row.staff_id,
      who: row.who,
      orgName: row.org_name,
      looks: row.looks,
      persons: row.persons,
      outside: row.outside,
      why: [
        ...(row.persons > personsADayMax ? [`一天看了 ${row.persons} 人，超过 ${personsADayMax} 人`] : []),
        ...(row.outside > outsideADayMax
          ? [`看了 ${row.outside} 次不是自己经手的办件，超过 ${outsideADayMax} 次`]
          : []),
      ],
    }));
    const criteria = [
      `一天内看了超过 ${personsADayMax} 个人的资料`,
      `一天内超过 ${outsideADayMax} 次查看自己没有办过、也没有领的办件`,
    ];
    return { day, criteria, items, isCut: rows.length > unusualMax };
  }

  return { list, unusual };
}

export type Looks = ReturnType<typeof createLooks>;
