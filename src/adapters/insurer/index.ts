// The door of the insurer adapter.
export {
  OutcomeUnknown,
  Refused,
  type InsurerPort,
  type PolicyStatus,
  type RefundEndorsement,
  type SubsidyAnswer,
  type SubsidyClaim,
  type UnderwriteRequest,
  type Underwriting,
} from './port.ts';
export { createInsurerClient, type InsurerClientConfig } from './client.ts';
export {
  startInsurerSimulator,
  type InsurerLie,
  type InsurerSimulator,
  type InsurerSimulatorOptions,
} from './simulator.ts';
