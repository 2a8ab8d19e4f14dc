// What Gongdun asks of a text-message provider. A message is accepted for delivery, not proved delivered: that a receipt says.
// No provider promises to send once. After `OutcomeUnknown` with `maybeDone` a repeat may arrive twice, so nothing here repeats;
// `find` tells what became of a message whose answer was lost, where the provider can tell.

export type SmsMessage = {
  /** Mainland number, 11 digits. */
  readonly phone: string;
  readonly templateCode: string;
  readonly params: Readonly<Record<string, string>>;
  /** Our id of this message, for tracing at the provider. */
  readonly bizId: string;
};

export type SmsTaken = {
  readonly providerId: string;
  /** Who took it, where there are several; receipts come under this name. */
  readonly provider?: string;
  /** Ids of all its parts, when it was cut into several: each has a receipt of its own. */
  readonly parts?: readonly string[];
};

/** The last word on a message, or on one part of it. */
export type SmsReceipt = {
  readonly providerId: string;
  readonly state: 'delivered' | 'failed';
  /** The network's own code, for whoever looks into it. */
  readonly code: string;
};

/** `cannot_tell`: this provider keeps no record that can be asked. */
export type SmsFate =
  | { readonly state: 'not_found' | 'cannot_tell' }
  | { readonly state: 'accepted' | 'delivered' | 'failed'; readonly providerId: string; readonly code?: string };

export type SmsPort = {
  send(message: SmsMessage): Promise<SmsTaken>;
  find(sent: { readonly phone: string; readonly bizId: string; readonly at: Date }): Promise<SmsFate>;
  /** Receipts as the provider posts them; throws `SmsReceiptsUnreadable`. Not signed by any provider: the address is the secret. */
  readReceipts(body: Buffer): readonly SmsReceipt[];
};

export class SmsReceiptsUnreadable extends Error {
  override readonly name = 'SmsReceiptsUnreadable';
}

export { OutcomeUnknown, Refused } from '#adapters/party';
