// The door of the payment adapter.
export {
  OutcomeUnknown,
  PaymentCallbackForged,
  Refused,
  type BillLine,
  type PaymentEvent,
  type PaymentOrder,
  type PaymentPort,
  type PaymentState,
  type PaymentStatus,
  type RefundOrder,
  type RefundState,
  type RefundStatus,
} from './port.ts';
export type { ContractState, ContractStatus, DebitStatus, WithholdingPort } from './withholding-port.ts';
export { createPaymentClient, type JsapiInvocation, type PaymentClient, type PaymentClientConfig } from './client.ts';
export {
  startPaymentSimulator,
  type PaymentLie,
  type PaymentSimulator,
  type PaymentSimulatorOptions,
} from './simulator.ts';
