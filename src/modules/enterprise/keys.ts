// Keys of companies: made, rotated and revoked by the company's own administrator, checked at every call, and each call written down.

import type { Acts, By } from '#modules/administration';
import type { Trace } from '#modules/trace';
import { roleGrant, systemAccess, type Access } from '#platform/access';
import type { Clock } from '#platform/clock';
import type { CryptoPort } from '#platform/crypto';
import { statement, type Database, type Tx } from '#platform/db';
import { newId } from '#platform/ids';
import { cutPage, readCursor, type Page } from '#platform/page';
import {
  refuse,
  scopeZh,
  type KeyInput,
  type KeyItem,
  type KeyUseItem,
  type RotateInput,
  type Scope,
} from './contract.ts';

type KeyRow = {
  key_id: string;
  org_id: string;
  name: string;
  hint: string;
  scopes: Scope[];
  rate_per_minute: number;
  made_by: string;
  made_at: string;
  expires_at: string;
  revoked_at: string | null;
  last_used_at: string | null;
  replaced: boolean;
};

const columns = `k.key_id, k.org_id, k.name, k.hint, k.scopes, k.rate_per_minute, f.name as made_by, k.made_at, k.expires_at, k.revoked_at,
  k.last_used_at, exists (select 1 from api_key n where n.replaces = k.key_id) as replaced
  from api_key k join staff f on f.staff_id = k.made_by`;

const listKeys = statement<[string], KeyRow>(
  'enterprise.keys',
  `select ${columns} where k.org_id = $1 order by k.made_at desc, k.key_id desc limit 100`,
);
const lockKey = statement<[string, string], KeyRow>(
  'enterprise.key_for_update',
  `select ${columns} where k.key_id = $1 and k.org_id = $2 for update of k`,
);
const lockOrg = statement<[string], unknown>(
  'enterprise.lock_org',
  `select pg_advisory_xact_lock(hashtextextended('api_key:' || $1, 0))`,
);
const countLive = statement<[string, string], { count: number }>(
  'enterprise.count_live',
  `select count(*)::int as count from api_key where org_id = $1 and revoked_at is null and expires_at > $2`,
);
const insertKey = statement<
  [string, string, string, Buffer, string, string[], number, string, string, string, string | null],
  never
>(
  'enterprise.insert_key',
  `insert into api_key (key_id, org_id, name, key_hash, hint, scopes, rate_per_minute, made_by, made_at, expires_at, replaces)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
);
const shortenKey = statement<[string, string], never>(
  'enterprise.shorten_key',
  'update api_key set expires_at = least(expires_at, $2::timestamptz) where key_id = $1',
);
const revokeKey = statement<[string, string], never>(
  'enterprise.revoke_key',
  'update api_key set revoked_at = $2 where key_id = $1',
);

type Admitted = {
  key_id: string;
  org_id: string;
  name: string;
  scopes: Scope[];
  rate_per_minute: number;
  minute_count: number;
  kind: string;
  region: string;
};

/** Found and counted in one statement, so that calls at once in several processes share one count. */
const admitKey = statement<[Buffer[], string, Buffer], Admitted>(
  'enterprise.admit',
  `update api_key k set last_used_at = $2, key_hash = $3, minute_at = date_trunc('minute', $2::timestamptz),
     minute_count = case when k.minute_at = date_trunc('minute', $2::timestamptz) then k.minute_count + 1 else 1 end
   from org o
   where k.key_hash = any($1::bytea[]) and k.revoked_at is null and k.expires_at > $2 and o.org_id = k.org_id and o.active
   returning k.key_id, k.org_id, k.name, k.scopes, k.rate_per_minute, k.minute_count, o.kind, o.region`,
);
const insertUse = statement<[string, string, string, string, string, string, number, string, string, string[]], never>(
  'enterprise.insert_use',
  `insert into api_key_use (use_id, key_id, org_id, at, method, route, status, address, leaf_id, readers)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
);
const listUses = statement<[string, string, string, string, number], KeyUseItem>(
  'enterprise.uses',
  `select use_id as "useId", at, method, route, status, address from api_key_use
   where key_id = $1 and org_id = $2 and (at, use_id) < ($3::timestamptz, $4::uuid) order by at desc, use_id desc limit $5`,
);

/** A program that has shown its key: it acts for its company as one of its clerks would, and never beyond. */
export type Enterprise = {
  readonly keyId: string;
  readonly orgId: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** As whom it may apply, the first that fits: a platform is also an enterprise. */
  readonly roles: readonly ('enterprise' | 'platform_company')[];
  readonly region: string;
  readonly access: Access;
};

export type KeysOptions = {
  readonly db: Database;
  readonly crypto: CryptoPort;
  readonly trace: Trace;
  readonly acts: Acts;
  /** Keys expire in real time; the demonstration's clock jumps by weeks. */
  readonly realClock: Clock;
};

const liveMax = 20;
const dayMs = 86_400_000;
const lastId = 'ffffffff-ffff-7fff-bfff-ffffffffffff';
const keyPattern = /^gd_[\w-]{43}$/;

export type Keys = ReturnType<typeof createKeys>;

export function createKeys(options: KeysOptions) {
  const { db, crypto, trace, acts, realClock } = options;
  const hashOf = (key: string) => crypto.digest('api_key', key);
  const hashesOf = (key: string) => [...crypto.digests('api_key', key)];
  const keyOf = (by: By, requestId: string) => `gd_${acts.secretOf('api_key', by, requestId)}`;
  const later = (ms: number) => new Date(Date.parse(realClock.now()) + ms).toISOString();
  const orgOf = (by: By) => by.orgId ?? '';

  function write(
    tx: Tx,
    by: By,
    key: string,
    row: Pick<KeyInput, 'name' | 'scopes' | 'ratePerMinute' | 'days'>,
    replaces: string | null,
  ) {
    const keyId = newId();
    const expiresAt = later(row.days * dayMs);
    const chosen = [...new Set(row.scopes)].toSorted();
    const values = [keyId, orgOf(by), row.name, hashOf(key), key.slice(-4), chosen, row.ratePerMinute] as const;
    tx.send(insertKey, [...values, by.staffId ?? '', realClock.now(), expiresAt, replaces]);
    return { keyId, expiresAt };
  }

  async function make(by: By, input: KeyInput) {
    const key = keyOf(by, input.requestId);
    const answer = await acts.once({
      by,
      requestId: input.requestId,
      type: 'api_key_made',
      content: input,
      work: async (tx) => {
        await tx.run(lockOrg, [orgOf(by)]);
        const { count } = await tx.one(countLive, [orgOf(by), realClock.now()]);
        if (count >= liveMax) throw refuse('enterprise.too_many_keys', { limit: liveMax });
        const made = write(tx, by, key, input, null);
        const title = `新建接口密钥“${input.name}”（${input.scopes.map((one) => scopeZh[one]).join('、')}）`;
        return { title, orgId: orgOf(by), body: { key_id: made.keyId, scopes: input.scopes }, answer: made };
      },
    });
    return { ...answer, key };
  }

  async function rotate(by: By, keyId: string, input: RotateInput) {
    const key = keyOf(by, input.requestId);
    const answer = await acts.once({
      by,
      requestId: input.requestId,
      type: 'api_key_rotated',
      content: { keyId, ...input },
      work: async (tx) => {
        const old = await held(tx, by, keyId);
        if (stateOf(old) === 'over' || old.replaced) throw refuse('enterprise.key_over');
        const { name, scopes, rate_per_minute: ratePerMinute } = old;
        const made = write(tx, by, key, { name, scopes, ratePerMinute, days: input.days }, keyId);
        tx.send(shortenKey, [keyId, later(input.overlapHours * 3_600_000)]);
        const title = `更换接口密钥“${name}”，旧的再用 ${input.overlapHours} 小时`;
        return { title, orgId: orgOf(by), body: { key_id: made.keyId, replaces: keyId }, answer: made };
      },
    });
    return { ...answer, key };
  }

  async function revoke(by: By, keyId: string, requestId: string): Promise<{ done: true }> {
    return acts.once<{ done: true }>({
      by,
      requestId,
      type: 'api_key_revoked',
      content: { keyId },
      work: async (tx) => {
        const row = await held(tx, by, keyId);
        if (stateOf(row) === 'over') throw refuse('enterprise.key_over');
        tx.send(revokeKey, [keyId, realClock.now()]);
        return {
          title: `停用接口密钥“${row.name}”（…${row.hint}）`,
          orgId: orgOf(by),
          body: { key_id: keyId },
          answer: { done: true },
        };
      },
    });
  }

  async function held(tx: Tx, by: By, keyId: string): Promise<KeyRow> {
    const row = await tx.maybe(lockKey, [keyId, orgOf(by)]);
    if (!row) throw refuse('enterprise.key_missing');
    return row;
  }

  function stateOf(row: KeyRow): KeyItem['state'] {
    if (row.revoked_at !== null || row.expires_at <= realClock.now()) return 'over';
    return row.replaced ? 'ending' : 'live';
  }

  async function list(by: By): Promise<KeyItem[]> {
    const rows = await db.transaction(systemAccess, (tx) => tx.run(listKeys, [orgOf(by)]));
    return rows.map((row) => ({
      keyId: row.key_id,
      name: row.name,
      hint: row.hint,
      scopes: row.scopes,
      scopesZh: row.scopes.map((one) => scopeZh[one]),
      ratePerMinute: row.rate_per_minute,
      madeBy: row.made_by,
      madeAt: row.made_at,
      expiresAt: row.expires_at,
      lastUsedAt: row.last_used_at,
      state: stateOf(row),
      stateZh: { live: '有效', ending: '已更换，即将到期', over: row.revoked_at ? '已停用' : '已过期' }[stateOf(row)],
    }));
  }

  async function uses(
    by: By,
    keyId: string,
    query: { cursor?: string | undefined; limit: number },
  ): Promise<Page<KeyUseItem>> {
    const [at, id] = readCursor(query.cursor) ?? ['infinity', lastId];
    const access: Access = { kind: 'staff', actorId: by.staffId, grants: [roleGrant(by.role, orgOf(by))] };
    const rows = await db.transaction(access, (tx) => tx.run(listUses, [keyId, orgOf(by), at, id, query.limit + 1]));
    return cutPage(rows, query.limit, (last) => [last.at, last.useId]);
  }

  /** Who calls, by the header of the request; counted before anything is done. */
  async function admit(header: string | undefined): Promise<Enterprise> {
    const key = /^Bearer +(\S+)$/i.exec(header ?? '')?.[1] ?? '';
    if (!keyPattern.test(key)) throw refuse('enterprise.key_wrong');
    const row = await db.transaction(systemAccess, (tx) =>
      tx.maybe(admitKey, [hashesOf(key), realClock.now(), hashOf(key)]),
    );
    if (!row) throw refuse('enterprise.key_wrong');
    if (row.minute_count > row.rate_per_minute) throw refuse('enterprise.too_many', { limit: row.rate_per_minute });
    const roles =
      row.kind === 'platform_company' ? (['platform_company', 'enterprise'] as const) : (['enterprise'] as const);
    return {
      keyId: row.key_id,
      orgId: row.org_id,
      name: row.name,
      scopes: row.scopes,
      roles,
      region: row.region,
      access: { kind: 'staff', actorId: row.key_id, grants: roles.map((role) => roleGrant(role, row.org_id)) },
    };
  }

  /** Before the answer leaves: whoever got an answer finds the call in the list. */
  async function record(
    by: Enterprise,
    call: { readonly method: string; readonly route: string; readonly status: number; readonly address: string },
  ): Promise<void> {
    const at = realClock.now();
    const useId = newId();
    await db.transaction(systemAccess, async (tx) => {
      const leafId = trace.record(tx, {
        eventId: useId,
        type: 'enterprise.called',
        at,
        region: by.region,
        department: by.orgId,
        actorId: by.keyId,
        subjectId: null,
        body: { key_id: by.keyId, ...call },
      });
      const readers = ['*', roleGrant('enterprise_administrator', by.orgId)];
      tx.send(insertUse, [
        useId,
        by.keyId,
        by.orgId,
        at,
        call.method,
        call.route,
        call.status,
        call.address,
        leafId,
        readers,
      ]);
    });
  }

  return { make, rotate, revoke, list, uses, admit, record };
}
