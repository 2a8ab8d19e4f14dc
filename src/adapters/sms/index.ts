// The door of the text-message adapter.
export { OutcomeUnknown, Refused, type SmsMessage, type SmsPort } from './port.ts';
export { createAliyunSms, type AliyunSmsConfig } from './client.ts';
export {
  startSmsSimulator,
  type SimSms,
  type SmsLie,
  type SmsSimulator,
  type SmsSimulatorOptions,
} from './simulator.ts';
