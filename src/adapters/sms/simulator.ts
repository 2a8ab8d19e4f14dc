// A text-message provider on loopback that speaks Dysmsapi's SendSms and QuerySendDetails, posts receipts, and keeps what it was
// given, for a page where a demonstration reads its messages. It can be slow, fail, lose, double, refuse and not deliver.
import { timingSafeEqual } from 'node:crypto';
import {
  beijingDay,
  createFaultBox,
  jsonAnswer,
  seededStream,
  startSimServer,
  type Faults,
  type FaultsPatch,
  type SimAnswer,
  type SimRequest,
  type SimulatorOptions,
} from '#adapters/party';
import { z } from 'zod';
import { acs3Signature, ALGORITHM, canonicalQuery, sha256Hex } from './acs3.ts';
import { openInbox, type SimSms } from './inbox.ts';
import { startReceiptPoster } from './receipt-poster.ts';
import { fillTemplate } from './templates.ts';

export type SmsLie = {
  /** Says OK, and the message never arrives. */
  readonly loseRate: number;
  /** The message arrives twice. */
  readonly doubleRate: number;
  /** Refuses for its own limits (isv.BUSINESS_LIMIT_CONTROL). */
  readonly limitRate: number;
  /** Says OK, and its receipt says later that the phone did not take it. */
  readonly undeliveredRate: number;
};

export const HONEST_LIE: SmsLie = { loseRate: 0, doubleRate: 0, limitRate: 0, undeliveredRate: 0 };

export type SmsSimulatorOptions = SimulatorOptions<SmsLie> & {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** Its own approved texts by code, with `${name}` where a parameter goes. */
  readonly templates: Readonly<Record<string, string>>;
  /** Where receipts are posted; without it none are. */
  readonly receiptUrl?: string;
};

export type SmsSimulator = {
  readonly url: string;
  readonly port: number;
  setFaults(patch: FaultsPatch<SmsLie>): void;
  faults(): Faults<SmsLie>;
  /** The newest first. */
  messages(filter?: { readonly phone?: string; readonly limit?: number }): SimSms[];
  close(): Promise<void>;
};

const SKEW_MS_MAX = 15 * 60_000;

function refuse(status: number, code: string, message: string): SimAnswer {
  return jsonAnswer(status, { Code: code, Message: message, RequestId: 'simulated' });
}

function createGate(options: SmsSimulatorOptions): (request: SimRequest) => SimAnswer | undefined {
  const nonces = new Set<string>();
  return (request) => {
    const text = (name: string): string => String(request.headers[name] ?? '');
    const match = new RegExp(`^${ALGORITHM} Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})$`).exec(
      text('authorization'),
    );
    const [, accessKeyId, signedHeaders = '', signature = ''] = match ?? [];
    if (accessKeyId !== options.accessKeyId)
      return refuse(404, 'InvalidAccessKeyId.NotFound', 'Specified access key is not found.');
    const names = signedHeaders.split(';');
    const mustSign = [
      'host',
      'x-acs-action',
      'x-acs-content-sha256',
      'x-acs-date',
      'x-acs-signature-nonce',
      'x-acs-version',
    ];
    const bodyHash = sha256Hex(request.body);
    const headers = Object.fromEntries(names.map((name) => [name, text(name)]));
    const query = canonicalQuery(request.query);
    const expected = acs3Signature(
      { method: request.method, query, headers, bodyHash },
      options.accessKeySecret,
    ).signature;
    const genuine = mustSign.every((name) => names.includes(name)) && text('x-acs-content-sha256') === bodyHash;
    if (!genuine || match === null || !timingSafeEqual(Buffer.from(signature), Buffer.from(expected))) {
      return refuse(400, 'SignatureDoesNotMatch', 'Specified signature does not match our calculation.');
    }
    const skewMs = Math.abs(Date.parse(text('x-acs-date')) - options.now().getTime());
    if (!(skewMs <= SKEW_MS_MAX))
      return refuse(400, 'InvalidTimeStamp.Expired', 'Specified time stamp or date value is expired.');
    const nonce = text('x-acs-signature-nonce');
    if (nonces.has(nonce)) return refuse(400, 'SignatureNonceUsed', 'Specified signature nonce was used already.');
    nonces.add(nonce);
    // The oldest leave first; far more than 15 minutes of a demonstration.
    if (nonces.size > 100_000) for (const oldest of [...nonces].slice(0, 50_000)) nonces.delete(oldest);
    return undefined;
  };
}

function readParams(text: string): Record<string, string> | undefined {
  try {
    return z.record(z.string(), z.string()).parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** What the phone shows, or the provider's refusal. */
function compose(
  query: URLSearchParams,
  templates: SmsSimulatorOptions['templates'],
): Omit<SimSms, 'providerId' | 'at'> | SimAnswer {
  const field = (name: string): string => query.get(name) ?? '';
  const [phone, signName, templateCode] = [field('PhoneNumbers'), field('SignName'), field('TemplateCode')];
  const params = readParams(field('TemplateParam') || '{}');
  const template = templates[templateCode];
  if (!/^1\d{10}$/.test(phone)) return refuse(200, 'isv.MOBILE_NUMBER_ILLEGAL', '号码格式错误');
  if (params === undefined) return refuse(200, 'isv.INVALID_JSON_PARAM', '模板变量不是字符串对象');
  if (template === undefined) return refuse(200, 'isv.SMS_TEMPLATE_ILLEGAL', '该账号下找不到对应模板');
  const filled = fillTemplate(template, params);
  if (filled === undefined) return refuse(200, 'isv.TEMPLATE_MISSING_PARAMETERS', '模板缺少变量');
  const text = `【${signName}】${filled}`;
  return { phone, signName, templateCode, params, bizId: field('OutId'), text };
}

type Taken = {
  readonly phone: string;
  readonly day: string;
  readonly bizId: string;
  readonly providerId: string;
  status: 1 | 2 | 3;
};
const TAKEN_MAX = 20_000;

/** What QuerySendDetails answers from: every message that was taken, arrived or not. */
function createLedger() {
  const taken: Taken[] = [];
  return {
    add(one: Taken): void {
      taken.push(one);
      if (taken.length > TAKEN_MAX) taken.shift();
    },
    answer(query: URLSearchParams): SimAnswer {
      const size = Math.min(50, Math.max(1, Number(query.get('PageSize'))));
      const found = taken.filter((one) => one.phone === query.get('PhoneNumber') && one.day === query.get('SendDate'));
      const from = (Math.max(1, Number(query.get('CurrentPage'))) - 1) * size;
      const page = found.slice(from, from + size).map((one) => ({
        PhoneNum: one.phone,
        OutId: one.bizId,
        BizId: one.providerId,
        SendStatus: one.status,
        ErrCode: one.status === 2 ? 'MOBILE_NOT_ON_SERVICE' : one.status === 3 ? 'DELIVERED' : '',
      }));
      return jsonAnswer(200, { Code: 'OK', TotalCount: found.length, SmsSendDetailDTOs: { SmsSendDetailDTO: page } });
    },
  };
}

export async function startSmsSimulator(options: SmsSimulatorOptions): Promise<SmsSimulator> {
  const { now, stateDir } = options;
  const inbox = openInbox(stateDir);
  const box = createFaultBox(HONEST_LIE, options.faults);
  const random = seededStream(options.seed ?? 1);
  const gate = createGate(options);
  const ledger = createLedger();
  const receipts = startReceiptPoster({
    url: options.receiptUrl,
    party: 'sms',
    stateDir,
    faults: box.get,
    random,
    retryMs: options.callbackRetryMs,
    attempts: options.callbackAttempts,
  });
  let last = 0;
  for (const one of inbox.all()) ledger.add({ ...one, day: dayNumber(new Date(one.at)), status: 3 });

  // Unique over restarts too: the instant, then a counter for those of one instant.
  function nextId(): string {
    last = (last + 1) % 1_000_000;
    return `${now().getTime()}${String(last).padStart(6, '0')}^0`;
  }

  function sendSms(query: URLSearchParams): SimAnswer {
    const composed = compose(query, options.templates);
    if ('status' in composed) return composed;
    const { lie } = box.get();
    if (random() < lie.limitRate) return refuse(200, 'isv.BUSINESS_LIMIT_CONTROL', '触发业务流控限制');
    const message = { ...composed, providerId: nextId(), at: now().toISOString() };
    const lost = random() < lie.loseRate;
    const undelivered = !lost && random() < lie.undeliveredRate;
    const copies = lost || undelivered ? 0 : random() < lie.doubleRate ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) inbox.add(message);
    const { phone, bizId, providerId } = message;
    ledger.add({ phone, bizId, providerId, day: dayNumber(now()), status: lost ? 1 : undelivered ? 2 : 3 });
    if (!lost)
      receipts.post(providerId, {
        phone_number: phone,
        biz_id: providerId,
        out_id: bizId,
        success: !undelivered,
        err_code: undelivered ? 'MOBILE_NOT_ON_SERVICE' : 'DELIVERED',
        report_time: message.at,
        sms_size: '1',
      });
    return jsonAnswer(200, { Code: 'OK', Message: 'OK', BizId: providerId, RequestId: 'simulated' });
  }

  function handle(request: SimRequest): SimAnswer {
    const objection = gate(request);
    if (objection !== undefined) return objection;
    if (request.headers['x-acs-version'] === '2017-05-25') {
      if (request.headers['x-acs-action'] === 'SendSms') return sendSms(request.query);
      if (request.headers['x-acs-action'] === 'QuerySendDetails') return ledger.answer(request.query);
    }
    return refuse(404, 'InvalidAction.NotFound', 'Specified api is not found.');
  }
  const server = await startSimServer({ port: options.port, faults: box.get, random, handle });

  return {
    url: server.url,
    port: server.port,
    setFaults: box.patch,
    faults: box.get,
    messages: inbox.messages,
    async close() {
      await server.close();
      await receipts.close();
      inbox.close();
    },
  };
}

function dayNumber(at: Date): string {
  return beijingDay(at).replaceAll('-', '');
}
