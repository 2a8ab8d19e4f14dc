// The door of what all outside parties share: errors, the bounded call, the HMAC envelope, and the kit of the simulators.
export { CallbackForged, OutcomeUnknown, Refused, type UnknownReason } from './errors.ts';
export { createPartyBreaker, createPartyCaller, readJson, type PartyAnswer } from './call.ts';
export { newNonce, unixSeconds, withinSkew } from './hmac.ts';
export {
  callbackIsGenuine,
  createHmacCaller,
  headerText,
  type HmacClientConfig,
  type IncomingHeaders,
} from './hmac-client.ts';
export { createHmacGate, refusal } from './hmac-gate.ts';
export {
  createFaultBox,
  seededDraw,
  seededStream,
  type Faults,
  type FaultsPatch,
  type SimulatorOptions,
} from './faults.ts';
export { openJournal } from './journal.ts';
export { jsonAnswer, startSimServer, type SimAnswer, type SimOutcome, type SimRequest } from './server.ts';
export { startCallbacks, type Callback, type CallbackAttempt, type Callbacks } from './callbacks.ts';
export { beijingDay, beijingIso } from './beijing.ts';
export { tc3Authorization, tc3Headers, tc3Scope, tc3Signature } from './tc3.ts';
export { tc3Objection, tc3Refusal } from './tc3-gate.ts';
export { partyText } from './text.ts';
export { startReceiver, type Received, type Receiver } from './receiver.ts';
