// For the test that holds the city against the program: all rows that some cases left behind, with whatever differs between two lives
// of the same story (ids, instants, salts, numbers that parties give) taken out.

import type { Rows, TableName } from './rows.ts';

/** How the rows of a case are found: by a column whose values are known, from tables read before. */
const ways: readonly (readonly [TableName, string, readonly (readonly [TableName | 'case', string])[]])[] = [
  ['case_state', 'case_id', [['case', 'case_id']]],
  ['case_action', 'case_id', [['case', 'case_id']]],
  ['case_body', 'action_id', [['case_action', 'action_id']]],
  ['request', 'request_id', [['case_action', 'request_id']]],
  ['case_task', 'case_id', [['case', 'case_id']]],
  ['deadline', 'case_id', [['case', 'case_id']]],
  ['dossier', 'dossier_id', [['case_state', 'dossier_id']]],
  ['case_link', 'from_case_id', [['case', 'case_id']]],
  ['case_document', 'case_id', [['case', 'case_id']]],
  ['appeal', 'case_id', [['case', 'case_id']]],
  ['rating', 'case_id', [['case', 'case_id']]],
  ['notice', 'case_id', [['case', 'case_id']]],
  ['file', 'case_id', [['case', 'case_id']]],
  ['membership', 'case_id', [['case', 'case_id']]],
  ['cover_policy', 'case_id', [['case', 'case_id']]],
  ['cover_entry', 'policy_id', [['cover_policy', 'policy_id']]],
  ['benefit_claim', 'case_id', [['case', 'case_id']]],
  ['transfer', 'case_id', [['case', 'case_id']]],
  ['entry', 'transfer_id', [['transfer', 'transfer_id']]],
  ['payment_order', 'case_id', [['case', 'case_id']]],
  ['payment_event', 'order_no', [['payment_order', 'order_no']]],
  ['payout', 'case_id', [['case', 'case_id']]],
  ['payout_batch', 'batch_id', [['payout', 'batch_id']]],
  ['payout_approval', 'batch_id', [['payout', 'batch_id']]],
];
const traced = [
  'case_action',
  'case_document',
  'rating',
  'membership',
  'cover_policy',
  'cover_entry',
  'transfer',
] as const;
const leafOwners = [...traced, 'payout_batch', 'payout_approval'] as const;

type Cells = Readonly<Record<string, unknown>>;
type Left = Readonly<Record<string, readonly unknown[]>>;
/** What an id that both lives share is called. */
type NameOf = (id: string) => string | undefined;
/** Gives the rows of a table in which a column has one of these values. */
export type Find = (table: TableName, column: string, values: readonly unknown[]) => Promise<readonly Cells[]>;

export async function leftBy(caseIds: readonly string[], find: Find, nameOf: NameOf): Promise<Left> {
  const found = new Map<string, readonly Cells[]>([['case', caseIds.map((one) => ({ case_id: one }))]]);
  const valuesOf = (table: string, column: string): unknown[] => [
    ...new Set((found.get(table) ?? []).map((row) => row[column])),
  ];
  for (const [table, column, from] of ways) {
    const values = from.flatMap(([other, name]) => valuesOf(other, name)).filter((one) => one !== null);
    found.set(table, await find(table, column, values));
  }
  const leaves = leafOwners.flatMap((table) => valuesOf(table, 'leaf_id'));
  for (const table of ['log_leaf', 'trace_body'] as const) found.set(table, await find(table, 'leaf_id', leaves));
  found.delete('case');
  return Object.fromEntries([...found].map(([table, rows]) => [table, plainRows(rows, nameOf)]));
}

/** In one order, without whatever differs between two lives. */
export function plainRows(rows: readonly Cells[], nameOf: NameOf = () => undefined): readonly unknown[] {
  return rows.map((row) => plain(row, '', nameOf)).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** In memory, as the rows of a batch hold them. */
export function findIn(rows: Rows): Find {
  return async (table, column, values) =>
    (rows[table] as readonly Cells[]).filter((row) => values.includes(row[column]));
}

/** What parties, phones and polls bring, which no two lives share. */
const others = new Set([
  'insurer_policy_no',
  'transaction_id',
  'transactionId',
  'bank_serial',
  'pay_url',
  'checked_at',
  'sms_state',
  'sms_tries',
  'sms_provider_id',
  'sms_provider',
  'sms_at',
  'read_at',
  'bytes',
  'media_type',
]);
const jsonColumns = new Set(['state', 'body', 'entry', 'answer', 'content', 'sms_params']);

function plain(value: unknown, key: string, nameOf: NameOf): unknown {
  if (others.has(key)) return '…';
  if (Buffer.isBuffer(value)) return `${value.length} bytes`;
  if (value instanceof Date) return 'instant';
  if (Array.isArray(value)) return value.map((one) => plain(one, '', nameOf));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, one]) => [name, plain(one, name, nameOf)]),
    );
  if (typeof value !== 'string') return value;
  if (jsonColumns.has(key) && /^[[{"]/.test(value)) return plain(JSON.parse(value), '', nameOf);
  if (key === 'name' && value.includes('.')) return 'file';
  return value
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => nameOf(id) ?? 'id')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'instant')
    .replaceAll(/\b\d\d:\d\d(:\d\d)?\b/g, 'time')
    .replaceAll(/v1\.[\w-]{30,}/g, 'sealed')
    .replaceAll(/\b(GD|M|B)?[0-9a-f]{64}|[0-9a-f]{31,32}/g, 'hash')
    .replace(/^(paid:\w+):\d+$/, '$1:transaction')
    .replaceAll(/\d{20}/g, 'number')
    .replaceAll(/^\d+-[0-9A-Z]{12}$/g, 'card')
    .replaceAll(/[\w+/]{43}=/g, 'hash')
    .replaceAll(/"(actor|subject)":"[\w-]{22}"/g, '"$1":"somebody"');
}
