// Departments, outside parties and roles by name; the tables themselves are roles-data.ts.

import { roles, type departments, type outsideParties } from './roles-data.ts';

export { departments, outsideParties, roles, type Organisational } from './roles-data.ts';

export type Department = keyof typeof departments;
export type OutsideParty = keyof typeof outsideParties;
export type Role = keyof typeof roles;

export function isRole(value: string): value is Role {
  return Object.hasOwn(roles, value);
}
