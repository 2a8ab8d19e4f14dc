// Canned answers about organisations, for the desk's own tests; none of them exists.

import type { AdminOrg, AdminOrgDetail } from '#contract/orgs';
import type { AdminActItem } from '#contract/administration';

const id = (tail: string) => `0195a000-0000-7000-8000-0000000007${tail}`;

const federation: AdminOrg = {
  orgId: id('a1'),
  code: 'union',
  name: '示例市总工会',
  kind: 'union',
  kindZh: '总工会',
  region: '350200',
  regionZh: '福建省厦门市',
  parentId: null,
  parentName: null,
  uscc: null,
  active: true,
  synthetic: true,
  children: 2,
  routes: [
    { role: 'supervisor', roleZh: '督办员／效能监督员', region: '350200', regionZh: '福建省厦门市', priority: 0 },
  ],
};
const below = (tail: string, name: string): AdminOrg => ({
  ...federation,
  orgId: id(tail),
  code: `union-${tail}`,
  name,
  parentId: federation.orgId,
  parentName: federation.name,
  children: 0,
  routes: [],
});

export const cannedOrgId = federation.orgId;
export const cannedOrg: AdminOrgDetail = {
  ...federation,
  path: [],
  successors: [{ role: 'supervisor', region: '350200', name: '示例省总工会' }],
};
export const cannedOrgHistory: { items: AdminActItem[]; nextCursor: string | null } = {
  items: [
    {
      actId: id('d1'),
      at: '2026-03-11T08:00:00.000Z',
      type: 'org_moved',
      title: '单位“示例工会联合会”改名为“示例市总工会”：机构改革',
      actorName: '江系统',
      actorRoleZh: '系统管理员',
      staffName: null,
      orgName: '示例市总工会',
    },
  ],
  nextCursor: null,
};

/** The tree has two pages at its top; a search finds one or nothing. */
export function cannedOrgs(query: Readonly<Record<string, string>>): { items: AdminOrg[]; nextCursor: string | null } {
  if (query['text']) return { items: query['text'] === 'slszgh' ? [federation] : [], nextCursor: null };
  if (query['parentId']) return { items: [below('b1', '湖里区总工会'), below('b2', '思明区总工会')], nextCursor: null };
  if (query['cursor'])
    return { items: [{ ...below('c1', '示例银行'), parentId: null, parentName: null }], nextCursor: null };
  return { items: [federation], nextCursor: 'next' };
}
