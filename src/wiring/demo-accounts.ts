// The demonstration's logins in the order of the tour: those that it needs first, each with what it does there. Pure.

import type { DemoAccount } from '#city';

/** As the README tells the tour. */
const tour: Readonly<Record<string, string>> = {
  'county-union-1': '入会：确定接收的工会，最后备案建档（思明区）',
  'township-union-1': '入会：审查（思明区）',
  'insurer-adjuster-1': '报案后：联系、查勘、核定',
  'traffic-police-1': '报案后：交通事故认定，与查勘同时进行',
  'insurer-finance-1': '付款：把付款单组成批次',
  'insurer-finance-2': '付款：复核结算专员甲组的批次',
  'supervisor-1': '付款后：回访结案',
};

export type TourAccount = DemoAccount & { readonly tour: string | null };

export function tourFirst(accounts: readonly DemoAccount[]): readonly TourAccount[] {
  const order = Object.keys(tour);
  const placeOf = (login: string) => (order.includes(login) ? order.indexOf(login) : order.length);
  const offices = Map.groupBy(accounts, ({ role, orgZh }) => `${role} ${orgZh}`);
  return accounts
    .map((account) => {
      const office = offices.get(`${account.role} ${account.orgZh}`) ?? [];
      const letter = office.length === 2 ? ['甲', '乙'][office.indexOf(account)] : '';
      return { ...account, roleZh: `${account.roleZh}${letter}`, tour: tour[account.login] ?? null };
    })
    .toSorted((a, b) => placeOf(a.login) - placeOf(b.login));
}
