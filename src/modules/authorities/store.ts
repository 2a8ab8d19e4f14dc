// Every query on `authority`. Row-level security shows a row to the agent, the principal and the office that decides.

import { statement } from '#platform/db';
import type { AuthorityKind, AuthorityState } from './contract.ts';

export type AuthorityRow = {
  readonly authority_id: string;
  readonly kind: AuthorityKind;
  readonly state: AuthorityState;
  readonly principal_id: string | null;
  readonly agent_id: string | null;
  readonly agent_staff_id: string | null;
  readonly org_id: string | null;
  readonly services: readonly string[];
  readonly stated_sealed: string;
  readonly file_ids: readonly string[];
  readonly created_at: string;
  readonly from_at: string | null;
  readonly until_at: string;
  readonly decided_at: string | null;
  readonly reason: string | null;
  readonly readers: readonly string[];
};

const columns = `authority_id, kind, state, principal_id, agent_id, agent_staff_id, org_id, services, stated_sealed, file_ids,
  created_at, from_at, until_at, decided_at, reason, readers`;

export const insert = statement<
  [
    string,
    AuthorityKind,
    string | null,
    string | null,
    string | null,
    string | null,
    string[],
    string,
    string[],
    string,
    string,
    string,
    string[],
    string,
  ],
  never
>(
  'authorities.insert',
  `insert into authority (authority_id, kind, state, principal_id, agent_id, agent_staff_id, org_id, services, stated_sealed,
     file_ids, created_at, until_at, request_id, readers, leaf_id)
   values ($1, $2, 'requested', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
);

export const select = statement<[string], AuthorityRow>(
  'authorities.select',
  `select ${columns} from authority where authority_id = $1`,
);

export const hold = statement<[string], AuthorityRow>(
  'authorities.hold',
  `select ${columns} from authority where authority_id = $1 for update`,
);

export const byRequest = statement<[string], AuthorityRow>(
  'authorities.by_request',
  `select ${columns} from authority where request_id = $1`,
);

/** Held against its end until the case that is opened under it is there. */
export const holdInForce = statement<[string, string], { authority_id: string }>(
  'authorities.hold_in_force',
  `select authority_id from authority
   where authority_id = $1 and state = 'active' and until_at > $2::timestamptz for share`,
);

export const mayAct = statement<[string, string, string, string], { authority_id: string }>(
  'authorities.may_act',
  `select authority_id from authority
   where agent_id = any(ids_of($1)) and principal_id = any(ids_of($2)) and state = 'active' and from_at <= $4::timestamptz and until_at > $4::timestamptz
     and $3 = any (services) limit 1`,
);

/** What windows approved for a person, and what is not taken back. */
export const approvedFor = statement<[string], AuthorityRow>(
  'authorities.approved_for',
  `select ${columns} from authority
   where principal_id = any(ids_of($1)) and state = 'active' and kind in ('kinship', 'guardianship') order by created_at`,
);

export const approvedForAny = statement<[string[]], AuthorityRow>(
  'authorities.approved_for_any',
  `select ${columns} from authority
   where principal_id = any($1::uuid[]) and state = 'active' and kind in ('kinship', 'guardianship') order by created_at`,
);

export const countToday = statement<[string, string], { count: number }>(
  'authorities.count_today',
  `select count(*)::int as count from authority where agent_id = any(ids_of($1)) and created_at > $2::timestamptz - interval '1 day'`,
);

export const activate = statement<[string, string, string, string, string[], string[]], never>(
  'authorities.activate',
  `update authority set state = 'active', principal_id = $2, from_at = $3, until_at = $4, readers = $5, services = $6
   where authority_id = $1 and state = 'requested'`,
);

export const decide = statement<[string, 'active' | 'refused', string, string, string | null], never>(
  'authorities.decide',
  `update authority set state = $2, decided_by = $3, decided_at = $4, reason = $5 where authority_id = $1`,
);

export const end = statement<[string, string, string], { authority_id: string }>(
  'authorities.end',
  `update authority set state = 'ended', ended_at = $2, ended_by = $3
   where authority_id = $1 and state in ('requested', 'active') returning authority_id`,
);

/** What nobody took up in the quarter of an hour of its code is not shown. */
const shown = `(kind not in ('consent', 'assisted') or state <> 'requested')`;

export const ofAgent = statement<[string, number], AuthorityRow>(
  'authorities.of_agent',
  `select ${columns} from authority where agent_id = any(ids_of($1)) and ${shown} order by created_at desc limit $2`,
);

export const ofPrincipal = statement<[string, number], AuthorityRow>(
  'authorities.of_principal',
  `select ${columns} from authority where principal_id = any(ids_of($1)) and ${shown} and from_at is not null order by created_at desc limit $2`,
);

/** To decide, the oldest first; and what was decided, the newest first. */
export const queue = statement<[string[], string, string, number], AuthorityRow>(
  'authorities.queue',
  `select ${columns} from authority
   where org_id = any ($1::uuid[]) and state = 'requested' and kind in ('kinship', 'guardianship')
     and (created_at, authority_id) > ($2::timestamptz, $3::uuid)
   order by created_at, authority_id limit $4`,
);

export const decided = statement<[string[], string, string, number], AuthorityRow>(
  'authorities.decided',
  `select ${columns} from authority
   where org_id = any ($1::uuid[]) and decided_at is not null and (decided_at, authority_id) < ($2::timestamptz, $3::uuid)
   order by decided_at desc, authority_id desc limit $4`,
);
