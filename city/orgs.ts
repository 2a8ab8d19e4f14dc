// The organisations of the city and who acts where: an organisation for each department and outside party, the unions as a tree,
// stations in every district, and the routing of every role, so that any workflow finds somebody. Fictional and marked so.

import { departments, outsideParties, roles, type Role } from '#catalog';
import { makeUscc } from '#catalog/fields/index';
import { invariant } from '#platform/errors';
import { city, districts, hospitals, platforms } from './names.ts';
import type { Random } from './random.ts';
import type { Row } from './rows.ts';

type Org = Row<'org'>;
type Routing = Row<'org_role'>;

export type Organisations = {
  readonly orgs: readonly Org[];
  readonly routing: readonly Routing[];
  /** As in life: the exact region, then its city, then its province. */
  route(role: string, region: string): string | null;
  name(orgId: string): string;
  byCode(code: string): Org;
};

/** Acted in by the district's own organisation; all other roles act for the whole city. */
const districtRoles = {
  county_union: 'union',
  township_union: 'street-union',
  grassroots_union: 'station-union',
  hrss_window: 'hrss',
  case_dispatcher: 'hrss',
  mediator: 'hrss',
  employment_officer: 'hrss',
  enterprise: 'station',
  employer_representative: 'station',
  station_manager: 'rest-stop',
} as const satisfies Partial<Record<Role, string>>;

/** Where the city's organisation for a role is not simply that of its department. */
const cityOrgOf: Partial<Record<Role, string>> = {
  industry_union: 'industry-union',
  platform_company: 'platform-lusong',
  hospital: 'hospital-first',
};

export function makeOrganisations(random: Random, atMs: number): Organisations {
  const orgs: Org[] = [];
  const add = (
    code: string,
    name: string,
    kind: string,
    region: string,
    parent: string | null = null,
    company = false,
  ): void => {
    orgs.push({
      org_id: random.id(atMs),
      code,
      name,
      kind,
      region,
      parent_id: parent === null ? null : find(orgs, parent).org_id,
      // 000000 is no region of GB/T 2260: the code passes every check and no company can hold it.
      uscc: company ? makeUscc('91', '000000', String(orgs.length).padStart(8, '0')) : null,
      synthetic: true,
      active: true,
    });
  };

  for (const [kind, { zh }] of Object.entries(departments)) add(kind, `${city.zh}${zh}（演示）`, kind, city.region);
  for (const [kind, { zh }] of Object.entries(outsideParties)) {
    if (kind === 'platform_company' || kind === 'cooperating_employer' || kind === 'hospital') continue;
    add(kind, outsideNames[kind] ?? `${city.zh}${zh}（演示）`, kind, city.region, null, kind in outsideNames);
  }
  for (const { code, name } of platforms) add(`platform-${code}`, name, 'platform_company', city.region, null, true);
  for (const { code, name, region } of hospitals) add(`hospital-${code}`, name, 'hospital', region);
  add('industry-union', `${city.zh}新就业形态行业工会联合会（演示）`, 'union', city.region, 'union');
  for (const { region, zh, street } of districts) {
    add(`union-${region}`, `${zh}总工会（演示）`, 'union', region, 'union');
    add(`street-union-${region}`, `${zh}${street}总工会（演示）`, 'union', region, `union-${region}`);
    add(`hrss-${region}`, `${zh}人力资源和社会保障局（演示）`, 'hrss', region, 'hrss');
    add(`rest-stop-${region}`, `${zh}户外劳动者驿站（虚构）`, 'station_operator', region, 'station_operator');
    add(
      `station-${region}`,
      `鹭送${zh}配送服务有限公司（虚构）`,
      'cooperating_employer',
      region,
      'platform-lusong',
      true,
    );
    add(`depot-${region}`, `闽达快递${zh}网点（虚构）`, 'cooperating_employer', region, 'platform-minda', true);
    add(`station-union-${region}`, `鹭送${zh}站点工会委员会（虚构）`, 'union', region, `street-union-${region}`);
  }

  const routing = routingOf(orgs);
  const routes = new Map(routing.map((one) => [`${one.role}@${one.region}`, one.org_id]));
  const names = new Map(orgs.map((one) => [one.org_id, one.name]));
  return {
    orgs,
    routing,
    route: (role, region) =>
      routes.get(`${role}@${region}`) ??
      routes.get(`${role}@${region.slice(0, 4)}00`) ??
      routes.get(`${role}@${region.slice(0, 2)}0000`) ??
      null,
    name: (orgId) => names.get(orgId) ?? '',
    byCode: (code) => find(orgs, code),
  };
}

/** Outside parties that are companies get names of their own. */
const outsideNames: Readonly<Record<string, string>> = {
  insurer: '鹭安财产保险股份有限公司（虚构）',
  bank: '鹭江合作银行（虚构）',
  training_org: '厦职技能培训学校（虚构）',
  station_operator: '鹭驿驿站运营有限公司（虚构）',
};

function find(orgs: readonly Org[], code: string): Org {
  const found = orgs.find((one) => one.code === code);
  invariant(found, `the city has no organisation ${code}`);
  return found;
}

function routingOf(orgs: readonly Org[]): Routing[] {
  const routing: Routing[] = [];
  const local: Partial<Record<Role, string>> = districtRoles;
  for (const [role, { org, kind }] of Object.entries(roles) as [Role, (typeof roles)[Role]][]) {
    if (kind === 'system' || kind === 'public' || kind === 'administrator') continue;
    const prefix = local[role];
    if (prefix) {
      for (const { region } of districts)
        routing.push({ org_id: find(orgs, `${prefix}-${region}`).org_id, role, region, priority: 0 });
      continue;
    }
    const code = cityOrgOf[role] ?? org;
    invariant(code, `role ${role} belongs to no organisation`);
    routing.push({ org_id: find(orgs, code).org_id, role, region: city.region, priority: 0 });
  }
  return routing;
}
