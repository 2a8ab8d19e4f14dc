// The door of the bank adapter.
export {
  BankCallbackForged,
  OutcomeUnknown,
  Refused,
  type BankEvent,
  type BankPort,
  type BankResult,
  type LineStatus,
  type PayoutLine,
  type StatementLine,
} from './port.ts';
export { createBankClient, type BankClientConfig } from './client.ts';
export { FileUnreadable } from './file.ts';
export { createFileBank, type FileBankConfig } from './file-bank.ts';
export { type BankTemplate } from './template.ts';
export { bankTemplates } from './templates.ts';
export { startBankSimulator, type BankLie, type BankSimulator, type BankSimulatorOptions } from './simulator.ts';
