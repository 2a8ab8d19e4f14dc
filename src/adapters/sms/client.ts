// The real client of Alibaba Cloud's text messages (Dysmsapi 2017-05-25, SendSms). It never retries by itself, and what a
// message says never reaches an error or a log.
import type { Breaker } from '#platform/breaker';
import { createPartyCaller, newNonce, OutcomeUnknown, readJson, Refused, type PartyAnswer } from '#adapters/party';
import { z } from 'zod';
import { acs3Signature, canonicalQuery, sha256Hex, writeAuthorization } from './acs3.ts';
import type { SmsPort } from './port.ts';

const PARTY = 'sms';
const OPERATION = 'send';

export type AliyunSmsConfig = {
  /** https://dysmsapi.aliyuncs.com, or a simulator. */
  readonly baseUrl: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly signName: string;
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

export function createAliyunSms(config: AliyunSmsConfig): SmsPort {
  const call = createPartyCaller({ party: PARTY, timeoutMs: config.timeoutMs, breaker: config.breaker });
  const base = new URL(config.baseUrl);

  return {
    async send({ phone, templateCode, params, bizId }) {
      const query = canonicalQuery([
        ['PhoneNumbers', phone],
        ['SignName', config.signName],
        ['TemplateCode', templateCode],
        ['TemplateParam', JSON.stringify(params)],
        ['OutId', bizId],
      ]);
      const bodyHash = sha256Hex('');
      const signedHeaders = {
        host: base.host,
        'x-acs-action': 'SendSms',
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
        operation: OPERATION,
        method: 'POST',
        url: `${base.origin}/?${query}`,
        headers: { ...headers, authorization, accept: 'application/json' },
        accept,
      });
    },
  };
}
