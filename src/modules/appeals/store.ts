// Every query on appeals. Likeness is computed outside: the words are read from the cases of a few candidates only.

import { statement } from '#platform/db';
import type { CaseState } from '#modules/cases';

/** Given back and submitted again, an appeal is about what it says now. */
export const putAppeal = statement<[string, string | null, string, string, string, string, string[]], never>(
  'appeals.put',
  `insert into appeal (case_id, person_id, against_key, subject, region, opened_at, readers) values ($1, $2, $3, $4, $5, $6, $7)
   on conflict (case_id) do update set against_key = excluded.against_key, subject = excluded.subject`,
);

export type Candidate = {
  readonly case_id: string;
  readonly case_no: string;
  /** Of the same person. */
  readonly own: boolean;
  readonly against_key: string;
  readonly subject: string;
  readonly account: string | null;
};

const candidateColumns = `a.case_id, s.case_no, coalesce(a.person_id = any(ids_of($2)), false) as own, a.against_key, a.subject, a.opened_at,
  coalesce(s.state -> 'data' ->> 'facts', s.state -> 'data' ->> 'demand') as account`;

/** Open appeals of one person, or against one organisation in one region, since a day: the newest of each. */
export const selectCandidates = statement<[string, string | null, string, string, string, number], Candidate>(
  'appeals.candidates',
  `(select ${candidateColumns} from appeal a join case_state s on s.case_id = a.case_id
    where a.person_id = any(ids_of($2)) and a.opened_at >= $5 and a.case_id <> $1 and s.status = 'open'
    order by a.opened_at desc limit $6)
   union
   (select ${candidateColumns} from appeal a join case_state s on s.case_id = a.case_id
    where a.against_key = $3 and a.region = $4 and a.opened_at >= $5 and a.case_id <> $1 and s.status = 'open'
    order by a.opened_at desc limit $6)`,
);

/** Appeals that were merged into a case, the first first. */
export const selectMerged = statement<[string], { state: CaseState }>(
  'appeals.merged',
  `select s.state from case_link l join case_state s on s.case_id = l.from_case_id
   where l.to_case_id = $1 and l.kind = 'merged' order by s.opened_at, s.case_id limit 200`,
);

/** The case that an appeal was merged into. */
export const selectMain = statement<[string], { state: CaseState }>(
  'appeals.main',
  `select s.state from case_link l join case_state s on s.case_id = l.to_case_id
   where l.from_case_id = $1 and l.kind = 'merged'`,
);
