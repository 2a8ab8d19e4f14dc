// The real client of Tencent Cloud's identity checks (faceid 2018-03-01): PhoneVerification for name, ID number and phone, and
// BankCard4EVerification for a card. Result codes as published (cloud.tencent.com/document/product/1007/39765 and /35775). It never
// retries by itself: each answered question costs money.
import type { Breaker } from '#platform/breaker';
import {
  createPartyCaller,
  OutcomeUnknown,
  readJson,
  Refused,
  tc3Headers,
  unixSeconds,
  type PartyAnswer,
} from '#adapters/party';
import { z } from 'zod';
import type { CheckOutcome, IdentityCheckPort } from './port.ts';

const PARTY = 'identity-check';
export const FACEID = { service: 'faceid', version: '2018-03-01' } as const;

export type IdentityCheckConfig = {
  /** https://faceid.tencentcloudapi.com, or a simulator. */
  readonly baseUrl: string;
  readonly secretId: string;
  readonly secretKey: string;
  readonly timeoutMs: number;
  readonly now: () => Date;
  readonly breaker?: Breaker;
};

const answerSchema = z.object({
  Response: z.object({
    Error: z.object({ Code: z.string(), Message: z.string().default('') }).optional(),
    Result: z.string().optional(),
  }),
});

/** Busy, or asked too often today: nobody has said anything about the person. */
const personBusy = new Set(['-11', '-12']);
const cardBusy = new Set(['-18', '-19']);
/** -13: a range of numbers that cannot be checked; -20: a document of another kind. */
const personUnknown = new Set(['-9', '-13']);
const cardUnknown = new Set(['-20']);
const personNo = new Set(['-4', '-6', '-7', '-8']);
/** From -7 on the card itself cannot be paid to: lost, expired, asleep, of no bank. */
const cardNo = new Set(Array.from({ length: 17 }, (_, n) => String(-1 - n)));

function judge(
  operation: string,
  result: string,
  codes: Readonly<Record<'busy' | 'unknown' | 'no', ReadonlySet<string>>>,
) {
  if (result === '0') return 'match';
  if (codes.busy.has(result)) throw new OutcomeUnknown(PARTY, operation, 'throttled');
  if (codes.unknown.has(result)) return 'no_record';
  if (codes.no.has(result)) return 'mismatch';
  throw new OutcomeUnknown(PARTY, operation, 'garbled');
}

export function createIdentityCheck(config: IdentityCheckConfig): IdentityCheckPort {
  const call = createPartyCaller({ party: PARTY, timeoutMs: config.timeoutMs, breaker: config.breaker });
  const base = new URL(config.baseUrl);

  async function ask(
    action: string,
    input: Readonly<Record<string, string>>,
    codes: Parameters<typeof judge>[2],
  ): Promise<CheckOutcome> {
    const body = JSON.stringify(input);
    const signed = { ...FACEID, action, host: base.host, body, timestamp: unixSeconds(config.now()) };
    const accept = (answer: PartyAnswer): CheckOutcome => {
      const { Error: error, Result: result } = readJson(PARTY, action, answer.body, answerSchema).Response;
      if (error?.Code.startsWith('InternalError')) throw new OutcomeUnknown(PARTY, action, 'server_error');
      if (error?.Code.startsWith('RequestLimitExceeded')) throw new OutcomeUnknown(PARTY, action, 'throttled');
      if (error)
        throw new Refused(PARTY, action, { status: answer.status, code: error.Code, partyMessage: error.Message });
      if (result === undefined) throw new OutcomeUnknown(PARTY, action, 'garbled');
      return judge(action, result, codes);
    };
    return call({
      operation: action,
      method: 'POST',
      url: `${base.origin}/`,
      headers: tc3Headers(config, signed),
      body,
      accept,
    });
  }

  return {
    provider: 'tencent-faceid',
    checkPerson: ({ name, idNumber, phone }) =>
      ask(
        'PhoneVerification',
        { IdCard: idNumber, Name: name, Phone: phone },
        { busy: personBusy, unknown: personUnknown, no: personNo },
      ),
    checkCard: ({ name, idNumber, phone, card }) =>
      ask(
        'BankCard4EVerification',
        { Name: name, BankCard: card, Phone: phone, IdCard: idNumber },
        { busy: cardBusy, unknown: cardUnknown, no: cardNo },
      ),
  };
}
