// 三员: by no sequence of calls, also of calls at once, does one of the three come to another's rights. Everybody tries everything, in
// orders that chance makes; then the database is asked what came of it. Nothing here knows how the calls refuse.

import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Role } from '#catalog';
import { makeResidentId, syntheticRegion } from '#catalog/fields/index';
import { systemAccess } from '#platform/access';
import { statement } from '#platform/db';
import { Refusal } from '#platform/errors';
import { makeFixture, type Fixture } from './fixture.ts';
import { totpCode, type StaffSession } from './index.ts';

let f: Fixture;
beforeAll(async () => {
  f = await makeFixture();
});
afterAll(() => f?.stop());

const given: readonly Role[] = [
  'system_administrator',
  'security_administrator',
  'audit_administrator',
  'insurer_finance',
  'social_insurance_agency',
  'hrss_window',
];
const kinds = ['business', 'system_administrator', 'security_administrator', 'audit_administrator'] as const;

type Member = { readonly staffId: string; readonly orgId: string; readonly token: string };
type World = { members: Member[]; orgId: string; proposals: string[]; links: string[]; substitutions: string[] };
type Call = {
  readonly what: number;
  readonly by: number;
  readonly about: number;
  readonly other: number;
  readonly role: number;
  /** The caller is one who might, and the role one that fits: chance alone is refused almost always. */
  readonly fits: boolean;
};

let number = 0;
const reason = '模型测试';
const pick = <T>(from: readonly T[], at: number): T | undefined => from[at % Math.max(1, from.length)];

const retire = statement<[], never>('model.retire', `update staff set active = false where kind <> 'business'`);

const founders: readonly Role[] = [
  'system_administrator',
  'system_administrator',
  'security_administrator',
  'security_administrator',
  'security_administrator',
  'audit_administrator',
  'hrss_window',
  'social_insurance_agency',
];
const systemCalls = new Set([0, 5, 6, 7, 8]);

function callerOf(world: World, { what, by, fits }: Call): Member | undefined {
  if (!fits) return pick(world.members, by);
  return systemCalls.has(what) ? world.members[by % 2] : world.members[2 + (by % 3)];
}

const roleFor = (world: World, { about, role, fits }: Call): string =>
  (fits ? founders[about % world.members.length] : undefined) ?? pick(given, role) ?? '';
const orgFor = (world: World, { about, other, fits }: Call): string =>
  pick(world.members, fits ? about : other)?.orgId ?? world.orgId;

async function makeWorld(): Promise<World> {
  // Those of the world before do not count as administrators of this one.
  await f.db.transaction(systemAccess, async (tx) => tx.send(retire, []));
  const members: Member[] = [];
  for (const role of founders) {
    const staff = await f.newStaff(role);
    members.push({ staffId: staff.staffId, orgId: staff.orgId, token: (await f.loginStaff(staff)).token });
  }
  return { members, orgId: members.at(-1)?.orgId ?? '', proposals: [], links: [], substitutions: [] };
}

/** Every call that an administrator can send, by whoever it falls to. */
const calls: readonly ((world: World, session: StaffSession, call: Call) => Promise<unknown>)[] = [
  async (world, session, { role }) => {
    const kind = pick(kinds, role) ?? 'business';
    const input = { requestId: randomUUID(), login: `model-${(number += 1)}`, name: '模型', kind, orgId: world.orgId };
    const idNumber = makeResidentId(syntheticRegion, '1980-01-01', number);
    const { link } = await f.identity.inviteStaff(session, { ...input, idNumber });
    const token = link.split('#')[1] ?? '';
    const seen = await f.identity.lookAtLink(token);
    const code = totpCode(seen.totpSecret ?? '', Date.parse(f.sessionClock.now()));
    // Whoever made the account may hold it: it has nothing until security gives it something.
    await f.identity.acceptLink({ token, password: 'Correct-Horse-9', code });
    const pending = await f.identity.loginStaff(input.login, 'Correct-Horse-9');
    f.pass(30);
    const next = totpCode(seen.totpSecret ?? '', Date.parse(f.sessionClock.now()));
    const full = await f.identity.confirmTotp(pending.token, next);
    const mine = await f.identity.sessionOf(full.token, 'staff');
    world.members.push({ staffId: mine?.staff.staffId ?? '', orgId: world.orgId, token: full.token });
  },
  async (world, session, call) => {
    const target = pick(world.members, call.about);
    const input = { requestId: randomUUID(), role: roleFor(world, call), orgId: orgFor(world, call), reason };
    const answer = await f.identity.giveRole(session, target?.staffId ?? '', input);
    if (answer.proposalId) world.proposals.push(answer.proposalId);
  },
  async (world, session, call) => {
    const target = pick(world.members, call.about);
    const input = { requestId: randomUUID(), role: roleFor(world, call), orgId: orgFor(world, call), reason };
    const answer = await f.identity.takeRole(session, target?.staffId ?? '', input);
    if (answer.proposalId) world.proposals.push(answer.proposalId);
  },
  async (world, session, { about, role }) => {
    const proposalId = pick(world.proposals, about) ?? randomUUID();
    await f.identity.decideProposal(session, proposalId, { requestId: randomUUID(), agree: role % 4 > 0, reason });
  },
  async (world, session, { about }) =>
    f.identity.withdrawProposal(session, pick(world.proposals, about) ?? randomUUID(), randomUUID()),
  async (world, session, { about }) =>
    f.identity.suspendStaff(session, pick(world.members, about)?.staffId ?? '', { requestId: randomUUID(), reason }),
  async (world, session, { about }) =>
    f.identity.resumeStaff(session, pick(world.members, about)?.staffId ?? '', { requestId: randomUUID(), reason }),
  async (world, session, { about }) =>
    f.identity.closeStaff(session, pick(world.members, about)?.staffId ?? '', { requestId: randomUUID(), reason }),
  async (world, session, { about }) => {
    const made = await f.identity.sendStaffLink(session, pick(world.members, about)?.staffId ?? '', randomUUID());
    world.links.push(made.link.split('#')[1] ?? '');
  },
  async (world, session, { about }) => {
    const target = pick(world.members, about)?.staffId ?? '';
    const { code } = await f.identity.resetSecondFactor(session, target, { requestId: randomUUID(), reason });
    // Security holds the code and not the password: whatever is tried with the code alone must fail.
    await expect(f.identity.recoverLook(null, code)).rejects.toThrow(/not_logged_in/);
    await expect(f.identity.lookAtLink(code)).rejects.toThrow(/link_unusable/);
    for (const password of ['', code, 'Correct-Horse-9x']) {
      const accepted = f.identity.acceptLink({ token: code, password, recovery: code });
      await expect(accepted).rejects.toThrow(/link_unusable|password_weak/);
    }
  },
  // A link for a new password without a second proof opens nothing.
  async (world, _session, { about }) =>
    f.identity.acceptLink({ token: pick(world.links, about) ?? '', password: 'Correct-Horse-10', code: '000000' }),
  async (world, session, { about, other, role }) => {
    const orgId = pick(world.members, about)?.orgId ?? '';
    const answer = await f.identity.standIn(session, {
      requestId: randomUUID(),
      staffId: pick(world.members, about)?.staffId ?? '',
      substituteId: pick(world.members, other)?.staffId ?? '',
      role: pick(given, role) ?? '',
      orgId,
      fromDay: '2026-03-02',
      untilDay: '2026-03-20',
      reason,
    });
    if (answer.proposalId) world.proposals.push(answer.proposalId);
  },
];

/** What was ever so, by SQL; each must find nothing. */
const faults = {
  'an account has a role of another kind': statement<[], { n: number }>(
    'model.kinds',
    `select count(*)::int as n from staff_role r join staff f using (staff_id)
     where f.kind <> case when r.role like '%\\_administrator' and r.role <> 'enterprise_administrator' then r.role else 'business' end`,
  ),
  'somebody was given a role by himself or by one who is not security': statement<[], { n: number }>(
    'model.givers',
    `select count(*)::int as n from staff_role r left join staff g on g.staff_id = r.given_by
     where r.given_by is not null and (r.given_by = r.staff_id or g.kind <> 'security_administrator')`,
  ),
  'a critical role was given by one alone': statement<[], { n: number }>(
    'model.four_eyes',
    `select count(*)::int as n from staff_role r
     where r.given_by is not null and (r.until_day is null or r.until_day >= r.from_day)
       and r.role in ('system_administrator', 'security_administrator', 'audit_administrator', 'insurer_finance', 'social_insurance_agency')
       and not exists (select 1 from role_proposal p where p.staff_id = r.staff_id and p.role = r.role and p.org_id = r.org_id
         and p.state = 'approved' and p.decided_by = r.given_by and p.proposed_by <> p.decided_by)`,
  ),
  'an administrator was taken away by one alone': statement<[], { n: number }>(
    'model.taken',
    `select count(*)::int as n from staff_role r
     where r.given_by is not null and r.until_day < r.from_day and r.kind <> 'business'
       and not exists (select 1 from role_proposal p where p.staff_id = r.staff_id and p.role = r.role and p.org_id = r.org_id
         and p.purpose = 'take' and p.state = 'approved' and p.decided_by = r.given_by)`,
  ),
  'an act was done by an account of the wrong kind': statement<[], { n: number }>(
    'model.acts',
    `select count(*)::int as n from admin_act a join staff f on f.staff_id = a.actor_id
     where f.kind = 'audit_administrator'
        or (a.type like 'staff\\_%' and f.kind <> 'system_administrator')
        or ((a.type like 'role\\_%' or a.type like 'proposal\\_%' or a.type = 'second_factor_reset') and f.kind <> 'security_administrator')
        or a.actor_id = a.staff_id`,
  ),
  'a role was written without an act': statement<[], { n: number }>(
    'model.traced',
    `select count(*)::int as n from staff_role r where r.given_by is not null
       and not exists (select 1 from admin_act a where a.staff_id = r.staff_id and a.type in ('role_given', 'role_taken', 'proposal_approved'))`,
  ),
  'an administrator stands in or is stood in for': statement<[], { n: number }>(
    'model.stand_ins',
    `select count(*)::int as n from substitution s join staff f on f.staff_id in (s.staff_id, s.substitute_id) where f.kind <> 'business'`,
  ),
  'the house has too few administrators': statement<[], { n: number }>(
    'model.enough',
    `select count(*)::int as n from (values ('system_administrator', 1), ('security_administrator', 2), ('audit_administrator', 1)) least (role, n)
     where (select count(distinct r.staff_id) from roles_on('2026-03-02') r join staff f using (staff_id)
            where r.role = least.role and f.active) < least.n`,
  ),
};

const reached = new Map<number, number>();

async function send(world: World, call: Call): Promise<void> {
  const member = callerOf(world, call);
  const session = member && (await f.identity.sessionOf(member.token, 'staff'));
  if (!session) return;
  try {
    await calls[call.what]?.(world, session, call);
    reached.set(call.what, (reached.get(call.what) ?? 0) + 1);
  } catch (error) {
    // To be refused is the usual answer; anything else is a fault of ours.
    if (!(error instanceof Refusal)) throw error;
  }
}

const index = fc.nat({ max: 10_000 });
const call = fc.record({
  what: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(1, 2, 3) },
    { weight: 2, arbitrary: fc.nat({ max: calls.length - 1 }) },
  ),
  by: index,
  about: index,
  other: index,
  role: index,
  fits: fc.boolean(),
});

test('no sequence of calls, one after the other or at once, joins what must stay apart', async () => {
  const group = fc.array(call, { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(fc.array(group, { minLength: 20, maxLength: 60 }), async (groups) => {
      const world = await makeWorld();
      for (const together of groups) await Promise.all(together.map((one) => send(world, one)));
      for (const [fault, sql] of Object.entries(faults)) {
        const { n } = await f.db.transaction(systemAccess, (tx) => tx.one(sql, []));
        expect([fault, n]).toEqual([fault, 0]);
      }
    }),
    { numRuns: 12, seed: 3, endOnFailure: true },
  );
  // The walk means something only if it got somewhere: most kinds of call have gone through at least once.
  expect(reached.size).toBeGreaterThanOrEqual(9);
}, 180_000);
