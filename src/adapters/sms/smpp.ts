// Text messages over SMPP 3.4, as operators and many aggregators speak it: long messages in parts, a window of unanswered parts,
// throttling respected, receipts by deliver_sm. It never repeats a part that may have been taken.
import { randomInt } from 'node:crypto';
import type { Pdu } from 'smpp';
import { OutcomeUnknown, Refused, type SmsPort, type SmsReceipt } from './port.ts';
import { openSmppLink, SMPP_PARTY, type SmppLink } from './smpp-link.ts';
import { concatenationHeader, PARTS_MAX, readSmppReceipt, splitUcs2, ucs2 } from './smpp-text.ts';
import { fillTemplate, noTemplate } from './templates.ts';

export type SmppConfig = {
  /** smpp://host:port, or ssmpp:// for TLS. */
  readonly baseUrl: string;
  readonly systemId: string;
  readonly password: string;
  /** The number that the phone shows, for example 1069… */
  readonly source: string;
  readonly signName: string;
  /** Texts by our code, with `${name}` where a parameter goes. */
  readonly texts: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Parts without an answer at one time, as agreed with the provider. */
  readonly window?: number;
  readonly concatenation?: 'udh' | 'sar';
  readonly enquireLinkMs?: number;
  readonly reconnectMs?: number;
  readonly throttleMs?: number;
  /** Must keep the receipt before it resolves; may hear the same receipt more than once. */
  readonly onReceipt: (receipt: SmsReceipt) => Promise<void>;
  readonly onTrouble?: (why: string) => void;
};

export type SmppSms = Omit<SmsPort, 'readReceipts'> & { bound(): boolean; close(): Promise<void> };

const STATUS = { ok: 0, sysError: 0x08, badAddress: 0x0b, queueFull: 0x14, throttled: 0x58 } as const;
const NAMES: Readonly<Record<number, string>> = { [STATUS.badAddress]: 'ESME_RINVDSTADR' };
const WAITING_MAX = 1_000;
const UCS2_CODING = 8;

type Gate = { enter(untilMs: number): Promise<() => void>; pause(ms: number): void };

/** At most `size` inside; nobody enters during a pause; whoever would wait past its time is turned away unharmed. */
function createGate(size: number): Gate {
  let inside = 0;
  let pausedUntilMs = 0;
  const waiting: { go: () => void; timer: NodeJS.Timeout }[] = [];

  function leave(): void {
    inside -= 1;
    pump();
  }
  function pump(): void {
    const pauseMs = pausedUntilMs - performance.now();
    if (pauseMs > 0) {
      setTimeout(pump, pauseMs + 1).unref();
      return;
    }
    while (inside < size) {
      const next = waiting.shift();
      if (!next) return;
      clearTimeout(next.timer);
      inside += 1;
      next.go();
    }
  }
  return {
    async enter(untilMs) {
      const late = () => new OutcomeUnknown(SMPP_PARTY, 'send', 'throttled');
      if (waiting.length >= WAITING_MAX) throw late();
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(
          () => {
            waiting.splice(waiting.indexOf(one), 1);
            reject(late());
          },
          Math.max(1, untilMs - performance.now()),
        );
        const one = { go: resolve, timer };
        waiting.push(one);
        pump();
      });
      return leave;
    },
    pause(ms) {
      pausedUntilMs = Math.max(pausedUntilMs, performance.now() + ms);
    },
  };
}

function partsOf(text: string, concatenation: 'udh' | 'sar'): readonly Readonly<Record<string, unknown>>[] {
  const parts = splitUcs2(text);
  if (!parts)
    throw new Refused(SMPP_PARTY, 'send', { status: 0, code: 'TOO_LONG', partyMessage: `短信超过 ${PARTS_MAX} 条` });
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return [{ short_message: ucs2(only) }];
  const reference = randomInt(256);
  return parts.map((part, at) =>
    concatenation === 'udh'
      ? {
          esm_class: 0x40,
          short_message: { udh: concatenationHeader(reference, parts.length, at + 1), message: ucs2(part) },
        }
      : {
          short_message: ucs2(part),
          sar_msg_ref_num: reference,
          sar_total_segments: parts.length,
          sar_segment_seqnum: at + 1,
        },
  );
}

/** The id; null when it was throttled, and so certainly not taken. */
function judge(pdu: Pdu): string | null {
  const { command_status: status, message_id: id } = pdu;
  if (status === STATUS.throttled || status === STATUS.queueFull) return null;
  if (status === STATUS.sysError) throw new OutcomeUnknown(SMPP_PARTY, 'send', 'server_error');
  if (status !== STATUS.ok) {
    const code = NAMES[status] ?? `ESME_0x${status.toString(16)}`;
    throw new Refused(SMPP_PARTY, 'send', { status, code, partyMessage: '' });
  }
  const clean = id?.replace(/\0+$/, '');
  if (!clean || clean.length > 64) throw new OutcomeUnknown(SMPP_PARTY, 'send', 'garbled');
  return clean;
}

export function createSmppSms(config: SmppConfig): SmppSms {
  const url = new URL(config.baseUrl);
  const gate = createGate(config.window ?? 10);
  const throttleMs = config.throttleMs ?? 500;
  const link: SmppLink = openSmppLink({
    host: url.hostname,
    port: Number(url.port || (url.protocol === 'ssmpp:' ? 3550 : 2775)),
    tls: url.protocol === 'ssmpp:',
    systemId: config.systemId,
    password: config.password,
    timeoutMs: config.timeoutMs,
    enquireLinkMs: config.enquireLinkMs ?? 30_000,
    reconnectMs: config.reconnectMs ?? 1_000,
    onDeliver: async (pdu) => {
      const body = pdu.short_message;
      const text = typeof body === 'string' ? body : String(body?.message ?? '');
      const receipt = readSmppReceipt({
        text,
        receiptedId: pdu.receipted_message_id,
        messageState: pdu.message_state,
      });
      if (receipt) await config.onReceipt(receipt);
    },
    onTrouble: config.onTrouble ?? (() => undefined),
  });

  async function submitPart(fields: Readonly<Record<string, unknown>>, untilMs: number): Promise<string> {
    for (;;) {
      const leave = await gate.enter(untilMs);
      let answer: string | null;
      try {
        answer = judge(await link.submit(fields));
      } finally {
        leave();
      }
      if (answer !== null) return answer;
      gate.pause(throttleMs);
    }
  }

  return {
    bound: link.bound,
    close: link.close,
    async send({ phone, templateCode, params }) {
      const template = config.texts[templateCode];
      if (template === undefined) throw noTemplate(SMPP_PARTY);
      const filled = fillTemplate(template, params);
      if (filled === undefined || !/^1\d{10}$/.test(phone)) {
        const code = filled === undefined ? 'TEMPLATE_MISSING_PARAMETERS' : 'ESME_RINVDSTADR';
        throw new Refused(SMPP_PARTY, 'send', { status: 0, code, partyMessage: '' });
      }
      const untilMs = performance.now() + config.timeoutMs;
      const ids: string[] = [];
      for (const part of partsOf(`【${config.signName}】${filled}`, config.concatenation ?? 'udh')) {
        const fields = {
          source_addr: config.source,
          destination_addr: `86${phone}`,
          dest_addr_ton: 1,
          dest_addr_npi: 1,
          data_coding: UCS2_CODING,
          registered_delivery: 1,
          ...part,
        };
        try {
          ids.push(await submitPart(fields, untilMs));
        } catch (error) {
          // Some of it is on its way: whatever the rest met, the message may be seen.
          if (ids.length > 0)
            throw new OutcomeUnknown(SMPP_PARTY, 'send', 'network', { cause: error, maybeDone: true });
          throw error;
        }
      }
      const [providerId = ''] = ids;
      return { providerId, parts: ids };
    },
    find: async () => ({ state: 'cannot_tell' }),
  };
}
