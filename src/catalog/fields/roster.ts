// A list of people that came as a file: checked line by line by the module that keeps it, and named here by its id. Whether it exists, is
// checked and belongs to whoever applies is that module's to say.

import type { FieldKind } from './kind.ts';
import { bad, ok, readObject, readUuid } from './raw.ts';
import { sampleUuid } from './sample.ts';

export type RosterRef = { rosterId: string };
export type RosterOptions = {
  /** Fewest people that make a list. */
  min?: number;
  /** Ages in full years on the day of the check. */
  ageMin?: number;
  ageMax?: number;
};

export const roster: FieldKind<RosterRef, RosterOptions> = {
  kind: 'roster',
  zh: '人员名单（文件）',
  fieldClass: 'sensitive',
  codes: ['blank', 'wrong_type', 'reference'],
  parse(raw) {
    if (raw === undefined || raw === null || raw === '') return bad('blank', '还没有上传名单，请上传。');
    const fields = readObject(raw);
    if (!fields) return bad('wrong_type', '这一项收到的内容不是名单，请重新上传。');
    const rosterId = readUuid(fields.get('rosterId') ?? '');
    return rosterId === undefined ? bad('reference', '名单无法识别，请重新上传。') : ok({ rosterId });
  },
  format: () => '已上传的名单',
  mask: () => '一份名单',
  jsonSchema: () => ({
    type: 'object',
    properties: { rosterId: { type: 'string', format: 'uuid' } },
    required: ['rosterId'],
    additionalProperties: false,
  }),
  example: (_options, seed) => ({ rosterId: sampleUuid(seed) }),
  invalid: () => [
    { raw: '', code: 'blank' },
    { raw: 7, code: 'wrong_type' },
    { raw: { rosterId: '1' }, code: 'reference' },
  ],
};
