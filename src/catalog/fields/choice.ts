// Choices: one of a list, several of a list, yes or no, and consent to a named text in a named version.
// A choice is kept as its code; the Chinese label is also understood, because imports and paper carry labels.

import type { FieldKind } from './kind.ts';
import { bad, foldLine, hasForbidden, ok, readList, readObject, readText, textCodes, textSamples } from './raw.ts';
import { sampler } from './sample.ts';

export type Choice<T extends string = string> = { readonly value: T; readonly zh: string };
export type EnumOptions<T extends string = string> = { values: readonly Choice<T>[] };
export type MultiEnumOptions<T extends string = string> = EnumOptions<T> & { min?: number; max?: number };
export type BooleanOptions = {
  /** A declaration: no is not an answer. */
  mustBeTrue?: boolean;
};
export type ConsentOptions = {
  /** What the personal information is used for, one separate consent each (个人信息保护法 articles 14 and 29). */
  purpose: string;
  version: string;
};
export type Consent = { purpose: string; version: string; agreed: true };

function find(text: string, choices: readonly Choice[]): string | undefined {
  return (choices.find((choice) => choice.value === text) ?? choices.find((choice) => choice.zh === text))?.value;
}

function label(value: string, choices: readonly Choice[]): string {
  return choices.find((choice) => choice.value === value)?.zh ?? value;
}

const choiceZh = '所选的内容不在选项里，请重新选择。';

export const oneOf: FieldKind<string, EnumOptions> = {
  kind: 'enum',
  zh: '单选',
  fieldClass: 'internal',
  codes: [...textCodes, 'not_in_list'],
  parse(raw, options) {
    const read = readText(raw, foldLine);
    if (!read.ok) return read;
    const value = find(read.value, options.values);
    return value === undefined ? bad('not_in_list', choiceZh) : ok(value);
  },
  format: (value, options) => label(value, options.values),
  mask: () => '***',
  jsonSchema: (options) => ({ type: 'string', enum: options.values.map((choice) => choice.value) }),
  example(options, seed) {
    const [first, ...rest] = options.values;
    return first === undefined ? '' : sampler(seed).pick([first, ...rest]).value;
  },
  invalid: () => [
    ...textSamples,
    { raw: 'no-such-choice', code: 'not_in_list' },
    { raw: '__proto__', code: 'not_in_list' },
  ],
};

/** One checkbox posts a string, several post a list; a formatted answer is labels joined by 、. */
function readChoices(raw: unknown, choices: readonly Choice[]): readonly unknown[] | undefined {
  if (typeof raw === 'string' && !raw.startsWith('['))
    return find(foldLine(raw), choices) === undefined ? raw.split('、') : [raw];
  return readList(raw);
}

export const manyOf: FieldKind<string[], MultiEnumOptions> = {
  kind: 'multi_enum',
  zh: '多选',
  fieldClass: 'internal',
  codes: [...textCodes, 'not_in_list', 'too_few', 'too_many'],
  parse(raw, options) {
    const list = readChoices(raw, options.values);
    if (raw === undefined || raw === null || raw === '' || list?.length === 0)
      return bad('blank', '还没有选择，请至少选一项。');
    if (!list) return bad('wrong_type', '这一项收到的内容不是选项，请重新选择。');
    const chosen = new Set<string>();
    // A list longer than the choices twice over is not what a form sends.
    if (list.length > options.values.length * 2 + 1) return bad('too_many', '选择的项数超过了选项数，请重新选择。');
    for (const one of list) {
      const read = readText(one, foldLine);
      if (!read.ok) return read;
      const value = find(read.value, options.values);
      if (value === undefined) return bad('not_in_list', choiceZh);
      chosen.add(value);
    }
    const { min = 1, max = options.values.length } = options;
    if (chosen.size < min) return bad('too_few', `至少选 ${min} 项，请补选。`);
    if (chosen.size > max) return bad('too_many', `最多选 ${max} 项，请去掉几项。`);
    return ok(options.values.map((choice) => choice.value).filter((value) => chosen.has(value)));
  },
  format: (value, options) => value.map((one) => label(one, options.values)).join('、'),
  mask: (value) => `已选 ${value.length} 项`,
  jsonSchema: (options) => ({
    type: 'array',
    items: { type: 'string', enum: options.values.map((choice) => choice.value) },
    uniqueItems: true,
    minItems: options.min ?? 1,
    maxItems: options.max ?? options.values.length,
  }),
  example(options, seed) {
    const { min = 1, max = options.values.length } = options;
    const random = sampler(seed);
    const count = random.int(Math.max(1, min), Math.max(1, max));
    const start = random.int(0, options.values.length - count);
    return options.values.slice(start, start + count).map((choice) => choice.value);
  },
  invalid(options) {
    const { min = 1, max = options.values.length } = options;
    const all = options.values.map((choice) => choice.value);
    return [
      { raw: '', code: 'blank' },
      { raw: [], code: 'blank' },
      { raw: 7, code: 'wrong_type' },
      { raw: { a: 1 }, code: 'wrong_type' },
      { raw: ['a\u0000'], code: 'control_character' },
      { raw: ['1'.repeat(100_001)], code: 'raw_too_long' },
      { raw: ['no-such-choice'], code: 'not_in_list' },
      { raw: Array.from({ length: all.length * 2 + 2 }, () => all[0] ?? ''), code: 'too_many' },
      ...(min > 1 ? [{ raw: all.slice(0, 1), code: 'too_few' }] : []),
      ...(max < all.length ? [{ raw: all.slice(0, max + 1), code: 'too_many' }] : []),
    ];
  },
};

const yes = ['on', 'true', '1', 'yes', '是', '同意'];
const no = ['', 'off', 'false', '0', 'no', '否', '不同意'];

export const boolean: FieldKind<boolean, BooleanOptions> = {
  kind: 'boolean',
  zh: '是否',
  fieldClass: 'internal',
  codes: ['wrong_type', 'must_be_true'],
  parse(raw, options) {
    // A hidden input before the checkbox makes a form post "false" and then "on": the last one counts.
    const last: unknown = Array.isArray(raw) && raw.length <= 2 ? raw[raw.length - 1] : raw;
    const text = typeof last === 'string' && last.length < 20 ? foldLine(last).toLowerCase() : last;
    const isYes = text === true || text === 1 || (typeof text === 'string' && yes.includes(text));
    const isNo =
      text === false ||
      text === 0 ||
      text === undefined ||
      text === null ||
      (typeof text === 'string' && no.includes(text));
    if (!isYes && !isNo) return bad('wrong_type', '请回答“是”或“否”。');
    if (options.mustBeTrue && !isYes) return bad('must_be_true', '需要勾选确认后才能继续，请阅读后勾选。');
    return ok(isYes);
  },
  format: (value) => (value ? '是' : '否'),
  mask: () => '***',
  jsonSchema: (options) => (options.mustBeTrue ? { type: 'boolean', const: true } : { type: 'boolean' }),
  example: (options, seed) => options.mustBeTrue === true || sampler(seed).int(0, 1) === 1,
  invalid: (options) => [
    { raw: '也许', code: 'wrong_type' },
    { raw: {}, code: 'wrong_type' },
    { raw: 2, code: 'wrong_type' },
    ...(options.mustBeTrue
      ? [
          { raw: undefined, code: 'must_be_true' },
          { raw: 'off', code: 'must_be_true' },
        ]
      : []),
  ],
};

/** The value of the checkbox: it names the text that was on the page, so that an old page cannot agree to a new text. */
export function consentToken(options: ConsentOptions): string {
  return `${options.purpose}@${options.version}`;
}

export const consent: FieldKind<Consent, ConsentOptions> = {
  kind: 'consent',
  zh: '单独同意',
  fieldClass: 'internal',
  codes: ['blank', 'wrong_type', 'consent_version'],
  parse(raw, options) {
    const one: unknown = Array.isArray(raw) && raw.length === 1 ? raw[0] : raw;
    const notAgreed = one === undefined || one === null || one === '' || one === false;
    if (notAgreed) return bad('blank', '还没有同意，请阅读说明后勾选；不同意可以不办理这一项。');
    const fields = readObject(one);
    if (fields) {
      const agreed = fields.get('agreed');
      if (agreed !== true && agreed !== 'on' && agreed !== 'true')
        return bad('blank', '还没有同意，请阅读说明后勾选。');
    } else if (typeof one !== 'string' || one.length > 200 || hasForbidden(one)) {
      return bad('wrong_type', '没有收到同意的内容，请刷新页面后重新勾选。');
    }
    const token = fields ? `${asText(fields.get('purpose'))}@${asText(fields.get('version'))}` : one;
    if (token !== consentToken(options)) {
      return bad('consent_version', '说明已经更新，请重新阅读最新的说明后再勾选。');
    }
    return ok({ purpose: options.purpose, version: options.version, agreed: true });
  },
  format: (value) => `已同意（${value.purpose}，第 ${value.version} 版）`,
  mask: () => '已同意',
  jsonSchema: (options) => ({
    type: 'object',
    properties: {
      purpose: { const: options.purpose },
      version: { const: options.version },
      agreed: { const: true },
    },
    required: ['purpose', 'version', 'agreed'],
    additionalProperties: false,
  }),
  example: (options) => ({ purpose: options.purpose, version: options.version, agreed: true }),
  invalid: (options) => [
    { raw: undefined, code: 'blank' },
    { raw: '', code: 'blank' },
    { raw: { ...options, agreed: false }, code: 'blank' },
    { raw: true, code: 'wrong_type' },
    { raw: 7, code: 'wrong_type' },
    { raw: 'on', code: 'consent_version' },
    { raw: consentToken({ ...options, version: `${options.version}-old` }), code: 'consent_version' },
    { raw: { agreed: true, purpose: options.purpose, version: 'old' }, code: 'consent_version' },
  ],
};

function asText(raw: unknown): string {
  return typeof raw === 'string' ? raw : '';
}
