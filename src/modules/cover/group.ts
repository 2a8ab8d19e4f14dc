// Group cover (DI-002): an organisation buys one day for the people of a list and pays once. A job looks at the people, tells the insurer
// of them and binds them, some at a time, each time behind the last line that was kept: an interruption loses nothing and does nothing
// twice. Who cannot be insured is refused before anything is paid; what was paid and could not be bound goes back.

import { yuan, type ExplanationLine, type Premium } from '#catalog/rules/index';
import { ageOn } from '#catalog/fields/index';
import type { CaseState, Effect, Ruling } from '#modules/cases';
import { roleGrant, systemAccess } from '#platform/access';
import { startOfDay } from '#platform/calendar';
import type { Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import { z } from 'zod';
import { spansOf } from './days.ts';
import * as store from './group-store.ts';
import { coverReaders, isRefused, partyAttempts, policyNoOf, type CoverOptions } from './options.ts';
import { textOf, wholeOf, type ListedPerson } from './ports.ts';
import { createPricing, fact } from './purchase.ts';
import { tradeOf, tradeOfPost } from './trades.ts';

const listMax = 2_000;
const declareMax = 500;
const bindMax = 1_000;
const tellMax = 500;
/** Any age between the limits: who is outside of them is refused, so the price is that of everybody. */
const anyAge = 30;

/** A purchase without an insured person of its own: an organisation's, for the people of a list. */
export const isGroup = (state: Pick<CaseState, 'personId' | 'applicantOrgId'>): boolean =>
  state.personId === null && state.applicantOrgId !== null;

export type GroupCover = ReturnType<typeof createGroup>;

export function createGroup(options: CoverOptions) {
  const { db, clock, money } = options;
  const { priced } = createPricing(options);

  function lists() {
    invariant(options.lists, 'nothing is bought for lists here');
    return options.lists;
  }

  /** Leaving `group-upload`: the group is there, and nobody of it has been looked at yet. */
  const open: Effect = async (context) => {
    const { tx, state, facts } = context;
    const day = textOf(state, 'cover_date');
    const { applicantOrgId: orgId, applicantRole: role } = state;
    invariant(day && orgId && role, `case ${state.caseId} buys cover for no group`);
    const policyReaders = coverReaders(context);
    tx.send(store.forgetInsured, [state.caseId]);
    tx.send(store.putGroup, [
      state.caseId,
      state.caseNo,
      orgId,
      state.region,
      day,
      facts.route('insurer_underwriter', state.region),
      textOf(state, 'replace_rule') === '首单前可换' ? 'before_first_order' : 'none',
      [...policyReaders, roleGrant(role, orgId)],
      policyReaders,
    ]);
  };

  /** Entering a step in which a job goes through the people. A single person's purchase has none. */
  const work: Effect = async (context) => {
    const { tx, state, step, facts } = context;
    if (!isGroup(state)) return;
    if (step === 'issue') {
      const insurer = facts.route('insurer_underwriter', state.region);
      const paidAt = textOf(state, 'paid_at') ?? clock.now();
      tx.send(store.routeGroup, [state.caseId, insurer, coverReaders(context), paidAt]);
    }
    options.enqueue(
      tx,
      'cover.group',
      { caseId: state.caseId, step },
      { jobKey: `cover.group:${state.caseId}:${step}`, maxAttempts: partyAttempts },
    );
  };

  function priceOf(group: Pick<store.GroupRow, 'day' | 'region'>, trade: string) {
    return priced({ firstDay: group.day, workType: tradeOf(trade), region: group.region }, anyAge, 1);
  }

  async function quote(tx: Tx, state: CaseState): Promise<Ruling> {
    const group = await tx.one(store.selectGroup, [state.caseId]);
    const trades = await tx.run(store.tradesOf, [state.caseId]);
    const sum = (of: (value: Premium) => number) =>
      trades.reduce((fen, one) => fen + of(priceOf(group, one.work_type).value) * one.count, 0);
    const [payableFen, grossFen, subsidyFen] = [
      sum((value) => value.payableFen),
      sum((value) => value.grossFen),
      sum((value) => value.subsidyFen),
    ];
    const [first] = trades;
    const explanation: ExplanationLine[] = [
      ...(first ? priceOf(group, first.work_type).explanation : []),
      ...trades.map((one) => {
        const { value } = priceOf(group, one.work_type);
        return fact(one.work_type, `${one.count} 人，每人应付${yuan(value.payableFen)}，补贴${yuan(value.subsidyFen)}`);
      }),
      fact('不能投保的人', `${group.refused_count} 人，不收费`),
      fact('单位应付合计', yuan(payableFen)),
    ];
    return {
      outcome: payableFen > 0 ? 'payable' : 'free',
      data: {
        gross_fen: grossFen,
        subsidy_fen: subsidyFen,
        payable_fen: payableFen,
        // The party takes no money after the day before has ended.
        pay_before: startOfDay(group.day),
        premium_explanation: explanation,
      },
      explanation,
    };
  }

  // ---- the job -----------------------------------------------------------------------------------------------------------------

  async function goOn(caseId: string, step: string): Promise<void> {
    const state = await db.transaction(systemAccess, (tx) => options.cases.read(tx, caseId));
    if (!state?.active.some((one) => one.step === step)) return;
    if (step === 'eligibility') await list(state);
    if (step === 'underwrite') await declare(state);
    if (step === 'issue') await bind(state);
  }

  /** Does one part at a time until there is none; each part begins by holding the group, so two workers never do the same. */
  async function inParts(caseId: string, part: (tx: Tx, group: store.GroupRow) => Promise<boolean>): Promise<void> {
    for (let more = true; more;)
      more = await db.transaction(systemAccess, async (tx) => part(tx, await tx.one(store.holdGroup, [caseId])));
  }

  async function list(state: CaseState): Promise<void> {
    const { caseId } = state;
    const fallback = tradeOf(textOf(state, 'work_type') ?? '');
    await inParts(caseId, async (tx, group) => {
      if (group.state !== 'listing') return false;
      const people = await lists().peopleOf(tx, caseId, group.listed_line, listMax, group.region);
      const last = people.at(-1);
      if (!last) {
        await tx.run(store.moveGroup, [caseId, 'listing', 'listed']);
        return false;
      }
      const refusals = await refusalsOf(tx, group, people);
      tx.send(store.insertInsured, [
        caseId,
        people.map((one) => one.line),
        people.map((one) => one.personId),
        people.map(() => newId()),
        people.map((one) => one.nameMask),
        people.map((one) => tradeOfPost(one.post) ?? fallback),
        refusals,
      ]);
      tx.send(store.advanceListed, [caseId, last.line, people.length, refusals.filter((one) => one !== null).length]);
      return true;
    });
    await db.transaction(systemAccess, async (tx) => {
      const group = await tx.one(store.selectGroup, [caseId]);
      const insurable = group.listed_count - group.refused_count;
      const doubts = doubtsOf(group, insurable);
      const outcome = doubts.length > 0 ? 'fail' : group.refused_count > 0 ? 'partial' : 'pass';
      const data = {
        insurable_count: insurable,
        not_insurable_count: group.refused_count,
        ...(doubts.length > 0 ? { eligibility_doubts: doubts } : {}),
      };
      await options.cases.event(tx, { caseId, step: 'eligibility', outcome, data });
    });
  }

  async function refusalsOf(
    tx: Tx,
    { day, region }: store.GroupRow,
    people: readonly ListedPerson[],
  ): Promise<(store.Refusal | null)[]> {
    const ids = people.map((one) => one.personId);
    const covered = new Set((await tx.run(store.coveredAmong, [day, ids])).map((row) => row.person_id));
    const barred = new Set(await lists().notInsurable(tx, ids));
    return people.map(({ personId, birthDay }) => {
      if (barred.has(personId)) return 'not_insurable';
      const age = ageOn(birthDay, day);
      const { value } = priced({ firstDay: day, workType: '其他', region }, age, 1);
      if (!value.ageAllowed) return age < anyAge ? 'too_young' : 'too_old';
      return covered.has(personId) ? 'covered' : null;
    });
  }

  function doubtsOf(group: store.GroupRow, insurable: number): string[] {
    return [
      ...(insurable === 0 ? ['名单上没有可以投保的人'] : []),
      ...(group.insurer_org_id === null ? ['所在地区没有保险公司承保'] : []),
      ...(clock.now() >= startOfDay(group.day) ? ['已过前一日24时的截止时间'] : []),
    ];
  }

  /** The insurer hears of everybody before anybody is bound, and whom it declines is not. Its numbers are ours, so repeats change nothing. */
  async function declare(state: CaseState): Promise<void> {
    const { caseId } = state;
    await db.transaction(systemAccess, (tx) => tx.run(store.moveGroup, [caseId, 'listed', 'declaring']));
    for (;;) {
      const asked = await db.transaction(systemAccess, async (tx) => {
        const group = await tx.one(store.selectGroup, [caseId]);
        return { group, people: await tx.run(store.toDeclareAfter, [caseId, group.declared_line, declareMax]) };
      });
      const { group, people } = asked;
      const last = people.at(-1);
      if (!last) break;
      const declined = await declinedAmong(group, people);
      await db.transaction(systemAccess, async (tx) => {
        const held = await tx.one(store.holdGroup, [caseId]);
        if (held.declared_line !== group.declared_line) return;
        const lines = declined.length > 0 ? await tx.run(store.declineLines, [caseId, declined]) : [];
        tx.send(store.advanceDeclared, [caseId, last.line, lines.length]);
      });
    }
    await db.transaction(systemAccess, async (tx) => {
      await tx.run(store.moveGroup, [caseId, 'declaring', 'declared']);
      await options.cases.event(tx, { caseId, step: 'underwrite', outcome: 'approve' });
    });
  }

  async function declinedAmong(group: store.GroupRow, people: readonly store.ToDeclare[]): Promise<number[]> {
    const startsAt = new Date(startOfDay(group.day));
    const lineOf = new Map(people.map((one) => [memberNo(group, one.line), one.line]));
    const policies = people.map((one) => {
      const { value } = priceOf(group, one.work_type);
      return {
        policyNo: memberNo(group, one.line),
        idNumberHash: one.id_number_index.toString('hex'),
        age: ageOn(one.birth_day, group.day),
        occupation: one.work_type,
        riskClass: value.riskClass,
        days: [group.day],
        startsAt,
        premiumFen: value.grossFen,
        subsidyFen: value.subsidyFen,
      };
    });
    const batchNo = `${policyNoOf({ caseNo: group.case_no })}B${people[0]?.line ?? 0}`;
    try {
      const { refused } = await options.insurer.declare({ batchNo, policies });
      return refused.flatMap(({ policyNo }) => lineOf.get(policyNo) ?? []);
    } catch (error) {
      if (!isRefused(error)) throw error;
      return people.map((one) => one.line);
    }
  }

  /** Everybody whom nobody else has insured meanwhile is bound: the ledger's own key holds a person to one cover a day. */
  async function bind(state: CaseState): Promise<void> {
    const { caseId } = state;
    await db.transaction(systemAccess, (tx) => tx.run(store.moveGroup, [caseId, 'declared', 'binding']));
    await inParts(caseId, async (tx, group) => {
      if (group.state !== 'binding') return false;
      const people = await tx.run(store.insuredAfter, [caseId, group.bound_line, bindMax]);
      const last = people.at(-1);
      if (!last) {
        await tx.run(store.moveGroup, [caseId, 'binding', 'bound']);
        return false;
      }
      const bound = await bindSome(tx, group, people);
      tx.send(store.advanceBound, [caseId, last.line, bound]);
      return true;
    });
    await db.transaction(systemAccess, async (tx) => {
      const group = await tx.one(store.selectGroup, [caseId]);
      const insured = group.listed_count - group.refused_count - group.declined_count;
      if (group.bound_count < insured)
        options.enqueue(tx, 'cover.undeclare_group', { caseId }, { maxAttempts: partyAttempts });
      const outcome = group.bound_count > 0 ? 'group_done' : 'conflict';
      await options.cases.event(tx, { caseId, step: 'issue', outcome });
    });
  }

  /** How many of these people are bound. */
  async function bindSome(tx: Tx, group: store.GroupRow, people: readonly store.ToInsure[]): Promise<number> {
    const [span] = spansOf([group.day], group.paid_at ?? clock.now());
    const insurerOrgId = group.insurer_org_id;
    const isLate = span?.startsAt !== startOfDay(group.day) && !priceOf(group, '其他').value.sameDayAllowed;
    if (!span || !insurerOrgId || isLate) return 0;
    tx.send(store.holdMerged, [group.case_id, people.map((one) => one.line)]);
    const at = clock.now();
    const prefix = memberNo(group, '');
    const leaves = people.map((one) =>
      options.trace.record(tx, {
        eventId: one.policy_id,
        type: 'cover.group_bound',
        at,
        region: group.region,
        department: 'insurer',
        actorId: null,
        subjectId: one.person_id,
        body: { policyNo: `${prefix}${one.line}`, case: group.case_no, span },
      }),
    );
    const trades = [...new Set(people.map((one) => one.work_type))];
    const prices = trades.map((trade) => priceOf(group, trade).value);
    const bound = await tx.run(store.bindGroup, [
      group.case_id,
      people.map((one) => one.line),
      leaves,
      group.policy_readers,
      'person:',
      trades,
      prices.map((one) => one.grossFen),
      prices.map((one) => one.subsidyFen),
      prefix,
      group.org_id,
      insurerOrgId,
      group.region,
      span.day,
      span.startsAt,
      span.endsAt,
      at,
    ]);
    return bound.length;
  }

  /** Leaving `issue` with everybody bound: what they cost is earned, and what is left of the payment goes back, both once. */
  const settle: Effect = async ({ tx, state }) => {
    const { caseId, region } = state;
    const group = await tx.one(store.selectGroup, [caseId]);
    const sum = await tx.one(store.sumBound, [caseId]);
    const [span] = spansOf([group.day], group.paid_at ?? clock.now());
    invariant(span, `group ${caseId} was bound`);
    const earnedFen = sum.premium_fen - sum.subsidy_fen;
    const paidFen = wholeOf(state, 'paid_fen');
    const policyNo = policyNoOf(state);
    if (earnedFen > 0) {
      const earned = { debit: 'premium_received', credit: 'premium_payable', amountFen: earnedFen, code: 'premium' };
      await money.ledger.post(tx, { ...earned, idem: `earned:${policyNo}`, caseId }, { region, subjectId: null });
    }
    if (paidFen > earnedFen) await money.payments.refundPart(tx, caseId, paidFen - earnedFen);
    options.enqueue(tx, 'cover.tell_group', { caseId }, { maxAttempts: partyAttempts });
    return {
      policy_no: policyNo,
      bound_count: sum.count,
      not_bound_count: group.listed_count - sum.count,
      not_bound_fen: Math.max(0, paidFen - earnedFen),
      cover_starts_at: span.startsAt,
      cover_ends_at: span.endsAt,
      gross_fen: sum.premium_fen,
      premium_fen: sum.premium_fen,
      subsidy_fen: sum.subsidy_fen,
      subsidy_bound_fen: sum.subsidy_fen,
      payable_fen: earnedFen,
    };
  };

  /** The insurer takes back whom it had accepted and whom we could not bind. */
  async function undeclare(caseId: string): Promise<void> {
    for (let after = 0; ;) {
      const from = after;
      const { group, lines } = await db.transaction(systemAccess, async (tx) => ({
        group: await tx.one(store.selectGroup, [caseId]),
        lines: await tx.run(store.declaredUnbound, [caseId, from, declareMax]),
      }));
      for (const { line } of lines) {
        await options.insurer
          .endorseRefund({ policyNo: memberNo(group, line), days: [group.day] })
          .catch((error: unknown) => {
            // The insurer counts otherwise, or has heard it before: the monthly settlement goes by our ledger.
            if (!isRefused(error)) throw error;
          });
        after = line;
      }
      if (lines.length < declareMax) return;
    }
  }

  /** Everybody who is insured hears of it, once, some at a time. */
  async function tell(caseId: string): Promise<void> {
    await inParts(caseId, async (tx, group) => {
      const people = await tx.run(store.boundAfter, [caseId, group.told_line, tellMax]);
      const last = people.at(-1);
      if (!last) return false;
      const org = options.orgName?.(group.org_id) ?? '单位';
      for (const { person_id: personId, policy_no: policyNo } of people)
        lists().tell(tx, personId, 'group_insured', { org, day: group.day, policy_no: policyNo });
      tx.send(store.advanceTold, [caseId, last.line]);
      return true;
    });
  }

  const ofStep = z.object({ caseId: z.string(), step: z.string() });
  const ofCase = z.object({ caseId: z.string() });
  return {
    quote,
    work,
    effects: { 'cover.open_group': open, 'cover.work_group': work, 'cover.settle_group': settle },
    tasks: {
      'cover.group': (raw: unknown) => {
        const { caseId, step } = ofStep.parse(raw);
        return goOn(caseId, step);
      },
      'cover.undeclare_group': (raw: unknown) => undeclare(ofCase.parse(raw).caseId),
      'cover.tell_group': (raw: unknown) => tell(ofCase.parse(raw).caseId),
    },
  };
}

/** A person's certificate under the group's policy, by the line of the list. */
function memberNo(group: Pick<store.GroupRow, 'case_no'>, line: number | ''): string {
  return `${policyNoOf({ caseNo: group.case_no })}-${line}`;
}
