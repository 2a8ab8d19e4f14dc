// A security key in software, for tests: it makes keys and signs as the WebAuthn standard says (§6.1, §6.5.4, ES256), and can be made to
// misbehave: another origin, another site, no PIN, a counter that falls behind.

import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import type { KeyAnswer, KeyRequest } from '#contract/identity';

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest();

// ---- the little of CBOR that an attestation needs ----------------------------------------------------------------------------

function head(major: number, value: number): Buffer {
  if (value < 24) return Buffer.from([(major << 5) | value]);
  if (value < 256) return Buffer.from([(major << 5) | 24, value]);
  return Buffer.from([(major << 5) | 25, value >> 8, value & 255]);
}
const whole = (value: number) => (value < 0 ? head(1, -1 - value) : head(0, value));
const text = (value: string) => Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
const bytes = (value: Buffer) => Buffer.concat([head(2, value.length), value]);
const map = (pairs: readonly (readonly [Buffer, Buffer])[]) => Buffer.concat([head(5, pairs.length), ...pairs.flat()]);

type Made = { readonly id: string; readonly credential: Buffer; readonly key: KeyObject; readonly cose: Buffer };
type Habits = {
  readonly origin?: string;
  readonly rpId?: string;
  readonly noPin?: boolean;
  readonly counter?: number;
  readonly type?: string;
};

const present = 0x01;
const verified = 0x04;
const attested = 0x40;

export type Authenticator = ReturnType<typeof makeAuthenticator>;

export function makeAuthenticator(origin: string) {
  const { hostname } = new URL(origin);
  let counter = 0;
  const made: Made[] = [];

  function clientData(type: string, challenge: string, habits: Habits): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin: habits.origin ?? origin, crossOrigin: false }));
  }

  function authenticatorData(habits: Habits, more: number, rest = Buffer.alloc(0)): Buffer {
    const flags = present | (habits.noPin ? 0 : verified) | more;
    const count = Buffer.alloc(4);
    count.writeUInt32BE(habits.counter ?? (counter += 1));
    return Buffer.concat([sha256(habits.rpId ?? hostname), Buffer.from([flags]), count, rest]);
  }

  /** What `navigator.credentials.create` gives back. */
  function create(creation: { readonly challenge: string }, habits: Habits = {}) {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    const cose = map([
      [whole(1), whole(2)],
      [whole(3), whole(-7)],
      [whole(-1), whole(1)],
      [whole(-2), bytes(Buffer.from(x, 'base64url'))],
      [whole(-3), bytes(Buffer.from(y, 'base64url'))],
    ]);
    const credential = randomBytes(32);
    const id = credential.toString('base64url');
    made.push({ id, credential, key: privateKey, cose });
    const length = Buffer.alloc(2);
    length.writeUInt16BE(credential.length);
    const data = authenticatorData(habits, attested, Buffer.concat([Buffer.alloc(16), length, credential, cose]));
    const attestation = map([
      [text('fmt'), text('none')],
      [text('attStmt'), map([])],
      [text('authData'), bytes(data)],
    ]);
    return {
      id,
      rawId: id,
      type: 'public-key' as const,
      response: {
        clientDataJSON: clientData('webauthn.create', creation.challenge, habits).toString('base64url'),
        attestationObject: attestation.toString('base64url'),
        transports: ['usb'],
      },
    };
  }

  /** What `navigator.credentials.get` gives back, with the first key that is allowed. */
  function get(request: Pick<KeyRequest, 'challenge' | 'allowCredentials'>, habits: Habits = {}): KeyAnswer {
    const allowed = request.allowCredentials.map((one) => one.id);
    const key = made.find((one) => allowed.includes(one.id)) ?? made[0];
    if (!key) throw new Error('this authenticator has no key');
    const data = authenticatorData(habits, 0);
    const client = clientData(habits.type ?? 'webauthn.get', request.challenge, habits);
    const signature = sign('sha256', Buffer.concat([data, sha256(client)]), key.key);
    return {
      id: key.id,
      rawId: key.id,
      type: 'public-key',
      response: {
        clientDataJSON: client.toString('base64url'),
        authenticatorData: data.toString('base64url'),
        signature: signature.toString('base64url'),
      },
    };
  }

  return { create, get, counter: () => counter };
}
