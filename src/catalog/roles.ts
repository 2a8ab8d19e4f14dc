// Departments, outside parties and roles by name; the tables themselves are roles-data.ts.

import { roles, type departments, type outsideParties } from './roles-data.ts';

export { departments, outsideParties, roles, type Organisational } from './roles-data.ts';

export type Department = keyof typeof departments;
export type OutsideParty = keyof typeof outsideParties;
export type Role = keyof typeof roles;

export function isRole(value: string): value is Role {
  return Object.hasOwn(roles, value);
}

/** 三员: no account holds more than one of them, nor any other role beside. */
export const administratorRoles = ['system_administrator', 'security_administrator', 'audit_administrator'] as const;
export type AdministratorRole = (typeof administratorRoles)[number];

/**
 * Roles that one security administrator proposes and another decides: whoever may send money out, and administrators themselves.
 * 待核: which roles an installation counts here is its own rule of internal control.
 */
const criticalRoles: ReadonlySet<string> = new Set<Role>([
  ...administratorRoles,
  'insurer_finance',
  'finance_bureau',
  'social_insurance_agency',
  'mutual_aid_office',
]);

export function isCritical(role: string): boolean {
  return criticalRoles.has(role);
}

/** What an account is made for. It never changes, so that no sequence of grants can join what must stay apart. */
export const staffKinds = ['business', ...administratorRoles] as const;
export type StaffKind = (typeof staffKinds)[number];

/** The kind of account that alone may hold this role; the database computes the same (staff_role.kind). */
export function staffKindOf(role: string): StaffKind {
  return administratorRoles.find((one) => one === role) ?? 'business';
}
