// The real client of Tencent Cloud's text messages (sms 2021-01-11, SendSms). It never retries by itself, and what a message says
// never reaches an error or a log. Tencent keeps no record that can be asked by our own id, so a lost answer stays unknown.
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
import { readTencentReceipts } from './receipts.ts';
import { templateFor, type SmsTemplateMap } from './templates.ts';
import type { SmsPort } from './port.ts';

const PARTY = 'sms-tencent';
const OPERATION = 'send';

export type TencentSmsConfig = {
  /** https://sms.tencentcloudapi.com, or a simulator. */
  readonly baseUrl: string;
  readonly secretId: string;
  readonly secretKey: string;
  /** SdkAppId of the SMS application. */
  readonly appId: string;
  readonly region?: string;
  readonly signName: string;
  readonly templates: SmsTemplateMap;
  readonly timeoutMs: number;
  readonly now: () => Date;
  readonly breaker?: Breaker;
};

const errorSchema = z.object({ Code: z.string(), Message: z.string().default('') });
const answerSchema = z.object({
  Response: z.object({
    Error: errorSchema.optional(),
    SendStatusSet: z
      .array(z.object({ SerialNo: z.string(), Code: z.string(), Message: z.string().default('') }))
      .length(1)
      .optional(),
  }),
});

function judge(status: number, code: string, partyMessage: string): never {
  if (code.startsWith('InternalError')) throw new OutcomeUnknown(PARTY, OPERATION, 'server_error');
  if (code.startsWith('RequestLimitExceeded')) throw new OutcomeUnknown(PARTY, OPERATION, 'throttled');
  throw new Refused(PARTY, OPERATION, { status, code, partyMessage });
}

function accept(answer: PartyAnswer): { providerId: string } {
  const { Error: error, SendStatusSet: sent } = readJson(PARTY, OPERATION, answer.body, answerSchema).Response;
  if (error) return judge(answer.status, error.Code, error.Message);
  const [one] = sent ?? [];
  if (!one) throw new OutcomeUnknown(PARTY, OPERATION, 'garbled');
  if (one.Code !== 'Ok') return judge(answer.status, one.Code, one.Message);
  if (one.SerialNo === '') throw new OutcomeUnknown(PARTY, OPERATION, 'garbled');
  return { providerId: one.SerialNo };
}

export function createTencentSms(config: TencentSmsConfig): SmsPort {
  const call = createPartyCaller({ party: PARTY, timeoutMs: config.timeoutMs, breaker: config.breaker });
  const base = new URL(config.baseUrl);

  return {
    async send(message) {
      const template = templateFor(config.templates, PARTY, message);
      const body = JSON.stringify({
        PhoneNumberSet: [`+86${message.phone}`],
        SmsSdkAppId: config.appId,
        SignName: config.signName,
        TemplateId: template.id,
        TemplateParamSet: template.params.map((name) => message.params[name] ?? ''),
        SessionContext: message.bizId,
      });
      const signed = {
        service: 'sms',
        version: '2021-01-11',
        action: 'SendSms',
        host: base.host,
        body,
        timestamp: unixSeconds(config.now()),
      };
      return await call({
        operation: OPERATION,
        method: 'POST',
        url: `${base.origin}/`,
        headers: { ...tc3Headers(config, signed), 'x-tc-region': config.region ?? 'ap-guangzhou' },
        body,
        accept,
      });
    },
    find: async () => ({ state: 'cannot_tell' }),
    readReceipts: readTencentReceipts,
  };
}
