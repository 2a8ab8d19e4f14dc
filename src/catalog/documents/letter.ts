// The shape of an official letter or certificate as data: title, who may read it, and blocks of text with {{variables}}.
// Printing is the documents module's part; nothing here knows HTML.

import { variablesIn } from '#catalog/data';
import type { Role } from '#catalog/roles';

export type Block =
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'facts'; readonly rows: readonly (readonly [label: string, text: string])[] };

export type DocumentTemplate = {
  readonly code: string;
  readonly title: string;
  readonly layout: 'letter' | 'certificate';
  /** First line of a letter: to whom it is written. */
  readonly addressee: string;
  /** Roles that may read it; the public ones only in their own case. */
  readonly recipients: readonly Role[];
  readonly body: readonly Block[];
  /** Remedies that a decision must tell (行政复议法 20 条, 行政诉讼法 46 条). */
  readonly remedy?: string;
  /** Names used anywhere in the text. */
  readonly variables: readonly string[];
};

type DocumentDefinition = Omit<DocumentTemplate, 'variables' | 'layout' | 'addressee'> &
  Partial<Pick<DocumentTemplate, 'layout' | 'addressee'>>;

export function defineDocument(definition: DocumentDefinition): DocumentTemplate {
  const whole = { layout: 'letter' as const, addressee: '{{applicant}}：', ...definition };
  const texts = [whole.title, whole.addressee, whole.remedy ?? '', ...whole.body.flatMap(textsOf)];
  return { ...whole, variables: [...new Set(texts.flatMap(variablesIn))] };
}

function textsOf(block: Block): readonly string[] {
  return block.kind === 'paragraph' ? [block.text] : block.rows.flat();
}

export const paragraph = (text: string): Block => ({ kind: 'paragraph', text });
export const facts = (...rows: readonly (readonly [string, string])[]): Block => ({ kind: 'facts', rows });
