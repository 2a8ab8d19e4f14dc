// Where ciphertexts are kept. An address is the SHA-256 of the bytes, so that writing twice is safe and reading can be checked; no
// plaintext and no key comes here. Failures are `OutcomeUnknown`: try again with the same address.
export type BlobEntry = { readonly address: string; readonly at: Date };

export type Blobs = {
  put(address: string, bytes: Buffer): Promise<void>;
  /** Null where there is none. */
  get(address: string): Promise<Buffer | null>;
  has(address: string): Promise<boolean>;
  /** What is not there is removed already. */
  remove(address: string): Promise<void>;
  /** By address, after the given one. */
  list(after: string | null, limit: number): Promise<readonly BlobEntry[]>;
};

export const BLOB_ADDRESS = /^[0-9a-f]{64}$/;

export { OutcomeUnknown } from '#adapters/party';
