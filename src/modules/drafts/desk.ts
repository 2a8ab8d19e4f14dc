// A form that somebody of the staff is filling in for an organisation: one a person and service, kept as it was typed, right or wrong,
// and sealed whole, since it may hold identifiers. Nobody but its author gets it back. It ends with the case that it opens.

import type { Access } from '#platform/access';
import type { CryptoPort } from '#platform/crypto';
import { statement, type Database, type Tx } from '#platform/db';
import { newId } from '#platform/ids';
import { z } from 'zod';
import { refuse } from './refusals.ts';

const contents = z.object({
  orgId: z.string(),
  role: z.string(),
  region: z.string(),
  values: z.record(z.string(), z.unknown()),
});
export type DeskContents = z.infer<typeof contents>;
export type DeskDraft = DeskContents & { readonly at: string };

type Row = { draft_id: string; data: { sealed?: string }; updated_at: string };

const selectDraft = statement<[string, string], Row>(
  'drafts.desk_select',
  `select draft_id, data, updated_at from draft where staff_id = $1 and service_code = $2 and submitted_case_id is null`,
);

/** Two saves at once make one draft. The id stays that of the first, to which the content is sealed. */
const claimDraft = statement<[string, string, string, string, string, string, string[]], { draft_id: string }>(
  'drafts.desk_claim',
  `insert into draft (draft_id, staff_id, service_code, service_hash, org_id, data, updated_at, readers)
   values ($1, $2, $3, $4, $5, '{}'::jsonb, $6, $7)
   on conflict (staff_id, service_code) where staff_id is not null and submitted_case_id is null
   do update set service_hash = excluded.service_hash, org_id = excluded.org_id, readers = excluded.readers
   returning draft_id`,
);

const writeDraft = statement<[string, string, string], never>(
  'drafts.desk_write',
  'update draft set data = $2::jsonb, updated_at = $3 where draft_id = $1',
);

const finishDraft = statement<[string, string, string], never>(
  'drafts.desk_finish',
  `update draft set submitted_case_id = $3, data = '{}'::jsonb
   where staff_id = $1 and service_code = $2 and submitted_case_id is null`,
);

const charactersMax = 200_000;

export type DeskDrafts = ReturnType<typeof createDeskDrafts>;

export function createDeskDrafts(options: {
  readonly db: Database;
  readonly crypto: CryptoPort;
  readonly clock: { now(): string };
}) {
  const { db, crypto, clock } = options;
  const contextOf = (draftId: string) => `draft:${draftId}:desk`;

  async function find(access: Access, serviceCode: string): Promise<DeskDraft | null> {
    const row = await db.transaction(access, (tx) =>
      tx.asSystem().maybe(selectDraft, [access.actorId ?? '', serviceCode]),
    );
    if (!row?.data.sealed) return null;
    const opened = contents.parse(JSON.parse(crypto.open(contextOf(row.draft_id), row.data.sealed)));
    return { ...opened, at: row.updated_at };
  }

  async function save(access: Access, service: { code: string; hash: string }, given: DeskContents): Promise<string> {
    const text = JSON.stringify(given);
    if (text.length > charactersMax) throw refuse('drafts.too_large');
    return db.transaction(access, async (asked) => {
      // By the author's own id, whatever roles he or she holds by now.
      const tx = asked.asSystem();
      const at = clock.now();
      const readers = ['*', `${given.role}@${given.orgId}`];
      const { draft_id: draftId } = await tx.one(claimDraft, [
        newId(),
        access.actorId ?? '',
        service.code,
        service.hash,
        given.orgId,
        at,
        readers,
      ]);
      tx.send(writeDraft, [draftId, JSON.stringify({ sealed: crypto.seal(contextOf(draftId), text) }), at]);
      return at;
    });
  }

  /** In the transaction that opens its case; a form that was never saved ends nothing. */
  function finish(tx: Tx, staffId: string, serviceCode: string, caseId: string): void {
    tx.asSystem().send(finishDraft, [staffId, serviceCode, caseId]);
  }

  return { find, save, finish };
}
