// The door of the text-message adapter.
export {
  OutcomeUnknown,
  Refused,
  SmsReceiptsUnreadable,
  type SmsFate,
  type SmsMessage,
  type SmsPort,
  type SmsReceipt,
  type SmsTaken,
} from './port.ts';
export { createAliyunSms, type AliyunSmsConfig } from './client.ts';
export { createTencentSms, type TencentSmsConfig } from './tencent.ts';
export { createSmppSms, type SmppConfig, type SmppSms } from './smpp.ts';
export { createSmsFailover, type NamedSms, type SmsFailover } from './failover.ts';
export { type SmsHealth } from './health.ts';
export { type SmsTemplateMap } from './templates.ts';
export { type SimSms } from './inbox.ts';
export { startSmsSimulator, type SmsLie, type SmsSimulator, type SmsSimulatorOptions } from './simulator.ts';
export { startTencentSmsSimulator, type TencentSimulatorOptions } from './tencent-simulator.ts';
export { startSmppSimulator, type SmppLie, type SmppSimulator } from './smpp-simulator.ts';
