// Amounts, counts and bank cards. Money is whole fen from the first character on: the digits are split at the point as text,
// so no binary fraction ever touches an amount.

import type { FieldKind, NoOptions, Parsed } from './kind.ts';
import { bad, foldIdentifier, ok, readObject, readText, textCodes, textSamples } from './raw.ts';
import { sampler } from './sample.ts';

export type MoneyOptions = { minFen?: number; maxFen?: number };
export type NumberOptions = { min?: number; max?: number; unit?: string };
export type DecimalOptions = NumberOptions & {
  /** Digits after the point, 2 unless said otherwise, at most 6. */
  scale?: number;
};

/** Exact as a double and in JSON, with room to add: 2^53 is 9.007e15. */
export const fenMax = 9_000_000_000_000_000;

/** 1234.56 with separators of thousands. */
export function formatYuan(fen: number): string {
  const digits = String(Math.abs(fen)).padStart(3, '0');
  const yuan = digits.slice(0, -2).replace(/\B(?=(?:\d{3})+$)/g, ',');
  return `${fen < 0 ? '-' : ''}${yuan}.${digits.slice(-2)}`;
}

/** Fen of an amount in yuan, undefined when it is not one or has a third digit after the point. */
export function parseYuan(text: string): number | undefined {
  const match = /^([+-]?)(\d{1,3}(?:,\d{3})+|\d{1,14})(?:\.(\d{0,2}))?$/.exec(text);
  if (!match) return undefined;
  const [, sign = '', whole = '', fraction = ''] = match;
  const fen = Number(whole.replace(/,/g, '') + fraction.padEnd(2, '0'));
  return fen === 0 || sign !== '-' ? fen : -fen;
}

function readFen(raw: unknown): Parsed<number> {
  const given = readObject(raw);
  if (given) {
    const fen = given.get('fen');
    if (fen === undefined || fen === null || fen === '') return bad('blank', '还没有填写金额，请填写。');
    if (typeof fen === 'number' && Number.isSafeInteger(fen)) return ok(fen === 0 ? 0 : fen);
    return bad('money_format', '金额应为以分为单位的整数，请重新填写。');
  }
  // 12 could be yuan or fen; a program must say which.
  if (typeof raw === 'number') return bad('money_format', '金额请写成元（如“12.30”）；程序提交请用 {"fen": 1230}。');
  const read = readText(raw, (text) =>
    foldIdentifier(text)
      .replace(/^[¥￥]/, '')
      .replace(/(?:元|圆)整?$/, ''),
  );
  if (!read.ok) return read;
  const fen = parseYuan(read.value);
  return fen === undefined ? bad('money_format', '金额应为数字，最多两位小数，如 12.30，请重新填写。') : ok(fen);
}

export const money: FieldKind<number, MoneyOptions> = {
  kind: 'money',
  zh: '金额',
  fieldClass: 'personal',
  codes: [...textCodes, 'money_format', 'too_small', 'too_large'],
  parse(raw, options) {
    const read = readFen(raw);
    if (!read.ok) return read;
    const min = options.minFen ?? 0;
    const max = options.maxFen ?? fenMax;
    if (read.value < min) return bad('too_small', `金额不能少于 ${formatYuan(min)} 元，请核对。`);
    if (read.value > max) return bad('too_large', `金额不能超过 ${formatYuan(max)} 元，请核对。`);
    return read;
  },
  format: (value) => `${formatYuan(value)}元`,
  mask: () => '***元',
  jsonSchema: (options) => ({ type: 'integer', minimum: options.minFen ?? 0, maximum: options.maxFen ?? fenMax }),
  example(options, seed) {
    const min = options.minFen ?? 0;
    return sampler(seed).int(min, Math.min(options.maxFen ?? fenMax, min + 500_000));
  },
  invalid: (options) => [
    ...textSamples.filter((sample) => sample.code !== 'wrong_type'),
    { raw: true, code: 'wrong_type' },
    { raw: {}, code: 'blank' },
    { raw: 12.3, code: 'money_format' },
    { raw: '12.345', code: 'money_format' },
    { raw: '1e5', code: 'money_format' },
    { raw: '十二元', code: 'money_format' },
    { raw: { fen: 1.5 }, code: 'money_format' },
    { raw: { fen: (options.minFen ?? 0) - 1 }, code: 'too_small' },
    { raw: { fen: (options.maxFen ?? fenMax) + 1 }, code: 'too_large' },
  ],
};

function readNumber(raw: unknown, unit: string, scale: number): Parsed<number> {
  const read = readText(raw, (text) => {
    const folded = foldIdentifier(text);
    const suffix = foldIdentifier(unit);
    return suffix !== '' && folded.endsWith(suffix) ? folded.slice(0, -suffix.length) : folded;
  });
  if (!read.ok) return read;
  const match = /^[+-]?(\d+)(?:\.(\d+))?$/.exec(read.value.replace(/,(?=\d{3}(?:\D|$))/g, ''));
  const [, whole = '', fraction = ''] = match ?? [];
  // Fifteen digits are what a double carries exactly there and back.
  if (!match || whole.length + scale > 15) return bad('number_format', '这一项应为数字，请重新填写。');
  if (fraction.length > scale) {
    return scale === 0
      ? bad('number_scale', '这一项应为整数，请去掉小数。')
      : bad('number_scale', `这一项最多 ${scale} 位小数，请改正。`);
  }
  const value = Number(match[0]);
  return ok(value === 0 ? 0 : value);
}

function limit(read: Parsed<number>, options: NumberOptions, min: number, max: number): Parsed<number> {
  if (!read.ok) return read;
  const unit = options.unit ?? '';
  if (read.value < min) return bad('too_small', `这一项不能小于 ${min}${unit}，请核对。`);
  if (read.value > max) return bad('too_large', `这一项不能大于 ${max}${unit}，请核对。`);
  return read;
}

function numberSamples(min: number, max: number): { raw: unknown; code: string }[] {
  return [
    ...textSamples,
    { raw: '三', code: 'number_format' },
    { raw: '1e3', code: 'number_format' },
    { raw: '1'.repeat(16), code: 'number_format' },
    { raw: '1.1234567', code: 'number_scale' },
    { raw: String(min - 1), code: 'too_small' },
    { raw: String(max + 1), code: 'too_large' },
  ];
}

const numberMax = 99_999_999;
const scaleDefault = 2;

export const integer: FieldKind<number, NumberOptions> = {
  kind: 'integer',
  zh: '整数',
  fieldClass: 'internal',
  codes: [...textCodes, 'number_format', 'number_scale', 'too_small', 'too_large'],
  parse: (raw, options) =>
    limit(readNumber(raw, options.unit ?? '', 0), options, options.min ?? 0, options.max ?? numberMax),
  format: (value, options) => `${value}${options.unit ?? ''}`,
  mask: () => '***',
  jsonSchema: (options) => ({ type: 'integer', minimum: options.min ?? 0, maximum: options.max ?? numberMax }),
  example: (options, seed) => {
    const min = options.min ?? 0;
    return sampler(seed).int(min, Math.min(options.max ?? numberMax, min + 60));
  },
  invalid: (options) => numberSamples(options.min ?? 0, options.max ?? numberMax),
};

export const decimal: FieldKind<number, DecimalOptions> = {
  kind: 'decimal',
  zh: '小数',
  fieldClass: 'internal',
  codes: [...textCodes, 'number_format', 'number_scale', 'too_small', 'too_large'],
  parse: (raw, options) =>
    limit(
      readNumber(raw, options.unit ?? '', Math.min(options.scale ?? scaleDefault, 6)),
      options,
      options.min ?? 0,
      options.max ?? numberMax,
    ),
  // toFixed, because String writes small numbers as 1e-7; trailing zeros are dropped again.
  format: (value, options) => {
    const fixed = value.toFixed(Math.min(options.scale ?? scaleDefault, 6));
    return (fixed.includes('.') ? fixed.replace(/0+$/, '').replace(/\.$/, '') : fixed) + (options.unit ?? '');
  },
  mask: () => '***',
  jsonSchema: (options) => ({ type: 'number', minimum: options.min ?? 0, maximum: options.max ?? numberMax }),
  example: (options, seed) => {
    const min = options.min ?? 0;
    const scale = 10 ** Math.min(options.scale ?? scaleDefault, 6);
    const steps = Math.floor((Math.min(options.max ?? numberMax, min + 100) - min) * scale);
    return Math.min(Math.round(min * scale + sampler(seed).int(0, steps)) / scale, options.max ?? numberMax);
  },
  invalid: (options) => numberSamples(options.min ?? 0, options.max ?? numberMax),
};

/** MOD 10 (ISO/IEC 7812-1, annex B). */
export function luhnValid(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** A card number with a right last digit. Made ones begin with 620000, a prefix that no bank issues. */
export function makeCardNumber(firstDigits: string): string {
  const check = Array.from('0123456789').find((digit) => luhnValid(firstDigits + digit));
  return firstDigits + (check ?? '');
}

export const bankCard: FieldKind<string, NoOptions> = {
  kind: 'bank_card',
  zh: '银行卡号',
  fieldClass: 'sensitive',
  codes: [...textCodes, 'card_format'],
  parse(raw) {
    const read = readText(raw, (text) => foldIdentifier(text).replace(/-/g, ''));
    if (!read.ok) return read;
    if (!/^\d{13,19}$/.test(read.value)) return bad('card_format', '银行卡号应为 13 至 19 位数字，请对照卡面填写。');
    // Some old Chinese cards do not obey it, so it only warns (domain rules, section 9).
    return luhnValid(read.value)
      ? ok(read.value)
      : ok(read.value, [
          { code: 'card_luhn', zh: '银行卡号可能有一位输错了，请对照卡面再核对一遍；确认无误可以继续。' },
        ]);
  },
  format: (value) => value.replace(/(\d{4})(?=\d)/g, '$1 '),
  mask: (value) => `**** **** **** ${value.slice(-4)}`,
  jsonSchema: () => ({ type: 'string', pattern: '^[0-9]{13,19}$' }),
  example: (_options, seed) => makeCardNumber(`620000${sampler(seed).digits(12)}`),
  invalid: () => [
    ...textSamples,
    { raw: '6222 0000', code: 'card_format' },
    { raw: '6'.repeat(20), code: 'card_format' },
    { raw: '62220000O0000000', code: 'card_format' },
  ],
};
