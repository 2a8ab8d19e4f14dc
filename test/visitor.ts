// A visitor of the phone's pages without script: keeps cookies, sends back the token of the page seen last, and reads codes where
// the phone would show them.

import { randomUUID } from 'node:crypto';
import type { LightMyRequestResponse } from 'fastify';
import { systemAccess } from '#platform/access';
import { statement } from '#platform/db';
import type { TestApp } from './app.ts';
import { until } from './first-journey.ts';

export type Fields = Readonly<Record<string, string>> | readonly (readonly [string, string])[];
export type Part = { readonly name: string; readonly filename: string; readonly type: string; readonly bytes: Buffer };

/** One code a minute is all that a number gets; here the minute has passed. */
const passMinutes = statement<[], never>(
  'test.pass_minutes',
  "update sms_code set issued_at = issued_at - interval '2 minutes'",
);

export type Visitor = ReturnType<typeof createVisitor>;

export function createVisitor(app: TestApp, jar: Record<string, string> = {}) {
  let csrf = '';
  const keep = (answer: LightMyRequestResponse) => {
    for (const { name, value } of answer.cookies) jar[name] = value;
    // A new session has a token of its own, which its next page tells.
    if (answer.cookies.some((one) => one.name === 'gd_worker')) csrf = '';
    csrf = /name="csrf" value="([^"]+)"/.exec(answer.body)?.[1] ?? csrf;
    return answer;
  };
  const send = async (url: string, payload: string | Buffer, type: string, accept = 'text/html') => {
    return keep(
      await app.app.inject({
        method: 'POST',
        url,
        cookies: { ...jar },
        headers: { 'content-type': type, accept },
        payload,
      }),
    );
  };

  async function get(url: string, accept = 'text/html'): Promise<LightMyRequestResponse> {
    return keep(await app.app.inject({ url, cookies: { ...jar }, headers: { accept } }));
  }

  /** `fields` may name their own `csrf` and `request_id`; the last of a name counts. */
  async function post(url: string, fields: Fields = {}, accept?: string): Promise<LightMyRequestResponse> {
    if (csrf === '') await get('/m/display');
    const pairs = new URLSearchParams({ csrf, request_id: randomUUID() });
    const entries = Array.isArray(fields) ? fields : Object.entries(fields);
    for (const name of ['csrf', 'request_id']) if (entries.some(([key]) => key === name)) pairs.delete(name);
    for (const [name, value] of entries) pairs.append(name, value);
    return send(url, pairs.toString(), 'application/x-www-form-urlencoded', accept);
  }

  async function upload(url: string, fields: Readonly<Record<string, string>>, ...files: readonly Part[]) {
    if (csrf === '') await get('/m/display');
    const boundary = '----gongdun';
    const head = Object.entries({ csrf, request_id: randomUUID(), ...fields })
      .map(([name, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
      .join('');
    const parts = files.flatMap(({ name, filename, type, bytes }) => [
      `--${boundary}\r\ncontent-disposition: form-data; name="${name}"; filename="${filename}"\r\ncontent-type: ${type}\r\n\r\n`,
      bytes,
      '\r\n',
    ]);
    const payload = Buffer.concat([head, ...parts, `--${boundary}--\r\n`].map((one) => Buffer.from(one)));
    return send(url, payload, `multipart/form-data; boundary=${boundary}`);
  }

  /** Phone and code; leads home or to the registration. */
  async function prove(phone: string, next = '/m'): Promise<LightMyRequestResponse> {
    const { asked, code } = await codeFor(app, phone, async () => post('/m/login', { phone, next }));
    const challenge = new URL(asked.headers.location ?? '', 'http://here').searchParams.get('c') ?? '';
    return post('/m/login/verify', { challenge, code, next });
  }

  /** The fresh code that a page asks for, on the visitor's own phone; leads back to where it was asked. */
  async function stepUp(phone: string, reason: string, next: string): Promise<LightMyRequestResponse> {
    const keep = `?for=${reason}&next=${encodeURIComponent(next)}`;
    const { code } = await codeFor(app, phone, () => post(`/m/step-up/code${keep}`));
    return post(`/m/step-up/code/check${keep}`, { code });
  }

  return { jar, get, post, upload, prove, stepUp };
}

export async function codeFor<T>(
  app: TestApp,
  phone: string,
  ask: () => Promise<T>,
): Promise<{ asked: T; code: string }> {
  await app.db.transaction(systemAccess, async (tx) => tx.send(passMinutes, []));
  const messages = () => app.parties.simulators.sms?.messages({ phone, limit: 100 }) ?? [];
  const before = messages().length;
  const asked = await ask();
  const code = await until('the code', async () => {
    const [sms] = messages().length > before ? messages() : [];
    return sms ? /\d{6}/.exec(`${sms.text} ${JSON.stringify(sms)}`)?.[0] : null;
  });
  return { asked, code };
}
