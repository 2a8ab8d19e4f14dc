// Reading what a form post or a JSON body holds: normal forms, invisible and forbidden characters, objects and lists.
// Knows no kind. Old phones run this: no Temporal, look-behind, Object.hasOwn, replaceAll or Array.prototype.at.

import type { Parsed, Problem } from './kind.ts';

/** Nothing that people type is longer; more is refused before any work is done on it. */
const rawLengthMax = 100_000;

export function ok<V>(value: V, warnings: readonly Problem[] = []): Parsed<V> {
  return { ok: true, value, warnings };
}

export function bad(code: string, zh: string): { ok: false; problems: readonly Problem[] } {
  return { ok: false, problems: [{ code, zh }] };
}

export function blank(zh = '这一项还没有填写，请填写。'): { ok: false; problems: readonly Problem[] } {
  return bad('blank', zh);
}

export function under(key: string | number, problems: readonly Problem[]): Problem[] {
  return problems.map((one) => ({ ...one, path: [key, ...(one.path ?? [])] }));
}

// Zero-width space, word joiner, byte order mark, soft hyphen, tags, and the direction controls that pasted contacts carry.
// Dropping the direction controls leaves the logical order, which is what is stored; right-to-left letters stay.
const invisible = /[\u00AD\u061C\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF\u{E0000}-\u{E007F}]/gu;
// These two shape Persian, Uyghur and emoji, so prose keeps them; an identifier or a name in Chinese never needs them.
const joiners = /[\u200C\u200D]/g;
const blankRun = /[^\S\n]+/g;

/** NFKC, no blanks, no invisible characters, upper case: for numbers and codes. */
export function foldIdentifier(text: string): string {
  return text.normalize('NFKC').replace(invisible, '').replace(joiners, '').replace(/\s+/g, '').toUpperCase();
}

/**
 * For prose and names: NFC with full-width letters and digits made plain. Not NFKC, which would turn Chinese punctuation
 * into ASCII, ① into 1 and ㎡ into m2 in what somebody wrote.
 */
export function foldProse(text: string): string {
  return text
    .replace(invisible, '')
    .replace(/[\uFF10-\uFF19\uFF21-\uFF3A\uFF41-\uFF5A]/g, (char) => String.fromCharCode(char.charCodeAt(0) - 0xfee0))
    .normalize('NFC')
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(blankRun, ' ')
    .replace(/ ?\n ?/g, '\n')
    .trim();
}

export function foldLine(text: string): string {
  return foldProse(text).replace(/\n+/g, ' ');
}

/** One line in NFKC that keeps its inner blanks: for dates and plain ASCII answers. */
export function foldPlain(text: string): string {
  return dropJoiners(foldLine(text.normalize('NFKC'))).trim();
}

export function dropJoiners(text: string): string {
  return text.replace(joiners, '');
}

/** Length as people count: code points, so that 𠮷 is one. */
export function codePoints(text: string): string[] {
  return Array.from(text);
}

/** Controls, halves of surrogate pairs, non-characters, and the mark of a failed decoding: none can be stored or read back. */
export function hasForbidden(text: string): boolean {
  for (const char of text) {
    const point = char.codePointAt(0) ?? 0;
    if (point < 0x20 && point !== 9 && point !== 10 && point !== 13) return true;
    if (point >= 0x7f && point <= 0x9f) return true;
    if (point >= 0xd800 && point <= 0xdfff) return true;
    if (point >= 0xfff9 && point <= 0xfffd) return true;
    if ((point >= 0xfdd0 && point <= 0xfdef) || (point & 0xfffe) === 0xfffe) return true;
  }
  return false;
}

export const textCodes = ['blank', 'wrong_type', 'control_character', 'raw_too_long'] as const;

export type Read = { ok: true; value: string } | { ok: false; problems: readonly Problem[] };

/** The text of one input: a string, a number, or the single element of a repeated form field. */
export function readText(raw: unknown, fold: (text: string) => string): Read {
  const one: unknown = Array.isArray(raw) && raw.length === 1 ? raw[0] : raw;
  if (one === undefined || one === null || (Array.isArray(one) && one.length === 0)) return blank();
  if (typeof one !== 'string' && !(typeof one === 'number' && Number.isFinite(one))) {
    return bad('wrong_type', '这一项收到的内容不是文字，请重新填写。');
  }
  const text = String(one);
  if (text.length > rawLengthMax) return bad('raw_too_long', '这一项的内容过长，请删减后再提交。');
  if (hasForbidden(text)) {
    return bad('control_character', '内容里有看不见的控制字符或乱码，请删掉这一项后手工重新输入。');
  }
  const value = fold(text);
  return value === '' ? blank() : { ok: true, value };
}

export const textSamples: readonly { raw: unknown; code: string }[] = [
  { raw: '', code: 'blank' },
  { raw: ' \u3000\u200B', code: 'blank' },
  { raw: null, code: 'blank' },
  { raw: { a: 1 }, code: 'wrong_type' },
  { raw: 'a\u0000b', code: 'control_character' },
  { raw: '\u0007', code: 'control_character' },
  { raw: 'x\uD800', code: 'control_character' },
  { raw: '1'.repeat(rawLengthMax + 1), code: 'raw_too_long' },
];

export type Fields = { get(key: string): unknown; has(key: string): boolean };

/** An object from JSON, or the JSON text of one (the hidden input of an enhanced form). Own properties only. */
export function readObject(raw: unknown): Fields | undefined {
  const source = typeof raw === 'string' && raw.length <= rawLengthMax && /^\s*\{/.test(raw) ? parseJson(raw) : raw;
  if (typeof source !== 'object' || source === null || !isPlain(source)) return undefined;
  const own = new Map<string, unknown>(Object.entries(source));
  return { get: (key) => own.get(key), has: (key) => own.has(key) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A list from JSON, the JSON text of one, or an object whose keys are row numbers (rows.0.name in a form post). */
export function readList(raw: unknown): readonly unknown[] | undefined {
  const source = typeof raw === 'string' && raw.length <= rawLengthMax && /^\s*\[/.test(raw) ? parseJson(raw) : raw;
  if (Array.isArray(source)) return source;
  if (typeof source !== 'object' || source === null || !isPlain(source)) return undefined;
  const entries = Object.entries(source);
  // Whole-number keys come in ascending order (ECMAScript, OrdinaryOwnPropertyKeys), whatever order they were sent in.
  if (entries.length === 0 || !entries.every(([key]) => /^(?:0|[1-9]\d{0,3})$/.test(key))) return undefined;
  return entries.map(([, row]: [string, unknown]) => row);
}

/** True for an answer that was not given: nothing, blanks, or a list or object of such. */
export function isBlank(raw: unknown, depth = 0): boolean {
  if (raw === undefined || raw === null) return true;
  if (typeof raw === 'string') return raw.length <= rawLengthMax && foldProse(raw) === '';
  if (typeof raw !== 'object' || depth > 4) return false;
  if (!Array.isArray(raw) && !isPlain(raw)) return false;
  const parts: unknown[] = Array.isArray(raw) ? raw : Object.values(raw);
  return parts.every((part) => isBlank(part, depth + 1));
}

/** What JSON and form posts make; not a Map, a Date or a boxed number, which look empty from outside. */
function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype === Object.prototype || prototype === null;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** As `isUuid` of the platform, which cannot run in a browser. */
export function readUuid(raw: unknown): string | undefined {
  if (typeof raw !== 'string' || raw.length > 64) return undefined;
  const value = raw.trim().toLowerCase();
  return uuid.test(value) ? value : undefined;
}

/** Keeps `head` and `tail` characters and stars the rest; too short a text is starred whole. */
export function maskMiddle(text: string, head: number, tail: number): string {
  const chars = codePoints(text);
  if (chars.length < head + tail + 2) return '*'.repeat(Math.max(chars.length, 1));
  const hidden = '*'.repeat(chars.length - head - tail);
  return chars.slice(0, head).join('') + hidden + chars.slice(chars.length - tail).join('');
}
