// Queries for changes to a group: the newcomer's line, who left, and what is owed back for them.

import { statement } from '#platform/db';
import type { DayRow } from './store.ts';

export const byRequest = statement<[string, string], { line: number }>(
  'cover.newcomer_by_request',
  'select line from group_insured where case_id = $1 and request_id = $2',
);

export type LineRow = {
  readonly line: number;
  readonly person_id: string;
  readonly policy_id: string;
  readonly work_type: string;
  readonly policy_no: string | null;
  readonly kind: DayRow['kind'] | null;
};

const lines = `select i.line, i.person_id, i.policy_id, i.work_type, p.policy_no,
     (select e.kind from cover_entry e where e.person_id = i.person_id and e.day = p.first_day and e.policy_id = i.policy_id
      order by e.generation desc limit 1) as kind
   from group_insured i left join cover_policy p on p.policy_id = i.policy_id`;

export const selectLine = statement<[string, number], LineRow>(
  'cover.insured_line',
  `${lines} where i.case_id = $1 and i.line = $2`,
);

export const selectByPolicy = statement<[string, string], LineRow>(
  'cover.insured_by_policy',
  `${lines} where i.case_id = $1 and i.policy_id = $2`,
);

export const lastLine = statement<[string], { line: number }>(
  'cover.last_insured_line',
  'select coalesce(max(line), 0)::int as line from group_insured where case_id = $1',
);

export const insertNewcomer = statement<[string, number, string, string, string, string, number, string], never>(
  'cover.insert_newcomer',
  `insert into group_insured (case_id, line, person_id, policy_id, name_mask, work_type, replaces, request_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8)`,
);

/** A day that has begun, of somebody who has not begun to work; only before a newcomer takes it. */
export const releaseBegun = statement<[string, string[], string, string, string[], string], { day: string }>(
  'cover.release_begun',
  `insert into cover_entry (person_id, day, generation, policy_id, kind, starts_at, ends_at, at, readers, leaf_id)
   select $1, l.day, l.generation + 1, l.policy_id, 'released', l.starts_at, l.ends_at, $4, $5, $6
   from (select distinct on (e.day) e.* from cover_entry e where e.person_id = $1 and e.day = any($2::date[]) order by e.day, e.generation desc) l
   where l.kind = 'bound' and l.policy_id = $3 and l.ends_at > $4
   returning day`,
);

/** A policy of the asker's own that somebody else took out. */
export const ownPolicy = statement<
  [string],
  {
    case_id: string;
    policy_id: string;
    policy_no: string;
    holder_org_id: string;
    insurer_org_id: string;
    work_type: string;
    starts_at: string;
    ends_at: string;
    premium_fen: number;
    subsidy_fen: number;
    kind: DayRow['kind'] | null;
  }
>(
  'cover.own_group_policy',
  `select p.case_id, p.policy_id, p.policy_no, p.holder_org_id, p.insurer_org_id, p.work_type, p.starts_at, p.ends_at, p.premium_fen,
     p.subsidy_fen, (select e.kind from cover_entry e where e.person_id = p.person_id and e.day = p.first_day and e.policy_id = p.policy_id
       order by e.generation desc limit 1) as kind
   from cover_policy p where p.policy_no = $1 and p.holder_org_id is not null`,
);

/** What was paid for those who left and whose place nobody took. */
export const sumLeft = statement<[string], { fen: number }>(
  'cover.sum_left',
  `select coalesce(sum(p.premium_fen - p.subsidy_fen), 0)::bigint as fen
   from group_insured i join cover_policy p on p.policy_id = i.policy_id
   where i.case_id = $1
     and exists (select 1 from cover_entry e where e.person_id = i.person_id and e.day = p.first_day and e.policy_id = i.policy_id and e.kind = 'released')
     and not exists (select 1 from group_insured n where n.case_id = $1 and n.replaces = i.line)`,
);

export const addLeftRefund = statement<[string, number], never>(
  'cover.add_left_refund',
  'update group_cover set left_refunded_fen = left_refunded_fen + $2 where case_id = $1',
);
