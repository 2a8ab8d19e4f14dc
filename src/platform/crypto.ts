// The one port of cryptography: sealing of fields, blind indexes, pseudonyms, commitments. AES-256-GCM and HMAC-SHA-256 today;
// a national suite (SM4, SM3) takes its place behind the same functions. Keys come from outside of the database.

import {
  createCipheriv,
  createDecipheriv,
  hash,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { invariant } from './errors.ts';

export type CryptoPort = {
  /** `v1.<nonce>.<ciphertext+tag>`, base64url; bound to its context (`table:column:row`), so that a value moved elsewhere does not open. */
  seal(context: string, plain: string): string;
  /** Throws a Bug when the value was changed or belongs to another context. */
  open(context: string, sealed: string): string;
  sealBytes(key: Buffer, plain: Buffer): Buffer;
  openBytes(key: Buffer, sealed: Buffer): Buffer;
  /** Keyed hash for finding an identifier without storing it; the value must be normalised first. */
  blindIndex(kind: 'id_number' | 'phone' | 'name' | 'file' | 'card' | 'trait', value: string): Buffer;
  /** Name of an actor or subject in the log, the same for the same person, unlinkable without the key. */
  pseudonym(id: string): string;
  /** Keyed hash of a one-time code or session token. */
  digest(purpose: string, value: string): Buffer;
};

const nonceBytes = 12;
const tagBytes = 16;

/** `random` is replaced only by the synthetic city, which must be the same to the byte for the same seed. */
export function createCrypto(masterKey: Buffer, random: (bytes: number) => Buffer = freshBytes): CryptoPort {
  invariant(masterKey.length === 32, 'the master key must have 32 bytes');
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', masterKey, '', `gongdun/${purpose}/1`, 32));
  const fieldKey = derive('field');
  const indexKey = derive('blind-index');
  const pseudonymKey = derive('pseudonym');
  const digestKey = derive('digest');
  const pseudonyms = new Map<string, string>();

  return {
    seal: (context, plain) =>
      `v1.${encrypt(fieldKey, Buffer.from(plain, 'utf8'), context, random(nonceBytes)).toString('base64url')}`,
    open: (context, sealed) => {
      invariant(sealed.startsWith('v1.'), 'sealed value has an unknown version');
      return decrypt(fieldKey, Buffer.from(sealed.slice(3), 'base64url'), context).toString('utf8');
    },
    sealBytes: (key, plain) => encrypt(key, plain, '', random(nonceBytes)),
    openBytes: (key, sealed) => decrypt(key, sealed, ''),
    blindIndex: (kind, value) => createHmac('sha256', indexKey).update(`${kind}\n${value}`).digest(),
    pseudonym: (id) => {
      const known = pseudonyms.get(id);
      if (known) return known;
      const made = createHmac('sha256', pseudonymKey).update(id).digest('base64url').slice(0, 22);
      if (pseudonyms.size > 50_000) pseudonyms.clear();
      pseudonyms.set(id, made);
      return made;
    },
    digest: (purpose, value) => createHmac('sha256', digestKey).update(`${purpose}\n${value}`).digest(),
  };
}

const poolBytes = 8_192;
let pool: Buffer = Buffer.alloc(0);

/** Random bytes, drawn from the system by the pool: one draw costs as much as many. No byte is ever given out twice. */
export function freshBytes(bytes: number): Buffer {
  if (bytes > poolBytes / 8) return randomBytes(bytes);
  if (pool.length < bytes) pool = randomBytes(poolBytes);
  const taken = Buffer.from(pool.subarray(0, bytes));
  pool.fill(0, 0, bytes);
  pool = pool.subarray(bytes);
  return taken;
}

function encrypt(key: Buffer, plain: Buffer, context: string, nonce: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(context, 'utf8'));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, sealed: Buffer, context: string): Buffer {
  invariant(sealed.length >= nonceBytes + tagBytes, 'sealed value is too short');
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes));
  decipher.setAAD(Buffer.from(context, 'utf8'));
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, sealed.length - tagBytes)), decipher.final()]);
}

/** Hash of the parts one after another; strings count as UTF-8. */
export function sha256(...parts: readonly (Buffer | string)[]): Buffer {
  const [only] = parts;
  const whole = parts.length === 1 && only !== undefined ? only : Buffer.concat(parts.map(bytesOf));
  return hash('sha256', whole, 'buffer');
}

function bytesOf(part: Buffer | string): Buffer {
  return typeof part === 'string' ? Buffer.from(part, 'utf8') : part;
}

export function sameBytes(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
