// One administrative act, one transaction: what it changes, its row in the list and its leaf, or nothing. A repeat gets the first
// answer. Who may act is decided before; here it is only written down.

import { canonical, type Trace } from '#modules/trace';
import { roles } from '#catalog';
import { isRole } from '#catalog';
import { roleGrant, systemAccess, type Access } from '#platform/access';
import type { Clock } from '#platform/clock';
import { sameBytes, sha256, type CryptoPort } from '#platform/crypto';
import { statement, type Database, type Tx } from '#platform/db';
import { newId } from '#platform/ids';
import { cutPage, readCursor, type Page } from '#platform/page';
import { refuse, type AdminActDetail, type AdminActItem } from './contract.ts';

/** Who acts; `staffId` is null for the command that makes the first administrators. */
export type By = {
  readonly staffId: string | null;
  readonly role: string;
  readonly orgId: string | null;
  readonly region: string;
};

export type Act<Answer> = {
  readonly by: By;
  readonly requestId: string;
  readonly type: string;
  /** The request as it came: the same id with another content is refused. */
  readonly content: unknown;
  readonly work: (tx: Tx) => Promise<Done<Answer>>;
};

export type Done<Answer> = {
  readonly title: string;
  readonly staffId?: string | null;
  readonly orgId?: string | null;
  /** What the leaf commits to: before and after. Holds no secret. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly answer: Answer;
};

type ActRow = { actor_id: string | null; request_hash: Buffer; answer: unknown };

/** These two the synthetic city answers from memory. */
export const lockRequest = statement<[string], unknown>(
  'administration.lock',
  `select pg_advisory_xact_lock(hashtextextended('admin_act:' || $1, 0))`,
);
export const selectByRequest = statement<[string], ActRow>(
  'administration.by_request',
  'select actor_id, request_hash, answer from admin_act where request_id = $1',
);
const insertAct = statement<
  [
    string,
    string,
    Buffer,
    string,
    string | null,
    string,
    string | null,
    string | null,
    string,
    string,
    string,
    string,
    string[],
  ],
  never
>(
  'administration.insert',
  `insert into admin_act (act_id, request_id, request_hash, type, actor_id, actor_role, staff_id, org_id, title, answer, at, leaf_id, readers)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::json, $11, $12, $13)`,
);

type ListRow = {
  act_id: string;
  at: string;
  type: string;
  title: string;
  actor_name: string | null;
  actor_role: string;
  staff_name: string | null;
  org_name: string | null;
};

const listed = `a.act_id, a.at, a.type, a.title, f.name as actor_name, a.actor_role, s.name as staff_name, o.name as org_name
   from admin_act a left join staff f on f.staff_id = a.actor_id left join staff s on s.staff_id = a.staff_id
     left join org o on o.org_id = a.org_id`;

const listActs = statement<[string, string, number, string | null, string | null, string | null], ListRow>(
  'administration.list',
  `select ${listed}
   where (a.at, a.act_id) < ($1::timestamptz, $2::uuid) and ($4::uuid is null or a.staff_id = $4 or a.actor_id = $4)
     and ($5::uuid is null or a.org_id = $5) and ($6::text is null or a.type like $6 || '%')
   order by a.at desc, a.act_id desc limit $3`,
);

const oneAct = statement<[string], ListRow & { entry: string; body: unknown }>(
  'administration.one',
  `select x.*, l.entry, b.body from (select a.leaf_id, ${listed} where a.act_id = $1) x
   join log_leaf l on l.leaf_id = x.leaf_id left join trace_body b on b.leaf_id = x.leaf_id`,
);

export type ActFilter = {
  readonly staffId?: string | undefined;
  readonly orgId?: string | undefined;
  readonly type?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
};

export type ActsOptions = {
  readonly db: Database;
  readonly trace: Trace;
  readonly crypto: CryptoPort;
  readonly clock: Clock;
};

export type Acts = ReturnType<typeof createActs>;

const lastId = 'ffffffff-ffff-7fff-bfff-ffffffffffff';

export function createActs({ db, trace, crypto, clock }: ActsOptions) {
  async function once<Answer>(act: Act<Answer>): Promise<Answer> {
    const { by, requestId, type } = act;
    const hash = sha256(canonical({ type, content: act.content }));
    return db.transaction(systemAccess, async (tx) => {
      // Repeats of one request wait for each other, so that the second finds what the first one wrote.
      await tx.run(lockRequest, [requestId]);
      const known = await tx.maybe(selectByRequest, [requestId]);
      if (known) {
        if (known.actor_id !== by.staffId || !sameBytes(known.request_hash, hash))
          throw refuse('administration.request_reused');
        return known.answer as Answer;
      }
      const done = await act.work(tx);
      const at = clock.now();
      const actId = newId();
      const { staffId = null, orgId = null } = done;
      const leafId = trace.record(tx, {
        eventId: actId,
        type: `admin.${type}`,
        at,
        region: by.region,
        department: by.orgId ?? '',
        actorId: by.staffId,
        subjectId: staffId ?? orgId,
        body: { title: done.title, staff_id: staffId, org_id: orgId, ...done.body },
      });
      // A company reads what its own administrators did, and nothing of others.
      const readers = ['*', ...(orgId ? [roleGrant('enterprise_administrator', orgId)] : [])];
      tx.send(insertAct, [
        actId,
        requestId,
        hash,
        type,
        by.staffId,
        by.role,
        staffId,
        orgId,
        done.title,
        JSON.stringify(done.answer),
        at,
        leafId,
        readers,
      ]);
      return done.answer;
    });
  }

  /** A secret that is shown and never stored: the same for a repeat of the same request, and for nothing else. */
  function secretOf(purpose: string, by: By, requestId: string): string {
    return crypto.digest(`admin:${purpose}`, `${by.staffId ?? ''}\n${requestId}`).toString('base64url');
  }

  async function list(access: Access, filter: ActFilter): Promise<Page<AdminActItem>> {
    const [at, id] = readCursor(filter.cursor) ?? ['infinity', lastId];
    const rows = await db.transaction(access, (tx) =>
      tx.run(listActs, [at, id, filter.limit + 1, filter.staffId ?? null, filter.orgId ?? null, filter.type ?? null]),
    );
    const page = cutPage(rows, filter.limit, (last) => [last.at, last.act_id]);
    return { ...page, items: page.items.map(itemOf) };
  }

  async function one(access: Access, actId: string): Promise<AdminActDetail> {
    const row = await db.transaction(access, (tx) => tx.maybe(oneAct, [actId]));
    if (!row) throw refuse('administration.act_missing');
    return { ...itemOf(row), entry: row.entry, body: row.body };
  }

  return { once, secretOf, list, one };
}

function itemOf(row: ListRow): AdminActItem {
  return {
    actId: row.act_id,
    at: row.at,
    type: row.type,
    title: row.title,
    actorName: row.actor_name ?? '安装命令',
    actorRoleZh: isRole(row.actor_role) ? roles[row.actor_role].zh : '安装',
    staffName: row.staff_name,
    orgName: row.org_name,
  };
}
