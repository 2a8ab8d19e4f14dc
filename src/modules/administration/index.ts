// The door of administration: acts run once and listed for ever.

export { adminRoutes } from './http.ts';
export { createActs, type Act, type Acts, type By } from './acts.ts';
/** For the synthetic city, which answers them from memory. */
export { lockRequest, selectByRequest } from './acts.ts';
