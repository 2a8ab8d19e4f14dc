// The master key of a demonstration: made once, kept beside its data, readable by its owner only. An installation with real
// people gives its key from outside and never uses this file.

import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { reasonOf, SetupError } from './setup-error.ts';

export function demonstrationKey(path: string): Buffer {
  const found = readKey(path);
  if (found) return found;
  makeKey(path);
  const made = readKey(path);
  if (made) return made;
  throw unreadable(path);
}

function readKey(path: string): Buffer | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new SetupError(
      `密钥文件 ${path} 无法读取：${reasonOf(error)}。请用建立它的用户启动。`,
      `The key file ${path} cannot be read: ${reasonOf(error)}. Start as the user who made it.`,
      error,
    );
  }
  const key = masterKeyIn(text);
  if (!key) throw unreadable(path);
  return key;
}

function masterKeyIn(text: string): Buffer | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    const hex = typeof parsed === 'object' && parsed !== null && 'masterKey' in parsed ? parsed.masterKey : undefined;
    return typeof hex === 'string' && /^[0-9a-f]{64}$/.test(hex) ? Buffer.from(hex, 'hex') : undefined;
  } catch {
    return undefined;
  }
}

function unreadable(path: string): SetupError {
  return new SetupError(
    `密钥文件 ${path} 的内容不对。用旧密钥加密的资料没有它就打不开：请恢复这个文件，或加 --fresh 重新开始。`,
    `The key file ${path} is damaged. Data sealed with it cannot be opened without it: restore the file, or start again with --fresh.`,
  );
}

/** Written whole, then given its name: a second process that starts at the same time finds no half of it, and one key wins. */
function makeKey(path: string): void {
  const draft = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(draft, `${JSON.stringify({ masterKey: randomBytes(32).toString('hex') })}\n`, { mode: 0o600 });
    try {
      linkSync(draft, path);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    } finally {
      rmSync(draft, { force: true });
    }
  } catch (error) {
    throw new SetupError(
      `密钥文件 ${path} 无法建立：${reasonOf(error)}。请检查目录的写权限和磁盘空间。`,
      `The key file ${path} cannot be made: ${reasonOf(error)}. Check the folder's rights and the free space.`,
      error,
    );
  }
}
