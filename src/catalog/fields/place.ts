// Phones, regions (GB/T 2260), addresses and positions. The region table is not here: the server lends it through the context,
// and a phone that has none checks the form and leaves the rest to the server.

import type { FieldKind, FormatContext, InvalidSample, Parsed, ParseContext } from './kind.ts';
import {
  bad,
  codePoints,
  foldIdentifier,
  foldLine,
  maskMiddle,
  ok,
  readObject,
  readText,
  textCodes,
  textSamples,
  under,
} from './raw.ts';
import type { Fields } from './raw.ts';
import { sampler } from './sample.ts';

export type PhoneOptions = { landline?: boolean };
export type RegionOptions = {
  /** At least as exact as this; a county by default. */
  level?: 'province' | 'city' | 'county';
};
export type AddressOptions = { regionRequired?: boolean; max?: number };
export type LocationOptions = {
  /** A text alone will not do. Only where no page without script leads. */
  pointRequired?: boolean;
};

/** +86 138-1234-5678 and the like to 11 digits; a landline keeps its hyphens. */
function foldPhone(text: string): string {
  const folded = foldIdentifier(text)
    .replace(/[‐-―−]/g, '-')
    .replace(/[()]/g, '');
  const bare = folded.replace(/^(?:\+|00)86-?/, '');
  const digits = bare.replace(/-/g, '');
  return /^1\d{10}$/.test(digits) ? digits : bare.replace(/^(0(?:10|2\d|[3-9]\d{2}))-?(\d{7,8})/, '$1-$2');
}

export const phone: FieldKind<string, PhoneOptions> = {
  kind: 'phone',
  zh: '电话',
  fieldClass: 'personal',
  codes: [...textCodes, 'phone_format'],
  parse(raw, options) {
    const read = readText(raw, foldPhone);
    if (!read.ok) return read;
    if (/^1[3-9]\d{9}$/.test(read.value)) return ok(read.value);
    if (!options.landline) return bad('phone_format', '手机号应为 1 开头的 11 位数字，请核对。');
    return /^0\d{2,3}-\d{7,8}(?:-\d{1,6})?$/.test(read.value)
      ? ok(read.value)
      : bad('phone_format', '请填写 11 位手机号，或带区号的固定电话，如 0592-1234567。');
  },
  format: (value) => (value.includes('-') ? value : `${value.slice(0, 3)} ${value.slice(3, 7)} ${value.slice(7)}`),
  mask: (value) => (value.includes('-') ? maskMiddle(value, 4, 2) : maskMiddle(value, 3, 4)),
  jsonSchema: (options) => ({
    type: 'string',
    pattern: options.landline ? '^(1[3-9][0-9]{9}|0[0-9]{2,3}-[0-9]{7,8}(-[0-9]{1,6})?)$' : '^1[3-9][0-9]{9}$',
  }),
  // China keeps no numbers free for examples; the 1990000 block is a carrier's own.
  example: (_options, seed) => `1990000${sampler(seed).digits(4)}`,
  invalid: (options) => [
    ...textSamples,
    { raw: '1990000', code: 'phone_format' },
    { raw: '12345678901', code: 'phone_format' },
    { raw: '一九九', code: 'phone_format' },
    ...(options.landline
      ? [{ raw: '0592-123', code: 'phone_format' }]
      : [{ raw: '0592-1234567', code: 'phone_format' }]),
  ],
};

// The first two digits of GB/T 2260, so that a phone without the table still stops a slip.
const provinces =
  '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82'.split(' ');
// Cities without counties: 东莞, 中山, 儋州, 嘉峪关; and Taiwan, whose counties GB/T 2260 does not list.
const withoutCounties = ['441900', '442000', '460400', '620200', '710000'];
const levelZh = { province: '省份', city: '地市', county: '区县' };

function levelOf(code: string): 0 | 1 | 2 {
  if (withoutCounties.includes(code)) return 2;
  if (code.endsWith('0000')) return 0;
  return code.endsWith('00') ? 1 : 2;
}

export const region: FieldKind<string, RegionOptions> = {
  kind: 'region',
  zh: '行政区划（GB/T 2260）',
  fieldClass: 'internal',
  codes: [...textCodes, 'region_unknown', 'region_level'],
  parse(raw, options, ctx) {
    const read = readText(raw, foldIdentifier);
    if (!read.ok) return read;
    const code = read.value;
    const known = /^\d{6}$/.test(code) && provinces.includes(code.slice(0, 2)) && (ctx.isRegion?.(code) ?? true);
    if (!known) return bad('region_unknown', '所选地区不在行政区划表里，请重新选择。');
    const level = options.level ?? 'county';
    if (levelOf(code) < { province: 0, city: 1, county: 2 }[level]) {
      return bad('region_level', `请选到${levelZh[level]}一级。`);
    }
    return ok(code);
  },
  format: (value, _options, names) => names?.regionName?.(value) ?? value,
  mask: (value) => `${value.slice(0, 2)}****`,
  jsonSchema: () => ({ type: 'string', pattern: '^[1-8][0-9]{5}$' }),
  // The demonstration city, 厦门, and its six districts.
  example: (_options, seed) => sampler(seed).pick(['350203', '350205', '350206', '350211', '350212', '350213']),
  invalid: (options) => [
    ...textSamples,
    { raw: '990101', code: 'region_unknown' },
    { raw: '3502', code: 'region_unknown' },
    { raw: '厦门', code: 'region_unknown' },
    ...(options.level === 'province' ? [] : [{ raw: '350000', code: 'region_level' }]),
  ],
};

export type Address = { region?: string; detail: string };

const addressMax = 120;

function readRegion(fields: Fields, ctx: ParseContext, level: RegionOptions): Parsed<string | undefined> {
  const raw = fields.get('region') ?? '';
  if (raw === '') return ok(undefined);
  const parsed = region.parse(raw, level, ctx);
  return parsed.ok ? parsed : { ok: false, problems: under('region', parsed.problems) };
}

export const address: FieldKind<Address, AddressOptions> = {
  kind: 'address',
  zh: '地址',
  fieldClass: 'personal',
  codes: [...textCodes, 'region_unknown', 'region_level', 'region_blank', 'too_long'],
  parse(raw, options, ctx) {
    const fields = readObject(raw) ?? readObject(Array.isArray(raw) ? {} : { detail: raw });
    const detail = readText(fields?.get('detail'), foldLine);
    if (!detail.ok || !fields) return { ok: false, problems: under('detail', detail.ok ? [] : detail.problems) };
    const max = options.max ?? addressMax;
    if (codePoints(detail.value).length > max) return bad('too_long', `详细地址最多 ${max} 个字，请删减。`);
    const where = readRegion(fields, ctx, {});
    if (!where.ok) return where;
    if (where.value !== undefined) return ok({ region: where.value, detail: detail.value });
    return options.regionRequired
      ? bad('region_blank', '还没有选择所在的区县，请选择。')
      : ok({ detail: detail.value });
  },
  format: (value, _options, names) => formatPlace(value.region, value.detail, names),
  mask: (value) => (value.region === undefined ? '***' : `${value.region.slice(0, 4)}**，***`),
  jsonSchema: (options) => ({
    type: 'object',
    properties: {
      region: region.jsonSchema({}),
      detail: { type: 'string', minLength: 1, maxLength: options.max ?? addressMax },
    },
    required: options.regionRequired ? ['region', 'detail'] : ['detail'],
    additionalProperties: false,
  }),
  example(_options, seed) {
    const random = sampler(seed);
    return { region: region.example({}, seed), detail: `示例路${random.int(1, 300)}号${random.int(101, 2004)}室` };
  },
  invalid: (options) => [
    ...textSamples.filter((sample) => typeof sample.raw === 'string'),
    { raw: { detail: [1, 2] }, code: 'wrong_type' },
    { raw: { detail: '长'.repeat((options.max ?? addressMax) + 1) }, code: 'too_long' },
    { raw: { region: '990101', detail: '示例路1号' }, code: 'region_unknown' },
    { raw: { region: '350200', detail: '示例路1号' }, code: 'region_level' },
    ...(options.regionRequired ? [{ raw: '示例路1号', code: 'region_blank' }] : []),
  ],
};

function formatPlace(code: string | undefined, text: string, names: FormatContext | undefined): string {
  return code === undefined ? text : `${names?.regionName?.(code) ?? code} ${text}`.trim();
}

/** GCJ-02, the datum that maps in China must use; `lat` and `lng` stand together or not at all. */
export type Location = { text: string; region?: string; lat?: number; lng?: number; accuracyM?: number };

const locationMax = 200;

function readCoordinate(raw: unknown): number | undefined {
  const text = typeof raw === 'number' ? String(raw) : raw;
  if (typeof text !== 'string' || !/^-?\d{1,3}(?:\.\d{1,15})?$/.test(text.trim())) return undefined;
  // Six decimals are a tenth of a metre.
  return Math.round(Number(text) * 1e6) / 1e6;
}

/** The rectangle that holds China's land and seas. Outside it a position is a fault of the phone or a forgery. */
function inChina(lat: number, lng: number): boolean {
  return lat >= 3 && lat <= 54 && lng >= 73 && lng <= 136;
}

function readPoint(fields: Fields): Parsed<{ lat?: number; lng?: number; accuracyM?: number }> {
  if ((fields.get('lat') ?? '') === '' && (fields.get('lng') ?? '') === '') return ok({});
  const lat = readCoordinate(fields.get('lat'));
  const lng = readCoordinate(fields.get('lng'));
  if (lat === undefined || lng === undefined) {
    return bad('location_format', '没有读到完整的定位，请重新定位，或改用文字说明地点。');
  }
  if (!inChina(lat, lng)) return bad('location_outside', '定位不在中国境内，请重新定位，或改用文字说明地点。');
  const accuracy = Number(fields.get('accuracyM') ?? '');
  const known = typeof fields.get('accuracyM') !== 'object' && accuracy > 0 && accuracy < 100_000;
  return ok(known ? { lat, lng, accuracyM: Math.ceil(accuracy) } : { lat, lng });
}

export const location: FieldKind<Location, LocationOptions> = {
  kind: 'location',
  zh: '位置',
  // Whereabouts: 个人信息保护法 article 28.
  fieldClass: 'sensitive',
  codes: [
    ...textCodes,
    'too_long',
    'region_unknown',
    'region_level',
    'location_format',
    'location_outside',
    'point_blank',
  ],
  parse(raw, options, ctx) {
    const fields = readObject(raw) ?? readObject(Array.isArray(raw) ? {} : { text: raw });
    if (!fields) return bad('wrong_type', '这一项收到的内容不是位置，请重新填写。');
    const point = readPoint(fields);
    if (!point.ok) return point;
    const located = point.value.lat !== undefined;
    if (options.pointRequired && !located) return bad('point_blank', '这一项需要定位，请允许定位后重试。');
    const text = readText(fields.get('text'), foldLine);
    const needless = !text.ok && located && text.problems.every((one) => one.code === 'blank');
    if (!text.ok && !needless) return { ok: false, problems: under('text', text.problems) };
    const said = text.ok ? text.value : '';
    if (codePoints(said).length > locationMax) return bad('too_long', `地点说明最多 ${locationMax} 个字，请删减。`);
    const where = readRegion(fields, ctx, {});
    if (!where.ok) return where;
    return ok({ text: said, ...(where.value === undefined ? {} : { region: where.value }), ...point.value });
  },
  format(value, _options, names) {
    const place = formatPlace(value.region, value.text, names);
    if (value.lat === undefined || value.lng === undefined) return place;
    const accuracy = value.accuracyM === undefined ? '' : `，误差约 ${value.accuracyM} 米`;
    return `${place}（东经 ${value.lng}°，北纬 ${value.lat}°${accuracy}）`;
  },
  mask: () => '（位置已隐藏）',
  jsonSchema(options) {
    const said = { text: { type: 'string', maxLength: locationMax }, region: region.jsonSchema({}) };
    const point = {
      lat: { type: 'number', minimum: 3, maximum: 54 },
      lng: { type: 'number', minimum: 73, maximum: 136 },
      accuracyM: { type: 'integer', minimum: 1 },
    };
    const located = {
      properties: { ...said, ...point },
      required: ['text', 'lat', 'lng'],
      additionalProperties: false,
    };
    const told = { properties: said, required: ['text'], additionalProperties: false };
    const object = { type: 'object' };
    return options.pointRequired
      ? { ...object, ...located }
      : {
          oneOf: [
            { ...object, ...located },
            { ...object, ...told },
          ],
        };
  },
  example(options, seed) {
    const random = sampler(seed);
    const text = random.pick(['示例路与测试路口', '示例商场北门', '测试小区3号楼']);
    if (!options.pointRequired && random.int(0, 2) === 0) return { text, region: region.example({}, seed) };
    return {
      text,
      lat: random.int(24_450_000, 24_550_000) / 1e6,
      lng: random.int(118_080_000, 118_200_000) / 1e6,
      accuracyM: 20,
    };
  },
  invalid(options) {
    const at = options.pointRequired ? { lat: 24.5, lng: 118.1 } : {};
    const samples: InvalidSample[] = [
      { raw: { ...at, text: ['a', 'b'] }, code: 'wrong_type' },
      { raw: { ...at, text: 'a\u0000' }, code: 'control_character' },
      { raw: { ...at, text: '1'.repeat(100_001) }, code: 'raw_too_long' },
      { raw: { ...at, text: '长'.repeat(locationMax + 1) }, code: 'too_long' },
      { raw: { ...at, text: '示例', region: '990101' }, code: 'region_unknown' },
      { raw: { ...at, text: '示例', region: '350000' }, code: 'region_level' },
      { raw: { text: '示例', lat: '24.5' }, code: 'location_format' },
      { raw: { text: '示例', lat: 'x', lng: 'y' }, code: 'location_format' },
      { raw: { text: '示例', lat: 48.85, lng: 2.35 }, code: 'location_outside' },
    ];
    return options.pointRequired
      ? [...samples, { raw: '示例', code: 'point_blank' }]
      : [...samples, { raw: '', code: 'blank' }];
  },
};
