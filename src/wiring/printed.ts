// Documents as they are printed: with the name open for the person and whoever acts for him or her, and masked for everybody else.

import { personGrant, type Access } from '#platform/access';
import type { Database, Tx } from '#platform/db';
import type { Reader } from '#modules/cases';
import { render, renderPdf, type Documents, type Printed } from '#modules/documents';
import { maskName } from '#modules/identity';
import type { AccessLog } from '#modules/privacy';

export function createPrinted(options: {
  readonly db: Database;
  readonly accesses: Pick<AccessLog, 'note'>;
  readonly documents: Pick<Documents, 'read'>;
  readonly reader: Pick<Reader, 'state'>;
  readonly nameOf: (tx: Tx, personId: string) => Promise<string>;
  readonly person: (tx: Tx, personId: string) => Promise<{ readonly idNumber: string }>;
  readonly demo: boolean;
}) {
  const { db, documents, reader } = options;
  const idTailOf = async (tx: Tx, personId: string) => (await options.person(tx, personId)).idNumber.slice(-4);

  async function printed(access: Access, documentId: string): Promise<Printed & { at: string }> {
    const { content, caseId, at } = await documents.read(access, documentId);
    const { personId, data } = await reader.state(access, caseId);
    const mine =
      personId !== null && (access.onBehalf?.personId === personId || access.grants.includes(personGrant(personId)));
    const name = await db.transaction(access, async (tx) => {
      options.accesses.note(tx, access, { personId, caseId, kind: 'document' });
      return personId ? options.nameOf(tx, personId) : '';
    });
    const idTail = mine ? await db.transaction(access, (tx) => idTailOf(tx, personId)) : '****';
    const notice = options.demo ? '演示数据：人员、单位与金额均为虚构，本文书没有效力。' : '';
    // Whoever wished to stay unnamed is not even hinted at on a paper that may leave the office.
    const shown = data['hide_name'] === true ? '诉求人（隐名）' : maskName(name);
    return { content, documentId, applicant: mine ? name : shown, idTail, notice, at };
  }

  const print = async (access: Access, documentId: string) => render(await printed(access, documentId));

  async function printPdf(access: Access, documentId: string): Promise<Buffer> {
    const one = await printed(access, documentId);
    return renderPdf(one, one.at);
  }

  return { print, printPdf };
}
