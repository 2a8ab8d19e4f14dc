// What stands in the menu for whom. A convenience only: every page can still be reached by its address, and the server decides
// what it shows there. Pure.

import { pages, type PageMatch } from './paths.ts';

export type NavItem = { readonly page: PageMatch['page']; readonly zh: string; readonly to: string };
export type NavGroup = { readonly zh: string; readonly items: readonly NavItem[] };

const moneyRoles = [
  'insurer_finance',
  'finance_bureau',
  'social_insurance_agency',
  'insurer_adjuster',
  'bank',
  'auditor',
];
const settlementRoles = [
  'insurer_finance',
  'hrss_reviewer',
  'hrss_investigator',
  'finance_bureau',
  'risk_analyst',
  'supervisor',
  'audit_officer',
];
const adminRoles = ['system_admin', 'administrator', 'admin'];

export function navFor(roles: readonly string[]): readonly NavGroup[] {
  const seesMoney = roles.some(
    (role) => moneyRoles.includes(role) || adminRoles.includes(role) || role.includes('finance'),
  );
  const money: NavGroup = {
    zh: '资金',
    items: [
      { page: 'payouts', zh: '付款', to: pages.payouts() },
      { page: 'batches', zh: '付款批次', to: pages.batches() },
      { page: 'reconciliation', zh: '对账', to: pages.reconciliation() },
      { page: 'ledger', zh: '资金账户', to: pages.ledger() },
    ],
  };
  const operation: NavGroup = { zh: '运行', items: [{ page: 'health', zh: '运行状况', to: pages.health() }] };
  return [
    {
      zh: '办件',
      items: [
        { page: 'tasks', zh: '任务', to: pages.tasks() },
        { page: 'start', zh: '发起办件', to: pages.start() },
        { page: 'notices', zh: '消息', to: pages.notices() },
        { page: 'ratings', zh: '评价整改', to: pages.ratings() },
      ],
    },
    ...(roles.includes('system_administrator') ? [operation] : []),
    ...(seesMoney ? [money] : []),
    {
      zh: '日保',
      items: [
        ...(roles.some((role) => settlementRoles.includes(role))
          ? [{ page: 'settlements' as const, zh: '补贴结算', to: pages.settlements() }]
          : []),
        { page: 'servicePoints', zh: '服务网点', to: pages.servicePoints() },
      ],
    },
    {
      zh: '查询',
      items: [
        { page: 'cover', zh: '在保查询', to: pages.cover() },
        { page: 'catalogue', zh: '服务目录', to: pages.catalogue() },
      ],
    },
  ];
}

const parents: Readonly<Partial<Record<PageMatch['page'], PageMatch['page']>>> = {
  case: 'tasks',
  settlement: 'settlements',
  batch: 'batches',
  service: 'catalogue',
  startService: 'start',
};

/** The menu entry that a page belongs to. */
export function navPageOf(page: PageMatch['page']): PageMatch['page'] {
  return parents[page] ?? page;
}
