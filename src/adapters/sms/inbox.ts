// What a simulated provider delivered, newest last, for the demonstration's page of messages and for tests.
import { join } from 'node:path';
import { openJournal } from '#adapters/party';
import { z } from 'zod';

const messageSchema = z.object({
  providerId: z.string(),
  phone: z.string(),
  signName: z.string(),
  templateCode: z.string(),
  params: z.record(z.string(), z.string()),
  bizId: z.string(),
  /** As the phone shows it. */
  text: z.string(),
  at: z.string(),
});
export type SimSms = z.infer<typeof messageSchema>;

export const MESSAGES_MAX = 2_000;

export type Inbox = {
  add(message: SimSms): void;
  all(): readonly SimSms[];
  /** The newest first. */
  messages(filter?: { readonly phone?: string; readonly limit?: number }): SimSms[];
  close(): void;
};

export function openInbox(stateDir: string | undefined): Inbox {
  const messages: SimSms[] = [];
  function replay(message: SimSms): void {
    messages.push(message);
    if (messages.length > MESSAGES_MAX) messages.shift();
  }
  const journal = openJournal({
    path: stateDir === undefined ? undefined : join(stateDir, 'sms.jsonl'),
    parse: (value) => messageSchema.parse(value),
    replay,
    compact: () => messages,
  });
  return {
    add(message) {
      journal.append(message);
      replay(message);
    },
    all: () => messages,
    messages: ({ phone, limit = MESSAGES_MAX } = {}) =>
      messages
        .filter((message) => phone === undefined || message.phone === phone)
        .toReversed()
        .slice(0, limit),
    close: () => journal.close(),
  };
}
