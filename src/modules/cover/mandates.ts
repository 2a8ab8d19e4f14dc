// The mandate of an auto-renewal (DI-003): who may sign one, what it says, and how it starts, changes, rests and ends. It charges
// nothing; that is renewals.ts.

import { ageOn } from '#catalog/fields/index';
import { occupations, parametersOf, premiumRule } from '#catalog/rules/index';
import { linkedPlatforms, otherPlatform } from '#catalog/services/daily-insurance/renewal-fields';
import type { Effect } from '#modules/cases';
import { dayOf } from '#platform/calendar';
import { brokenConstraint, type Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import { refuse } from './contract.ts';
import { addDays } from './days.ts';
import { coverReaders, type CoverOptions } from './options.ts';
import { textOf, wholeOf } from './ports.ts';
import { createPricing } from './purchase.ts';
import * as store from './renewal-store.ts';
import { lockPerson } from './store.ts';
import { tradeOf } from './trades.ts';

export const triggers: Readonly<Record<string, store.Trigger>> = {
  每日固定: 'daily',
  周一至周五: 'weekdays',
  接单日自动: 'order',
};
/** What an insurer looks at by hand is not renewed by a machine. */
const manualRisk = '较高';

/**
 * Whether an order of this company counts for somebody who chose these platforms. Companies are known by their registered names, which
 * hold the name that the form offers; who chose none takes all, and 其他 means those that the form does not name.
 */
export function countsFrom(platforms: readonly string[], company: string): boolean {
  const named = linkedPlatforms.find((one) => one !== otherPlatform && company.includes(one)) ?? otherPlatform;
  return platforms.length === 0 || platforms.includes(named);
}

function namesIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? linkedPlatforms.filter((one) => value.includes(one)) : [];
}

export function createMandates(options: CoverOptions) {
  const { clock } = options;
  const { priced } = createPricing(options);

  /** Leaving `auto-sign`: the wish is kept; it counts once the payment party says that the contract is signed. */
  const register: Effect = async (context) => {
    const { tx, state, facts } = context;
    invariant(state.personId, 'only a person renews');
    const today = dayOf(clock.now());
    const region = textOf(state, 'work_region') ?? state.region;
    const insurerOrgId = facts.route('insurer_underwriter', region);
    if (!options.money.debits.isAvailable || !insurerOrgId) throw refuse('cover.renewal_unavailable');
    const workType = occupations.find((one) => one === textOf(state, 'work_type')) ?? '其他';
    const { birthDay } = await options.findInsured(tx, state.personId);
    const { value } = priced({ firstDay: today, workType, region }, ageOn(birthDay, today), 1);
    const trigger = triggerOf(textOf(state, 'trigger_mode'));
    const platforms = trigger === 'order' ? namesIn(state.data['linked_platforms']) : [];
    await requireTrigger(tx, trigger, value.sameDayAllowed, platforms);
    if (!value.ageAllowed) throw refuse('cover.renewal_age');
    if (value.riskZh === manualRisk) throw refuse('cover.renewal_manual');
    const lastDay = lastInsurableDay(birthDay, region, today);
    const capFen = requireCap(wholeOf(state, 'monthly_cap'), value.payableFen);
    const readers = coverReaders(context);
    tx.send(lockPerson, [state.personId]);
    const live = await tx.asSystem().maybe(store.mandateOf, [state.personId]);
    if (live && live.state !== 'ended' && live.case_id !== state.caseId) throw refuse('cover.mandate_exists');
    try {
      await tx.run(store.putMandate, [
        state.caseId,
        state.caseNo,
        state.personId,
        region,
        workType,
        trigger,
        capFen,
        insurerOrgId,
        textOf(state, 'beneficiary_name'),
        lastDay,
        readers,
        platforms,
      ]);
    } catch (error) {
      if (brokenConstraint(error) === 'renewal_mandate_live_key') throw refuse('cover.mandate_exists');
      throw error;
    }
    return { renewal_ends_at: endOf(lastDay), renewal_daily_fen: value.payableFen };
  };

  /** Leaving `auto-bank` with the contract: the first day that it renews is tomorrow. */
  const start: Effect = async ({ tx, state }) => {
    const contractCode = textOf(state, 'withholding_contract');
    invariant(contractCode, 'a contract was signed');
    const firstDay = addDays(dayOf(clock.now()), 1);
    tx.send(store.activateMandate, [state.caseId, contractCode, firstDay]);
    return { renewal_first_day: firstDay };
  };

  const change: Effect = async ({ tx, state }) => {
    const mandate = await tx.one(store.mandateOfCase, [state.caseId]);
    const trigger = triggerOf(textOf(state, 'trigger_mode'));
    const { value } = priced(
      { firstDay: dayOf(clock.now()), workType: tradeOf(mandate.work_type), region: mandate.region },
      30,
      1,
    );
    await requireTrigger(tx, trigger, value.sameDayAllowed, mandate.platforms);
    tx.send(store.changeMandate, [state.caseId, trigger, requireCap(wholeOf(state, 'monthly_cap'), value.payableFen)]);
  };

  /** The day's first order can only renew where somebody tells of orders, and where cover may start on the day. */
  async function requireTrigger(
    tx: Tx,
    trigger: store.Trigger,
    sameDayAllowed: boolean,
    platforms: readonly string[],
  ): Promise<void> {
    if (trigger !== 'order') return;
    const telling = (await options.tellsOfOrders?.(tx.asSystem())) ?? [];
    if (!sameDayAllowed || !telling.some((name) => countsFrom(platforms, name)))
      throw refuse('cover.trigger_unavailable', {}, [
        { path: 'trigger_mode', code: 'unavailable', zh: '这里还不能按接单续保，请改选“每日固定”或“周一至周五”。' },
      ]);
  }

  const pause: Effect = async ({ tx, state }) => {
    await tx.run(store.setMandateState, [state.caseId, 'paused', ['active'], null]);
  };

  const resume: Effect = async ({ tx, state }) => {
    await tx.run(store.setMandateState, [state.caseId, 'active', ['paused'], clock.now()]);
  };

  /** Leaving `auto-stop`: nothing is charged from now on; a day that was charged already stays covered. */
  const end: Effect = async ({ tx, state }) => {
    await tx.run(store.setMandateState, [state.caseId, 'ended', ['signing', 'active', 'paused'], null]);
    const cancelled = await options.money.debits.stop(tx, state.caseId);
    if (cancelled.length > 0)
      tx.send(store.endRenewals, [
        [...cancelled],
        cancelled.map(() => null),
        cancelled.map(() => 'failed'),
        cancelled.map(() => '自动续保已停止，没有扣款'),
      ]);
  };

  return {
    // The stop itself asks nothing: it was decided by whoever stopped.
    deciders: { 'cover.stop_renewal': async () => ({ outcome: 'done' }) },
    effects: {
      'cover.register_mandate': register,
      'cover.start_renewal': start,
      'cover.change_renewal': change,
      'cover.pause_renewal': pause,
      'cover.resume_renewal': resume,
      'cover.end_renewal': end,
    },
  };
}

function triggerOf(said: string | null): store.Trigger {
  const trigger = said === null ? undefined : triggers[said];
  invariant(trigger, `no trigger ${said}`);
  return trigger;
}

function requireCap(capFen: number, dailyFen: number): number {
  if (capFen >= dailyFen) return capFen;
  const problem = { path: 'monthly_cap', code: 'too_small', zh: '上限不够付一天的保费，请填大一些。' };
  throw refuse('cover.cap_too_small', {}, [problem]);
}

/** The day before the birthday on which one grows too old. */
function lastInsurableDay(birthDay: string, region: string, today: string): string {
  const ageMax = parametersOf(premiumRule, today, region)?.values.ageMax ?? 65;
  const year = Number(birthDay.slice(0, 4)) + ageMax + 1;
  const birthday = `${year}-${birthDay.slice(5)}`;
  return addDays(Number.isNaN(Date.parse(`${birthday}T00:00:00Z`)) ? `${year}-03-01` : birthday, -1);
}

const endOf = (lastDay: string): string => `${lastDay}T16:00:00.000Z`;
