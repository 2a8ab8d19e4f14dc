// Group cover (DI-002): an organisation buys one day for the people of a list and pays once. A job looks at the people, tells the insurer
// of them and binds them, some at a time, each time behind the last line that was kept: an interruption loses nothing and does nothing
// twice. Who cannot be insured is refused before anything is paid; what was paid and could not be bound goes back.

import { yuan, type ExplanationLine, type Premium } from '#catalog/rules/index';
import type { CaseState, Effect, Ruling } from '#modules/cases';
import { roleGrant, systemAccess } from '#platform/access';
import { startOfDay } from '#platform/calendar';
import type { Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import { z } from 'zod';
import { spansOf } from './days.ts';
import { listsOf, quoteOf } from './group-price.ts';
import * as store from './group-store.ts';
import { createGroupWork } from './group-work.ts';
import { coverReaders, partyAttempts, policyNoOf, type CoverOptions } from './options.ts';
import { textOf, wholeOf } from './ports.ts';
import { createPricing, fact } from './purchase.ts';

const tellMax = 500;

/** A purchase without an insured person of its own: an organisation's, for the people of a list. */
export const isGroup = (state: Pick<CaseState, 'personId' | 'applicantOrgId'>): boolean =>
  state.personId === null && state.applicantOrgId !== null;

export type GroupCover = ReturnType<typeof createGroup>;

export function createGroup(options: CoverOptions) {
  const { db, clock, money } = options;
  const { priced } = createPricing(options);
  const lists = () => listsOf(options);
  const { goOn, undeclare } = createGroupWork(options);

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

  const priceOf = (group: Pick<store.GroupRow, 'day' | 'region'>, trade: string) => quoteOf(priced, group, trade);

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
  /** Everybody who is insured hears of it, once, some at a time. */
  async function tell(caseId: string): Promise<void> {
    const some = async (tx: Tx): Promise<boolean> => {
      const group = await tx.one(store.holdGroup, [caseId]);
      const people = await tx.run(store.boundAfter, [caseId, group.told_line, tellMax]);
      const last = people.at(-1);
      if (!last) return false;
      const org = options.orgName?.(group.org_id) ?? '单位';
      for (const { person_id: personId, policy_no: policyNo } of people)
        lists().tell(tx, personId, 'group_insured', { org, day: group.day, policy_no: policyNo });
      tx.send(store.advanceTold, [caseId, last.line]);
      return true;
    };
    while (await db.transaction(systemAccess, some));
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
