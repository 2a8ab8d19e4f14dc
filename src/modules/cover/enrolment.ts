// Buying and giving back cover: eligibility, quote, underwriting, binding days in the ledger, releasing days that have not started.
// A doubt goes to a person; nothing here refuses an applicant. Whatever cannot be insured after all is refunded, never kept.

import { ageOn } from '#catalog/fields/index';
import { occupations, premiumOn, type ExplanationLine, type Premium, type PremiumOverlay } from '#catalog/rules/index';
import type { Money } from '#modules/money';
import type { Trace } from '#modules/trace';
import { personGrant, roleGrant, systemAccess } from '#platform/access';
import { dayOf } from '#platform/calendar';
import type { Clock } from '#platform/clock';
import type { Database, Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import type { enqueue as enqueueJob } from '#platform/jobs';
import { addDays, daysFrom, spansOf } from './days.ts';
import {
  textOf, wholeOf, type CasesPort, type CaseState, type Context, type Decider, type Effect, type FindInsured, type InsurerPort,
} from './ports.ts';
import * as store from './store.ts';

export type CoverOptions = {
  readonly db: Database;
  readonly clock: Clock;
  readonly trace: Trace;
  readonly enqueue: typeof enqueueJob;
  readonly insurer: InsurerPort;
  readonly cases: CasesPort;
  readonly findInsured: FindInsured;
  readonly money: Pick<Money, 'ledger' | 'payments'>;
  /** Whether the daily rate is the whole premium or the worker's part; the rule's own parameter unless set. */
  readonly subsidyMode?: 'gross' | 'net';
  /** Where cover may start on the day of purchase; the rule's own parameter unless set. */
  readonly sameDay?: (region: string) => boolean;
  /** Where work is insured: the case's own city unless set. */
  readonly inRegion?: (region: string) => boolean;
};

const readerRoles = [
  'insurer_underwriter', 'insurer_adjuster', 'insurer_finance', 'medical_expert', 'hrss_window', 'hrss_investigator', 'supervisor',
] as const;
/** A whole day of tries, with growing pauses. */
export const partyAttempts = 40;

export function coverReaders({ state, facts }: Pick<Context, 'state' | 'facts'>): string[] {
  invariant(state.personId, 'cover is of a person');
  const readers = ['*', personGrant(state.personId)];
  for (const role of readerRoles) {
    const orgId = facts.route(role, state.region);
    if (orgId) readers.push(roleGrant(role, orgId));
  }
  return readers;
}

export function policyNoOf(state: Pick<CaseState, 'caseNo'>): string {
  return `GD${state.caseNo}`;
}

type Purchase = {
  readonly personId: string;
  readonly days: readonly string[];
  readonly firstDay: string;
  readonly workType: (typeof occupations)[number];
  readonly workTypeKnown: boolean;
  readonly region: string;
};

function purchaseOf(state: CaseState): Purchase {
  const firstDay = textOf(state, 'cover_from');
  invariant(state.personId && firstDay, `case ${state.caseId} buys no cover`);
  const said = textOf(state, 'work_type');
  const known = occupations.find((one) => one === said);
  return {
    personId: state.personId, days: daysFrom(firstDay, wholeOf(state, 'days')), firstDay,
    workType: known ?? '其他', workTypeKnown: known !== undefined, region: textOf(state, 'work_region') ?? state.region,
  };
}

export function createEnrolment(options: CoverOptions) {
  const { db, clock, money } = options;

  function overlayOf(region: string): PremiumOverlay {
    return { ...(options.subsidyMode ? { rateMeans: options.subsidyMode } : {}), ...(options.sameDay ? { sameDay: options.sameDay(region) } : {}) };
  }

  function priced(purchase: Pick<Purchase, 'firstDay' | 'workType' | 'region'>, age: number, days: number) {
    return premiumOn(purchase.firstDay, { age, days, workType: purchase.workType }, purchase.region, overlayOf(purchase.region));
  }

  async function premium(tx: Tx, purchase: Purchase) {
    const insured = await options.findInsured(tx, purchase.personId);
    const age = ageOn(insured.birthDay, purchase.firstDay);
    return { insured, age, ...priced(purchase, age, purchase.days.length) };
  }

  const eligibility: Decider = async ({ tx, state }) => {
    const purchase = purchaseOf(state);
    const { value, explanation } = await premium(tx, purchase);
    const last = await tx.run(store.lastOfDays, [purchase.personId, [...purchase.days]]);
    const insurable = options.inRegion ? options.inRegion(purchase.region) : purchase.region.slice(0, 4) === state.region.slice(0, 4);
    const bound = last.filter((row) => row.kind === 'bound').map((row) => row.day);
    const doubts = doubtsOf(purchase, value, insurable, dayOf(clock.now()), bound);
    const lines = doubts.length > 0 ? [...explanation, ...doubts] : explanation;
    return {
      outcome: doubts.length === 0 ? 'pass' : 'fail',
      data: { risk_class: value.riskZh, ...(doubts.length === 0 ? {} : { eligibility_doubts: doubts.map((line) => `${line.zh}：${line.value}`) }) },
      explanation: lines,
    };
  };

  const quote: Decider = async ({ tx, state }) => {
    const { value, explanation } = await premium(tx, purchaseOf(state));
    return {
      outcome: value.payableFen > 0 ? 'payable' : 'free',
      data: {
        gross_fen: value.grossFen, premium_fen: value.grossFen, subsidy_fen: value.subsidyFen, payable_fen: value.payableFen, risk_class: value.riskZh,
        premium_explanation: explanation,
      },
      explanation,
    };
  };

  /** Entering `underwrite`: a job asks the insurer; the case waits for its answer, however long that takes. */
  const requestUnderwriting: Effect = async ({ tx, state }) => {
    options.enqueue(tx, 'cover.underwrite', { caseId: state.caseId }, { jobKey: `cover.underwrite:${state.caseId}`, maxAttempts: partyAttempts });
  };

  async function underwrite(caseId: string): Promise<void> {
    const asked = await db.transaction(systemAccess, async (tx) => {
      const state = await options.cases.read(tx, caseId);
      if (!state?.active.some((one) => one.step === 'underwrite')) return null;
      const purchase = purchaseOf(state);
      const { insured, age, value } = await premium(tx, purchase);
      const spans = spansOf(purchase.days, paidAtOf(state, clock.now()));
      return { state, purchase, insured, age, value, startsAt: spans[0]?.startsAt ?? clock.now() };
    });
    if (!asked) return;
    const { state, purchase, insured, age, value } = asked;
    const answer = await heard(() =>
      options.insurer.underwrite({
        policyNo: policyNoOf(state), idNumberHash: insured.idNumberHash, age, occupation: purchase.workType, riskClass: value.riskClass,
        days: purchase.days, startsAt: new Date(asked.startsAt), premiumFen: value.grossFen, subsidyFen: value.subsidyFen,
      }),
    );
    await db.transaction(systemAccess, (tx) =>
      options.cases.event(tx, {
        caseId, step: 'underwrite', outcome: answer.decision,
        data: {
          ...(answer.insurerPolicyNo ? { insurer_policy_no: answer.insurerPolicyNo } : {}),
          ...(answer.reason ? { underwriting_reason: answer.reason } : {}),
        },
      }),
    );
  }

  /** Whether all days are still free, for a workflow that gives a whole conflict a way of its own. */
  const issue: Decider = async ({ tx, state }) => {
    const purchase = purchaseOf(state);
    tx.send(store.lockPerson, [purchase.personId]);
    const taken = await tx.run(store.lastOfDays, [purchase.personId, [...purchase.days]]);
    const free = spansOf(purchase.days, paidAtOf(state, clock.now())).filter((span) => !taken.some((row) => row.day === span.day && row.kind === 'bound'));
    return { outcome: free.length > 0 ? 'done' : 'conflict' };
  };

  /** Leaving `issue`: what is free is bound and earned; what another purchase took first, or what is over, is refunded. */
  const bind: Effect = async (context) => {
    const { tx, state, facts } = context;
    const purchase = purchaseOf(state);
    const insurerOrgId = facts.route('insurer_underwriter', state.region);
    invariant(insurerOrgId, `no insurer acts in ${state.region}`);
    tx.send(store.lockPerson, [purchase.personId]);
    const at = clock.now();
    const spans = spansOf(purchase.days, paidAtOf(state, at));
    const prices = await pricesOf(tx, purchase);
    const policyId = newId();
    const policyNo = policyNoOf(state);
    const leafId = options.trace.record(tx, {
      eventId: policyId, type: 'cover.bound', at, region: state.region, department: 'insurer', actorId: null, subjectId: purchase.personId,
      body: { policyNo, case: state.caseNo, asked: spans },
    });
    const bound = await tx.run(store.bindDays, [
      purchase.personId, spans.map((one) => one.day), spans.map((one) => one.startsAt), spans.map((one) => one.endsAt), policyId, at,
      coverReaders(context), leafId, policyNo, state.caseId, insurerOrgId, textOf(state, 'insurer_policy_no'), state.region, purchase.workType,
      textOf(state, 'beneficiary_name'), prices.map((one) => one.grossFen), prices.map((one) => one.subsidyFen),
    ]);
    const price = prices[bound.length - 1];
    const paidFen = wholeOf(state, 'paid_fen');
    const earnedFen = price?.payableFen ?? 0;
    if (price && earnedFen > 0) {
      await money.ledger.post(tx, {
        idem: `earned:${policyNo}`, debit: 'premium_received', credit: 'premium_payable', amountFen: earnedFen, code: 'premium', caseId: state.caseId,
      }, { region: state.region, subjectId: purchase.personId });
    }
    if (paidFen > earnedFen) await money.payments.refundPart(tx, state.caseId, paidFen - earnedFen);
    const days = bound.map((row) => row.day);
    const left = purchase.days.filter((day) => !days.includes(day));
    const held = spans.filter((span) => days.includes(span.day));
    return {
      ...(price
        ? {
            policy_no: policyNo, policy_id: policyId, cover_days: spanText(days), cover_day_list: days, cover_starts_at: held[0]?.startsAt,
            cover_ends_at: held.at(-1)?.endsAt, gross_fen: price.grossFen, premium_fen: price.grossFen, subsidy_fen: price.subsidyFen,
            payable_fen: price.payableFen, subsidy_bound_fen: price.subsidyFen,
          }
        : { cover_conflict: true }),
      ...(left.length > 0 ? { conflict_days: left, conflict_refund_fen: paidFen - earnedFen } : {}),
    };
  };

  /** What one day, two days, … of a purchase cost: the same rule at each count, so that partial refunds add up to the whole. */
  async function pricesOf(tx: Tx, purchase: Purchase): Promise<Premium[]> {
    const { age } = await premium(tx, purchase);
    return purchase.days.map((_, index) => priced(purchase, age, index + 1).value);
  }

  /** Leaving `issue`, after bind: the public money's part is owed to the insurer. */
  const accrueSubsidy: Effect = async ({ tx, state }) => {
    const amountFen = wholeOf(state, 'subsidy_bound_fen');
    if (amountFen === 0 || !textOf(state, 'policy_no')) return;
    await money.ledger.post(tx, {
      idem: `subsidy:${policyNoOf(state)}`, debit: 'subsidy_receivable', credit: 'premium_payable', amountFen, code: 'subsidy', caseId: state.caseId,
    }, { region: state.region, subjectId: state.personId });
  };

  // ---- refund of days that have not started ----------------------------------------------------------------------------------

  type Refund = { readonly policy: store.PolicyRow; readonly days: string[]; readonly refundFen: number; readonly subsidyFen: number };

  /** What can be given back of what was asked: bound days of this person's policy that have not started. */
  async function refundOf(tx: Tx, state: CaseState): Promise<{ refund: Refund | null; asked: readonly string[]; why: string | null }> {
    const from = textOf(state, 'refund_dates');
    const asked = from ? daysFrom(from, wholeOf(state, 'refund_days')) : [];
    const cited = textOf(state, 'cited_case_id');
    const policy = cited ? await tx.maybe(store.policyOfCase, [cited]) : undefined;
    if (!policy || policy.person_id !== state.personId) return { refund: null, asked, why: '引用的办件没有本人的有效保单' };
    const rows = (await tx.run(store.lastOfPolicyDays, [policy.person_id, policy.policy_id])).filter((row) => row.kind === 'bound' && row.policy_id === policy.policy_id);
    const now = clock.now();
    const days = rows.filter((row) => asked.includes(row.day) && row.starts_at > now).map((row) => row.day);
    const claims = await tx.run(store.claimsOfPolicy, [policy.policy_id]);
    const why = claims.length > 0 ? '该保单已有理赔' : days.length < asked.length ? '所选日期中有的已经开始、已退或不在保单内' : null;
    return { refund: { policy, days, ...(await pricedRefund(tx, state, policy, rows.length, days.length)) }, asked, why };
  }

  async function pricedRefund(tx: Tx, state: CaseState, policy: store.PolicyRow, before: number, given: number) {
    const occupation = occupations.find((one) => one === policy.work_type) ?? '其他';
    const purchase: Purchase = {
      personId: policy.person_id, days: daysFrom(policy.first_day, before), firstDay: policy.first_day, workType: occupation, workTypeKnown: true, region: policy.region,
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

  const refundCheck: Decider = async ({ tx, state }) => {
    const { refund, asked, why } = await refundOf(tx, state);
    const lines: ExplanationLine[] = [
      fact('申请退保', asked.length > 0 ? `${asked[0]}起${asked.length}天` : '没有写明日期'),
      fact('可以退的日期', refund && refund.days.length > 0 ? refund.days.join('、') : '没有'),
      ...(why ? [fact('需人工核对', why)] : [fact('应退个人部分', `${((refund?.refundFen ?? 0) / 100).toFixed(2)} 元`), fact('冲回补贴', `${((refund?.subsidyFen ?? 0) / 100).toFixed(2)} 元`)]),
    ];
    const passes = why === null && refund !== null && refund.days.length > 0;
    return { outcome: passes ? 'pass' : 'fail', data: { ...(why ? { refund_doubt: why } : {}), refund_day_list: refund?.days ?? [] }, explanation: lines };
  };

  /** Leaving a check with `pass`: the days are released in the ledger, the subsidy is reversed, the worker's part is due. */
  const release: Effect = async (context) => {
    const { tx, state } = context;
    invariant(state.personId, 'a refund has a person');
    tx.send(store.lockPerson, [state.personId]);
    const { refund } = await refundOf(tx, state);
    if (!refund || refund.days.length === 0) return { refund_fen: 0, refund_case_id: refund?.policy.case_id ?? state.caseId, refund_day_list: [] };
    const { policy, days, refundFen, subsidyFen } = refund;
    const at = clock.now();
    const leafId = options.trace.record(tx, {
      eventId: newId(), type: 'cover.released', at, region: state.region, department: 'insurer', actorId: null, subjectId: state.personId,
      body: { policyNo: policy.policy_no, case: state.caseNo, days, refundFen, subsidyFen },
    });
    const released = await tx.run(store.releaseDays, [state.personId, days, policy.policy_id, at, coverReaders(context), leafId]);
    invariant(released.length === days.length, `case ${state.caseId} released ${released.length} of ${days.length} days`);
    if (subsidyFen > 0) {
      await money.ledger.post(tx, {
        idem: `unsubsidy:${state.caseId}`, debit: 'premium_payable', credit: 'subsidy_receivable', amountFen: subsidyFen, code: 'subsidy_reversed', caseId: state.caseId,
      }, { region: state.region, subjectId: state.personId });
    }
    options.enqueue(tx, 'cover.endorse', { policyNo: policy.policy_no, days }, { maxAttempts: partyAttempts });
    return { refund_fen: refundFen, refund_subsidy_fen: subsidyFen, refund_case_id: policy.case_id, refund_day_list: days };
  };

  async function endorse(payload: { policyNo: string; days: readonly string[] }): Promise<void> {
    try {
      await options.insurer.endorseRefund(payload);
    } catch (error) {
      if (!isRefused(error)) throw error;
      // The insurer counts otherwise: our ledger stands, the monthly settlement shows the difference, and the trace keeps the answer.
      await db.transaction(systemAccess, async (tx) => {
        options.trace.record(tx, {
          eventId: newId(), type: 'cover.endorsement_refused', at: clock.now(), region: '', department: 'insurer', actorId: null, subjectId: null,
          body: { ...payload, code: error.code },
        });
      });
    }
  }

  return {
    deciders: { 'cover.eligibility': eligibility, 'cover.quote': quote, 'cover.issue': issue, 'cover.refund_check': refundCheck },
    effects: {
      'cover.request_underwriting': requestUnderwriting, 'cover.bind': bind, 'cover.accrue_subsidy': accrueSubsidy, 'cover.release': release,
    },
    underwrite,
    endorse,
  };
}

/** A refusal of the insurer is a doubt, and a doubt goes to a person. */
async function heard(ask: () => ReturnType<InsurerPort['underwrite']>): ReturnType<InsurerPort['underwrite']> {
  try {
    return await ask();
  } catch (error) {
    if (isRefused(error)) return { decision: 'manual', reason: error.partyMessage || '保险公司系统未接受，转人工核保' };
    throw error;
  }
}

export function isRefused(error: unknown): error is Error & { code: string; partyMessage: string } {
  return error instanceof Error && 'kind' in error && error.kind === 'refused';
}

/** 2026-05-03 至 2026-05-05（3天） */
function spanText(days: readonly string[]): string {
  const [first] = days;
  return days.length === 1 ? `${first}（1天）` : `${first} 至 ${days.at(-1)}（${days.length}天）`;
}

function paidAtOf(state: CaseState, now: string): string {
  return textOf(state, 'paid_at') ?? now;
}

function fact(zh: string, value: string): ExplanationLine {
  return { zh, value, basis: '系统核对', verified: true };
}

/** Everything that stands against passing at once; each is for a person to look at. */
function doubtsOf(purchase: Purchase, value: Premium, insurable: boolean, today: string, bound: readonly string[]): ExplanationLine[] {
  const { firstDay } = purchase;
  const doubts: (ExplanationLine | false)[] = [
    !value.ageAllowed && fact('年龄', '起保日不满16周岁或超过65周岁'),
    !value.daysAllowed && fact('天数', `${purchase.days.length}天，不在单次可投保天数内`),
    !purchase.workTypeKnown && fact('从业类别', '不在目录内'),
    !insurable && fact('作业区域', '不在本市'),
    firstDay < today && fact('起保日期', '早于今天'),
    firstDay === today && !value.sameDayAllowed && fact('起保日期', `本地区不能当日起保，最早${addDays(today, 1)}`),
    bound.length > 0 && fact('同日重复', `${bound.join('、')}已有保障`),
  ];
  return doubts.filter((line) => line !== false);
}
