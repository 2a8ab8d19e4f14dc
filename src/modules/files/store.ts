// Every query on files.

import { statement } from '#platform/db';

/** `quarantined`: kept, and not looked at by anybody before a scanner has. */
export type FileState = 'quarantined' | 'clean' | 'infected';

export type FileRow = {
  file_id: string;
  name: string;
  media_type: string;
  bytes: number;
  address: string;
  key_sealed: string | null;
  state: FileState | 'erased';
  person_id: string | null;
  case_id: string | null;
  readers: string[];
};

export const insertFile = statement<
  [string, string | null, string, string, number, string, string, Buffer, FileState, string[], string],
  never
>(
  'files.insert',
  `insert into file (file_id, person_id, name, media_type, bytes, address, key_sealed, plain_index, state, readers, at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
);

export const selectDay = statement<[string, string], { files: number; bytes: number }>(
  'files.day',
  `select count(*)::int as files, coalesce(sum(bytes), 0)::float8 as bytes from file
   where person_id = any(ids_of($1)) and at > $2::timestamptz - interval '1 day'`,
);

export const selectFile = statement<[string], FileRow>(
  'files.select',
  'select file_id, name, media_type, bytes, address, key_sealed, state, person_id, case_id, readers from file where file_id = $1',
);

export const selectFiles = statement<[string[]], FileRow>(
  'files.select_many',
  'select file_id, name, media_type, bytes, address, key_sealed, state, person_id, case_id, readers from file where file_id = any($1::uuid[])',
);

/** A file of a case is read by whoever reads the case: its own readers follow the case's at reading time. */
export const claimFiles = statement<[string[], string], never>(
  'files.claim',
  'update file set case_id = $2 where file_id = any($1::uuid[]) and case_id is null',
);

/** Proof that somebody may act for another: kept with the request, and read by the office that decides. */
export const keepProof = statement<[string[], string, string[]], { file_id: string }>(
  'files.keep_proof',
  `update file set authority_id = $2, readers = (select array_agg(distinct one) from unnest(readers || $3::text[]) one)
   where file_id = any($1::uuid[]) and state in ('clean', 'quarantined') and case_id is null
     and (authority_id is null or authority_id = $2)
   returning file_id`,
);

export const selectCaseReadable = statement<[string], { one: number }>(
  'files.case_readable',
  'select 1 as one from case_state where case_id = $1',
);

/** The oldest first: nobody waits for ever. */
export const selectWaiting = statement<[number], FileRow>(
  'files.select_waiting',
  `select file_id, name, media_type, bytes, address, key_sealed, state, person_id, case_id, readers from file
   where state = 'quarantined' order by at limit $1`,
);

export const countWaiting = statement<[], { waiting: number }>(
  'files.count_waiting',
  `select count(*)::int as waiting from file where state = 'quarantined'`,
);

/** Of two that looked at the same file, one passes it. */
export const passFile = statement<[string, string, number, string, string], { file_id: string }>(
  'files.pass',
  `update file set state = 'clean', media_type = $2, bytes = $3, address = $4, key_sealed = $5
   where file_id = $1 and state = 'quarantined' returning file_id`,
);

export const rejectFile = statement<[string], { file_id: string; case_id: string | null; person_id: string | null }>(
  'files.reject',
  `update file set state = 'infected', key_sealed = null where file_id = $1 and state = 'quarantined'
   returning file_id, case_id, person_id`,
);

export const selectKnown = statement<[string[]], { address: string }>(
  'files.select_known',
  `select address from file where address = any ($1::text[]) and key_sealed is not null`,
);
