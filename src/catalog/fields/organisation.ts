// Unified social credit codes (GB 32100-2015) with the organisation code inside them (GB 11714), and references to organisations.
// Form only: whether the organisation exists is known to the register behind the organisation module.

import type { FieldKind } from './kind.ts';
import {
  bad,
  foldIdentifier,
  foldLine,
  maskMiddle,
  ok,
  readObject,
  readText,
  readUuid,
  textCodes,
  textSamples,
  under,
} from './raw.ts';
import { sampler, sampleUuid } from './sample.ts';

const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const bodyWeights = [3, 7, 9, 10, 5, 8, 4, 2];

export type UsccOptions = {
  /** First two characters allowed: 91 company, 92 self-employed, 81 grass-roots union … */
  prefixes?: readonly string[];
};

/** MOD 31-3 over 17 characters: weights are powers of 3. */
export function usccCheckChar(first17: string): string {
  let sum = 0;
  let weight = 1;
  for (const char of first17) {
    sum += alphabet.indexOf(char) * weight;
    weight = (weight * 3) % 31;
  }
  return alphabet[(31 - (sum % 31)) % 31] ?? '';
}

/** GB 11714 over the 8 characters of the organisation's own code; letters count A = 10 to Z = 35. */
export function orgCodeCheckChar(body8: string): string {
  let sum = 0;
  bodyWeights.forEach((weight, index) => {
    sum += weight * Number.parseInt(body8.slice(index, index + 1), 36);
  });
  const check = (11 - (sum % 11)) % 11;
  return check === 10 ? 'X' : String(check);
}

/** A code with both check characters right. Made ones use region 000000, which registers nobody. */
export function makeUscc(prefix: string, region: string, body8: string): string {
  const first17 = prefix + region + body8 + orgCodeCheckChar(body8);
  return first17 + usccCheckChar(first17);
}

export const uscc: FieldKind<string, UsccOptions> = {
  kind: 'uscc',
  zh: '统一社会信用代码（GB 32100）',
  fieldClass: 'public',
  codes: [...textCodes, 'uscc_format', 'uscc_check_character', 'uscc_org_code', 'uscc_prefix'],
  parse(raw, options) {
    const read = readText(raw, (text) => foldIdentifier(text).replace(/-/g, ''));
    if (!read.ok) return read;
    const code = read.value;
    if (!/^[0-9A-HJ-NP-RTUWXY]{2}\d{6}[0-9A-HJ-NP-RTUWXY]{10}$/.test(code)) {
      return bad('uscc_format', '统一社会信用代码应为 18 位数字和大写字母（没有 I、O、S、V、Z），请对照营业执照填写。');
    }
    if (usccCheckChar(code.slice(0, 17)) !== code.slice(17)) {
      return bad(
        'uscc_check_character',
        '统一社会信用代码最后一位校验不对，可能有一位输错了，请对照营业执照逐位核对。',
      );
    }
    if (orgCodeCheckChar(code.slice(8, 16)) !== code.slice(16, 17)) {
      return bad('uscc_org_code', '统一社会信用代码第 17 位校验不对，请对照营业执照逐位核对。');
    }
    if (options.prefixes && !options.prefixes.includes(code.slice(0, 2))) {
      return bad('uscc_prefix', `这里需要以 ${options.prefixes.join('、')} 开头的统一社会信用代码，请核对单位类型。`);
    }
    return ok(code);
  },
  format: (value) => value,
  mask: (value) => maskMiddle(value, 2, 4),
  jsonSchema: () => ({ type: 'string', pattern: '^[0-9A-HJ-NP-RTUWXY]{2}[0-9]{6}[0-9A-HJ-NP-RTUWXY]{10}$' }),
  example(options, seed) {
    const { digits } = sampler(seed);
    return makeUscc(options.prefixes?.[0] ?? '91', '000000', `MA${digits(6)}`);
  },
  invalid(options, seed) {
    const right = uscc.example(options, seed);
    const otherBody = right.slice(0, 16) + (right[16] === '1' ? '2' : '1');
    const foreign = ['91', '81', '12', '51'].find((prefix) => options.prefixes?.includes(prefix) === false);
    return [
      ...textSamples,
      { raw: '91350100', code: 'uscc_format' },
      { raw: right.replace('M', 'O'), code: 'uscc_format' },
      { raw: right.slice(0, 17) + (right.endsWith('1') ? '2' : '1'), code: 'uscc_check_character' },
      { raw: otherBody + usccCheckChar(otherBody), code: 'uscc_org_code' },
      ...(foreign ? [{ raw: makeUscc(foreign, '000000', '00000000'), code: 'uscc_prefix' }] : []),
    ];
  },
};

/** `name` as the person knows it; `orgId` when it was picked from the list. */
export type OrgRef = { name: string; orgId?: string; uscc?: string };
export type OrgRefOptions = {
  /** Only an organisation picked from the list will do. */
  known?: boolean;
  /** Only organisations that act in one of these roles; held by whoever uses the value. */
  roles?: readonly string[];
};

const orgNameMax = 120;

export const orgRef: FieldKind<OrgRef, OrgRefOptions> = {
  kind: 'org_ref',
  zh: '单位',
  fieldClass: 'internal',
  codes: [...textCodes, 'too_long', 'org_unknown', 'reference'],
  parse(raw, options, ctx) {
    const fields = readObject(raw) ?? readObject(Array.isArray(raw) ? {} : { name: raw });
    const name = readText(fields?.get('name'), foldLine);
    if (!name.ok) return { ok: false, problems: under('name', name.problems) };
    if (Array.from(name.value).length > orgNameMax)
      return bad('too_long', `单位名称最多 ${orgNameMax} 个字，请填写全称。`);
    const value: OrgRef = { name: name.value };
    const rawId = fields?.get('orgId') ?? '';
    if (rawId !== '') {
      const orgId = readUuid(rawId);
      if (orgId === undefined) return bad('reference', '选中的单位无法识别，请重新选择。');
      value.orgId = orgId;
    } else if (options.known) {
      return bad('org_unknown', '请从列表里选择单位；列表里没有时，请联系工会工作人员登记。');
    }
    const rawUscc = fields?.get('uscc') ?? '';
    if (rawUscc !== '') {
      const code = uscc.parse(rawUscc, {}, ctx);
      if (!code.ok) return { ok: false, problems: under('uscc', code.problems) };
      value.uscc = code.value;
    }
    return ok(value);
  },
  format: (value) => (value.uscc === undefined ? value.name : `${value.name}（${value.uscc}）`),
  mask: (value) => maskMiddle(value.name, 2, 2),
  jsonSchema: (options) => ({
    type: 'object',
    properties: {
      name: { type: 'string', minLength: 1, maxLength: orgNameMax },
      orgId: { type: 'string', format: 'uuid' },
      uscc: uscc.jsonSchema({}),
    },
    required: options.known ? ['name', 'orgId'] : ['name'],
    additionalProperties: false,
  }),
  example(options, seed) {
    const name = `示例${sampler(seed).pick(['配送服务', '网约车运营', '家政服务', '快递'])}有限公司`;
    return options.known ? { name, orgId: sampleUuid(seed) } : { name };
  },
  invalid: (options, seed) => [
    ...textSamples.filter((sample) => typeof sample.raw === 'string'),
    { raw: { name: ['a', 'b'] }, code: 'wrong_type' },
    { raw: '长'.repeat(orgNameMax + 1), code: 'too_long' },
    { raw: { name: '示例公司', orgId: 'x' }, code: 'reference' },
    ...(options.known ? [{ raw: '示例公司', code: 'org_unknown' }] : []),
    { raw: { name: '示例公司', orgId: sampleUuid(seed), uscc: '1' }, code: 'uscc_format' },
  ],
};
