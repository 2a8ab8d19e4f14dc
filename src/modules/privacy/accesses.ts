// Who opened a person's case, files and documents: written in the transaction that shows them, before they are shown, once an hour
// for each who looks. What is open to everybody who works on a case stands here; unmasked values are identity's, with their reasons.

import { personGrant, workerAccess, type Access } from '#platform/access';
import type { Clock } from '#platform/clock';
import { statement, type Database, type Tx } from '#platform/db';
import { newId } from '#platform/ids';
import { cutPage, readCursor, type Page } from '#platform/page';

export type Looked = {
  readonly personId: string | null;
  readonly caseId: string;
  readonly kind: 'case' | 'file' | 'document';
};

export type DataAccess = {
  readonly accessId: string;
  readonly at: string;
  readonly kind: Looked['kind'];
  readonly who: string;
  readonly caseNo: string;
  readonly serviceCode: string;
};

// Two at once, or two processes: the first one counts. Without a named key, so that nothing has to be read.
const insertAccess = statement<
  [string, string, string, string, string, string, string | null, string, string, string[]],
  never
>(
  'privacy.insert_access',
  `insert into data_access (access_id, person_id, case_id, kind, actor_kind, actor_id, agent_name, hour, at, readers)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing`,
);

type Row = {
  access_id: string;
  at: string;
  kind: Looked['kind'];
  who: string;
  case_no: string;
  service_code: string;
};

const listAccesses = statement<[string, string, string, number], Row>(
  'privacy.list_accesses',
  `select d.access_id, d.at, d.kind, coalesce('代办人 ' || d.agent_name, o.name || ' ' || f.name) as who, s.case_no, s.service_code
   from data_access d join case_state s on s.case_id = d.case_id
     left join staff f on d.actor_kind = 'staff' and f.staff_id = d.actor_id left join org o on o.org_id = f.org_id
   where d.person_id = any(ids_of($1)) and (d.at, d.access_id) < ($2::timestamptz, $3::uuid)
   order by d.at desc, d.access_id desc limit $4`,
);

const hourMs = 3_600_000;
const knownMax = 50_000;
const lastId = 'ffffffff-ffff-7fff-bfff-ffffffffffff';

export type AccessLog = ReturnType<typeof createAccessLog>;

export function createAccessLog({ db, clock }: { readonly db: Database; readonly clock: Clock }) {
  /** What this process has written already: another look in the same hour costs no statement. */
  const known = new Set<string>();
  let knownHour = '';

  /** In the transaction that shows it. One's own looks are not written. */
  function note(tx: Tx, access: Access, { personId, caseId, kind }: Looked): void {
    const { onBehalf, actorId } = access;
    if (personId === null || actorId === null || (access.kind !== 'staff' && !onBehalf)) return;
    const at = clock.now();
    const hour = new Date(Math.floor(Date.parse(at) / hourMs) * hourMs).toISOString();
    if (hour !== knownHour || known.size >= knownMax) known.clear();
    knownHour = hour;
    const key = `${actorId}/${caseId}/${kind}`;
    if (known.has(key)) return;
    const who = onBehalf ? 'agent' : 'staff';
    const readers = ['*', personGrant(personId)];
    const agentName = onBehalf?.agentName ?? null;
    tx.send(insertAccess, [newId(), personId, caseId, kind, who, actorId, agentName, hour, at, readers]);
    // Only once it is kept.
    tx.onCommit(() => void (hour === knownHour && known.add(key)));
  }

  /** Whoever looked at this person's cases, the newest first. */
  async function listOf(personId: string, cursor: string | undefined, limit: number): Promise<Page<DataAccess>> {
    const [at, id] = readCursor(cursor) ?? ['infinity', lastId];
    const rows = await db.transaction(workerAccess(personId), (tx) =>
      tx.run(listAccesses, [personId, at, id, limit + 1]),
    );
    const page = cutPage(rows, limit, (last) => [last.at, last.access_id]);
    const items = page.items.map((row) => ({
      accessId: row.access_id,
      at: row.at,
      kind: row.kind,
      who: row.who,
      caseNo: row.case_no,
      serviceCode: row.service_code,
    }));
    return { ...page, items };
  }

  return { note, listOf };
}
