// Every query on staff_key and key_challenge.

import { statement } from '#platform/db';

export type KeyRow = {
  readonly key_id: string;
  readonly staff_id: string;
  readonly name: string;
  readonly credential_id: Buffer;
  readonly public_key: Buffer;
  readonly transports: string[];
  readonly enrolled_at: string;
  readonly last_used_at: string | null;
  readonly removed_at: string | null;
};

const columns = 'key_id, staff_id, name, credential_id, public_key, transports, enrolled_at, last_used_at, removed_at';

/** Those that were removed too: who had a key once never goes back to having none. */
export const keysOf = statement<[string], KeyRow>(
  'identity.keys_of',
  `select ${columns} from staff_key where staff_id = $1 order by enrolled_at, key_id`,
);

export const keyById = statement<[string], KeyRow>(
  'identity.key',
  `select ${columns} from staff_key where key_id = $1`,
);

/** None when this authenticator is enrolled already, by anybody, removed or not. */
export const insertKey = statement<
  [string, string, string, Buffer, Buffer, string[], number, string],
  { key_id: string }
>(
  'identity.insert_key',
  `insert into staff_key (key_id, staff_id, name, credential_id, public_key, transports, counter, enrolled_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning key_id`,
);

/** None when the counter does not rise: a copy of the key is about. Keys that never count stay at 0. */
export const useKey = statement<[string, number, string], { key_id: string }>(
  'identity.use_key',
  `update staff_key set counter = $2, last_used_at = $3
   where key_id = $1 and removed_at is null and (counter < $2 or (counter = 0 and $2 = 0)) returning key_id`,
);

export const removeKey = statement<[string, string, string], { name: string }>(
  'identity.remove_key',
  `update staff_key set removed_at = $3, removed_by = $2
   where key_id = $1 and staff_id = $2 and removed_at is null returning name`,
);

export const removeAllKeys = statement<[string, string | null, string], { key_id: string }>(
  'identity.remove_all_keys',
  `update staff_key set removed_at = $3, removed_by = $2 where staff_id = $1 and removed_at is null returning key_id`,
);

export const insertChallenge = statement<[Buffer, Buffer, string, Buffer, string | null, string], never>(
  'identity.insert_key_challenge',
  `insert into key_challenge (challenge, nonce, staff_id, session_hash, link_id, at) values ($1, $2, $3, $4, $5, $6)`,
);

/** Of two who bring it at once the second waits here, and finds it used. */
export const spendChallenge = statement<
  [Buffer, string, Buffer, string, string],
  { nonce: Buffer; link_id: string | null }
>(
  'identity.spend_key_challenge',
  `update key_challenge set used_at = $4
   where challenge = $1 and staff_id = $2 and session_hash = $3 and used_at is null and at > $5 returning nonce, link_id`,
);

export const sweepChallenges = statement<[string, number], never>(
  'identity.sweep_key_challenges',
  `delete from key_challenge where challenge in
     (select challenge from key_challenge where at < $1::timestamptz - interval '1 day' limit $2)`,
);

/** None when the code was used, revoked or ran out meanwhile. */
export const spendLink = statement<[string, string], { link_id: string }>(
  'identity.spend_key_link',
  `update staff_link set used_at = $2
   where link_id = $1 and used_at is null and revoked_at is null and expires_at > $2 returning link_id`,
);
