// The real client of Alibaba Cloud's text messages (Dysmsapi 2017-05-25: SendSms, QuerySendDetails). It never retries by itself, and
// what a message says never reaches an error or a log.
import type { Breaker } from '#platform/breaker';
import {
  beijingDay,
  createPartyCaller,
  newNonce,
  OutcomeUnknown,
  readJson,
  Refused,
  type PartyAnswer,
} from '#adapters/party';
import { z } from 'zod';
import { acs3Signature, canonicalQuery, sha256Hex, writeAuthorization } from './acs3.ts';
import type { SmsFate, SmsPort } from './port.ts';
import { readAliyunReceipts } from './receipts.ts';
import { templateFor, type SmsTemplateMap } from './templates.ts';

const PARTY = 'sms-aliyun';
const OPERATION = 'send';

export type AliyunSmsConfig = {
  /** https://dysmsapi.aliyuncs.com, or a simulator. */
  readonly baseUrl: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly signName: string;
  /** Where the provider approved our texts under codes of its own; without it the codes are ours. */
  readonly templates?: SmsTemplateMap;
  readonly timeoutMs: number;
  readonly now: () => Date;
  readonly breaker?: Breaker;
};

const answerSchema = z.object({ Code: z.string(), Message: z.string().optional(), BizId: z.string().optional() });

/** Codes by which the provider says that it failed, not that we did. */
function isProviderFault(code: string): boolean {
  return code === 'isp.SYSTEM_ERROR' || code === 'ServiceUnavailable' || code === 'InternalError';
}

function accept(answer: PartyAnswer): { providerId: string } {
  const { Code: code, Message: message, BizId: providerId } = readJson(PARTY, OPERATION, answer.body, answerSchema);
  if (code === 'OK' && answer.status === 200) {
    if (providerId === undefined) throw new OutcomeUnknown(PARTY, OPERATION, 'garbled');
    return { providerId };
  }
  if (isProviderFault(code)) throw new OutcomeUnknown(PARTY, OPERATION, 'server_error');
  if (code.startsWith('Throttling')) throw new OutcomeUnknown(PARTY, OPERATION, 'throttled');
  throw new Refused(PARTY, OPERATION, { status: answer.status, code, partyMessage: message ?? '' });
}

const PAGE = 50;
const PAGES_MAX = 10;

const detailsSchema = z.object({
  Code: z.string(),
  Message: z.string().optional(),
  TotalCount: z.coerce.number().int().optional(),
  SmsSendDetailDTOs: z
    .object({
      SmsSendDetailDTO: z.array(
        z.object({
          OutId: z.string().optional(),
          BizId: z.string().optional(),
          /** 1 waits for its receipt, 2 failed, 3 delivered. */
          SendStatus: z.int(),
          ErrCode: z.string().optional(),
        }),
      ),
    })
    .optional(),
});
type Details = z.infer<typeof detailsSchema>;

function acceptDetails(answer: PartyAnswer): Details {
  const details = readJson(PARTY, 'find', answer.body, detailsSchema);
  if (details.Code === 'OK') return details;
  if (isProviderFault(details.Code)) throw new OutcomeUnknown(PARTY, 'find', 'server_error');
  throw new Refused(PARTY, 'find', {
    status: answer.status,
    code: details.Code,
    partyMessage: details.Message ?? '',
  });
}

const STATES = { 1: 'accepted', 2: 'failed', 3: 'delivered' } as const;

function fateIn(details: Details, bizId: string): SmsFate | undefined {
  const found = details.SmsSendDetailDTOs?.SmsSendDetailDTO.find((one) => one.OutId === bizId);
  if (!found) return undefined;
  const state = STATES[found.SendStatus as keyof typeof STATES];
  if (state === undefined) throw new OutcomeUnknown(PARTY, 'find', 'garbled');
  // Receipts come under the provider's id; where it does not name one, ours still names the message.
  return { state, providerId: found.BizId ?? bizId, code: found.ErrCode ?? '' };
}

export function createAliyunSms(config: AliyunSmsConfig): SmsPort {
  const call = createPartyCaller({ party: PARTY, timeoutMs: config.timeoutMs, breaker: config.breaker });
  const base = new URL(config.baseUrl);

  async function ask<T>(
    action: string,
    operation: string,
    fields: readonly (readonly [string, string])[],
    judge: (answer: PartyAnswer) => T,
  ): Promise<T> {
    const query = canonicalQuery(fields);
    const bodyHash = sha256Hex('');
    const signedHeaders = {
      host: base.host,
      'x-acs-action': action,
      'x-acs-content-sha256': bodyHash,
      'x-acs-date': `${config.now().toISOString().slice(0, 19)}Z`,
      'x-acs-signature-nonce': newNonce(),
      'x-acs-version': '2017-05-25',
    };
    const signed = acs3Signature({ method: 'POST', query, headers: signedHeaders, bodyHash }, config.accessKeySecret);
    // `host` is set by the transport, from the same address.
    const { host: _host, ...headers } = signedHeaders;
    const authorization = writeAuthorization(config.accessKeyId, signed);
    return await call({
      operation,
      method: 'POST',
      url: `${base.origin}/?${query}`,
      headers: { ...headers, authorization, accept: 'application/json' },
      accept: judge,
    });
  }

  return {
    async send(message) {
      const { phone, params, bizId, templateCode } = message;
      const code = config.templates ? templateFor(config.templates, PARTY, message).id : templateCode;
      return await ask(
        'SendSms',
        OPERATION,
        [
          ['PhoneNumbers', phone],
          ['SignName', config.signName],
          ['TemplateCode', code],
          ['TemplateParam', JSON.stringify(params)],
          ['OutId', bizId],
        ],
        accept,
      );
    },
    async find({ phone, bizId, at }) {
      const day = beijingDay(at).replaceAll('-', '');
      for (let page = 1; page <= PAGES_MAX; page += 1) {
        const details = await ask(
          'QuerySendDetails',
          'find',
          [
            ['PhoneNumber', phone],
            ['SendDate', day],
            ['PageSize', String(PAGE)],
            ['CurrentPage', String(page)],
          ],
          acceptDetails,
        );
        const fate = fateIn(details, bizId);
        if (fate) return fate;
        if ((details.TotalCount ?? 0) <= page * PAGE) return { state: 'not_found' };
      }
      return { state: 'cannot_tell' };
    },
    readReceipts: readAliyunReceipts,
  };
}
