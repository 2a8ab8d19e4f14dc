// Lines of text, long texts and names of people. Lengths count code points; nothing is escaped here (that is the page's work).
// Prose keeps its own punctuation and rare characters: see foldProse for why not NFKC.

import type { FieldKind, InvalidSample, Parsed, ParseContext, Problem } from './kind.ts';
import {
  bad,
  codePoints,
  dropJoiners,
  foldLine,
  foldPlain,
  foldProse,
  ok,
  readText,
  textCodes,
  textSamples,
} from './raw.ts';
import { sampler } from './sample.ts';

/** A closed set instead of a pattern: no regular expression written by an author ever runs on what a stranger types. */
export type Charset = 'any' | 'digits' | 'alphanumeric';

export type TextOptions = { min?: number; max?: number; charset?: Charset };
export type LongtextOptions = { min?: number; max?: number };
export type PersonNameOptions = { max?: number };

const charsetPattern = { any: /^/, digits: /^[0-9]+$/, alphanumeric: /^[0-9A-Za-z-]+$/ };
const charsetZh = { any: '', digits: '只能填写数字', alphanumeric: '只能填写数字、英文字母和横线' };

function checkLength(text: string, min: number, max: number): Parsed<string> {
  const length = codePoints(text).length;
  if (length > max) return bad('too_long', `最多填写 ${max} 个字，现在有 ${length} 个字，请删减。`);
  if (length < min) return bad('too_short', `至少填写 ${min} 个字，现在只有 ${length} 个字，请补充。`);
  return ok(text);
}

function lengthSamples(min: number, max: number, filler: string): InvalidSample[] {
  const samples = [...textSamples, { raw: filler.repeat(max + 1), code: 'too_long' }];
  return min > 1 ? [...samples, { raw: filler, code: 'too_short' }] : samples;
}

function fitLength(text: string, min: number, max: number): string {
  const filled = codePoints(text.repeat(Math.max(1, Math.ceil(min / codePoints(text).length))));
  return filled.slice(0, Math.max(min, Math.min(max, codePoints(text).length))).join('');
}

const lineDefault = { min: 1, max: 200 };
const longDefault = { min: 1, max: 2000 };

export const text: FieldKind<string, TextOptions> = {
  kind: 'text',
  zh: '单行文字',
  fieldClass: 'internal',
  codes: [...textCodes, 'too_long', 'too_short', 'charset'],
  parse(raw, options) {
    const charset = options.charset ?? 'any';
    const read = readText(raw, charset === 'any' ? foldLine : foldPlain);
    if (!read.ok) return read;
    if (!charsetPattern[charset].test(read.value)) return bad('charset', `这一项${charsetZh[charset]}，请改正。`);
    return checkLength(read.value, options.min ?? lineDefault.min, options.max ?? lineDefault.max);
  },
  format: (value) => value,
  mask: () => '***',
  jsonSchema: (options) => ({
    type: 'string',
    minLength: options.min ?? lineDefault.min,
    maxLength: options.max ?? lineDefault.max,
    ...(options.charset && options.charset !== 'any' ? { pattern: charsetPattern[options.charset].source } : {}),
  }),
  example(options, seed) {
    const { min, max } = { ...lineDefault, ...options };
    const random = sampler(seed);
    if (options.charset && options.charset !== 'any') return random.digits(Math.max(min, Math.min(max, 8)));
    return fitLength(random.pick(['湖里配送站', '𠮷祥路骑手驿站', '三号楼东门', '晚高峰班组', 'A座12层']), min, max);
  },
  invalid(options) {
    const samples = lengthSamples(options.min ?? lineDefault.min, options.max ?? lineDefault.max, '1');
    return options.charset && options.charset !== 'any' ? [...samples, { raw: '湖里#', code: 'charset' }] : samples;
  },
};

export const longtext: FieldKind<string, LongtextOptions> = {
  kind: 'longtext',
  zh: '多行文字',
  // What people tell about themselves in their own words is personal, whatever the question was.
  fieldClass: 'personal',
  codes: [...textCodes, 'too_long', 'too_short'],
  parse(raw, options) {
    const read = readText(raw, foldProse);
    return read.ok ? checkLength(read.value, options.min ?? longDefault.min, options.max ?? longDefault.max) : read;
  },
  format: (value) => value,
  mask: () => '（内容已隐藏）',
  jsonSchema: (options) => ({
    type: 'string',
    minLength: options.min ?? longDefault.min,
    maxLength: options.max ?? longDefault.max,
  }),
  example(options, seed) {
    const { min, max } = { ...longDefault, ...options };
    const story = sampler(seed).pick([
      '送餐途中在路口被电动车撞倒，左腿受伤。',
      '昨天 18:30 取餐后下楼梯滑倒，\n已到医院拍片。',
      '站点拖欠上月配送费，请协助核实。',
    ]);
    return fitLength(story, min, max).trim().padEnd(Math.min(min, max), '。');
  },
  invalid: (options) => lengthSamples(options.min ?? longDefault.min, options.max ?? longDefault.max, '长'),
};

// The dot of transliterated names has many look-alikes on keyboards; U+00B7 is the one of GB/T 15834 and of the ID card.
const middleDots = /\s*[\u2022\u2027\u2219\u22C5\u30FB\u00B7\uFF65\uFF0E]\s*/g;
// Letters of any script with their marks, 〇, private-use characters (rare characters of old systems), dot, blank, hyphen, apostrophe.
const nameCharacters = /^[\p{L}\p{M}\p{Co}〇·\-'’. ]+$/u;
const privateUse = /\p{Co}/u;
const nameMax = 50;

function foldName(raw: string): string {
  return dropJoiners(foldLine(raw)).replace(middleDots, '·').trim();
}

function parseName(raw: unknown, options: PersonNameOptions, _ctx: ParseContext): Parsed<string> {
  const read = readText(raw, foldName);
  if (!read.ok) return read;
  const name = read.value;
  const length = codePoints(name).length;
  const max = options.max ?? nameMax;
  if (length > max) return bad('too_long', `姓名最多 ${max} 个字，请按证件上的写法填写。`);
  if (length < 2) return bad('too_short', '姓名至少两个字，请填写证件上的全名。');
  if (!nameCharacters.test(name) || !/\p{L}|\p{Co}/u.test(name)) {
    return bad('name_characters', '姓名里只能有文字、间隔号“·”、空格和连字符，请去掉数字和其他符号。');
  }
  const warnings: Problem[] = privateUse.test(name)
    ? [{ code: 'private_use', zh: '姓名里有生僻字，可能显示不出来，请核对并上传证件照片。' }]
    : [];
  return ok(name, warnings);
}

export const personName: FieldKind<string, PersonNameOptions> = {
  kind: 'person_name',
  zh: '姓名',
  fieldClass: 'personal',
  codes: [...textCodes, 'too_long', 'too_short', 'name_characters'],
  parse: parseName,
  format: (value) => value,
  mask(value) {
    const [first = '', ...rest] = codePoints(value);
    return rest.length === 0 ? '*' : first + '*'.repeat(rest.length);
  },
  jsonSchema: (options) => ({ type: 'string', minLength: 2, maxLength: options.max ?? nameMax }),
  example: (_options, seed) =>
    sampler(seed).pick(['张三', '欧阳示例', '古丽·示例', '𠮷示例', '测试·阿卜杜拉', '王〇', 'Li Sample', '刘䶮']),
  invalid: (options) => [
    ...textSamples.filter((sample) => sample.code !== 'raw_too_long'),
    { raw: '张'.repeat(100_001), code: 'raw_too_long' },
    { raw: '张'.repeat((options.max ?? nameMax) + 1), code: 'too_long' },
    { raw: '张', code: 'too_short' },
    { raw: '张3', code: 'name_characters' },
    { raw: '<b>张三</b>', code: 'name_characters' },
    { raw: '··', code: 'name_characters' },
  ],
};
