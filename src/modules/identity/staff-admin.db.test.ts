// Accounts by invitation, roles by four eyes, stand-ins, links and codes, on real PostgreSQL: each once, each by the right one only.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '#catalog';
import { syntheticRegion, makeResidentId } from '#catalog/fields/index';
import { addOrg } from '#modules/orgs';
import { systemAccess } from '#platform/access';
import { statement } from '#platform/db';
import { makeFixture, refusalOf, type Fixture } from './fixture.ts';
import { totpCode, type StaffSession } from './index.ts';

let f: Fixture;
let system: StaffSession;
let security: StaffSession;
let security2: StaffSession;
let audit: StaffSession;

type Staff = Awaited<ReturnType<Fixture['newStaff']>>;

async function sessionOf(staff: Staff): Promise<StaffSession> {
  const { token } = await f.loginStaff(staff);
  const session = await f.identity.sessionOf(token, 'staff');
  if (!session) throw new Error('not logged in');
  return session;
}

const enter = async (...roles: Role[]) => sessionOf(await f.newStaff(...roles));

beforeAll(async () => {
  f = await makeFixture();
  system = await enter('system_administrator');
  security = await enter('security_administrator');
  security2 = await enter('security_administrator');
  audit = await enter('audit_administrator');
  await enter('audit_administrator');
});

afterAll(() => f?.stop());

let number = 0;
const idNumber = () => makeResidentId(syntheticRegion, '1985-05-05', (number += 1));
const done = { state: 'done', proposalId: null };
const password = 'Correct-Horse-9';
const tokenOf = (link: string) => link.split('#')[1] ?? '';
const reason = '工作需要';

function invitation(orgId: string, more: object = {}) {
  return {
    requestId: randomUUID(),
    login: `new.clerk-${(number += 1)}`,
    name: '新经办',
    idNumber: idNumber(),
    orgId,
    kind: 'business' as const,
    ...more,
  };
}

async function activate(link: string, word = password) {
  f.pass(30);
  const seen = await f.identity.lookAtLink(tokenOf(link));
  const secret = seen.totpSecret ?? '';
  const code = totpCode(secret, Date.parse(f.sessionClock.now()));
  const { login } = await f.identity.acceptLink({ token: tokenOf(link), password: word, code });
  return { login, password: word, totpSecret: secret };
}

const rowsOf = statement<[string], { role: string; given_by: string | null }>(
  'identity_test.role_rows',
  'select role, given_by from staff_role where staff_id = $1 order by seq',
);
const actsOf = statement<[string], { type: string }>(
  'identity_test.acts_of',
  'select type from admin_act where staff_id = $1 order by at, act_id',
);
const moveTo = statement<[string, string], never>(
  'identity_test.move_to',
  'update staff set org_id = $2 where staff_id = $1',
);
const actTypes = (staffId: string) =>
  f.db.transaction(systemAccess, async (tx) => (await tx.run(actsOf, [staffId])).map((one) => one.type));

describe('an account', () => {
  test('begins with an invitation that sets password and second factor once, and has no role', async () => {
    const { orgId } = await f.newStaff();
    const input = invitation(orgId);
    const made = await f.identity.inviteStaff(system, input);
    expect(await f.identity.inviteStaff(system, input)).toEqual(made);
    expect(made.link).toMatch(/^http:\/\/localhost:4180\/desk\/invitation#[\w-]{43}$/);
    expect(await refusalOf(f.identity.loginStaff(input.login, ''))).toBe('identity.login_failed');
    const account = await activate(made.link);
    expect(await refusalOf(activate(made.link))).toBe('identity.link_unusable');
    const session = await sessionOf({ ...account, staffId: made.staffId, orgId });
    expect(session.staff.roles).toEqual([]);
    expect(await f.identity.staffDetail(security, made.staffId)).toMatchObject({ state: 'active', roles: [] });
    expect(await actTypes(made.staffId)).toEqual(['staff_invited']);
  });

  test('is one a person, and its login one a house, also when asked for at once', async () => {
    const { orgId } = await f.newStaff();
    const person = idNumber();
    const tries = Array.from({ length: 6 }, () => invitation(orgId, { idNumber: person }));
    const answers = await Promise.all(tries.map((input) => refusalOf(f.identity.inviteStaff(system, input))));
    expect(answers.toSorted()).toEqual([
      ...Array.from({ length: 5 }, () => 'identity.person_has_account'),
      'nothing was refused',
    ]);
    const login = 'same.login';
    expect(await refusalOf(f.identity.inviteStaff(system, invitation(orgId, { login })))).toBe('nothing was refused');
    expect(await refusalOf(f.identity.inviteStaff(system, invitation(orgId, { login: 'Same.Login' })))).toBe(
      'identity.login_taken',
    );
  });

  test('is made by the system administrator alone, and a request is not another one', async () => {
    const { orgId } = await f.newStaff();
    const input = invitation(orgId);
    for (const other of [security, audit, await enter('county_union')])
      expect(await refusalOf(f.identity.inviteStaff(other, input))).toBe('identity.not_allowed');
    await f.identity.inviteStaff(system, input);
    expect(await refusalOf(f.identity.inviteStaff(system, { ...input, name: '另一人' }))).toBe(
      'administration.request_reused',
    );
    expect(await refusalOf(f.identity.inviteStaff(system, invitation(randomUUID())))).toBe('identity.org_closed');
  });

  test('links run out and the newest counts', async () => {
    const { orgId } = await f.newStaff();
    const made = await f.identity.inviteStaff(system, invitation(orgId));
    const again = await f.identity.sendStaffLink(system, made.staffId, randomUUID());
    expect(await refusalOf(f.identity.lookAtLink(tokenOf(made.link)))).toBe('identity.link_unusable');
    f.pass(73 * 3600);
    expect(await refusalOf(f.identity.lookAtLink(tokenOf(again.link)))).toBe('identity.link_unusable');
    // Everybody's sessions have run out meanwhile.
    await refresh();
  });

  test('weak passwords are refused, and the link stays good', async () => {
    const { orgId } = await f.newStaff();
    const input = invitation(orgId);
    const made = await f.identity.inviteStaff(system, input);
    for (const weak of ['Short-1a', 'alllowercase12', 'aaaaaaaaaaaaaaaaaaaa', `${input.login}-Aa1`])
      expect(await refusalOf(activate(made.link, weak))).toBe('identity.password_weak');
    expect((await activate(made.link)).login).toBe(input.login);
  });

  test('suspended and closed: sessions end, work is given back, closed is for good', async () => {
    const staff = await f.newStaff('hrss_window');
    const { token } = await f.loginStaff(staff);
    const change = { requestId: randomUUID(), reason };
    expect(await f.identity.suspendStaff(system, staff.staffId, change)).toMatchObject({ state: 'suspended' });
    expect(await f.identity.suspendStaff(system, staff.staffId, change)).toMatchObject({ state: 'suspended' });
    expect(await f.identity.sessionOf(token, 'staff')).toBeNull();
    expect(await refusalOf(f.identity.loginStaff(staff.login, staff.password))).toBe('identity.login_failed');
    const act = (work: typeof f.identity.closeStaff) =>
      refusalOf(work(system, staff.staffId, { requestId: randomUUID(), reason }));
    expect(await act(f.identity.suspendStaff)).toBe('identity.staff_state');
    expect(await act(f.identity.resumeStaff)).toBe('nothing was refused');
    expect(await refusalOf(f.loginStaff(staff))).toBe('nothing was refused');
    expect(await act(f.identity.closeStaff)).toBe('nothing was refused');
    expect(await act(f.identity.resumeStaff)).toBe('identity.staff_state');
    expect(f.released.filter((one) => one === staff.staffId)).toHaveLength(2);
    expect((await f.identity.staffDetail(audit, staff.staffId)).roles).toEqual([]);
  });

  test('the list finds by name and state, in pages', async () => {
    const page = { limit: 3 };
    const first = await f.identity.listStaff(audit, page);
    const second = await f.identity.listStaff(audit, { ...page, cursor: first.nextCursor ?? '' });
    expect(first.items).toHaveLength(3);
    expect(second.items.map((one) => one.login)).not.toContain(first.items[0]?.login);
    const closed = await f.identity.listStaff(audit, { limit: 50, state: 'closed' });
    expect(closed.items.length).toBeGreaterThan(0);
    expect(closed.items.every((one) => one.state === 'closed')).toBe(true);
    expect((await f.identity.listStaff(audit, { limit: 5, text: '%' })).items).toEqual([]);
    expect(await refusalOf(f.identity.listStaff(await enter('county_union'), page))).toBe('identity.not_allowed');
  });
});

/** After time has passed everybody logs in again. */
async function refresh(): Promise<void> {
  system = await enter('system_administrator');
  security = await enter('security_administrator');
  security2 = await enter('security_administrator');
  audit = await enter('audit_administrator');
}

describe('a role', () => {
  const input = (orgId: string, role: Role, more: object = {}) => ({
    requestId: randomUUID(),
    role,
    orgId,
    reason,
    ...more,
  });

  test('is given by security at once, shows in the session, and is taken again, on one day', async () => {
    const staff = await f.newStaff();
    const give = input(staff.orgId, 'hrss_window');
    expect(await f.identity.giveRole(security, staff.staffId, give)).toEqual(done);
    expect(await f.identity.giveRole(security, staff.staffId, give)).toEqual(done);
    expect((await sessionOf(staff)).staff.roles.map((one) => one.role)).toEqual(['hrss_window']);
    const again = f.identity.giveRole(security, staff.staffId, input(staff.orgId, 'hrss_window'));
    expect(await refusalOf(again)).toBe('identity.role_held');
    await f.identity.giveRole(security, staff.staffId, input(staff.orgId, 'hrss_window', { fromDay: '2026-09-01' }));
    expect(await f.identity.takeRole(security, staff.staffId, input(staff.orgId, 'hrss_window'))).toEqual(done);
    expect((await sessionOf(staff)).staff.roles).toEqual([]);
    const before = f.clock.now();
    f.clock.set('2026-09-02T02:00:00.000Z');
    expect((await sessionOf(staff)).staff.roles).toEqual([]);
    f.clock.set(before);
    const rows = await f.db.transaction(systemAccess, (tx) => tx.run(rowsOf, [staff.staffId]));
    expect(new Set(rows.map((one) => one.given_by))).toEqual(new Set([security.staff.staffId]));
  });

  test('fits the account, the organisation and the days', async () => {
    const staff = await f.newStaff();
    const give = (role: Role, more: object = {}) =>
      refusalOf(f.identity.giveRole(security, staff.staffId, input(staff.orgId, role, more)));
    expect(await give('worker')).toBe('identity.role_unfit');
    expect(await give('system_administrator')).toBe('identity.role_unfit');
    expect(await give('county_union')).toBe('identity.role_unfit');
    expect(await give('hrss_window', { fromDay: '2026-03-01' })).toBe('identity.days_wrong');
    expect(await give('hrss_window', { untilDay: '2026-02-01' })).toBe('identity.days_wrong');
    expect(await give('hrss_window', { orgId: randomUUID() })).toBe('identity.org_closed');
    for (const other of [system, audit, await enter('hrss_reviewer')])
      expect(await refusalOf(f.identity.giveRole(other, staff.staffId, input(staff.orgId, 'hrss_window')))).toBe(
        'identity.not_allowed',
      );
    const own = f.identity.giveRole(security, security.staff.staffId, input(staff.orgId, 'hrss_window'));
    expect(await refusalOf(own)).toBe('identity.not_oneself');
  });

  test('that can send money needs a second security administrator, who is not the first', async () => {
    const staff = await f.newStaff();
    const give = input(staff.orgId, 'social_insurance_agency');
    const asked = await f.identity.giveRole(security, staff.staffId, give);
    expect(asked.state).toBe('waiting');
    const proposalId = asked.proposalId ?? '';
    expect((await sessionOf(staff)).staff.roles).toEqual([]);
    const decide = (by: StaffSession, agree = true, why = '') =>
      f.identity.decideProposal(by, proposalId, { requestId: randomUUID(), agree, reason: why });
    expect(await refusalOf(decide(security))).toBe('identity.four_eyes');
    expect(await refusalOf(decide(system))).toBe('identity.not_allowed');
    expect(await refusalOf(decide(audit))).toBe('identity.not_allowed');
    const twice = f.identity.giveRole(security2, staff.staffId, { ...give, requestId: randomUUID() });
    expect(await refusalOf(twice)).toBe('identity.proposal_waiting');
    const both = await Promise.all([refusalOf(decide(security2)), refusalOf(decide(security2, false, '再看看'))]);
    expect(both.toSorted()).toEqual(['identity.proposal_decided', 'nothing was refused']);
    const held = (await sessionOf(staff)).staff.roles.map((one) => one.role);
    const state = (await f.identity.listProposals(audit, { limit: 1 })).items[0]?.state;
    expect(held).toEqual(state === 'approved' ? ['social_insurance_agency'] : []);
    expect(await refusalOf(f.identity.withdrawProposal(security, proposalId, randomUUID()))).toBe(
      'identity.proposal_decided',
    );
  });

  test('of an administrator is given and taken by two', async () => {
    const made = await f.identity.inviteStaff(
      system,
      invitation((await f.newStaff()).orgId, { kind: 'security_administrator' }),
    );
    const account = await activate(made.link);
    const role = (what: Role) => input((account as never as Staff).orgId ?? orgOf(security), what);
    const asked = await f.identity.giveRole(security, made.staffId, role('security_administrator'));
    await f.identity.decideProposal(security2, asked.proposalId ?? '', {
      requestId: randomUUID(),
      agree: true,
      reason: '',
    });
    const third = await sessionOf({ ...account, staffId: made.staffId, orgId: orgOf(security) });
    expect(third.staff.roles.map((one) => one.role)).toEqual(['security_administrator']);
    expect(await refusalOf(f.identity.giveRole(security, made.staffId, role('hrss_window')))).toBe(
      'identity.role_unfit',
    );
    const gone = await f.identity.takeRole(security2, made.staffId, role('security_administrator'));
    expect(gone.state).toBe('waiting');
    expect((await sessionOf({ ...account, staffId: made.staffId, orgId: '' })).staff.roles).toHaveLength(1);
  });
});

const orgOf = (session: StaffSession) => session.staff.roles[0]?.orgId ?? '';

test('the first administrators are founded once, each with an invitation, security with two', async () => {
  const empty = await makeFixture();
  try {
    const founders = (['system', 'security', 'security', 'audit'] as const).map((kind, at) => ({
      kind: `${kind}_administrator` as const,
      login: `Founder.${at}`,
      name: '首任管理员',
      idNumber: idNumber(),
    }));
    const found = () =>
      empty.identity.foundAdministrators(founders, '350200', async (tx) => {
        const orgId = randomUUID();
        addOrg(tx, { orgId, code: `founding-${orgId}`, name: '示例数据局', kind: 'data_bureau', region: '350200' });
        return orgId;
      });
    const answers = await Promise.allSettled([found(), found(), found()]);
    const made = answers.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(made).toHaveLength(1);
    expect(await refusalOf(found())).toBe('identity.already_founded');
    const [first] = made[0] ?? [];
    const seen = await empty.identity.lookAtLink(tokenOf(first?.link ?? ''));
    const secret = seen.totpSecret ?? '';
    const code = totpCode(secret, Date.parse(empty.sessionClock.now()));
    await empty.identity.acceptLink({ token: tokenOf(first?.link ?? ''), password, code });
    const { token } = await empty.loginStaff({ login: 'founder.0', password, totpSecret: secret });
    const session = await empty.identity.sessionOf(token, 'staff');
    expect(session?.staff.roles.map((one) => one.role)).toEqual(['system_administrator']);
  } finally {
    await empty.stop();
  }
});

describe('a lost second factor', () => {
  test('is made new with the password and the code of security; neither alone opens the account', async () => {
    const staff = await f.newStaff('hrss_window');
    const { token } = await f.loginStaff(staff);
    const input = { requestId: randomUUID(), reason };
    expect(await refusalOf(f.identity.resetSecondFactor(system, staff.staffId, input))).toBe('identity.not_allowed');
    const { code } = await f.identity.resetSecondFactor(security, staff.staffId, input);
    expect((await f.identity.resetSecondFactor(security, staff.staffId, input)).code).toBe(code);
    expect(await f.identity.sessionOf(token, 'staff')).toBeNull();
    // The old authenticator is dead.
    expect(await refusalOf(f.loginStaff(staff))).toBe('identity.login_failed');
    expect(await refusalOf(f.identity.recoverLook(null, code))).toBe('identity.not_logged_in');
    const other = await f.newStaff('hrss_window');
    const strange = await f.identity.loginStaff(other.login, other.password);
    expect(await refusalOf(f.identity.recoverLook(strange.token, code))).toBe('identity.link_unusable');
    const pending = await f.identity.loginStaff(staff.login, staff.password);
    const spoken = code.toLowerCase().replaceAll('-', ' ');
    const { totpSecret } = await f.identity.recoverLook(pending.token, spoken);
    f.pass(30);
    const now = totpCode(totpSecret, Date.parse(f.sessionClock.now()));
    expect(await refusalOf(f.identity.recoverAccept(pending.token, spoken, 'x'))).toBe('identity.totp_wrong');
    const full = await f.identity.recoverAccept(pending.token, spoken, now);
    expect(await f.identity.sessionOf(full.token, 'staff')).not.toBeNull();
    const again = await f.identity.loginStaff(staff.login, staff.password);
    expect(await refusalOf(f.identity.recoverLook(again.token, code))).toBe('identity.link_unusable');
    expect(await refusalOf(f.loginStaff({ ...staff, totpSecret }))).toBe('nothing was refused');
  });

  test('a link for a new password needs the second factor, or the code that stands for it', async () => {
    const staff = await f.newStaff('hrss_window');
    const first = await f.identity.sendStaffLink(system, staff.staffId, randomUUID());
    f.pass(30);
    const use = (link: string, more: object) =>
      refusalOf(f.identity.acceptLink({ token: tokenOf(link), password, ...more }));
    expect(await use(first.link, {})).toBe('identity.totp_wrong');
    expect(await use(first.link, { code: f.totpNow(staff) })).toBe('nothing was refused');
    expect(await refusalOf(f.loginStaff({ ...staff, password }))).toBe('nothing was refused');
    const second = await f.identity.sendStaffLink(system, staff.staffId, randomUUID());
    const reset = { requestId: randomUUID(), reason };
    const { code } = await f.identity.resetSecondFactor(security, staff.staffId, reset);
    expect(await use(second.link, { code: f.totpNow(staff) })).toBe('identity.totp_wrong');
    expect(await use(second.link, { recovery: 'ABCD' })).toBe('identity.link_unusable');
    expect(await use(second.link, { recovery: code })).toBe('nothing was refused');
  });

  test('one’s own password: the present one and a code; other sessions end', async () => {
    const staff = await f.newStaff('hrss_window');
    const other = await f.loginStaff(staff);
    const { token } = await f.loginStaff(staff);
    const session = await f.identity.sessionOf(token, 'staff');
    if (!session) throw new Error('not logged in');
    f.pass(30);
    const code = f.totpNow(staff);
    const change = (current: string) => f.identity.changePassword(session, { current, next: password, code }, token);
    expect(await refusalOf(change('wrong'))).toBe('identity.password_wrong');
    const full = await change(staff.password);
    expect(await f.identity.sessionOf(full.token, 'staff')).not.toBeNull();
    expect(await f.identity.sessionOf(other.token, 'staff')).toBeNull();
    expect(await refusalOf(f.loginStaff({ ...staff, password }))).toBe('nothing was refused');
  });
});

describe('a stand-in', () => {
  async function pair(role: Role) {
    const absent = await f.newStaff(role);
    const substitute = await f.newStaff();
    await f.db.transaction(systemAccess, async (tx) => tx.send(moveTo, [substitute.staffId, absent.orgId]));
    return { absent, substitute };
  }
  const leave = (orgId: string, substituteId: string, role: Role, more: object = {}) => ({
    requestId: randomUUID(),
    substituteId,
    role,
    orgId,
    fromDay: '2026-03-02',
    untilDay: '2026-03-08',
    reason: '年休假',
    ...more,
  });

  test('has the role for these days, as himself, marked with whose it is; it ends early or in time', async () => {
    const { absent, substitute } = await pair('hrss_window');
    const mine = await sessionOf(absent);
    expect(await f.identity.standIn(mine, leave(absent.orgId, substitute.staffId, 'hrss_window'))).toEqual(done);
    const session = await sessionOf(substitute);
    expect(session.staff.roles).toMatchObject([{ role: 'hrss_window', standsInFor: '经办示例' }]);
    expect(session.actor.id).toBe(substitute.staffId);
    expect(Object.values(session.actor.standsInFor ?? {})).toEqual(['经办示例']);
    const chain = leave(absent.orgId, absent.staffId, 'hrss_window');
    expect(await refusalOf(f.identity.standIn(session, chain))).toBe('identity.role_not_held');
    const [item] = await f.identity.mySubstitutions(mine);
    expect(item).toMatchObject({ state: 'running', canEnd: true });
    const id = item?.substitutionId ?? '';
    expect(await refusalOf(f.identity.endStandIn(session, id, randomUUID()))).toBe('identity.substitution_missing');
    expect(await f.identity.endStandIn(mine, id, randomUUID())).toEqual({ done: true });
    expect((await sessionOf(substitute)).staff.roles).toEqual([]);
    expect(f.released).toContain(substitute.staffId);
  });

  test('loses it with the days, and with the absent one’s own role', async () => {
    const { absent, substitute } = await pair('hrss_window');
    await f.identity.standIn(await sessionOf(absent), leave(absent.orgId, substitute.staffId, 'hrss_window'));
    expect((await sessionOf(substitute)).staff.roles).toHaveLength(1);
    const before = f.clock.now();
    f.clock.set('2026-03-09T02:00:00.000Z');
    expect((await sessionOf(substitute)).staff.roles).toEqual([]);
    f.clock.set(before);
    const take = { requestId: randomUUID(), role: 'hrss_window', orgId: absent.orgId, reason };
    await f.identity.takeRole(security, absent.staffId, take);
    expect((await sessionOf(substitute)).staff.roles).toEqual([]);
  });

  test('is a colleague of the same house, for at most 92 days, and never for an administrator', async () => {
    const { absent, substitute } = await pair('hrss_window');
    const mine = await sessionOf(absent);
    const ask = (more: object) =>
      refusalOf(f.identity.standIn(mine, leave(absent.orgId, substitute.staffId, 'hrss_window', more)));
    expect(await ask({ substituteId: absent.staffId })).toBe('identity.substitute_unfit');
    expect(await ask({ substituteId: (await f.newStaff()).staffId })).toBe('identity.substitute_unfit');
    expect(await ask({ untilDay: '2026-06-30' })).toBe('identity.days_wrong');
    expect(await ask({ untilDay: '2026-03-01' })).toBe('identity.days_wrong');
    const lent = leave(orgOf(security), substitute.staffId, 'security_administrator');
    expect(await refusalOf(f.identity.standIn(security, lent))).toBe('identity.substitute_critical');
    const forOther = f.identity.standIn(security2, { ...lent, staffId: security.staff.staffId });
    expect(await refusalOf(forOther)).toBe('identity.substitute_unfit');
  });

  test('for a role that can send money is proposed and agreed by two of security', async () => {
    const { absent, substitute } = await pair('social_insurance_agency');
    const mine = await sessionOf(absent);
    const input = leave(absent.orgId, substitute.staffId, 'social_insurance_agency');
    expect(await refusalOf(f.identity.standIn(mine, input))).toBe('identity.substitute_critical');
    const asked = await f.identity.standIn(security, { ...input, requestId: randomUUID(), staffId: absent.staffId });
    expect(asked.state).toBe('waiting');
    const decide = { requestId: randomUUID(), agree: true, reason: '' };
    await f.identity.decideProposal(security2, asked.proposalId ?? '', decide);
    expect((await sessionOf(substitute)).staff.roles).toMatchObject([{ standsInFor: '经办示例' }]);
  });
});

describe('the list of acts', () => {
  test('is read whole by the audit administrator and by nobody else, and cannot be rewritten', async () => {
    const page = await f.acts.list(audit.access, { limit: 5 });
    expect(page.items).toHaveLength(5);
    const next = await f.acts.list(audit.access, { limit: 5, cursor: page.nextCursor ?? '' });
    expect(next.items.map((one) => one.actId)).not.toContain(page.items[0]?.actId);
    expect(await f.acts.one(audit.access, page.items[0]?.actId ?? '')).toMatchObject({ entry: expect.any(String) });
    for (const other of [system, security, await enter('county_union')])
      expect((await f.acts.list(other.access, { limit: 5 })).items).toEqual([]);
    const wipe = statement<[], never>('identity_test.wipe_acts', `update admin_act set title = ''`);
    await expect(f.db.transaction(systemAccess, async (tx) => tx.send(wipe, []))).rejects.toThrow(/permission denied/);
  });

  test('never holds an ID number, a link or a code', async () => {
    const person = idNumber();
    const made = await f.identity.inviteStaff(system, invitation((await f.newStaff()).orgId, { idNumber: person }));
    const dump = statement<[], { text: string }>(
      'identity_test.dump_acts',
      `select coalesce(string_agg(a::text || l.entry || b.body::text, ' '), '') as text
       from admin_act a join log_leaf l using (leaf_id) join trace_body b using (leaf_id)`,
    );
    const { text } = await f.db.transaction(systemAccess, (tx) => tx.one(dump, []));
    expect(text).toContain('staff_invited');
    expect(text).not.toContain(person);
    expect(text).not.toContain(tokenOf(made.link));
  });
});
