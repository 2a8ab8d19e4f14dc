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

/**
 * The word that holds for each purpose. Of somebody registered twice: what was said since the ids are one, else a withdrawal under any
 * of them, else the newest. `seq` is the last one under the id that asks.
 */
export const latest = statement<[string], ConsentRow>(
  'privacy.latest',
  `select distinct on (c.purpose) c.purpose, coalesce(own.seq, 0) as seq, c.version, c.state, c.channel, c.at
   from (select distinct on (person_id, purpose) * from consent where person_id = any(ids_of($1)) order by person_id, purpose, seq desc) c
   left join (select max(since) as since from person_alias where root_id = (ids_of($1))[1]) merged on true
   left join lateral (select max(o.seq) as seq from consent o where o.person_id = $1 and o.purpose = c.purpose) own on true
   order by c.purpose, (c.at < merged.since), (c.at < merged.since and c.state <> 'withdrawn'), c.at desc, c.seq desc`,
);

export const byRequest = statement<[string, string], { purpose: string; state: 'given' | 'withdrawn' }>(
  'privacy.by_request',
  'select purpose, state from consent where person_id = any(ids_of($1)) and request_id = $2',
);

export const insert = statement<
  [string, string, number, string, string, string, string, string, string, string, string[]],
  never
>(
  'privacy.insert',
  `insert into consent (person_id, purpose, seq, version, state, channel, by_id, at, request_id, leaf_id, readers)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
);
