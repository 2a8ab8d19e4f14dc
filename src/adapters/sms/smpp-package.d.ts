// The part of the `smpp` package that is used here; it brings no types of its own.
declare module 'smpp' {
  import type { EventEmitter } from 'node:events';
  import type { Server as NetServer, Socket } from 'node:net';

  export type ShortMessage = { readonly udh?: Buffer | readonly Buffer[]; readonly message: string | Buffer };
  export type Pdu = {
    readonly command: string;
    readonly command_status: number;
    readonly sequence_number: number;
    readonly message_id?: string;
    readonly system_id?: string;
    readonly password?: string;
    readonly source_addr?: string;
    readonly destination_addr?: string;
    readonly esm_class?: number;
    readonly data_coding?: number;
    readonly registered_delivery?: number;
    readonly short_message?: ShortMessage | string;
    readonly receipted_message_id?: string;
    readonly message_state?: number;
    readonly sar_msg_ref_num?: number;
    readonly sar_total_segments?: number;
    readonly sar_segment_seqnum?: number;
    response(fields?: Readonly<Record<string, unknown>>): Pdu;
  };
  type Fields = Readonly<Record<string, unknown>>;
  type Answer = (pdu: Pdu) => void;

  export class Session extends EventEmitter {
    readonly socket: Socket;
    send(pdu: Pdu, answer?: Answer): boolean;
    bind_transceiver(fields: Fields, answer: Answer): boolean;
    submit_sm(fields: Fields, answer: Answer): boolean;
    deliver_sm(fields: Fields, answer: Answer): boolean;
    enquire_link(answer: Answer): boolean;
    unbind(answer: Answer): boolean;
    close(done?: () => void): void;
    destroy(done?: () => void): void;
  }
  export class Server extends NetServer {
    readonly sessions: Session[];
  }
  const smpp: {
    connect(options: { readonly host: string; readonly port: number; readonly tls?: boolean }): Session;
    createServer(listener: (session: Session) => void): Server;
  };
  export default smpp;
}
