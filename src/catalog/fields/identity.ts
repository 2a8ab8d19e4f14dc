// Numbers of identity documents: resident ID (GB 11643), permits and residence permits of Hong Kong, Macao and Taiwan residents,
// foreigners' permanent residence, passports. Form only; whether a person holds the number is the identity port's to say.
// No real number may stand in this repository: made ones begin with 00, and no region code of GB/T 2260 does.

import { ageOn, isDay } from './day.ts';
import type { FieldKind, Parsed } from './kind.ts';
import { bad, foldIdentifier, maskMiddle, ok, readObject, readText, textCodes, textSamples, under } from './raw.ts';
import { sampler } from './sample.ts';

export { ageOn };

export type Sex = 'male' | 'female';
export type ResidentId = { regionCode: string; birthDate: string; sex: Sex };
export type IdNumberOptions = {
  /** Born earlier than this is taken for a slip: 1900 unless said otherwise. */
  birthYearMin?: number;
};

/** The region part of made numbers. Their check digits are right, so every check passes; the person cannot exist. */
export const syntheticRegion = '000000';

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const checkDigits = '10X98765432';
const birthYearDefault = 1900;
// Residence permits of Hong Kong, Macao and Taiwan residents carry these instead of a region (国务院令 2018, 居住证申领发放办法).
const hkMoTwRegions = /^8[123]0000/;

/** ISO 7064 MOD 11-2 over 17 digits (GB 11643-1999). */
export function idCheckDigit(first17: string): string {
  let sum = 0;
  weights.forEach((weight, index) => {
    sum += weight * Number(first17[index]);
  });
  return checkDigits[sum % 11] ?? '';
}

/** Of a number of 18 characters whose form, birth date and check digit are right; otherwise undefined. */
export function parseResidentId(number: string): ResidentId | undefined {
  if (!/^\d{17}[\dX]$/.test(number) || idCheckDigit(number) !== number.slice(17)) return undefined;
  const birthDate = `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`;
  if (!isDay(birthDate)) return undefined;
  return { regionCode: number.slice(0, 6), birthDate, sex: Number(number[16]) % 2 === 1 ? 'male' : 'female' };
}

/** 15 digits of before 1999: the century was always 19, and there was no check digit. */
export function upgradeIdNumber(number15: string): string {
  const first17 = `${number15.slice(0, 6)}19${number15.slice(6)}`;
  return first17 + idCheckDigit(first17);
}

/** A number with a right check digit. `sequence` 000–999, odd for men. */
export function makeResidentId(region: string, birthDate: string, sequence: number): string {
  const first17 = region + birthDate.split('-').join('') + String(sequence).padStart(3, '0');
  return first17 + idCheckDigit(first17);
}

export function isSyntheticId(number: string): boolean {
  return number.startsWith('00');
}

function checkNumber18(number: string, birthYearMin: number, today: string): Parsed<string> {
  const birthDate = `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`;
  if (!isDay(birthDate)) return bad('id_birth_date', '证件号码里的出生日期不存在，请对照证件逐位核对。');
  if (birthDate > today) return bad('id_birth_future', '证件号码里的出生日期还没有到，请对照证件逐位核对。');
  if (Number(birthDate.slice(0, 4)) < birthYearMin) {
    return bad('id_birth_year', `证件号码里的出生年份早于 ${birthYearMin} 年，请对照证件逐位核对。`);
  }
  if (idCheckDigit(number) !== number.slice(17)) {
    return bad('id_check_digit', '证件号码最后一位校验不对，可能有一位输错了，请对照证件逐位核对。');
  }
  return ok(number);
}

/** `number` is folded already. */
function checkResidentId(number: string, options: IdNumberOptions, today: string): Parsed<string> {
  if (!/^(?:\d{15}|\d{17}[\dX])$/.test(number)) {
    return bad('id_format', '身份证号码应为 18 位，前 17 位是数字，最后一位是数字或 X，请对照证件填写。');
  }
  // GB 11643: the first digit is that of a region, 1 to 8. 9 marks a foreigner (永久居留身份证, since December 2023).
  if (!/^[1-8]/.test(number) && !isSyntheticId(number)) {
    return bad('id_region', '身份证号码的前两位不是省份代码；若是其他证件，请先选择证件类型。');
  }
  const number18 = number.length === 15 ? upgradeIdNumber(number) : number;
  return checkNumber18(number18, options.birthYearMin ?? birthYearDefault, today);
}

const numberCodes = ['id_format', 'id_region', 'id_birth_date', 'id_birth_future', 'id_birth_year', 'id_check_digit'];

function makeExampleId(seed: number, region = syntheticRegion): string {
  const random = sampler(seed);
  const day = `${random.int(1965, 2005)}-${String(random.int(1, 12)).padStart(2, '0')}-${String(random.int(1, 28)).padStart(2, '0')}`;
  return makeResidentId(region, day, random.int(0, 999));
}

function wrongCheckDigit(number: string): string {
  return number.slice(0, 17) + (number.endsWith('0') ? '1' : '0');
}

function badNumbers(options: IdNumberOptions, seed: number, region: string): { raw: string; code: string }[] {
  const oldYear = (options.birthYearMin ?? birthYearDefault) - 1;
  return [
    { raw: '12345', code: 'id_format' },
    { raw: `${syntheticRegion}1990010100AX`, code: 'id_format' },
    { raw: makeResidentId(region, '1990-02-30', 1), code: 'id_birth_date' },
    { raw: makeResidentId(region, '2999-01-01', 1), code: 'id_birth_future' },
    { raw: makeResidentId(region, `${oldYear}-01-01`, 1), code: 'id_birth_year' },
    { raw: wrongCheckDigit(makeExampleId(seed, region)), code: 'id_check_digit' },
  ];
}

const idPattern = '^[0-9]{17}[0-9X]$';

export const idNumber: FieldKind<string, IdNumberOptions> = {
  kind: 'id_number',
  zh: '公民身份号码（GB 11643）',
  fieldClass: 'sensitive',
  codes: [...textCodes, ...numberCodes],
  parse(raw, options, ctx) {
    const read = readText(raw, foldIdentifier);
    return read.ok ? checkResidentId(read.value, options, ctx.today) : read;
  },
  format: (value) => value,
  mask: (value) => maskMiddle(value, 6, 4),
  jsonSchema: () => ({ type: 'string', pattern: idPattern }),
  example: (_options, seed) => makeExampleId(seed),
  invalid: (options, seed) => [
    ...textSamples,
    ...badNumbers(options, seed, syntheticRegion),
    { raw: makeResidentId('990000', '1990-01-01', 1), code: 'id_region' },
  ],
};

export const idDocumentTypes = [
  'resident_id',
  'hk_mo_permit',
  'taiwan_permit',
  'hk_mo_tw_residence',
  'foreign_permanent_residence',
  'passport',
] as const;

export type IdDocumentType = (typeof idDocumentTypes)[number];
export type IdDocument = { type: IdDocumentType; number: string };
export type IdDocumentOptions = IdNumberOptions & { types?: readonly IdDocumentType[] };

export const idDocumentZh: Record<IdDocumentType, string> = {
  resident_id: '居民身份证',
  hk_mo_permit: '港澳居民来往内地通行证',
  taiwan_permit: '台湾居民来往大陆通行证',
  hk_mo_tw_residence: '港澳台居民居住证',
  foreign_permanent_residence: '外国人永久居留身份证',
  passport: '护照',
};

function isDocumentType(value: unknown): value is IdDocumentType {
  return idDocumentTypes.some((type) => type === value);
}

/** Made on purpose from parts that no issuing office uses, as the resident numbers are. */
function exampleDocument(type: IdDocumentType, seed: number): IdDocument {
  const { digits } = sampler(seed);
  const number = {
    resident_id: () => makeExampleId(seed),
    hk_mo_permit: () => `H00${digits(6)}`,
    taiwan_permit: () => `00${digits(6)}`,
    hk_mo_tw_residence: () => makeExampleId(seed, '810000'),
    foreign_permanent_residence: () => makeExampleId(seed, '900000'),
    passport: () => `X00${digits(6)}`,
  }[type]();
  return { type, number };
}

// GA/T 704-2007 form of before December 2023: nationality, place of application, birth date YYMMDD, sequence, check.
const oldForeignResidence = /^[A-Z]{3}\d{4}(\d{2})(\d{2})(\d{2})\d{2}$/;

function checkForeignResidence(number: string, options: IdNumberOptions, today: string): Parsed<string> {
  const old = oldForeignResidence.exec(number);
  if (old) {
    const [, year = '', month = '', day = ''] = old;
    const real = ['19', '20'].some((century) => isDay(`${century}${year}-${month}-${day}`));
    return real ? ok(number) : bad('id_birth_date', '证件号码里的出生日期不存在，请对照证件逐位核对。');
  }
  if (!/^9\d{16}[\dX]$/.test(number)) {
    return bad('id_format', '永久居留身份证号码应为 9 开头的 18 位，或 3 个字母加 12 位数字，请对照证件填写。');
  }
  return checkNumber18(number, options.birthYearMin ?? birthYearDefault, today);
}

type Check = (number: string, options: IdNumberOptions, today: string) => Parsed<string>;

function formed(pattern: RegExp, zh: string): Check {
  return (number) => (pattern.test(number) ? ok(number) : bad('id_format', zh));
}

const checks: Record<IdDocumentType, Check> = {
  resident_id: checkResidentId,
  hk_mo_permit: formed(/^[HM](?:\d{8}|\d{10})$/, '港澳居民来往内地通行证号码应为 H 或 M 加 8 位数字，请对照证件填写。'),
  taiwan_permit: formed(/^\d{8}$/, '台湾居民来往大陆通行证号码应为 8 位数字，请对照证件填写。'),
  hk_mo_tw_residence(number, options, today) {
    if (!/^\d{17}[\dX]$/.test(number)) return bad('id_format', '居住证号码应为 18 位，请对照证件填写。');
    if (!hkMoTwRegions.test(number)) {
      return bad('id_region', '港澳台居民居住证号码以 810000、820000 或 830000 开头，请对照证件或改选证件类型。');
    }
    return checkNumber18(number, options.birthYearMin ?? birthYearDefault, today);
  },
  foreign_permanent_residence: checkForeignResidence,
  passport: formed(/^(?=.*\d)[A-Z0-9]{5,17}$/, '护照号码应为 5 至 17 位字母和数字，请对照护照资料页填写。'),
};

/** Born when, as far as the document itself says; permits and passports say nothing. */
export function birthDateOf(document: IdDocument): string | undefined {
  return document.number.length === 18 ? parseResidentId(document.number)?.birthDate : undefined;
}

function foldDocumentNumber(raw: string): string {
  return foldIdentifier(raw).replace(/-/g, '');
}

export const idDocument: FieldKind<IdDocument, IdDocumentOptions> = {
  kind: 'id_document',
  zh: '身份证件',
  fieldClass: 'sensitive',
  codes: [...textCodes, ...numberCodes, 'id_type'],
  parse(raw, options, ctx) {
    // A bare number is that of the document most people have.
    const fields = readObject(raw) ?? readObject(Array.isArray(raw) ? {} : { type: 'resident_id', number: raw });
    const types = options.types ?? idDocumentTypes;
    const type = fields?.get('type') ?? (types.length === 1 ? types[0] : 'resident_id');
    const read = readText(fields?.get('number'), foldDocumentNumber);
    if (!read.ok) return { ok: false, problems: under('number', read.problems) };
    if (!isDocumentType(type) || !types.includes(type)) {
      const allowed = types.map((one) => idDocumentZh[one]).join('、');
      return {
        ok: false,
        problems: under('type', bad('id_type', `这里可以使用的证件是：${allowed}，请重新选择。`).problems),
      };
    }
    const checked = checks[type](read.value, options, ctx.today);
    return checked.ok
      ? ok({ type, number: checked.value })
      : { ok: false, problems: under('number', checked.problems) };
  },
  format: (value) => `${idDocumentZh[value.type]} ${value.number}`,
  mask: (value) => (value.number.length === 18 ? maskMiddle(value.number, 6, 4) : maskMiddle(value.number, 1, 2)),
  jsonSchema: (options) => ({
    type: 'object',
    properties: {
      type: { type: 'string', enum: [...(options.types ?? idDocumentTypes)] },
      number: { type: 'string', pattern: '^[A-Z0-9]{5,18}$' },
    },
    required: ['type', 'number'],
    additionalProperties: false,
  }),
  example(options, seed) {
    const [first = 'resident_id', ...rest] = options.types ?? idDocumentTypes;
    return exampleDocument(sampler(seed).pick([first, ...rest]), seed);
  },
  invalid(options, seed) {
    const types = options.types ?? idDocumentTypes;
    const [first = 'resident_id'] = types;
    const regions = {
      resident_id: syntheticRegion,
      hk_mo_tw_residence: '810000',
      foreign_permanent_residence: '900000',
    };
    const birthCodes = Object.entries(regions)
      .filter(([type]) => types.some((one) => one === type))
      .flatMap(([type, region]) =>
        badNumbers(options, seed, region).map(({ raw, code }) => ({ raw: { type, number: raw }, code })),
      );
    const regionCodes = ['resident_id', 'hk_mo_tw_residence']
      .filter((type) => types.some((one) => one === type))
      .map((type) => ({ raw: { type, number: makeResidentId('990000', '1990-01-01', 1) }, code: 'id_region' }));
    return [
      ...textSamples
        .filter((sample) => typeof sample.raw === 'string')
        .map((sample) => ({ raw: { type: first, number: sample.raw }, code: sample.code })),
      { raw: { type: first, number: ['1', '2'] }, code: 'wrong_type' },
      { raw: { type: first, number: '湖里' }, code: 'id_format' },
      { raw: { type: 'library_card', number: '12345678' }, code: 'id_type' },
      ...birthCodes,
      ...regionCodes,
    ];
  },
};
