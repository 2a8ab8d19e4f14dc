// Diagnosis codes (ICD-10, GB/T 14396, with the extensions of the clinical and insurance editions: I10.x00x002).
// Shape and chapter only: whether a code is in an edition is known to the code list of the hospital side.

import type { FieldKind } from './kind.ts';
import { bad, foldIdentifier, ok, readText, textCodes, textSamples } from './raw.ts';
import { sampler } from './sample.ts';

const icdPattern = /^[A-Z]\d{2}(?:\.[0-9x]{1,3}(?:x\d{2,3})?)?[†*]?$/;

export type Icd10Group = 'disease' | 'injury' | 'external_cause' | 'contact_factor' | 'special';

/** Chapters XIX (S00–T98), XX (V01–Y98), XXI (Z00–Z99) and XXII (U00–U99) of ICD-10; all before them are diseases. */
export function icd10Group(code: string): Icd10Group {
  const letter = code.slice(0, 1);
  if (letter === 'S' || letter === 'T') return 'injury';
  if (letter >= 'V' && letter <= 'Y') return 'external_cause';
  if (letter === 'Z') return 'contact_factor';
  return letter === 'U' ? 'special' : 'disease';
}

export type Icd10Options = { groups?: readonly Icd10Group[] };

const icdGroupZh: Record<Icd10Group, string> = {
  disease: '疾病（A00–R99）',
  injury: '损伤与中毒（S00–T98）',
  external_cause: '外因（V01–Y98）',
  contact_factor: '健康状态因素（Z00–Z99）',
  special: '特殊目的编码（U00–U99）',
};
const icdSamples: Record<Icd10Group, readonly [string, string]> = {
  disease: ['I10.x00x002', 'E14.300†'],
  injury: ['S82.201', 'T14.900'],
  external_cause: ['V23.4', 'W10.900'],
  contact_factor: ['Z54.0', 'Z01.800'],
  special: ['U07.1', 'U07.100'],
};

/** + is how the Chinese editions print the dagger; a missing point is put in. */
function foldIcd(raw: string): string {
  const code = foldIdentifier(raw)
    .replace(/\+$/, '†')
    .replace(/X/g, (char, index: number) => (index === 0 ? char : 'x'));
  return /^[A-Z]\d{2}[0-9x]/.test(code) ? `${code.slice(0, 3)}.${code.slice(3)}` : code;
}

export const icd10: FieldKind<string, Icd10Options> = {
  kind: 'icd10',
  zh: '疾病编码（ICD-10，GB/T 14396）',
  fieldClass: 'sensitive',
  codes: [...textCodes, 'icd10_format', 'icd10_group'],
  parse(raw, options) {
    const read = readText(raw, foldIcd);
    if (!read.ok) return read;
    const inRange = !/^(?:T99|V00|Y99)/.test(read.value);
    if (!icdPattern.test(read.value) || !inRange) {
      return bad(
        'icd10_format',
        '疾病编码应为一个字母加两位数字，可带小数点后的细目，如 S82.201，请对照诊断证明填写。',
      );
    }
    if (options.groups && !options.groups.includes(icd10Group(read.value))) {
      const allowed = options.groups.map((group) => icdGroupZh[group]).join('、');
      return bad('icd10_group', `这里只能填写${allowed}范围内的编码，请核对诊断证明。`);
    }
    return ok(read.value);
  },
  format: (value) => value,
  mask: () => '***',
  jsonSchema: () => ({ type: 'string', pattern: icdPattern.source }),
  example(options, seed) {
    const random = sampler(seed);
    const [first = 'injury', ...rest] = options.groups ?? ['injury', 'disease'];
    return random.pick(icdSamples[random.pick([first, ...rest])]);
  },
  invalid(options) {
    const wrong = (Object.keys(icdGroupZh) as Icd10Group[]).find((group) => options.groups?.includes(group) === false);
    return [
      ...textSamples,
      { raw: '骨折', code: 'icd10_format' },
      { raw: 'S8', code: 'icd10_format' },
      { raw: 'T99', code: 'icd10_format' },
      ...(wrong ? [{ raw: icdSamples[wrong][0], code: 'icd10_group' }] : []),
    ];
  },
};
