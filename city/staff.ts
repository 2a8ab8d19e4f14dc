// Who works at the desks of the city: one or two people for every role in every organisation that acts in it. Their logins are for
// a demonstration and printed by it: one password, hashed once; a TOTP secret each. All of it follows from the seed.

import { administratorRoles, roles, staffKindOf, type Role } from '#catalog';
import { roleGrant } from '#platform/access';
import type { CryptoPort } from '#platform/crypto';
import { invariant } from '#platform/errors';
import { sealTotpSecret } from '#modules/identity';
import { givenFemale, givenMale, surnames } from './names.ts';
import type { Organisations } from './orgs.ts';
import type { Random } from './random.ts';
import type { Row } from './rows.ts';

/** What a demonstration prints, so that one can be anybody. */
export type DemoAccount = {
  readonly login: string;
  readonly name: string;
  readonly role: Role;
  readonly roleZh: string;
  readonly orgZh: string;
  readonly password: string;
  readonly totpSecret: string;
};

export type CityStaff = {
  readonly staffId: string;
  readonly login: string;
  readonly name: string;
  readonly role: Role;
  readonly orgId: string;
  readonly region: string;
  readonly totpSecret: string;
};

/** Roles whose work is checked by a colleague of the same role. */
const pairs: readonly Role[] = [
  'insurer_finance',
  'insurer_adjuster',
  'insurer_underwriter',
  'hrss_reviewer',
  'county_union',
  'finance_bureau',
];

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.split('');

export function makePassword(random: Random): string {
  return `Gd-${Array.from({ length: 10 }, () => random.pick(base32)).join('')}`;
}

export function makeStaff(random: Random, orgs: Organisations, atMs: number): readonly CityStaff[] {
  const staff: CityStaff[] = [];
  const counts = new Map<string, number>();
  for (const { role, org_id: orgId, region } of orgs.routing) {
    invariant(role && orgId && region && role in roles, 'a routing names a role, an organisation and a region');
    const acting = role as Role;
    for (let place = 0; place < (pairs.includes(acting) ? 2 : 1); place += 1) {
      const number = (counts.get(role) ?? 0) + 1;
      counts.set(role, number);
      staff.push(memberOf(random, { role: acting, orgId, region, number }, atMs));
    }
  }
  return staff;
}

/**
 * Administrators act for no case, so no routing names them: the three of the installation, with a second for security because critical
 * grants need four eyes, and one of every company.
 */
export function makeAdministrators(random: Random, orgs: Organisations, atMs: number): readonly CityStaff[] {
  const made: CityStaff[] = [];
  const add = (role: Role, orgCode: string): void => {
    const { org_id: orgId, region } = orgs.byCode(orgCode);
    invariant(orgId && region, 'an organisation has its id and region');
    const number = made.filter((one) => one.role === role).length + 1;
    made.push(memberOf(random, { role, orgId, region, number }, atMs));
  };
  for (const role of administratorRoles) add(role, 'data_bureau');
  add('security_administrator', 'data_bureau');
  for (const { code } of orgs.orgs.filter((one) => one.kind === 'platform_company'))
    add('enterprise_administrator', code ?? '');
  return made;
}

function memberOf(
  random: Random,
  post: { readonly role: Role; readonly orgId: string; readonly region: string; readonly number: number },
  atMs: number,
): CityStaff {
  const { number, ...rest } = post;
  return {
    staffId: random.id(atMs),
    login: `${post.role.replaceAll('_', '-')}-${number}`,
    name: random.weighted(surnames) + random.pick(random.chance(0.5) ? givenMale : givenFemale),
    ...rest,
    totpSecret: Array.from({ length: 32 }, () => random.pick(base32)).join(''),
  };
}

/** By `role@org`, as grants name it. */
export function staffByGrant(staff: readonly CityStaff[]): ReadonlyMap<string, readonly CityStaff[]> {
  return Map.groupBy(staff, (one) => roleGrant(one.role, one.orgId));
}

export function accountOf(one: CityStaff, orgs: Organisations, password: string): DemoAccount {
  const { login, name, role, totpSecret } = one;
  return { login, name, role, roleZh: roles[role].zh, orgZh: orgs.name(one.orgId), password, totpSecret };
}

export function staffRow(one: CityStaff, crypto: CryptoPort, passwordHash: string): Row<'staff'> {
  return {
    staff_id: one.staffId,
    login: one.login,
    name: one.name,
    org_id: one.orgId,
    password_hash: passwordHash,
    totp_secret_sealed: sealTotpSecret(crypto, one.staffId, one.totpSecret),
    totp_last_step: 0,
    failed_count: 0,
    locked_until: null,
    active: true,
    synthetic: true,
    kind: staffKindOf(one.role),
  };
}
