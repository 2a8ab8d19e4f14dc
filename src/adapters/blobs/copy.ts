// Moves a store into another one while both may be in use: what is there already is passed by, so that it can be stopped and begun again
// at any time. Nothing is deleted from where it came.
import { createHash } from 'node:crypto';
import type { Blobs } from './port.ts';

export type CopyProgress = {
  readonly seen: number;
  readonly copied: number;
  readonly bytes: number;
  /** Changed where it lay: its bytes are no longer those of its address. */
  readonly broken: readonly string[];
};

const PAGE = 500;

export async function copyBlobs(
  from: Blobs,
  to: Blobs,
  options: { readonly onPage?: (progress: CopyProgress) => void; readonly stop?: AbortSignal } = {},
): Promise<CopyProgress> {
  const broken: string[] = [];
  let [seen, copied, bytes] = [0, 0, 0];
  let after: string | null = null;
  const stopped = (): boolean => options.stop?.aborted === true;
  while (!stopped()) {
    const page: readonly { readonly address: string }[] = await from.list(after, PAGE);
    for (const { address } of page) {
      if (stopped()) break;
      after = address;
      seen += 1;
      if (await to.has(address)) continue;
      const blob = await from.get(address);
      // Erased since it was listed.
      if (blob === null) continue;
      if (createHash('sha256').update(blob).digest('hex') !== address) {
        broken.push(address);
        continue;
      }
      await to.put(address, blob);
      copied += 1;
      bytes += blob.length;
    }
    options.onPage?.({ seen, copied, bytes, broken });
    if (page.length < PAGE) break;
  }
  return { seen, copied, bytes, broken };
}
