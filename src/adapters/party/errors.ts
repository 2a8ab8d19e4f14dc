// What a call to an outside party can end in besides an answer. Two kinds, never to be mixed up: the party said no
// (final), or nobody knows (only a query or an identical repeat may resolve it, never a new number).
// Messages carry no personal data: they reach logs.

export type UnknownReason = 'timeout' | 'network' | 'server_error' | 'throttled' | 'garbled' | 'breaker_open';

export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
  readonly kind = 'outcome_unknown';
  readonly party: string;
  readonly operation: string;
  readonly reason: UnknownReason;
  /** False when it is certain that nothing reached the party. */
  readonly maybeDone: boolean;

  constructor(
    party: string,
    operation: string,
    reason: UnknownReason,
    options: { cause?: unknown; maybeDone?: boolean } = {},
  ) {
    super(`${party} ${operation}: outcome unknown (${reason})`, { cause: options.cause });
    this.party = party;
    this.operation = operation;
    this.reason = reason;
    this.maybeDone = options.maybeDone ?? (reason !== 'breaker_open' && reason !== 'throttled');
  }
}

export class Refused extends Error {
  override readonly name = 'Refused';
  readonly kind = 'refused';
  readonly party: string;
  readonly operation: string;
  readonly status: number;
  /** The party's own code. */
  readonly code: string;
  /** The party's own sentence, for a clerk; not for logs. */
  readonly partyMessage: string;

  constructor(party: string, operation: string, answer: { status: number; code: string; partyMessage?: string }) {
    super(`${party} ${operation}: refused (${answer.status} ${answer.code})`);
    this.party = party;
    this.operation = operation;
    this.status = answer.status;
    this.code = answer.code;
    this.partyMessage = (answer.partyMessage ?? '').slice(0, 200);
  }
}

/** A callback that does not prove who sent it. The right answer to it is 401 and no other effect. */
export class CallbackForged extends Error {
  override readonly name: string = 'CallbackForged';
  readonly kind = 'callback_forged';
}
