// One's own account at the desk: who I am, my keys, where I am logged in, and what was done with my account, by whomever.

import type { Acts } from '#modules/administration';
import { systemAccess } from '#platform/access';
import type { Clock } from '#platform/clock';
import { statement, type Database } from '#platform/db';
import type { Sessions, StaffSession } from './sessions.ts';
import { keysOf } from './staff-key-store.ts';
import type { OwnAccount } from './staff-keys-contract.ts';
import { readStaff } from './staff-store.ts';

export type StaffOwnOptions = {
  readonly db: Database;
  readonly acts: Pick<Acts, 'list'>;
  readonly sessionClock: Clock;
  readonly sessions: Sessions;
  readonly canUseKeys: boolean;
};

type SessionRow = { readonly created_at: string; readonly seen_at: string; readonly csrf: string };

/** Those that are still good; an agent's session for somebody else is no way into the desk. */
const openSessions = statement<[string, string], SessionRow>(
  'identity.open_staff_sessions',
  `select created_at, seen_at, csrf from session
   where staff_id = $1 and kind = 'staff' and revoked_at is null and expires_at > $2
     and seen_at > $2::timestamptz - idle_minutes * interval '1 minute'
   order by seen_at desc limit 50`,
);

const endOthers = statement<[string, string, string], { csrf: string }>(
  'identity.end_other_staff_sessions',
  `update session set revoked_at = $3 where staff_id = $1 and csrf <> $2 and revoked_at is null returning csrf`,
);

const eventsMax = 20;

export type StaffOwn = ReturnType<typeof createStaffOwn>;

export function createStaffOwn(options: StaffOwnOptions) {
  const { db, acts, sessionClock, sessions } = options;

  async function ownAccount(session: StaffSession): Promise<OwnAccount> {
    const { staffId } = session.staff;
    const { row, keys, open } = await db.transaction(systemAccess, async (tx) => ({
      row: await tx.one(readStaff, [staffId]),
      keys: await tx.run(keysOf, [staffId]),
      open: await tx.run(openSessions, [staffId, sessionClock.now()]),
    }));
    const events = await acts.list(systemAccess, { staffId, limit: eventsMax });
    const live = keys.filter((one) => one.removed_at === null);
    return {
      login: row.login,
      name: row.name,
      orgName: row.org_name,
      canUseKeys: options.canUseKeys,
      keyNeed: live.length > 0 ? 'proof' : keys.length > 0 ? 'code' : 'first',
      keys: live.map((one) => ({
        keyId: one.key_id,
        name: one.name,
        enrolledAt: one.enrolled_at,
        lastUsedAt: one.last_used_at,
      })),
      sessions: open.map((one) => ({
        since: one.created_at,
        seenAt: one.seen_at,
        current: one.csrf === session.csrf,
      })),
      events: events.items.map(({ at, title, actorName }) => ({ at, title, by: actorName })),
    };
  }

  /** A forgotten screen somewhere; this one stays. */
  async function endOtherSessions(session: StaffSession): Promise<{ ended: number }> {
    return db.transaction(systemAccess, async (tx) => {
      const ended = await tx.run(endOthers, [session.staff.staffId, session.csrf, sessionClock.now()]);
      sessions.forget(tx);
      return { ended: ended.length };
    });
  }

  return { ownAccount, endOtherSessions };
}
