// One bound SMPP 3.4 connection kept alive: bind_transceiver, enquire_link, reconnecting with growing pauses, unbind at the end.
// It knows requests and answers, not messages. A request whose connection dies or whose answer is late has an unknown outcome.
import smpp, { type Pdu, type Session } from 'smpp';
import { OutcomeUnknown } from './port.ts';

export const SMPP_PARTY = 'sms-smpp';

export type SmppLinkConfig = {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly systemId: string;
  readonly password: string;
  readonly timeoutMs: number;
  readonly enquireLinkMs: number;
  readonly reconnectMs: number;
  readonly onDeliver: (pdu: Pdu) => Promise<void>;
  /** Hears why a connection ended; never a message's text. */
  readonly onTrouble: (why: string) => void;
};

export type SmppLink = {
  submit(fields: Readonly<Record<string, unknown>>): Promise<Pdu>;
  bound(): boolean;
  close(): Promise<void>;
};

const PAUSE_MS_MAX = 30_000;
/** ESME_RX_T_APPN: temporary, send it again. */
const TRY_AGAIN = 0x64;

export function openSmppLink(config: SmppLinkConfig): SmppLink {
  let session: Session | undefined;
  let bound = false;
  let closing = false;
  let pauseMs = config.reconnectMs;
  let reconnect: NodeJS.Timeout | undefined;
  let beat: NodeJS.Timeout | undefined;
  const pending = new Set<(error: OutcomeUnknown) => void>();

  function ended(one: Session, why: string): void {
    if (session !== one) return;
    session = undefined;
    bound = false;
    clearInterval(beat);
    one.destroy();
    for (const fail of pending) fail(new OutcomeUnknown(SMPP_PARTY, 'send', 'network'));
    if (closing) return;
    config.onTrouble(why);
    reconnect = setTimeout(connect, pauseMs).unref();
    pauseMs = Math.min(PAUSE_MS_MAX, pauseMs * 2);
  }

  /** A question on the connection itself: without an answer in time the connection is dead. */
  function ask(
    one: Session,
    why: string,
    send: (answer: (pdu: Pdu) => void) => boolean,
    then: (pdu: Pdu) => void,
  ): void {
    const timer = setTimeout(() => ended(one, why), config.timeoutMs).unref();
    const sent = send((pdu) => {
      clearTimeout(timer);
      then(pdu);
    });
    if (!sent) {
      clearTimeout(timer);
      ended(one, why);
    }
  }

  function bind(one: Session): void {
    const fields = { system_id: config.systemId, password: config.password, interface_version: 0x34 };
    const judge = (pdu: Pdu): void => {
      if (pdu.command_status !== 0) return ended(one, `bind refused (${pdu.command_status})`);
      bound = true;
      pauseMs = config.reconnectMs;
      beat = setInterval(
        () =>
          ask(
            one,
            'no answer to enquire_link',
            (answer) => one.enquire_link(answer),
            () => undefined,
          ),
        config.enquireLinkMs,
      ).unref();
    };
    ask(one, 'no answer to bind', (answer) => one.bind_transceiver(fields, answer), judge);
  }

  function connect(): void {
    if (closing) return;
    const one = smpp.connect({ host: config.host, port: config.port, tls: config.tls });
    session = one;
    const dial = setTimeout(() => ended(one, 'no connection in time'), config.timeoutMs).unref();
    one.on(config.tls ? 'secureConnect' : 'connect', () => {
      clearTimeout(dial);
      bind(one);
    });
    one.on('close', () => {
      clearTimeout(dial);
      ended(one, 'closed by the other side');
    });
    one.on('error', () => ended(one, 'connection failed'));
    one.on('enquire_link', (pdu: Pdu) => one.send(pdu.response()));
    one.on('unbind', (pdu: Pdu) => {
      one.send(pdu.response());
      ended(one, 'unbound by the other side');
    });
    // Acknowledged only once it is kept: what we cannot keep now is sent again.
    one.on('deliver_sm', (pdu: Pdu) => {
      config.onDeliver(pdu).then(
        () => one.send(pdu.response()),
        () => one.send(pdu.response({ command_status: TRY_AGAIN })),
      );
    });
  }

  connect();

  return {
    bound: () => bound,
    submit(fields) {
      const one = session;
      if (!one || !bound) {
        return Promise.reject(new OutcomeUnknown(SMPP_PARTY, 'send', 'network', { maybeDone: false }));
      }
      return new Promise((resolve, reject) => {
        const settle = (): void => {
          clearTimeout(timer);
          pending.delete(fail);
        };
        const fail = (error: OutcomeUnknown): void => {
          settle();
          reject(error);
        };
        const timer = setTimeout(() => fail(new OutcomeUnknown(SMPP_PARTY, 'send', 'timeout')), config.timeoutMs);
        pending.add(fail);
        const sent = one.submit_sm(fields, (pdu) => {
          settle();
          resolve(pdu);
        });
        if (!sent) fail(new OutcomeUnknown(SMPP_PARTY, 'send', 'network', { maybeDone: false }));
      });
    },
    async close() {
      closing = true;
      clearTimeout(reconnect);
      clearInterval(beat);
      const one = session;
      if (!one) return;
      if (bound) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, Math.min(config.timeoutMs, 1_000));
          const sent = one.unbind(() => {
            clearTimeout(timer);
            resolve();
          });
          if (!sent) {
            clearTimeout(timer);
            resolve();
          }
        });
      }
      ended(one, 'closed');
    },
  };
}
