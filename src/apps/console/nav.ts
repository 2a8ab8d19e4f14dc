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
const three = ['system_administrator', 'security_administrator', 'audit_administrator'];
const keepers = ['supervisor', 'hrss_reviewer', 'data_operator'];
const checkers = ['supervisor', 'hrss_reviewer', 'finance_bureau', 'county_union'];
const overseers = ['supervisor', 'hrss_window', 'insurer_adjuster', 'insurer_finance'];

export function navFor(roles: readonly string[]): readonly NavGroup[] {
  const seesMoney = roles.some((role) => moneyRoles.includes(role) || role.includes('finance'));
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
  const administration = administrationFor(roles);
  // The three administrators have nothing to do with cases.
  if (roles.length > 0 && roles.every((role) => three.includes(role)))
    return [administration, ...(roles.includes('system_administrator') ? [operation] : [])];
  return [
    {
      zh: '办件',
      items: [
        { page: 'tasks', zh: '任务', to: pages.tasks() },
        { page: 'start', zh: '发起办件', to: pages.start() },
        ...windowFor(roles),
        { page: 'notices', zh: '消息', to: pages.notices() },
        { page: 'ratings', zh: '评价整改', to: pages.ratings() },
      ],
    },
    ...(roles.includes('system_administrator') ? [operation] : []),
    ...(seesMoney ? [money] : []),
    ...(administration.items.length > 0 ? [administration] : []),
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
        ...(roles.some((role) => overseers.includes(role))
          ? [{ page: 'oversight' as const, zh: '理赔监督', to: pages.oversight() }]
          : []),
        ...(roles.some((role) => checkers.includes(role))
          ? [{ page: 'sampling' as const, zh: '理赔抽查', to: pages.sampling() }]
          : []),
        ...(roles.some((role) => keepers.includes(role))
          ? [
              { page: 'holds' as const, zh: '法律保全', to: pages.holds() },
              { page: 'erasures' as const, zh: '删除个人信息', to: pages.erasures() },
            ]
          : []),
        { page: 'catalogue', zh: '服务目录', to: pages.catalogue() },
      ],
    },
  ];
}

/** Where workers are served at a window, and where requests to act for somebody are decided. */
function windowFor(roles: readonly string[]): readonly NavItem[] {
  const windows = ['hrss_window', 'county_union', 'township_union', 'grassroots_union', 'station_manager'];
  return [
    ...(roles.some((role) => windows.includes(role))
      ? [{ page: 'assist' as const, zh: '代办窗口', to: pages.assist() }]
      : []),
    ...(roles.includes('hrss_window')
      ? [{ page: 'authorities' as const, zh: '代办授权审核', to: pages.authorities() }]
      : []),
    ...(roles.some((role) => ['hrss_window', 'hrss_reviewer', 'supervisor'].includes(role))
      ? [{ page: 'duplicates' as const, zh: '疑似重复人员', to: pages.duplicates() }]
      : []),
  ];
}

function administrationFor(roles: readonly string[]): NavGroup {
  const has = (...wanted: readonly string[]): boolean => roles.some((role) => wanted.includes(role));
  const items: NavItem[] = [];
  if (has(...three)) items.push({ page: 'staff', zh: '人员', to: pages.staff() });
  if (has(...three)) items.push({ page: 'orgs', zh: '单位', to: pages.orgs() });
  if (has('security_administrator', 'audit_administrator'))
    items.push({ page: 'role-proposals', zh: '授权复核', to: pages.roleProposals() });
  if (has('audit_administrator')) items.push({ page: 'admin-trail', zh: '管理留痕', to: pages.adminTrail() });
  if (has('audit_administrator')) items.push({ page: 'looks', zh: '资料查看记录', to: pages.looks() });
  if (has('enterprise_administrator')) items.push({ page: 'api-keys', zh: '企业管理', to: pages.apiKeys() });
  return { zh: '管理', items };
}

const parents: Readonly<Partial<Record<PageMatch['page'], PageMatch['page']>>> = {
  case: 'tasks',
  settlement: 'settlements',
  samplingSheet: 'sampling',
  batch: 'batches',
  service: 'catalogue',
  startService: 'start',
  staffMember: 'staff',
  org: 'orgs',
  'register-worker': 'assist',
  duplicate: 'duplicates',
  merges: 'duplicates',
  merge: 'duplicates',
};

/** The menu entry that a page belongs to. */
export function navPageOf(page: PageMatch['page']): PageMatch['page'] {
  return parents[page] ?? page;
}
