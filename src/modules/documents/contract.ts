// What is kept of a document, and how reading one may be refused. Runs in a browser: no I/O.

import { z } from 'zod';
import { declareRefusals } from '#platform/errors';

export const refuse = declareRefusals({
  'documents.not_found': { status: 404, zh: '没有找到这份文书，或您无权查看。', next: '请回到办件页面重新打开。' },
  'documents.erased': { status: 410, zh: '这份文书的内容已依法删除。', next: '出具的时间和存证还在办件里。' },
});

const block = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('paragraph'), text: z.string() }),
  z.object({ kind: z.literal('facts'), rows: z.array(z.tuple([z.string(), z.string()])) }),
]);

/** `{{applicant}}` and `{{id_tail}}` stay open in every text. */
export const documentContent = z.object({
  v: z.literal(1),
  title: z.string(),
  layout: z.enum(['letter', 'certificate']),
  addressee: z.string(),
  blocks: z.array(block),
  remedy: z.string().nullable(),
  issuer: z.string().describe('出具单位'),
  caseNo: z.string(),
  day: z.string().describe('出具日期'),
});
export type DocumentContent = z.infer<typeof documentContent>;

export const documentSummary = z.object({
  documentId: z.uuid(),
  template: z.string(),
  title: z.string(),
  at: z.string(),
});
export type DocumentSummary = z.infer<typeof documentSummary>;
