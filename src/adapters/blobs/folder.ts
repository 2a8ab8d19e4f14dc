// Ciphertexts in a folder, under two characters of their address. Written beside, then renamed: a crash leaves no half file.
import { randomBytes } from 'node:crypto';
import { access, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BLOB_ADDRESS, type BlobEntry, type Blobs } from './port.ts';

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

export function createFolderBlobs(root: string): Blobs {
  const pathOf = (address: string) => join(root, address.slice(0, 2), address);

  async function namesIn(folder: string): Promise<string[]> {
    try {
      return (await readdir(folder)).toSorted();
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  return {
    async put(address, bytes) {
      const folder = join(root, address.slice(0, 2));
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const temporary = join(folder, `.${address}.${randomBytes(8).toString('hex')}`);
      await writeFile(temporary, bytes, { mode: 0o600, flush: true });
      await rename(temporary, pathOf(address));
    },
    async get(address) {
      try {
        return await readFile(pathOf(address));
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    },
    has: (address) =>
      access(pathOf(address)).then(
        () => true,
        () => false,
      ),
    remove: async (address) => await rm(pathOf(address), { force: true }),
    async list(after, limit) {
      const found: BlobEntry[] = [];
      for (const part of await namesIn(root)) {
        if (after !== null && part < after.slice(0, 2)) continue;
        for (const address of await namesIn(join(root, part))) {
          if (!BLOB_ADDRESS.test(address) || (after !== null && address <= after)) continue;
          // Removed since it was listed: no entry.
          const made = await stat(pathOf(address)).catch(() => null);
          if (made) found.push({ address, at: made.mtime });
          if (found.length >= limit) return found;
        }
      }
      return found;
    },
  };
}
