// The door of the identity check.
export { OutcomeUnknown, Refused, type CheckOutcome, type IdentityCheckPort } from './port.ts';
export { createIdentityCheck, type IdentityCheckConfig } from './client.ts';
export { startIdentityCheckSimulator, type IdentityCheckSimulator } from './simulator.ts';
