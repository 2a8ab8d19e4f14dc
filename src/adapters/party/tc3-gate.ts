// What Tencent Cloud's gate refuses before it looks at what is asked: keys, times and signatures, for the simulators that speak TC3.
import { timingSafeEqual } from 'node:crypto';
import { jsonAnswer, type SimAnswer, type SimRequest } from './server.ts';
import { TC3, tc3Scope, tc3Signature } from './tc3.ts';

const SKEW_SECONDS_MAX = 300;

export function tc3Refusal(code: string, message: string): SimAnswer {
  return jsonAnswer(200, { Response: { Error: { Code: code, Message: message }, RequestId: 'simulated' } });
}

export function tc3Objection(
  gate: { readonly service: string; readonly secretId: string; readonly secretKey: string; readonly now: () => Date },
  request: SimRequest,
): SimAnswer | undefined {
  const { service } = gate;
  const text = (name: string): string => String(request.headers[name] ?? '');
  const pattern = new RegExp(`^${TC3} Credential=([^/]+)/(\\S+), SignedHeaders=([a-z;-]+), Signature=([0-9a-f]{64})$`);
  const [, secretId, scope, names = '', signature = ''] = pattern.exec(text('authorization')) ?? [];
  if (secretId !== gate.secretId) return tc3Refusal('AuthFailure.SecretIdNotFound', '密钥不存在');
  const timestamp = Number(text('x-tc-timestamp'));
  if (!(Math.abs(timestamp - gate.now().getTime() / 1000) <= SKEW_SECONDS_MAX))
    return tc3Refusal('AuthFailure.SignatureExpire', '签名过期');
  const headers = Object.fromEntries(names.split(';').map((name) => [name, text(name)]));
  const expected = tc3Signature({ service, headers, body: request.body, timestamp }, gate.secretKey);
  const genuine =
    scope === tc3Scope({ service, timestamp }) &&
    ['content-type', 'host'].every((name) => names.split(';').includes(name)) &&
    timingSafeEqual(Buffer.from(signature), Buffer.from(expected.signature));
  return genuine ? undefined : tc3Refusal('AuthFailure.SignatureFailure', '签名错误');
}
