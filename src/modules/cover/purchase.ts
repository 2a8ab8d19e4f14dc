// What a case buys, and what the rule says it costs, with the operator's own settings laid over the rule.

import { ageOn } from '#catalog/fields/index';
import { occupations, premiumOn, type ExplanationLine, type PremiumOverlay } from '#catalog/rules/index';
import type { CaseState } from '#modules/cases';
import type { Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import { daysFrom } from './days.ts';
import type { CoverOptions } from './options.ts';
import { textOf, wholeOf } from './ports.ts';

export type Purchase = {
  readonly personId: string;
  readonly days: readonly string[];
  readonly firstDay: string;
  readonly workType: (typeof occupations)[number];
  readonly workTypeKnown: boolean;
  readonly region: string;
};

export function purchaseOf(state: CaseState): Purchase {
  const firstDay = textOf(state, 'cover_from');
  invariant(state.personId && firstDay, `case ${state.caseId} buys no cover`);
  const said = textOf(state, 'work_type');
  const known = occupations.find((one) => one === said);
  return {
    personId: state.personId,
    days: daysFrom(firstDay, wholeOf(state, 'days')),
    firstDay,
    workType: known ?? '其他',
    workTypeKnown: known !== undefined,
    region: textOf(state, 'work_region') ?? state.region,
  };
}

export function createPricing(options: Pick<CoverOptions, 'findInsured' | 'subsidyMode' | 'sameDay'>) {
  function overlayOf(region: string): PremiumOverlay {
    return {
      ...(options.subsidyMode ? { rateMeans: options.subsidyMode } : {}),
      ...(options.sameDay ? { sameDay: options.sameDay(region) } : {}),
    };
  }

  function priced(purchase: Pick<Purchase, 'firstDay' | 'workType' | 'region'>, age: number, days: number) {
    return premiumOn(
      purchase.firstDay,
      { age, days, workType: purchase.workType },
      purchase.region,
      overlayOf(purchase.region),
    );
  }

  async function premium(tx: Tx, purchase: Purchase) {
    const insured = await options.findInsured(tx, purchase.personId);
    const age = ageOn(insured.birthDay, purchase.firstDay);
    return { insured, age, ...priced(purchase, age, purchase.days.length) };
  }

  return { priced, premium };
}

/** A line of an explanation that rests on our own records. */
export function fact(zh: string, value: string): ExplanationLine {
  return { zh, value, basis: '系统核对', verified: true };
}
