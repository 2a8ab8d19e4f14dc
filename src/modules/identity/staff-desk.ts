// What the administrators' functions share: in which right a session acts, the account that an act is about, and that there are
// always enough administrators left. It gives nobody anything.

import { roles, staffKindOf, type AdministratorRole, type Role } from '#catalog';
import type { Acts, By } from '#modules/administration';
import type { Trace } from '#modules/trace';
import { dayOf } from '#platform/calendar';
import type { Clock } from '#platform/clock';
import type { CryptoPort } from '#platform/crypto';
import type { Database, Tx } from '#platform/db';
import { refuse as refuseIdentity } from './contract.ts';
import type { Sessions, StaffSession } from './sessions.ts';
import { refuse, staffStateZh, type StaffState } from './staff-contract.ts';
import * as store from './staff-store.ts';
import { lockFor } from './store.ts';

export type StaffDeskOptions = {
  readonly db: Database;
  readonly crypto: CryptoPort;
  readonly trace: Trace;
  readonly acts: Acts;
  readonly clock: Clock;
  readonly sessionClock: Clock;
  readonly sessions: Sessions;
  readonly publicUrl: string;
};

/** In which right this session acts; a role that is only lent by a substitution is no administrator's. */
export function byOf(session: StaffSession, ...wanted: readonly Role[]): By {
  const held = session.staff.roles.find((one) => wanted.includes(one.role) && !one.standsInFor);
  if (!held) throw refuseIdentity('identity.not_allowed');
  return { staffId: session.staff.staffId, role: held.role, orgId: held.orgId, region: held.region };
}

export function stateOf(row: store.StaffRow): StaffState {
  if (row.closed_at !== null) return 'closed';
  if (row.suspended_at !== null) return 'suspended';
  return row.active ? 'active' : 'invited';
}

/** The account, held until the end of the transaction; nobody acts on his or her own. */
export async function heldStaff(tx: Tx, staffId: string, by: By): Promise<store.StaffRow> {
  const row = await tx.maybe(store.lockStaff, [staffId]);
  if (!row) throw refuse('identity.staff_missing');
  if (row.staff_id === by.staffId) throw refuse('identity.not_oneself');
  return row;
}

export function requireState(row: store.StaffRow, ...states: readonly StaffState[]): void {
  const state = stateOf(row);
  if (!states.includes(state)) throw refuse('identity.staff_state', { state: staffStateZh[state] });
}

/** Two for security, because one alone could approve nothing any more. */
const administratorsMin: Readonly<Record<AdministratorRole, number>> = {
  system_administrator: 1,
  security_administrator: 2,
  audit_administrator: 1,
};

/** Taken before anything that may take an administrator away, so that two who each leave enough do not together leave none. */
export async function lockAdministrators(tx: Tx): Promise<void> {
  await tx.run(lockFor, ['administrators']);
}

/** After the change, in its transaction: enough administrators of this kind are left. */
export async function requireEnough(tx: Tx, role: string, clock: Clock): Promise<void> {
  const kind = staffKindOf(role);
  if (kind === 'business') return;
  const { count } = await tx.one(store.countHolders, [kind, dayOf(clock.now())]);
  if (count < administratorsMin[kind])
    throw refuse('identity.too_few_administrators', { role: roles[kind].zh, least: administratorsMin[kind] });
}
