// A provider of identity checks on loopback that speaks Tencent Cloud's faceid with TC3 signatures. It knows whose a phone or a card is
// when it was told so, and else believes whoever asks; it can be slow, fail, forget, be busy, and lie either way.
import {
  createFaultBox,
  jsonAnswer,
  seededDraw,
  seededStream,
  startSimServer,
  tc3Objection,
  tc3Refusal,
  type Faults,
  type FaultsPatch,
  type SimAnswer,
  type SimRequest,
  type SimulatorOptions,
} from '#adapters/party';
import { z } from 'zod';
import { FACEID } from './client.ts';

export type IdentityCheckLie = {
  /** Says no although all is right; the same answer however often the same is asked. */
  readonly denyRate: number;
  /** Says yes although it knows better. */
  readonly agreeRate: number;
  /** Has lost the record. */
  readonly forgetRate: number;
  readonly busyRate: number;
};
const HONEST_LIE: IdentityCheckLie = { denyRate: 0, agreeRate: 0, forgetRate: 0, busyRate: 0 };

export type IdentityCheckSimulator = {
  readonly url: string;
  readonly port: number;
  /** From now on this phone is this person's; the number of somebody who gave it up goes to another like this. */
  setPhoneHolder(phone: string, idNumber: string): void;
  setCardHolder(card: string, idNumber: string): void;
  /** How often it was asked: each answered question costs. */
  asked(): number;
  setFaults(patch: FaultsPatch<IdentityCheckLie>): void;
  faults(): Faults<IdentityCheckLie>;
  close(): Promise<void>;
};

const bodySchema = z.object({
  Name: z.string().min(1),
  IdCard: z.string().min(1),
  Phone: z.string().min(1),
  BankCard: z.string().min(1).optional(),
});
type Body = z.infer<typeof bodySchema>;

/** The published codes of each question. */
const codes = {
  PhoneVerification: { no: '-4', noRecord: '-9', busy: '-11' },
  BankCard4EVerification: { no: '-6', noRecord: '-20', busy: '-18' },
} as const;
type Action = keyof typeof codes;

export async function startIdentityCheckSimulator(
  options: SimulatorOptions<IdentityCheckLie> & { readonly secretId: string; readonly secretKey: string },
): Promise<IdentityCheckSimulator> {
  const seed = options.seed ?? 5;
  const box = createFaultBox(HONEST_LIE, options.faults);
  const random = seededStream(seed);
  const phones = new Map<string, string>();
  const cards = new Map<string, string>();
  let count = 0;

  const said = (result: string): SimAnswer =>
    jsonAnswer(200, { Response: { Result: result, Description: '模拟结果', RequestId: 'simulated' } });

  function check(action: Action, body: Body): SimAnswer {
    const { no, noRecord, busy } = codes[action];
    const { lie } = box.get();
    if (random() < lie.busyRate) return said(busy);
    count += 1;
    const key = `${body.Name}|${body.IdCard}|${body.Phone}|${body.BankCard ?? ''}`;
    if (seededDraw(seed, 'forget', key) < lie.forgetRate) return said(noRecord);
    const known = action === 'PhoneVerification' ? phones.get(body.Phone) : cards.get(body.BankCard ?? '');
    const isRight = known === undefined || known === body.IdCard;
    const lies = seededDraw(seed, 'lie', key) < (isRight ? lie.denyRate : lie.agreeRate);
    return said(isRight === lies ? no : '0');
  }

  function handle(request: SimRequest): SimAnswer {
    const refused = tc3Objection({ ...options, service: FACEID.service }, request);
    if (refused !== undefined) return refused;
    const action = String(request.headers['x-tc-action']);
    if (!(action in codes) || request.headers['x-tc-version'] !== FACEID.version)
      return tc3Refusal('InvalidAction', '接口不存在');
    try {
      const body = bodySchema.parse(JSON.parse(request.body.toString('utf8')));
      if (action === 'BankCard4EVerification' && body.BankCard === undefined)
        return tc3Refusal('MissingParameter', '缺少银行卡');
      return check(action as Action, body);
    } catch {
      return tc3Refusal('InvalidParameter', '参数错误');
    }
  }

  const server = await startSimServer({ port: options.port, faults: box.get, random, handle });
  return {
    url: server.url,
    port: server.port,
    setPhoneHolder: (phone, idNumber) => void phones.set(phone, idNumber),
    setCardHolder: (card, idNumber) => void cards.set(card, idNumber),
    asked: () => count,
    setFaults: box.patch,
    faults: box.get,
    close: server.close,
  };
}
