// What Gongdun asks of a text-message provider. A message is accepted for delivery, not proved delivered.
// No provider promises to send once: after `OutcomeUnknown` a repeat may arrive twice, so repeat only what bears it
// (a login code: the person asks again; a notice: better twice than never).

export type SmsMessage = {
  /** Mainland number, 11 digits. */
  readonly phone: string;
  readonly templateCode: string;
  readonly params: Readonly<Record<string, string>>;
  /** Our id of this message, for tracing at the provider. */
  readonly bizId: string;
};

export type SmsPort = {
  send(message: SmsMessage): Promise<{ providerId: string }>;
};

export { OutcomeUnknown, Refused } from '#adapters/party';
