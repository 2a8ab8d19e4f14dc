// What is sealed or indexed, table by table, and how a row is made again with the keys of now. A test holds this against the schema: a
// column that is sealed or indexed and stands nowhere here does not pass. Bodies of cases are not here: they are never rewritten.

import { createHash } from 'node:crypto';
import { idDocumentTypes } from '#catalog/fields/index';
import { idNumberIndex, idNumberIndexes, isNameOf, nameIndex, personContext, totpContext } from '#modules/identity';
import { seedContext } from '#modules/sampling';
import { noticeTo } from './people.ts';
import type { CryptoPort } from '#platform/crypto';

type Column = { readonly name: string; readonly type: 'text' | 'bytea' | 'jsonb' };
type Row = Readonly<Record<string, unknown>>;
type Made = Readonly<Record<string, string | Buffer | null>>;

export type SealedTable = {
  readonly name: string;
  readonly key: readonly { readonly name: string; readonly type: 'uuid' | 'int' }[];
  readonly columns: readonly Column[];
  /** Read besides, for the indexes. */
  readonly also?: readonly string[];
  /** Of a large table in which few rows hold any. */
  readonly only?: string;
  /** Every sealed value of a row with what it is bound to. */
  readonly sealedIn: (row: Row) => readonly { readonly context: string; readonly sealed: string }[];
  /** The row's columns with the keys of now; null where nothing is to be done. */
  readonly again: (row: Row, crypto: CryptoPort) => Made | null;
};

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const bytes = (value: unknown): Buffer => (Buffer.isBuffer(value) ? value : Buffer.alloc(0));

type ContextOf = (row: Row) => string;

/** A table whose sealed columns are each a value of their own. An empty one is none. */
function plainTable(
  name: string,
  key: SealedTable['key'],
  contexts: Readonly<Record<string, ContextOf>>,
  more: {
    readonly indexes?: readonly string[];
    readonly also?: readonly string[];
    readonly only?: string;
    /** Indexes of the row, from its opened values. */
    readonly index?: (row: Row, open: (column: string) => string, crypto: CryptoPort) => Made;
  } = {},
): SealedTable {
  const sealed = Object.entries(contexts);
  return {
    name,
    key,
    columns: [
      ...sealed.map(([column]) => ({ name: column, type: 'text' as const })),
      ...(more.indexes ?? []).map((column) => ({ name: column, type: 'bytea' as const })),
    ],
    ...(more.also ? { also: more.also } : {}),
    ...(more.only ? { only: more.only } : {}),
    sealedIn: (row) =>
      sealed.flatMap(([column, contextOf]) =>
        text(row[column]) === '' ? [] : [{ context: contextOf(row), sealed: text(row[column]) }],
      ),
    again: (row, crypto) => {
      const open = (column: string) => crypto.open(contexts[column]?.(row) ?? '', text(row[column]));
      const made: Record<string, string | Buffer | null> = {};
      for (const [column, contextOf] of sealed) {
        const value = row[column];
        made[column] =
          typeof value === 'string' && value !== '' ? crypto.seal(contextOf(row), open(column)) : (value as null);
      }
      return { ...made, ...more.index?.(row, open, crypto) };
    },
  };
}

const uuid = (name: string) => ({ name, type: 'uuid' as const });
const line = { name: 'line', type: 'int' as const };

const person = plainTable(
  'person',
  [uuid('person_id')],
  {
    name_sealed: (row) => personContext('name_sealed', text(row['person_id'])),
    id_number_sealed: (row) => personContext('id_number_sealed', text(row['person_id'])),
    phone_sealed: (row) => personContext('phone_sealed', text(row['person_id'])),
    card_sealed: (row) => personContext('card_sealed', text(row['person_id'])),
  },
  {
    indexes: ['name_index', 'id_number_index', 'phone_index'],
    also: ['id_type', 'claimed'],
    index: (row, open, crypto) => {
      const personId = text(row['person_id']);
      const [number, phone, name] = [open('id_number_sealed'), open('phone_sealed'), open('name_sealed')];
      const type = idDocumentTypes.find((one) => one === row['id_type']) ?? 'resident_id';
      const document = { type, number };
      const forgotten = `forgotten:${personId}`;
      const isForgotten = (kind: 'name' | 'id_number', column: string) =>
        crypto.blindIndexes(kind, forgotten).some((one) => one.equals(bytes(row[column])));
      const isOf = (indexes: readonly Buffer[], column: string) =>
        indexes.some((one) => one.equals(bytes(row[column])));
      // Who was forgotten has no number any more, and who is known from a list only is found by no phone: an index is made again as
      // what it was, and one that is none of these is left alone.
      const phoneWas = [phone, `claimed:${personId}:${phone}`, `lost:${personId}`, forgotten].find((one) =>
        isOf(crypto.blindIndexes('phone', one), 'phone_index'),
      );
      return {
        name_index: isNameOf(crypto, name, bytes(row['name_index']))
          ? nameIndex(crypto, name)
          : isForgotten('name', 'name_index')
            ? crypto.blindIndex('name', forgotten)
            : bytes(row['name_index']),
        id_number_index: isOf(idNumberIndexes(crypto, document), 'id_number_index')
          ? idNumberIndex(crypto, document)
          : isForgotten('id_number', 'id_number_index')
            ? crypto.blindIndex('id_number', forgotten)
            : bytes(row['id_number_index']),
        phone_index: phoneWas === undefined ? bytes(row['phone_index']) : crypto.blindIndex('phone', phoneWas),
      };
    },
  },
);

const rosterLine = plainTable(
  'roster_line',
  [uuid('roster_id'), line],
  { content_sealed: (row) => `roster_line:content:${text(row['roster_id'])}:${String(row['line'])}` },
  {
    indexes: ['id_index', 'content_index'],
    index: (row, open, crypto) => {
      // A line that nobody can be known by has none.
      if (row['id_index'] === null) return { id_index: null, content_index: null };
      const content: { idDocument: Parameters<typeof idNumberIndex>[1] } = JSON.parse(open('content_sealed'));
      const digest = createHash('sha256').update(JSON.stringify(content), 'utf8').digest('hex');
      return {
        id_index: idNumberIndex(crypto, content.idDocument),
        content_index: crypto.blindIndex('file', digest),
      };
    },
  },
);

const draft: SealedTable = {
  name: 'draft',
  key: [uuid('draft_id')],
  columns: [{ name: 'data', type: 'jsonb' }],
  sealedIn: (row) => draftValues(row).map(({ context, sealed }) => ({ context, sealed })),
  again: (row, crypto) => {
    const found = draftValues(row);
    if (found.length === 0) return null;
    const data = structuredClone(row['data']) as Record<string, unknown>;
    for (const { context, sealed, name } of found) {
      const made = crypto.seal(context, crypto.open(context, sealed));
      if (name === null) data['sealed'] = made;
      else data[name] = { ...(data[name] as object), sealed: made };
    }
    return { data: JSON.stringify(data) };
  },
};

/** A worker's draft seals each secret answer, a clerk's the whole. */
function draftValues(row: Row): { context: string; sealed: string; name: string | null }[] {
  const draftId = text(row['draft_id']);
  const data = (row['data'] ?? {}) as Record<string, unknown>;
  if (typeof data['sealed'] === 'string')
    return [{ context: `draft:${draftId}:desk`, sealed: data['sealed'], name: null }];
  return Object.entries(data).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null && 'sealed' in value && typeof value.sealed === 'string'
      ? [{ context: `draft:${draftId}:${name}`, sealed: value.sealed, name }]
      : [],
  );
}

export const rewritten: readonly SealedTable[] = [
  person,
  plainTable('staff', [uuid('staff_id')], { totp_secret_sealed: (row) => totpContext(text(row['staff_id'])) }),
  plainTable('claim_sampling', [uuid('leaf_id')], { seed_sealed: (row) => seedContext(text(row['leaf_id'])) }),
  plainTable('file', [uuid('file_id')], { key_sealed: (row) => `file:key_sealed:${text(row['file_id'])}` }),
  plainTable('authority', [uuid('authority_id')], {
    stated_sealed: (row) => `authority:stated_sealed:${text(row['authority_id'])}`,
  }),
  plainTable('payout', [uuid('payout_id')], {
    payee_name_sealed: (row) => `payout:payee_name:${text(row['payout_id'])}`,
    card_sealed: (row) => `payout:card:${text(row['payout_id'])}`,
  }),
  plainTable(
    'payout_account',
    [uuid('account_id')],
    {
      card_sealed: (row) => `payout_account:card:${text(row['account_id'])}`,
      bank_phone_sealed: (row) => `payout_account:bank_phone:${text(row['account_id'])}`,
    },
    {
      indexes: ['card_index'],
      // An erased account has no card any more; its index is of nothing.
      index: (row, open, crypto) => ({
        card_index:
          row['card_sealed'] === '' ? bytes(row['card_index']) : crypto.blindIndex('card', open('card_sealed')),
      }),
    },
  ),
  plainTable('phone_change', [uuid('change_id')], {
    old_phone_sealed: (row) => `phone_change:old:${text(row['change_id'])}`,
    new_phone_sealed: (row) => `phone_change:new:${text(row['change_id'])}`,
  }),
  plainTable(
    'notice',
    [uuid('notice_id')],
    { sms_to_sealed: (row) => noticeTo(text(row['notice_id'])) },
    { only: 'sms_to_sealed is not null' },
  ),
  rosterLine,
  plainTable('import_line', [uuid('import_run_id'), line], {
    problem_sealed: (row) => `import_line:problem:${text(row['import_run_id'])}:${String(row['line'])}`,
  }),
  draft,
];

/**
 * Indexes whose value is kept nowhere, so that they stay under the key that made them: an account's person, an order's rider, a file's
 * content, a number that a code went to (for a day).
 */
export const unrepeatable: readonly string[] = [
  'staff.person_index',
  'work_signal.id_number_index',
  'file.plain_index',
  'sms_code.phone_index',
];
