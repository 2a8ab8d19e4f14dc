// Staff login on real PostgreSQL: one answer for everything that is wrong, codes good once, five failures, roles by the day.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '#catalog';
import { roleGrant, systemAccess } from '#platform/access';
import { statement } from '#platform/db';
import { makeFixture, refusalOf, type Fixture } from './fixture.ts';
import * as store from './store.ts';

let f: Fixture;

beforeAll(async () => {
  f = await makeFixture();
});

afterAll(() => f?.stop());

const setKind = statement<[string], never>(
  'identity_test.set_kind',
  `update staff set kind = 'system_administrator' where staff_id = $1`,
);

const failed = 'identity.login_failed';
const setActive = statement<[string, boolean], never>(
  'identity_test.set_active',
  'update staff set active = $2 where staff_id = $1',
);

describe('the password', () => {
  test('opens no more than the door to the second factor', async () => {
    const staff = await f.newStaff('hrss_window');
    const pending = await f.identity.loginStaff(` ${staff.login.toUpperCase()} `, staff.password);
    expect(await f.identity.sessionOf(pending.token, 'staff')).toBeNull();
    const full = await f.identity.confirmTotp(pending.token, f.totpNow(staff));
    expect(full.token).not.toBe(pending.token);
    expect(await f.identity.sessionOf(full.token, 'staff')).toMatchObject({
      kind: 'staff',
      staff: { login: staff.login },
    });
    expect(await refusalOf(f.identity.confirmTotp(pending.token, f.totpNow(staff)))).toBe('identity.not_logged_in');
  });

  test('wrong, unknown login, left staff and locked account answer alike', async () => {
    const staff = await f.newStaff();
    const left = await f.newStaff();
    await f.db.transaction(systemAccess, async (tx) => tx.send(setActive, [left.staffId, false]));
    const answers = await Promise.all(
      [
        [staff.login, 'wrong'],
        ['nobody-here', staff.password],
        [left.login, left.password],
      ].map(async ([login = '', password = '']) => {
        const error: unknown = await f.identity.loginStaff(login, password).catch((caught: unknown) => caught);
        return error instanceof Error ? error.message : 'let in';
      }),
    );
    expect(new Set(answers)).toEqual(new Set([`${failed} {}`]));
  });

  test('an unknown login takes as long as a known one', async () => {
    const staff = await f.newStaff();
    const time = async (login: string) => {
      const startedAt = performance.now();
      await refusalOf(f.identity.loginStaff(login, 'wrong password'));
      return performance.now() - startedAt;
    };
    await time('warm-up');
    const known = Math.min(await time(staff.login), await time(staff.login));
    const unknown = Math.min(await time('nobody-1'), await time('nobody-2'));
    // Without the stand-in hash an unknown login would answer in a twentieth of the time.
    expect(unknown).toBeGreaterThan(known / 3);
  });

  test('five failures lock the account for fifteen minutes, also when they come at once', async () => {
    const staff = await f.newStaff();
    const wrong = await Promise.all(
      Array.from({ length: 12 }, () => refusalOf(f.identity.loginStaff(staff.login, 'wrong'))),
    );
    expect(new Set(wrong)).toEqual(new Set([failed]));
    expect(await refusalOf(f.identity.loginStaff(staff.login, staff.password))).toBe(failed);
    f.pass(14 * 60);
    expect(await refusalOf(f.identity.loginStaff(staff.login, staff.password))).toBe(failed);
    f.pass(60);
    expect(await refusalOf(f.identity.loginStaff(staff.login, staff.password))).toBe('nothing was refused');
  });

  test('four failures do not lock, and a full login forgives them', async () => {
    const staff = await f.newStaff();
    for (let round = 0; round < 3; round += 1) {
      for (let n = 0; n < 4; n += 1) await refusalOf(f.identity.loginStaff(staff.login, 'wrong'));
      expect(await refusalOf(f.loginStaff(staff))).toBe('nothing was refused');
    }
  });
});

describe('the second factor', () => {
  test('a right password in flight does not lift the lock that wrong codes set', async () => {
    const staff = await f.newStaff();
    const { token } = await f.identity.loginStaff(staff.login, staff.password);
    for (let n = 0; n < 3; n += 1) await refusalOf(f.identity.confirmTotp(token, 'x00000'));
    // A right password counts as a failure until it is checked, and then takes its own count back.
    const lock = new Date(Date.parse(f.clock.now()) + 15 * 60_000).toISOString();
    const inFlight = await f.db.transaction(systemAccess, (tx) =>
      tx.one(store.chargeLogin, [staff.login, f.clock.now(), 5, lock]),
    );
    await refusalOf(f.identity.confirmTotp(token, 'x00000'));
    await f.db.transaction(systemAccess, async (tx) =>
      tx.send(store.refundLogin, [inFlight.staff_id, inFlight.locked_until]),
    );
    expect(await refusalOf(f.identity.loginStaff(staff.login, staff.password))).toBe(failed);
    f.pass(15 * 60);
    expect(await refusalOf(f.loginStaff(staff))).toBe('nothing was refused');
  });

  test('a code is good once: not for the same session, not for another', async () => {
    const staff = await f.newStaff();
    const one = await f.identity.loginStaff(staff.login, staff.password);
    const two = await f.identity.loginStaff(staff.login, staff.password);
    const code = f.totpNow(staff);
    await f.identity.confirmTotp(one.token, code);
    expect(await refusalOf(f.identity.confirmTotp(two.token, code))).toBe(failed);
    f.pass(30);
    expect(await refusalOf(f.identity.confirmTotp(two.token, f.totpNow(staff)))).toBe('nothing was refused');
  });

  test('brought by two at once lets one in', async () => {
    const staff = await f.newStaff();
    const pendings = await Promise.all([1, 2, 3].map(() => f.identity.loginStaff(staff.login, staff.password)));
    const code = f.totpNow(staff);
    const settled = await Promise.allSettled(pendings.map(({ token }) => f.identity.confirmTotp(token, code)));
    expect(settled.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
  });

  test('cannot be guessed by whoever has the password: failures add up over sessions', async () => {
    const staff = await f.newStaff();
    for (let round = 0; round < 3; round += 1) {
      const pending = await f.identity.loginStaff(staff.login, staff.password).catch(() => undefined);
      const token = pending?.token ?? null;
      for (let n = 0; n < 2; n += 1) await refusalOf(f.identity.confirmTotp(token, 'x00000'));
    }
    expect(await refusalOf(f.identity.loginStaff(staff.login, staff.password))).toBe(failed);
  });

  test('waits ten minutes, no longer, and needs the password first', async () => {
    const staff = await f.newStaff();
    const { token } = await f.identity.loginStaff(staff.login, staff.password);
    f.pass(600);
    expect(await refusalOf(f.identity.confirmTotp(token, f.totpNow(staff)))).toBe('identity.not_logged_in');
    expect(await refusalOf(f.identity.confirmTotp(null, f.totpNow(staff)))).toBe('identity.not_logged_in');
    const full = await f.loginStaff(staff);
    expect(await refusalOf(f.identity.confirmTotp(full.token, f.totpNow(staff)))).toBe('identity.not_logged_in');
  });
});

describe('三员 in the database itself', () => {
  test('an account takes roles of its own kind only, and the application cannot change the kind', async () => {
    const clerk = await f.newStaff('hrss_window');
    const auditor = await f.newStaff('audit_administrator');
    const give = (staff: typeof clerk, role: Role) =>
      f.db.transaction(systemAccess, async (tx) => f.giveRole(tx, staff, role, '2026-01-02', null));
    await expect(give(clerk, 'system_administrator')).rejects.toThrow(/staff_role_kind_fkey/);
    await expect(give(auditor, 'security_administrator')).rejects.toThrow(/staff_role_kind_fkey/);
    await expect(give(auditor, 'insurer_finance')).rejects.toThrow(/staff_role_kind_fkey/);
    await give(clerk, 'insurer_finance');
    const turn = f.db.transaction(systemAccess, async (tx) => tx.send(setKind, [clerk.staffId]));
    await expect(turn).rejects.toThrow(/permission denied/);
  });

  test('a role given and taken on one day is gone', async () => {
    const staff = await f.newStaff('hrss_window');
    await f.db.transaction(systemAccess, async (tx) => {
      f.giveRole(tx, staff, 'supervisor', '2026-03-02', null);
      f.giveRole(tx, staff, 'supervisor', '2026-03-02', '2026-03-01');
    });
    const { token } = await f.loginStaff(staff);
    const session = await f.identity.sessionOf(token, 'staff');
    expect(session?.staff.roles.map(({ role }) => role)).toEqual(['hrss_window']);
  });
});

describe('a staff session', () => {
  test('ends after thirty idle minutes, and after ten hours in all', async () => {
    const staff = await f.newStaff();
    const idle = await f.loginStaff(staff);
    f.pass(30 * 60);
    expect(await f.identity.sessionOf(idle.token, 'staff')).toBeNull();
    const busy = await f.loginStaff(staff);
    for (let n = 0; n < 24; n += 1) {
      f.pass(24 * 60);
      expect(await f.identity.sessionOf(busy.token, 'staff')).not.toBeNull();
    }
    f.pass(24 * 60);
    expect(await f.identity.sessionOf(busy.token, 'staff')).toBeNull();
  });

  test('carries the roles of the day as grants; a role that ended is gone', async () => {
    const staff = await f.newStaff('hrss_window', 'supervisor');
    await f.db.transaction(systemAccess, async (tx) => {
      f.giveRole(tx, staff, 'arbitrator', '2026-04-01', null);
      f.giveRole(tx, staff, 'supervisor', '2026-03-01', '2026-03-01');
    });
    const { token } = await f.loginStaff(staff);
    const session = await f.identity.sessionOf(token, 'staff');
    expect(session?.staff.roles).toEqual([
      { role: 'hrss_window', orgId: staff.orgId, orgName: '湖里区示例单位', region: '350206' },
    ]);
    const grants = [roleGrant('hrss_window', staff.orgId)];
    expect(session?.access).toEqual({ kind: 'staff', actorId: staff.staffId, grants });
    expect(session?.actor).toMatchObject({ kind: 'staff', id: staff.staffId, grants });
  });

  test('ends when the account is closed or all its sessions are revoked', async () => {
    const staff = await f.newStaff();
    const { token } = await f.loginStaff(staff);
    expect(await f.identity.sessionOf(token, 'staff')).not.toBeNull();
    await f.identity.revokeAll({ staffId: staff.staffId });
    expect(await f.identity.sessionOf(token, 'staff')).toBeNull();
    const again = await f.loginStaff(staff);
    await f.db.transaction(systemAccess, async (tx) => tx.send(setActive, [staff.staffId, false]));
    expect(await f.identity.sessionOf(again.token, 'staff')).toBeNull();
  });

  test('that the browser came with ends at the next login', async () => {
    const staff = await f.newStaff();
    const old = await f.loginStaff(staff);
    f.pass(30);
    await f.identity.loginStaff(staff.login, staff.password, old.token);
    expect(await f.identity.sessionOf(old.token, 'staff')).toBeNull();
  });

  test('is one query, and none within five seconds; it is marked as seen at most once a minute', async () => {
    const { token } = await f.loginStaff(await f.newStaff());
    let transactions = 0;
    const { transaction } = f.db;
    f.db.transaction = (access, work) => {
      transactions += 1;
      return transaction(access, work);
    };
    try {
      for (let n = 0; n < 20; n += 1) await f.identity.sessionOf(token, 'staff');
      expect(transactions).toBe(1);
      f.pass(61);
      for (let n = 0; n < 20; n += 1) await f.identity.sessionOf(token, 'staff');
      expect(transactions).toBe(2);
    } finally {
      f.db.transaction = transaction;
    }
  });
});
