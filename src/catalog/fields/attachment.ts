// Uploaded files by id, and signatures. Bytes are never here: whether a file exists, belongs to the person, passed the scanner
// and what kind of file it is the file store says when the case takes it.

import type { FieldKind, NoOptions } from './kind.ts';
import { bad, foldLine, ok, readList, readObject, readText, readUuid, textCodes, textSamples, under } from './raw.ts';
import { sampler, sampleUuid } from './sample.ts';
import { personName } from './text.ts';

export type FileAccept = 'image' | 'pdf' | 'audio' | 'video' | 'sheet' | 'document';
export type FileOptions = { minCount?: number; maxCount?: number; accept?: readonly FileAccept[] };
export type FileValue = { fileIds: string[] };
export type Signature = { fileId: string } | { typedName: string; smsCodeVerified: true };

const acceptMimeTypes: Record<FileAccept, readonly string[]> = {
  image: ['image/jpeg', 'image/png', 'image/webp', 'image/heic'],
  pdf: ['application/pdf'],
  audio: ['audio/mpeg', 'audio/mp4', 'audio/x-m4a', 'audio/wav', 'audio/amr'],
  video: ['video/mp4', 'video/quicktime'],
  sheet: ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'text/csv'],
  document: ['application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
};

const acceptZh: Record<FileAccept, string> = {
  image: '照片',
  pdf: 'PDF',
  audio: '录音',
  video: '视频',
  sheet: '表格',
  document: '文档',
};

export const acceptDefault: readonly FileAccept[] = ['image', 'pdf'];

export function mediaTypesOf({ accept = acceptDefault }: FileOptions): readonly string[] {
  return accept.flatMap((one) => acceptMimeTypes[one]);
}

const acceptKinds = Object.keys(acceptMimeTypes).filter((one): one is FileAccept => one in acceptMimeTypes);

/** For the `accept` of an input whose options came as data. */
export function acceptOf(options: object): string {
  const named: unknown = 'accept' in options ? options.accept : undefined;
  const accept = Array.isArray(named) ? acceptKinds.filter((one) => named.includes(one)) : acceptDefault;
  return mediaTypesOf({ accept }).join(',');
}

export function acceptedZh({ accept = acceptDefault }: FileOptions): string {
  return accept.map((one) => acceptZh[one]).join('、');
}

const countMaxDefault = 9;

function readIds(raw: unknown): readonly unknown[] | undefined {
  const fields = readObject(raw);
  const source = fields?.has('fileIds') ? fields.get('fileIds') : raw;
  if (typeof source === 'string' && source.length < 10_000 && !/^\s*\[/.test(source)) {
    return source.split(',').filter((one) => one.trim() !== '');
  }
  return source === undefined || source === null ? [] : readList(source);
}

export const file: FieldKind<FileValue, FileOptions> = {
  kind: 'file',
  zh: '文件',
  fieldClass: 'personal',
  codes: ['blank', 'wrong_type', 'reference', 'too_few', 'too_many'],
  parse(raw, options) {
    const list = readIds(raw);
    if (!list) return bad('wrong_type', '没有收到文件，请重新上传。');
    if (list.length === 0) return bad('blank', '还没有上传文件，请拍照或选择文件上传。');
    const { minCount = 1, maxCount = countMaxDefault } = options;
    if (list.length > maxCount * 2) return bad('too_many', `最多上传 ${maxCount} 个文件，请删去几个。`);
    const ids = list.map((one) => readUuid(one));
    const known = ids.filter((id) => id !== undefined);
    if (known.length < ids.length) return bad('reference', '有文件没有上传完整，请删去后重新上传。');
    const fileIds = Array.from(new Set(known));
    if (fileIds.length > maxCount) return bad('too_many', `最多上传 ${maxCount} 个文件，请删去几个。`);
    if (fileIds.length < minCount) return bad('too_few', `至少上传 ${minCount} 个文件，请补传。`);
    return ok({ fileIds });
  },
  format: (value) => `${value.fileIds.length} 个文件`,
  mask: (value) => `${value.fileIds.length} 个文件`,
  jsonSchema: (options) => ({
    type: 'object',
    properties: {
      fileIds: {
        type: 'array',
        items: { type: 'string', format: 'uuid' },
        uniqueItems: true,
        minItems: options.minCount ?? 1,
        maxItems: options.maxCount ?? countMaxDefault,
      },
    },
    required: ['fileIds'],
    additionalProperties: false,
  }),
  example(options, seed) {
    const { minCount = 1, maxCount = countMaxDefault } = options;
    const count = sampler(seed).int(minCount, Math.min(maxCount, minCount + 2));
    return { fileIds: Array.from({ length: count }, (_, index) => sampleUuid(seed * 100 + index)) };
  },
  invalid(options, seed) {
    const { minCount = 1, maxCount = countMaxDefault } = options;
    const tooMany = Array.from({ length: maxCount + 1 }, (_, index) => sampleUuid(seed * 100 + index));
    return [
      { raw: '', code: 'blank' },
      { raw: [], code: 'blank' },
      { raw: { fileIds: [] }, code: 'blank' },
      { raw: 7, code: 'wrong_type' },
      { raw: { name: 'a.jpg' }, code: 'wrong_type' },
      { raw: ['../../etc/passwd'], code: 'reference' },
      { raw: tooMany, code: 'too_many' },
      ...(minCount > 1 ? [{ raw: [sampleUuid(seed)], code: 'too_few' }] : []),
    ];
  },
};

export const signature: FieldKind<Signature, NoOptions> = {
  kind: 'signature',
  zh: '签名',
  fieldClass: 'personal',
  codes: [...textCodes, 'reference', 'sms_code', 'too_long', 'too_short', 'name_characters'],
  parse(raw, _options, ctx) {
    const fields = readObject(raw) ?? readObject({ fileId: raw });
    const fileId = fields?.get('fileId') ?? '';
    const typed = fields?.get('typedName') ?? '';
    if (fileId === '' && typed === '') return bad('blank', '还没有签名，请手写签名，或填写姓名并用短信验证码确认。');
    if (fileId !== '') {
      const read = readText(fileId, foldLine);
      if (!read.ok) return read;
      const id = readUuid(read.value);
      return id === undefined ? bad('reference', '签名没有保存完整，请重新签名。') : ok({ fileId: id });
    }
    const name = personName.parse(typed, {}, ctx);
    if (!name.ok) return { ok: false, problems: under('typedName', name.problems) };
    // What the client says about the code is not looked at; only the server knows that it was right.
    if (ctx.smsCodeVerified !== true) return bad('sms_code', '短信验证码还没有验证通过，请填写收到的验证码。');
    return ok({ typedName: name.value, smsCodeVerified: true });
  },
  format: (value) => ('fileId' in value ? '手写签名' : `${value.typedName}（短信验证码确认）`),
  mask: () => '已签名',
  jsonSchema: () => ({
    oneOf: [
      {
        type: 'object',
        properties: { fileId: { type: 'string', format: 'uuid' } },
        required: ['fileId'],
        additionalProperties: false,
      },
      {
        type: 'object',
        properties: { typedName: personName.jsonSchema({}), smsCodeVerified: { const: true } },
        required: ['typedName', 'smsCodeVerified'],
        additionalProperties: false,
      },
    ],
  }),
  example: (_options, seed) => ({ fileId: sampleUuid(seed) }),
  invalid: () => [
    ...textSamples.filter((sample) => typeof sample.raw === 'string'),
    { raw: { fileId: ['a', 'b'] }, code: 'wrong_type' },
    { raw: 'signature.png', code: 'reference' },
    { raw: { typedName: '张三' }, code: 'sms_code' },
    { raw: { typedName: '张三', smsCodeVerified: true }, code: 'sms_code' },
    { raw: { typedName: '张' }, code: 'too_short' },
    { raw: { typedName: '张'.repeat(51) }, code: 'too_long' },
    { raw: { typedName: '张3' }, code: 'name_characters' },
  ],
};
