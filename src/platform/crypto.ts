// The one port of cryptography: sealing of fields, blind indexes, pseudonyms, commitments. AES-256-GCM and HMAC-SHA-256 today;
// a national suite (SM4, SM3) takes its place behind the same functions. Keys come from outside of the database.

import { createCipheriv, createDecipheriv, hash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { invariant } from './errors.ts';
import { firstKeyring, type KeyName, type Keyring } from './keyring.ts';

export type CryptoPort = {
  /**
   * `v<version of the key>.<nonce><ciphertext+tag>`, base64url; bound to its context (`table:column:row`), so that a value moved
   * elsewhere does not open.
   */
  seal(context: string, plain: string): string;
  /** Throws a Bug when the value was changed, belongs to another context, or its key is not there. */
  open(context: string, sealed: string): string;
  sealBytes(key: Buffer, plain: Buffer): Buffer;
  openBytes(key: Buffer, sealed: Buffer): Buffer;
  /** Keyed hash for finding an identifier without storing it; the value must be normalised first. */
  blindIndex(kind: IndexKind, value: string): Buffer;
  /** Every index that this value may stand under while keys are replaced, the present one first: for finding, never for writing. */
  blindIndexes(kind: IndexKind, value: string): readonly Buffer[];
  /** Name of an actor or subject in the log, the same for the same person, unlinkable without the key. */
  pseudonym(id: string): string;
  /** Keyed hash of a one-time code or session token. */
  digest(purpose: string, value: string): Buffer;
  /** As `blindIndexes`: for finding a token that was made under an earlier key. */
  digests(purpose: string, value: string): readonly Buffer[];
  /** Keyed hash for what must be the same for ever: salts of commitments, ids that follow from a request. */
  commitment(purpose: string, value: string): Buffer;
};

export type IndexKind = 'id_number' | 'phone' | 'name' | 'file' | 'card';

const nonceBytes = 12;
const tagBytes = 16;

/** `random` is replaced only by the synthetic city, which must be the same to the byte for the same seed. */
export function createCrypto(keys: Buffer | Keyring, random: (bytes: number) => Buffer = freshBytes): CryptoPort {
  const ring = Buffer.isBuffer(keys) ? firstKeyring(keys) : keys;
  const pseudonyms = new Map<string, string>();
  const keyed = (key: Buffer, purpose: string, value: string) =>
    createHmac('sha256', key).update(`${purpose}\n${value}`).digest();
  const now = (name: KeyName, purpose: string, value: string) => keyed(ring.active(name).key, purpose, value);
  const ever = (name: KeyName, purpose: string, value: string) =>
    ring.all(name).map(({ key }) => keyed(key, purpose, value));

  return {
    seal: (context, plain) => {
      const { version, key } = ring.active('field');
      return `v${version}.${encrypt(key, Buffer.from(plain, 'utf8'), context, random(nonceBytes)).toString('base64url')}`;
    },
    open: (context, sealed) => {
      const version = sealedVersion(sealed);
      const key = ring.find('field', version);
      invariant(key, `the field key of version ${version} is not there`);
      return decrypt(key, Buffer.from(sealed.slice(sealed.indexOf('.') + 1), 'base64url'), context).toString('utf8');
    },
    sealBytes: (key, plain) => encrypt(key, plain, '', random(nonceBytes)),
    openBytes: (key, sealed) => decrypt(key, sealed, ''),
    blindIndex: (kind, value) => now('index', kind, value),
    blindIndexes: (kind, value) => ever('index', kind, value),
    pseudonym: (id) => {
      const known = pseudonyms.get(id);
      if (known) return known;
      const made = createHmac('sha256', ring.active('pseudonym').key).update(id).digest('base64url').slice(0, 22);
      if (pseudonyms.size > 50_000) pseudonyms.clear();
      pseudonyms.set(id, made);
      return made;
    },
    digest: (purpose, value) => now('digest', purpose, value),
    digests: (purpose, value) => ever('digest', purpose, value),
    commitment: (purpose, value) => now('commitment', purpose, value),
  };
}

/** Which version of the field key sealed this. */
export function sealedVersion(sealed: string): number {
  const version = /^v([1-9]\d{0,5})\./.exec(sealed)?.[1];
  invariant(version, 'sealed value has an unknown version');
  return Number(version);
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
