// The keys of an installation. Data are sealed, indexed and signed for with data keys; each has versions, and each version is wrapped by
// the master key, so that the master is replaced without touching the data. This file knows keys and versions; where they are kept is
// another's. A version is known everywhere before it is used anywhere: it has a moment from which it counts.

import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { invariant } from './errors.ts';

/**
 * `field` seals values, `index` makes blind indexes, `digest` hashes tokens and codes: these are replaced. `commitment` and `pseudonym`
 * stand in entries that are only ever added to, so another key would say another thing: their wrapping is replaced, and they are not.
 */
export const keyNames = ['field', 'index', 'digest', 'commitment', 'pseudonym'] as const;
export type KeyName = (typeof keyNames)[number];
export const replaceable = ['field', 'index', 'digest'] as const satisfies readonly KeyName[];
export type Replaceable = (typeof replaceable)[number];

export type KeyVersion = {
  readonly version: number;
  readonly key: Buffer;
  /** By the clock of this machine; whoever reads the versions has allowed for the database's. */
  readonly activeAtMs: number;
};

export type Keyring = {
  /** What is made now is made with this. */
  active(name: KeyName): KeyVersion;
  /** All that may have made what is found, the active one first. */
  all(name: KeyName): readonly KeyVersion[];
  find(name: KeyName, version: number): Buffer | undefined;
  replace(name: KeyName, versions: readonly KeyVersion[]): void;
};

export function createKeyring(given: Readonly<Record<KeyName, readonly KeyVersion[]>>): Keyring {
  const held = new Map<KeyName, readonly KeyVersion[]>();
  const replace = (name: KeyName, versions: readonly KeyVersion[]): void => {
    invariant(versions.length > 0, `the key ${name} has a version`);
    held.set(
      name,
      versions.toSorted((a, b) => b.version - a.version),
    );
  };
  for (const name of keyNames) replace(name, given[name]);
  const of = (name: KeyName) => held.get(name) ?? [];
  const active = (name: KeyName): KeyVersion => {
    const versions = of(name);
    const [newest] = versions;
    // Nearly always the newest; the clock is looked at only while one waits for its moment.
    const found =
      versions.length === 1 ? newest : (versions.find((one) => one.activeAtMs <= Date.now()) ?? versions.at(-1));
    invariant(found, `the key ${name} has a version`);
    return found;
  };
  return {
    active,
    all: (name) => {
      const versions = of(name);
      if (versions.length === 1) return versions;
      const first = active(name);
      return [first, ...versions.filter((one) => one !== first)];
    },
    find: (name, version) => of(name).find((one) => one.version === version)?.key,
    replace,
  };
}

/** Version 1 follows from the master key that the installation began with. */
export function firstKeys(masterKey: Buffer): Readonly<Record<KeyName, Buffer>> {
  invariant(masterKey.length === 32, 'the master key must have 32 bytes');
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', masterKey, '', `gongdun/${purpose}/1`, 32));
  return {
    field: derive('field'),
    index: derive('blind-index'),
    digest: derive('digest'),
    commitment: derive('digest'),
    pseudonym: derive('pseudonym'),
  };
}

/** The ring of an installation whose keys were never replaced. */
export function firstKeyring(masterKey: Buffer): Keyring {
  const keys = firstKeys(masterKey);
  const only = (name: KeyName): readonly KeyVersion[] => [{ version: 1, key: keys[name], activeAtMs: 0 }];
  return createKeyring({
    field: only('field'),
    index: only('index'),
    digest: only('digest'),
    commitment: only('commitment'),
    pseudonym: only('pseudonym'),
  });
}

const nonceBytes = 12;
const tagBytes = 16;
const prefix = 'w1.';

/** A wrapped key opens in its own place only. */
const placeOf = (name: KeyName, version: number): Buffer => Buffer.from(`data_key:${name}:${version}`, 'utf8');
const wrappingKey = (masterKey: Buffer): Buffer => Buffer.from(hkdfSync('sha256', masterKey, '', 'gongdun/wrap/1', 32));

export function wrapKey(masterKey: Buffer, name: KeyName, version: number, key: Buffer): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', wrappingKey(masterKey), nonce);
  cipher.setAAD(placeOf(name, version));
  const sealed = Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()]);
  return prefix + sealed.toString('base64url');
}

/** Null when another master key wrapped it, or it was changed. */
export function unwrapKey(masterKey: Buffer, name: KeyName, version: number, wrapped: string): Buffer | null {
  const sealed = Buffer.from(wrapped.slice(prefix.length), 'base64url');
  if (!wrapped.startsWith(prefix) || sealed.length !== nonceBytes + 32 + tagBytes) return null;
  const decipher = createDecipheriv('aes-256-gcm', wrappingKey(masterKey), sealed.subarray(0, nonceBytes));
  decipher.setAAD(placeOf(name, version));
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, sealed.length - tagBytes)), decipher.final()]);
  } catch {
    return null;
  }
}

/** Tells two keys apart without saying anything of either. */
export function fingerprint(key: Buffer): string {
  return createHash('sha256').update('gongdun/fingerprint').update(key).digest('hex').slice(0, 8);
}
