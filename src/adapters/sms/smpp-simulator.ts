// A message centre on loopback, made with the `smpp` package's own server: binds, answers, joins long messages, throttles, sends
// receipts late, twice, never, and goes silent or away as its faults say.
import { once } from 'node:events';
import smpp, { type Pdu, type Session } from 'smpp';
import { createFaultBox, seededStream, type FaultsPatch, type Faults, type SimulatorOptions } from '#adapters/party';
import { openInbox, type SimSms } from './inbox.ts';

export type SmppLie = {
  /** ESME_RTHROTTLED instead of taking a part. */
  readonly throttleRate: number;
  /** Taken, and the answer never comes. */
  readonly muteRate: number;
  readonly undeliveredRate: number;
  /** Receipts come before the answer to the part they are about. */
  readonly earlyReceipts: boolean;
  readonly receiptDelayMs: number;
  /** Accepts the connection and answers nothing at all. */
  readonly silent: boolean;
};

const HONEST: SmppLie = {
  throttleRate: 0,
  muteRate: 0,
  undeliveredRate: 0,
  earlyReceipts: false,
  receiptDelayMs: 5,
  silent: false,
};

export type SmppSimulator = {
  readonly url: string;
  readonly port: number;
  setFaults(patch: FaultsPatch<SmppLie>): void;
  faults(): Faults<SmppLie>;
  messages(filter?: { readonly phone?: string; readonly limit?: number }): SimSms[];
  /** Most parts that were without an answer at one time. */
  windowSeen(): number;
  counts(): { readonly parts: number; readonly enquiries: number; readonly binds: number; readonly unbinds: number };
  /** Cuts all connections, as a restart of the centre does. */
  cut(): void;
  unbindAll(): void;
  close(): Promise<void>;
};

type Part = { readonly key: string; readonly total: number; readonly at: number; readonly text: string };

function partOf(pdu: Pdu): Part {
  const body = pdu.short_message;
  const text = typeof body === 'string' ? body : String(body?.message ?? '');
  const [header] = typeof body === 'object' && Array.isArray(body.udh) ? (body.udh as readonly Buffer[]) : [];
  const [reference, total, at] =
    header?.[0] === 0
      ? [header[2] ?? 0, header[3] ?? 1, header[4] ?? 1]
      : [pdu.sar_msg_ref_num ?? 0, pdu.sar_total_segments ?? 1, pdu.sar_segment_seqnum ?? 1];
  return { key: `${pdu.destination_addr} ${reference} ${total}`, total, at, text };
}

export async function startSmppSimulator(
  options: Pick<SimulatorOptions<SmppLie>, 'now' | 'seed' | 'stateDir' | 'port' | 'faults'> & {
    readonly systemId: string;
    readonly password: string;
  },
): Promise<SmppSimulator> {
  const inbox = openInbox(options.stateDir);
  const box = createFaultBox(HONEST, options.faults);
  const random = seededStream(options.seed ?? 3);
  const joining = new Map<string, Map<number, string>>();
  const counts = { parts: 0, enquiries: 0, binds: 0, unbinds: 0 };
  const timers = new Set<NodeJS.Timeout>();
  let open = 0;
  let windowSeen = 0;
  let last = 0;

  function later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms);
    timers.add(timer);
  }

  function receipt(session: Session, id: string, phone: string): void {
    const { lie, repeatCallbacks, forgetCallbackRate } = box.get();
    if (random() < forgetCallbackRate) return;
    const failed = random() < lie.undeliveredRate;
    const stat = failed ? 'UNDELIV' : 'DELIVRD';
    const fields = {
      source_addr: phone,
      esm_class: 0x04,
      short_message: `id:${id} sub:001 dlvrd:001 submit date:2603020400 done date:2603020400 stat:${stat} err:000 text:`,
      receipted_message_id: id,
      message_state: failed ? 5 : 2,
    };
    for (let copy = 0; copy < repeatCallbacks; copy += 1) {
      // Not taken: sent again, as a centre does.
      const send = (): unknown =>
        session.deliver_sm(fields, (answer) => {
          if (answer.command_status !== 0) later(50, send);
        });
      later(lie.receiptDelayMs, send);
    }
  }

  function keep(pdu: Pdu, id: string): void {
    const part = partOf(pdu);
    const parts = joining.get(part.key) ?? new Map<number, string>();
    joining.set(part.key, parts.set(part.at, part.text));
    if (parts.size < part.total) return;
    joining.delete(part.key);
    const text = Array.from({ length: part.total }, (_, at) => parts.get(at + 1) ?? '').join('');
    inbox.add({
      providerId: id,
      phone: (pdu.destination_addr ?? '').replace(/^86/, ''),
      signName: /^【(.+?)】/.exec(text)?.[1] ?? '',
      templateCode: '',
      params: {},
      bizId: '',
      text,
      at: options.now().toISOString(),
    });
  }

  function submit(session: Session, pdu: Pdu): void {
    const { lie, latencyMs, dropRate } = box.get();
    open += 1;
    windowSeen = Math.max(windowSeen, open);
    later(latencyMs, () => {
      open -= 1;
      if (random() < lie.throttleRate) return void session.send(pdu.response({ command_status: 0x58 }));
      if (!/^861\d{10}$/.test(pdu.destination_addr ?? ''))
        return void session.send(pdu.response({ command_status: 0x0b }));
      counts.parts += 1;
      last += 1;
      const id = `${options.now().getTime().toString(16)}${last.toString(16).padStart(6, '0')}`;
      keep(pdu, id);
      if (lie.earlyReceipts) receipt(session, id, pdu.destination_addr ?? '');
      if (random() < dropRate) return session.destroy();
      const answer = (): unknown => random() < lie.muteRate || session.send(pdu.response({ message_id: id }));
      if (lie.earlyReceipts) later(lie.receiptDelayMs + 30, answer);
      else {
        answer();
        receipt(session, id, pdu.destination_addr ?? '');
      }
    });
  }

  const server = smpp.createServer((session) => {
    session.on('error', () => session.destroy());
    session.on('bind_transceiver', (pdu: Pdu) => {
      if (box.get().lie.silent) return;
      counts.binds += 1;
      const known = pdu.system_id === options.systemId && pdu.password === options.password;
      session.send(pdu.response(known ? { system_id: 'SIM' } : { command_status: 0x0e }));
      if (known) session.on('submit_sm', (part: Pdu) => (box.get().lie.silent ? undefined : submit(session, part)));
    });
    session.on('enquire_link', (pdu: Pdu) => {
      counts.enquiries += 1;
      if (!box.get().lie.silent) session.send(pdu.response());
    });
    session.on('unbind', (pdu: Pdu) => {
      counts.unbinds += 1;
      session.send(pdu.response());
    });
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');

  const cut = (): void => {
    for (const session of server.sessions.slice()) session.destroy();
  };
  return {
    url: `smpp://127.0.0.1:${address.port}`,
    port: address.port,
    setFaults: box.patch,
    faults: box.get,
    messages: inbox.messages,
    windowSeen: () => windowSeen,
    counts: () => counts,
    cut,
    unbindAll() {
      for (const session of server.sessions.slice()) session.unbind(() => session.close());
    },
    async close() {
      for (const timer of timers) clearTimeout(timer);
      const ended = new Promise<void>((resolve) => server.close(() => resolve()));
      cut();
      await ended;
      inbox.close();
    },
  };
}
