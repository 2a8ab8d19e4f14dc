// Every query on consent.

import { statement } from '#platform/db';

/** Words of one person wait for each other: the second sees what the first one said. */
export const lockPerson = statement<[string], unknown>(
  'privacy.lock',
  `select pg_advisory_xact_lock(hashtextextended('consent:' || $1, 0))`,
);

/** Whoever acts upon a consent keeps it from being withdrawn until the act is written: it is either before or after. */
export const holdPerson = statement<[string], unknown>(
  'privacy.hold',
  `select pg_advisory_xact_lock_shared(hashtextextended('consent:' || $1, 0))`,
);

export type ConsentRow = {
  readonly purpose: string;
  readonly seq: number;
  readonly version: string;
  readonly state: 'given' | 'withdrawn';
  readonly channel: 'mobile' | 'agent' | 'window';
  readonly at: string;
};

export const latest = statement<[string], ConsentRow>(
  'privacy.latest',
  `select distinct on (purpose) purpose, seq, version, state, channel, at from consent
   where person_id = $1 order by purpose, seq desc`,
);

export const byRequest = statement<[string, string], { purpose: string; state: 'given' | 'withdrawn' }>(
  'privacy.by_request',
  'select purpose, state from consent where person_id = $1 and request_id = $2',
);

export const insert = statement<
  [string, string, number, string, string, string, string, string, string, string, string[]],
  never
>(
  'privacy.insert',
  `insert into consent (person_id, purpose, seq, version, state, channel, by_id, at, request_id, leaf_id, readers)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
);
