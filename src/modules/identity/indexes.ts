// While the key of blind indexes is replaced, one number can stand under two of them, and no constraint sees that they are the same. So
// whoever writes a number holds it under its oldest index first, which every process knows, and looks under all of them.

import type { IdDocument } from '#catalog/fields/index';
import type { CryptoPort } from '#platform/crypto';
import type { Tx } from '#platform/db';
import { idNumberIndexes } from './person.ts';
import * as store from './store.ts';

type Given = { readonly idDocument?: IdDocument; readonly phone?: string; readonly except?: string };

/** Throws what the constraint would have thrown. Costs nothing unless there are two keys. */
export async function holdNumbers(tx: Tx, crypto: CryptoPort, { idDocument, phone, except }: Given): Promise<void> {
  const ids = idDocument ? idNumberIndexes(crypto, idDocument) : [];
  const phones = phone === undefined ? [] : crypto.blindIndexes('phone', phone);
  if (ids.length < 2 && phones.length < 2) return;
  await holdOldest(tx, [ids, phones]);
  const found = await tx.run(store.selectUnder, [[...ids], [...phones], except ?? null]);
  if (found.length === 0) return;
  const constraint = found.some((one) => one.by_id) ? 'person_id_number_key' : 'person_phone_key';
  throw Object.assign(new Error(`${constraint}: taken under another key`), { constraint });
}

/** Of several values, each given as all its indexes. */
export async function holdOldest(tx: Tx, values: readonly (readonly Buffer[])[]): Promise<void> {
  const oldest = values.flatMap((indexes) => indexes.at(-1) ?? []);
  await tx.run(store.holdIndexes, [oldest]);
}
