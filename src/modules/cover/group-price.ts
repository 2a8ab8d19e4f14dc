// What all parts of a group share: a person's price and number, and the lists that it stands on.

import type { Premium } from '#catalog/rules/index';
import { invariant } from '#platform/errors';
import type { GroupRow } from './group-store.ts';
import { policyNoOf, type CoverOptions } from './options.ts';
import type { ListsPort } from './ports.ts';
import type { createPricing } from './purchase.ts';
import { tradeOf } from './trades.ts';

/** Any age between the limits: who is outside of them is refused, so the price is that of everybody. */
export const anyAge = 30;

export function listsOf(options: Pick<CoverOptions, 'lists'>): ListsPort {
  invariant(options.lists, 'nothing is bought for lists here');
  return options.lists;
}

type Priced = ReturnType<typeof createPricing>['priced'];

export function quoteOf(priced: Priced, group: Pick<GroupRow, 'day' | 'region'>, trade: string) {
  return priced({ firstDay: group.day, workType: tradeOf(trade), region: group.region }, anyAge, 1);
}

/** What a person of a group costs. */
export const priceIn = (...asked: Parameters<typeof quoteOf>): Premium => quoteOf(...asked).value;

/** A person's certificate under the group's policy, by the line of the list. */
export function memberNo(group: Pick<GroupRow, 'case_no'>, line: number | ''): string {
  return `${policyNoOf({ caseNo: group.case_no })}-${line}`;
}
