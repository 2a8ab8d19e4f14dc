// The door of contacts: how a person is paid, and what others say about whose phone and whose card it is.

export { createAccounts, type Accounts } from './accounts.ts';
export { createChecks, type CheckPort, type Checks } from './checks.ts';
export { createPhones, type Phones } from './phones.ts';
export { contactRoutes } from './http.ts';
export type { AccountView, CardStanding } from './contract.ts';
