// Every query on suspicions and merges, and on what follows from a merge in force: who stands for whom.

import { statement } from '#platform/db';
import type { Conflict, MergeState, Reason, Strength } from './contract.ts';

export type SuspicionRow = {
  readonly suspicion_id: string;
  readonly one_id: string;
  readonly other_id: string;
  readonly reasons: readonly Reason[];
  readonly strength: Strength;
  readonly state: 'open' | 'different';
  readonly found_at: string;
  readonly settled_by: string | null;
  readonly note: string | null;
  readonly readers: string[];
  /** Of a merge of these two that waits or is in force. */
  readonly merge_id: string | null;
  readonly merge_state: MergeState | null;
  readonly same: boolean;
};

const suspicionColumns = `s.suspicion_id, s.one_id, s.other_id, s.reasons, s.strength, s.state, s.found_at, f.name as settled_by, s.note,
  s.readers, m.merge_id, m.state as merge_state, s.other_id = any(ids_of(s.one_id)) as same`;
const suspicionFrom = `suspicion s left join staff f on f.staff_id = s.settled_by
   left join lateral (select e.merge_id, e.state from person_merge e
     where (e.state = 'proposed' and (e.from_id = any(ids_of(s.one_id)) and e.into_id = any(ids_of(s.other_id))
         or e.from_id = any(ids_of(s.other_id)) and e.into_id = any(ids_of(s.one_id))))
       or (e.state = 'active' and e.from_id in (s.one_id, s.other_id) and s.other_id = any(ids_of(s.one_id)))
     order by e.state, e.merge_id limit 1) m on true`;

/**
 * What is found again says no more than it did; a reason that was not known when the pair was said to be two opens it again. `$9` is set
 * where a person asks, which is always new.
 */
export const putSuspicion = statement<
  [string, string, string, Reason[], Strength, string, string[], string | null, boolean],
  { suspicion_id: string }
>(
  'merges.put_suspicion',
  `insert into suspicion as s (suspicion_id, one_id, other_id, reasons, strength, state, found_at, readers, note)
   values ($1, $2, $3, $4, $5, 'open', $6, $7, $8)
   on conflict (one_id, other_id) do update set
     reasons = array(select distinct unnest(s.reasons || excluded.reasons)), strength = excluded.strength, readers = excluded.readers,
     found_at = excluded.found_at, note = excluded.note, state = 'open'
   where case when s.state = 'different' then $9 or not (excluded.reasons <@ s.settled_reasons) else not (excluded.reasons <@ s.reasons) end
   returning suspicion_id`,
);

export const suspicionOf = statement<[string, string], { suspicion_id: string }>(
  'merges.suspicion_of',
  'select suspicion_id from suspicion where one_id = $1 and other_id = $2',
);

/** What is known of any two ids of these two persons. */
export const reasonsBetween = statement<[string, string], { reasons: Reason[] }>(
  'merges.reasons_between',
  `select reasons from suspicion where (one_id = any(ids_of($1)) and other_id = any(ids_of($2)))
     or (one_id = any(ids_of($2)) and other_id = any(ids_of($1))) order by found_at`,
);

export const selectSuspicion = statement<[string], SuspicionRow>(
  'merges.suspicion',
  `select ${suspicionColumns} from ${suspicionFrom} where s.suspicion_id = $1`,
);

export const listSuspicions = statement<[string, string | null, string, string, number], SuspicionRow>(
  'merges.list_suspicions',
  `select ${suspicionColumns} from ${suspicionFrom}
   where ($2::text is null or s.strength = $2) and (s.found_at, s.suspicion_id) < ($3::timestamptz, $4::uuid)
     and (s.state = 'open' and not s.other_id = any(ids_of(s.one_id))) = ($1 = 'open') and ($1 <> 'different' or s.state = 'different')
   order by s.found_at desc, s.suspicion_id desc limit $5`,
);

export const settleDifferent = statement<[string, string, string, string], { suspicion_id: string }>(
  'merges.settle_different',
  `update suspicion set state = 'different', settled_reasons = reasons, settled_by = $2, settled_at = $3, note = $4
   where suspicion_id = $1 and state = 'open' returning suspicion_id`,
);

// ---- merges ------------------------------------------------------------------------------------------------------------------

export type MergeRow = {
  readonly merge_id: string;
  readonly from_id: string;
  readonly into_id: string;
  readonly state: MergeState;
  readonly reasons: readonly Reason[];
  readonly note: string;
  readonly conflicts: readonly Conflict[];
  readonly proposed_by: string;
  readonly proposed_name: string;
  readonly proposed_at: string;
  readonly decided_name: string | null;
  readonly decided_at: string | null;
  readonly decision_note: string | null;
  readonly undone_name: string | null;
  readonly undone_at: string | null;
  readonly undo_note: string | null;
  readonly objected_at: string | null;
};

const mergeColumns = `m.merge_id, m.from_id, m.into_id, m.state, m.reasons, m.note, m.conflicts, m.proposed_by, p.name as proposed_name,
  m.proposed_at, d.name as decided_name, m.decided_at, m.decision_note, u.name as undone_name, m.undone_at, m.undo_note, m.objected_at`;
const mergeFrom = `person_merge m join staff p on p.staff_id = m.proposed_by left join staff d on d.staff_id = m.decided_by
  left join staff u on u.staff_id = m.undone_by`;

export const insertMerge = statement<
  [string, string, string, Reason[], string, string, Buffer, string, string, string[]],
  never
>(
  'merges.insert',
  `insert into person_merge (merge_id, from_id, into_id, state, reasons, note, conflicts, conflicts_hash, proposed_by, proposed_at, readers)
   values ($1, $2, $3, 'proposed', $4, $5, $6::json, $7, $8, $9, $10)`,
);

export const selectMerge = statement<[string], MergeRow>(
  'merges.select',
  `select ${mergeColumns} from ${mergeFrom} where m.merge_id = $1`,
);

export const holdMerge = statement<[string], MergeRow>(
  'merges.hold',
  `select ${mergeColumns} from ${mergeFrom} where m.merge_id = $1 for update of m`,
);

export const listMerges = statement<[string[], boolean, string, string, number], MergeRow>(
  'merges.list',
  `select ${mergeColumns} from ${mergeFrom}
   where m.state = any($1::text[]) and (not $2 or m.objected_at is not null) and (m.proposed_at, m.merge_id) < ($3::timestamptz, $4::uuid)
   order by m.proposed_at desc, m.merge_id desc limit $5`,
);

/** Merges that wait and touch any of these ids. */
export const waitingOf = statement<[string[], string], { merge_id: string }>(
  'merges.waiting_of',
  `select merge_id from person_merge where state = 'proposed' and (from_id = any($1::uuid[]) or into_id = any($1::uuid[]))
     and merge_id <> $2`,
);

export const decideMerge = statement<[string, MergeState, string, string, string | null], { merge_id: string }>(
  'merges.decide',
  `update person_merge set state = $2, decided_by = $3, decided_at = $4, decision_note = $5
   where merge_id = $1 and state = 'proposed' returning merge_id`,
);

export const undoMerge = statement<[string, string, string, string], { merge_id: string }>(
  'merges.undo',
  `update person_merge set state = 'undone', undone_by = $2, undone_at = $3, undo_note = $4
   where merge_id = $1 and state = 'active' returning merge_id`,
);

export const objectTo = statement<[string, string], { merge_id: string }>(
  'merges.object',
  `update person_merge set objected_at = $2 where merge_id = $1 and state = 'active' and objected_at is null returning merge_id`,
);

/** What stands merged of one person, for the person's own page. */
export const activeOf = statement<[string], MergeRow>(
  'merges.active_of',
  `select ${mergeColumns} from ${mergeFrom} where m.state = 'active' and m.from_id = any(ids_of($1)) order by m.decided_at desc, m.merge_id`,
);

// ---- who stands for whom -----------------------------------------------------------------------------------------------------

/** In one order for everybody, so that two merges never wait for each other. */
export const holdPeople = statement<[string[]], unknown>(
  'merges.hold_people',
  'select hold_person(one) from (select one from unnest($1::uuid[]) as one order by one) ordered',
);

/** The merges in force among these ids. */
export const edgesAmong = statement<[string[]], { from_id: string; into_id: string; decided_at: string }>(
  'merges.edges_among',
  `select from_id, into_id, decided_at from person_merge where state = 'active' and from_id = any($1::uuid[])`,
);

export const clearAliases = statement<[string[]], never>(
  'merges.clear_aliases',
  'delete from person_alias where person_id = any($1::uuid[])',
);

export const putAliases = statement<[string[], string[], string[]], never>(
  'merges.put_aliases',
  `insert into person_alias (person_id, root_id, since)
   select * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[])`,
);
