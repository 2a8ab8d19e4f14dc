// How an operator's setting is read and refused: by name, in both languages, before anything starts.

import { readFileSync } from 'node:fs';
import { reasonOf, SetupError } from './setup-error.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads all variables of a party, or none; some of them is refused by name. */
export function whole(env: Environment, party: string, names: readonly string[]): ((name: string) => string) | null {
  const values = new Map(names.map((name) => [name, (env[`${party}_${name}`] ?? '').trim()]));
  const missing = names.filter((name) => values.get(name) === '');
  if (missing.length === names.length) return null;
  if (missing.length > 0) {
    const listed = missing.map((name) => `${party}_${name}`).join('、');
    throw new SetupError(
      `外部系统 ${party} 的设置不完整，还缺 ${listed}。请补齐，或全部去掉。`,
      `The settings of ${party} are incomplete: ${listed} missing. Set all of them or none.`,
    );
  }
  return (name) => values.get(name) ?? '';
}

export function httpUrl(name: string, text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text.replace(/\/+$/, '');
  throw wrong(name, 'http:// 或 https:// 开头的网址', 'a URL that begins with http:// or https://');
}

export function fileText(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new SetupError(
      `环境变量 ${name} 指定的文件无法读取：${reasonOf(error)}。请检查路径和权限。`,
      `The file named by ${name} cannot be read: ${reasonOf(error)}. Check the path and its rights.`,
      error,
    );
  }
}

export function wrong(name: string, zh: string, en: string): SetupError {
  return new SetupError(
    `环境变量 ${name} 的值不对，应为${zh}。请改正后再启动。`,
    `The environment variable ${name} is wrong: it takes ${en}. Correct it and start again.`,
  );
}
