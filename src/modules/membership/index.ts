// Union membership: who is a member of which union. Decides the automatic check of an application and records the member when
// the county union files it. One active membership a person is held by a unique index, not by this code.

import { personGrant, roleGrant } from '#platform/access';
import { dayOf } from '#platform/calendar';
import { statement, type Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import type { CryptoPort } from '#platform/crypto';
import type { Decider, Effect, EffectContext } from '#modules/cases';
import type { Trace } from '#modules/trace';
import { ageOn } from '#catalog/fields/index';
import { evaluateRule, unionEligibilityRule } from '#catalog/rules/index';
import { createCards } from './card.ts';
import { refuse } from './contract.ts';

export type { CardCheck } from './card.ts';
/** For the synthetic city, which answers them from memory. */
export * as cardStatements from './card.ts';
export * as imported from './imported.ts';
export type { ImportedMembershipRow, KnownNumber } from './imported.ts';

export type MembershipOptions = {
  readonly trace: Trace;
  readonly crypto: Pick<CryptoPort, 'pseudonym'>;
  readonly person: (tx: Tx, personId: string) => Promise<{ readonly birthDay: string; readonly region: string }>;
  readonly orgName: (orgId: string) => string;
};

export type Member = {
  readonly memberNo: string;
  readonly unionOrgId: string;
  readonly joinedOn: string;
  /** Set where an older system vouches for it and nobody here has checked. */
  readonly imported: { readonly source: string; readonly on: string } | null;
  /** Of the card that is valid now; for the member's own eyes. */
  readonly cardCode: string;
};

type MemberRow = {
  member_no: string;
  union_org_id: string;
  joined_on: string;
  card_serial: number;
  import_source: string | null;
  imported_on: string | null;
};

export const selectActive = statement<[string], MemberRow>(
  'membership.active',
  `select member_no, union_org_id, joined_on, card_serial, import_source, imported_on
   from membership where person_id = any(ids_of($1)) and ended_on is null order by joined_on, membership_id limit 1`,
);

const selectActiveOf = statement<[string[]], { person_id: string }>(
  'membership.active_of',
  `select distinct one.person_id from unnest($1::uuid[]) as one (person_id) cross join unnest(ids_of(one.person_id)) as own (id)
   join membership m on m.person_id = own.id and m.ended_on is null`,
);

const insertMember = statement<
  [string, string, string, string, string, string, string[], string, number, string],
  never
>(
  'membership.insert',
  `insert into membership (membership_id, person_id, union_org_id, member_no, joined_on, case_id, readers, leaf_id,
     card_serial, card_since)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
);

export type Membership = ReturnType<typeof createMembership>;

export function createMembership(options: MembershipOptions) {
  const cards = createCards(options);

  async function activeMember(tx: Tx, personId: string): Promise<Member | null> {
    const row = await tx.maybe(selectActive, [personId]);
    if (!row) return null;
    const { member_no: memberNo, union_org_id: unionOrgId, joined_on: joinedOn, card_serial: serial } = row;
    const { import_source: source, imported_on: on } = row;
    const imported = source !== null && on !== null ? { source, on } : null;
    return { memberNo, unionOrgId, joinedOn, imported, cardCode: cards.codeOf(memberNo, serial) };
  }

  /** Which of these people are members now. */
  async function membersAmong(tx: Tx, personIds: readonly string[]): Promise<readonly string[]> {
    return (await tx.run(selectActiveOf, [[...personIds]])).map((row) => row.person_id);
  }

  /** 身份、年龄与重复会籍: a system step never refuses; who is too young goes back to the form with the reason. */
  const check: Decider = async ({ tx, state, facts }) => {
    invariant(state.personId, 'a membership application has an applicant');
    const [member, person] = await Promise.all([activeMember(tx, state.personId), options.person(tx, state.personId)]);
    const day = dayOf(facts.now);
    const ruled = evaluateRule(unionEligibilityRule, day, {
      age: ageOn(person.birthDay, day),
      occupation: occupationIn(state.data),
      activeMember: member !== null,
      labourIncome: true,
    });
    if (member) return { outcome: 'duplicate', explanation: ruled.explanation };
    return { outcome: ruled.value.eligible ? 'pass' : 'fail', explanation: ruled.explanation };
  };

  /** Files the member at the union that the case was assigned to. The number is the case's own: unique by construction. */
  const record: Effect = async (context) => {
    const { tx, state, facts } = context;
    invariant(state.personId, 'a member is a person');
    // Checked when the application came in; since then the person may have joined under another id that turned out to be the same person's.
    const known = await activeMember(tx.asSystem(), state.personId);
    if (known) throw refuse('membership.member_already', { memberNo: known.memberNo });
    const unionOrgId = receivingUnion(context);
    const memberNo = `M${state.caseNo}`;
    const joinedOn = dayOf(facts.now);
    const leafId = options.trace.record(tx, {
      eventId: newId(),
      type: 'membership.joined',
      at: facts.now,
      region: state.region,
      department: unionOrgId,
      actorId: context.actor.id,
      subjectId: state.personId,
      body: { memberNo, unionOrgId, joinedOn, case: state.caseNo },
    });
    const readers = [
      '*',
      personGrant(state.personId),
      roleGrant('grassroots_union', unionOrgId),
      roleGrant('township_union', unionOrgId),
      roleGrant('industry_union', unionOrgId),
      ...countyGrants(state.readers),
    ];
    const firstCard = 1;
    tx.send(insertMember, [
      newId(),
      state.personId,
      unionOrgId,
      memberNo,
      joinedOn,
      state.caseId,
      readers,
      leafId,
      firstCard,
      facts.now,
    ]);
    return {
      member_no: memberNo,
      union_name: options.orgName(unionOrgId),
      joined_on: joinedOn,
      card_code: cards.codeOf(memberNo, firstCard),
    };
  };

  return {
    activeMember,
    membersAmong,
    deciders: { 'membership.check': check } satisfies Record<string, Decider>,
    checkCard: cards.check,
    effects: { 'membership.record': record, ...cards.effects } satisfies Record<string, Effect>,
  };
}

/** The form of a driver with a lorry does not ask what he or she is. */
function occupationIn(data: EffectContext['state']['data']): string {
  const { occupation } = data;
  if (typeof occupation === 'string') return occupation;
  return 'plate_number' in data ? '货车司机' : '';
}

/** The union whose review admitted the applicant; the county union itself when it decided instead. */
function receivingUnion({ state, facts }: EffectContext): string {
  for (const step of ['grassroots-review', 'industry-review', 'township-review']) {
    const orgId = state.done[step]?.orgId;
    if (orgId) return orgId;
  }
  const county = facts.route('county_union', state.region);
  invariant(county, 'the county union was routed before');
  return county;
}

function countyGrants(readers: readonly string[]): string[] {
  return readers.filter((reader) => reader.startsWith('county_union@'));
}
