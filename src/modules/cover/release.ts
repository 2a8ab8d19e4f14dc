// Giving back cover: only days that have not started, of a policy without claims; anything else a person looks at. The days are released
// in the ledger, the subsidy is reversed, the insurer is told by a job, and the worker's part is what the refund step pays.

import { occupations, yuan, type ExplanationLine } from '#catalog/rules/index';
import type { CaseState, Decider, Effect } from '#modules/cases';
import { systemAccess } from '#platform/access';
import { dayOf } from '#platform/calendar';
import type { Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import { isSamePerson } from '#platform/one-person';
import { refuse } from './contract.ts';
import { daysFrom } from './days.ts';
import { coverReaders, isRefused, partyAttempts, type CoverOptions } from './options.ts';
import { textOf, wholeOf } from './ports.ts';
import { createPricing, fact, type Purchase } from './purchase.ts';
import { orderOfPolicy } from './renewal-store.ts';
import * as store from './store.ts';

export function createRelease(options: CoverOptions) {
  const { db, clock, money } = options;
  const { priced, premium } = createPricing(options);

  type Refund = {
    readonly policy: store.PolicyRow;
    /** What is asked for and can be given back; and all that can be, from the first day asked for on. */
    readonly days: string[];
    readonly left: number;
    readonly refundFen: number;
    readonly subsidyFen: number;
  };

  /** What can be given back of what was asked: bound days of this person's policy that have not started. */
  async function refundOf(
    tx: Tx,
    state: CaseState,
  ): Promise<{ refund: Refund | null; asked: readonly string[]; why: string | null }> {
    const from = textOf(state, 'refund_dates');
    const asked = from ? daysFrom(from, wholeOf(state, 'refund_days')) : [];
    const cited = textOf(state, 'cited_case_id');
    const policy = cited ? await tx.maybe(store.policyOfCase, [cited, from ?? dayOf(clock.now())]) : undefined;
    if (!policy || !(await isSamePerson(tx, policy.person_id, state.personId)))
      return { refund: null, asked, why: '引用的办件没有本人的有效保单' };
    const rows = (await tx.run(store.lastOfPolicyDays, [policy.person_id, policy.policy_id])).filter(
      (row) => row.kind === 'bound' && row.policy_id === policy.policy_id,
    );
    const now = clock.now();
    const open = rows.filter((row) => row.starts_at > now).map((row) => row.day);
    const days = open.filter((day) => asked.includes(day));
    const claims = await tx.asSystem().run(store.claimsOfPolicy, [policy.policy_id, null]);
    const why =
      claims.length > 0
        ? '该保单已有理赔'
        : days.length < asked.length
          ? '所选日期中有的已经开始、已退或不在保单内'
          : null;
    return {
      refund: {
        policy,
        days,
        left: open.filter((day) => day >= (asked[0] ?? '')).length,
        ...(await pricedRefund(tx, state, policy, rows.length, days.length)),
      },
      asked,
      why,
    };
  }

  async function pricedRefund(tx: Tx, state: CaseState, policy: store.PolicyRow, before: number, given: number) {
    const occupation = occupations.find((one) => one === policy.work_type) ?? '其他';
    const purchase: Purchase = {
      personId: policy.person_id,
      days: daysFrom(policy.first_day, before),
      firstDay: policy.first_day,
      workType: occupation,
      workTypeKnown: true,
      region: policy.region,
    };
    const { age } = await premium(tx, purchase);
    // Priced where it was bought: the work region of the purchase, as the case that bought it says.
    const bought = await options.cases.read(tx, policy.case_id);
    const region = (bought && textOf(bought, 'work_region')) ?? policy.region ?? state.region;
    const of = (days: number) => priced({ firstDay: policy.first_day, workType: occupation, region }, age, days).value;
    const whole = of(before);
    const rest = of(before - given);
    return { refundFen: whole.payableFen - rest.payableFen, subsidyFen: whole.subsidyFen - rest.subsidyFen };
  }

  /** Leaving the request: more days than there are is a slip, told at once; a doubt about the days themselves is for a person to judge. */
  const requireDaysLeft: Effect = async ({ tx, state }) => {
    const { refund, asked } = await refundOf(tx, state);
    if (!refund || asked.length <= refund.left) return;
    const { left } = refund;
    const [from = ''] = asked;
    const problem =
      left > 0
        ? { path: 'refund_days', code: 'too_large', zh: `还能退的保障日有 ${left} 天，请填写不超过 ${left} 天。` }
        : { path: 'refund_dates', code: 'none_left', zh: `从${from}起没有还能退的保障日，请换一个日期。` };
    throw refuse('cover.refund_days', { from, left }, [problem]);
  };

  const refundCheck: Decider = async ({ tx, state }) => {
    const { refund, asked, why } = await refundOf(tx, state);
    const lines: ExplanationLine[] = [
      fact('申请退保', asked.length > 0 ? `${asked[0]}起${asked.length}天` : '没有写明日期'),
      fact('可以退的日期', refund && refund.days.length > 0 ? refund.days.join('、') : '没有'),
      ...(why
        ? [fact('需人工核对', why)]
        : [fact('应退个人部分', yuan(refund?.refundFen ?? 0)), fact('冲回补贴', yuan(refund?.subsidyFen ?? 0))]),
    ];
    const passes = why === null && refund !== null && refund.days.length > 0;
    return {
      outcome: passes ? 'pass' : 'fail',
      data: { ...(why ? { refund_doubt: why } : {}), refund_day_list: refund?.days ?? [] },
      explanation: lines,
    };
  };

  /** Leaving a check with `pass`: the days are released in the ledger, the subsidy is reversed, the worker's part is due. */
  const release: Effect = async (context) => {
    const { tx, state } = context;
    invariant(state.personId, 'a refund has a person');
    tx.send(store.lockPerson, [state.personId]);
    const { refund } = await refundOf(tx, state);
    if (!refund || refund.days.length === 0)
      return { refund_fen: 0, refund_case_id: refund?.policy.case_id ?? state.caseId, refund_day_list: [] };
    const { policy, days, refundFen, subsidyFen } = refund;
    const renewed = await tx.maybe(orderOfPolicy, [policy.case_id, policy.policy_id]);
    const at = clock.now();
    const leafId = options.trace.record(tx, {
      eventId: newId(),
      type: 'cover.released',
      at,
      region: state.region,
      department: 'insurer',
      actorId: null,
      subjectId: state.personId,
      body: { policyNo: policy.policy_no, case: state.caseNo, days, refundFen, subsidyFen },
    });
    const released = await tx.run(store.releaseDays, [
      policy.person_id,
      days,
      policy.policy_id,
      at,
      coverReaders(context),
      leafId,
    ]);
    invariant(
      released.length === days.length,
      `case ${state.caseId} released ${released.length} of ${days.length} days`,
    );
    if (subsidyFen > 0) {
      await money.ledger.post(
        tx,
        {
          idem: `unsubsidy:${state.caseId}`,
          debit: 'premium_payable',
          credit: 'subsidy_receivable',
          amountFen: subsidyFen,
          code: 'subsidy_reversed',
          caseId: state.caseId,
        },
        { region: state.region, subjectId: state.personId },
      );
    }
    options.enqueue(tx, 'cover.endorse', { policyNo: policy.policy_no, days }, { maxAttempts: partyAttempts });
    return {
      refund_fen: refundFen,
      refund_subsidy_fen: subsidyFen,
      refund_case_id: policy.case_id,
      ...(renewed ? { refund_order_no: renewed.order_no } : {}),
      refund_day_list: days,
    };
  };

  async function endorse(payload: { policyNo: string; days: readonly string[] }): Promise<void> {
    try {
      await options.insurer.endorseRefund(payload);
    } catch (error) {
      if (!isRefused(error)) throw error;
      // The insurer counts otherwise: our ledger stands, the monthly settlement shows the difference, and the trace keeps the answer.
      await db.transaction(systemAccess, async (tx) => {
        options.trace.record(tx, {
          eventId: newId(),
          type: 'cover.endorsement_refused',
          at: clock.now(),
          region: '',
          department: 'insurer',
          actorId: null,
          subjectId: null,
          body: { ...payload, code: error.code },
        });
      });
    }
  }

  return {
    deciders: { 'cover.refund_check': refundCheck },
    effects: { 'cover.require_days_left': requireDaysLeft, 'cover.release': release },
    endorse,
  };
}
