// A form being filled in, kept on the server page by page, so that a killed webview or a dead battery loses nothing. Each field
// is checked when it is saved; secrets are sealed and come back as masks only. Submitting is the caller's, once per request id.

import type { Service } from '#catalog';
import { fieldKind, parseField, rawOf } from '#catalog/fields/index';
import { allFields, disagreement, isRequired, isSecret, isShown } from '#catalog/form';
import { subjectOf, type Access } from '#platform/access';
import { dayOf } from '#platform/calendar';
import type { CryptoPort } from '#platform/crypto';
import { statement, type Database, type Tx } from '#platform/db';
import type { FieldProblem } from '#platform/errors';
import { newId } from '#platform/ids';
import { refuse } from './refusals.ts';

export { createDeskDrafts, type DeskDrafts } from './desk.ts';

type Stored = Readonly<Record<string, unknown>>;
type DraftRow = { draft_id: string; service_code: string; service_hash: string; data: Stored; updated_at: string };

const liveDraft = `select draft_id, service_code, service_hash, data, updated_at from draft
   where person_id = any(ids_of($1)) and service_code = $2 and authority_id is not distinct from $3::uuid and submitted_case_id is null
   order by (person_id <> $1), updated_at desc limit 1`;

const selectDraft = statement<[string, string, string | null], DraftRow>('drafts.select', liveDraft);

/** For whoever writes it in the same transaction. */
const holdDraft = statement<[string, string, string | null], DraftRow>('drafts.hold', `${liveDraft} for update`);

const insertDraft = statement<[string, string, string, string, string, string, string | null], never>(
  'drafts.insert',
  `insert into draft (draft_id, person_id, service_code, service_hash, data, updated_at, authority_id)
   values ($1, $2, $3, $4, $5::jsonb, $6, $7)`,
);

const updateDraft = statement<[string, string, string], never>(
  'drafts.update',
  'update draft set data = $2::jsonb, updated_at = $3 where draft_id = $1',
);

const finishDraft = statement<[string, string], { draft_id: string }>(
  'drafts.finish',
  `update draft set submitted_case_id = $2, data = '{}'::jsonb
   where draft_id = $1 and submitted_case_id is null returning draft_id`,
);

const lockPerson = statement<[string], { person_id: string }>(
  'drafts.lock_person',
  'select person_id from person where person_id = $1 for update',
);

export type DraftView = {
  readonly draftId: string;
  readonly updatedAt: string;
  readonly serviceHash: string;
  /** Parsed values, secrets left out. */
  readonly answers: Readonly<Record<string, unknown>>;
  readonly masks: Readonly<Record<string, string>>;
};

export type Drafts = ReturnType<typeof createDrafts>;

export function createDrafts(options: {
  readonly db: Database;
  readonly crypto: CryptoPort;
  readonly clock: { now(): string };
  readonly isRegion: (code: string) => boolean;
  readonly published: (code: string) => { service: Service; hash: string } | undefined;
}) {
  const inDraft = <T>(access: Access, work: (tx: Tx) => Promise<T>) => options.db.transaction(access, work);
  /** What an agent fills in under an authority is a draft of its own beside the person's. */
  const keyOf = (access: Access, serviceCode: string): [string, string, string | null] => [
    subjectOf(access),
    serviceCode,
    access.onBehalf?.authorityId ?? null,
  ];

  async function find(access: Access, serviceCode: string): Promise<DraftView | null> {
    const row = await inDraft(access, (tx) => tx.maybe(selectDraft, keyOf(access, serviceCode)));
    return row ? toView(row) : null;
  }

  /** Gives back the draft that there is; two starts at once make one. */
  async function start(access: Access, serviceCode: string): Promise<DraftView> {
    const published = options.published(serviceCode);
    if (!published) throw refuse('drafts.none');
    return inDraft(access, async (tx) => {
      const personId = subjectOf(access);
      // An agent does not see the person, and still two starts at once must make one draft.
      await tx.asSystem().one(lockPerson, [personId]);
      const known = await tx.maybe(selectDraft, keyOf(access, serviceCode));
      if (known) return toView(known);
      const now = options.clock.now();
      const row = {
        draft_id: newId(),
        service_code: serviceCode,
        service_hash: published.hash,
        data: {},
        updated_at: now,
      };
      tx.send(insertDraft, [
        row.draft_id,
        personId,
        serviceCode,
        published.hash,
        '{}',
        now,
        access.onBehalf?.authorityId ?? null,
      ]);
      return toView(row);
    });
  }

  /** Checks and keeps the fields that are given; a problem of one does not stop the others. Sending the same again changes nothing. */
  async function save(
    access: Access,
    serviceCode: string,
    answers: Stored,
    proof: { readonly smsCodeVerified?: boolean } = {},
  ): Promise<readonly FieldProblem[]> {
    return change(access, serviceCode, (data, row, service) => {
      const fields = allFields(service);
      const problems: FieldProblem[] = [];
      const next: Record<string, unknown> = { ...data };
      const now = options.clock.now();
      const context = { now, today: dayOf(now), isRegion: options.isRegion, ...proof };
      for (const [name, raw] of Object.entries(answers)) {
        const field = fields[name];
        if (!field) throw refuse('drafts.unknown_field', { field: name });
        const required = isShown(field, next, now) && isRequired(field, next, now);
        const parsed = parseField({ kind: field.kind, options: field.options, required, zh: field.zh }, raw, context);
        if (!parsed.ok) {
          problems.push(
            ...parsed.problems.map((one) => ({
              path: [name, ...(one.path ?? [])].join('.'),
              code: one.code,
              zh: one.zh,
            })),
          );
          continue;
        }
        const disagrees =
          parsed.value === undefined ? null : disagreement(name, field, { ...next, [name]: parsed.value }, now);
        if (disagrees) problems.push(disagrees);
        else if (parsed.value === undefined) delete next[name];
        else next[name] = isSecret(field) ? seal(row.draft_id, name, field.kind, parsed.value) : parsed.value;
      }
      return { data: next, result: problems };
    });
  }

  function seal(draftId: string, name: string, kind: Parameters<typeof fieldKind>[0], value: unknown) {
    return {
      sealed: options.crypto.seal(`draft:${draftId}:${name}`, JSON.stringify(value)),
      mask: fieldKind(kind).mask(value),
    };
  }

  /** One file more or less in a field of files; parallel uploads lose nothing because the row is held. */
  async function changeFiles(
    access: Access,
    serviceCode: string,
    name: string,
    edit: (fileIds: readonly string[]) => readonly string[],
  ): Promise<readonly FieldProblem[]> {
    return change(access, serviceCode, (data, _row, service) => {
      const field = allFields(service)[name];
      if (!field || field.kind !== 'file') throw refuse('drafts.unknown_field', { field: name });
      const fileIds = edit(fileIdsOf(data[name]));
      if (fileIds.length === 0) {
        const { [name]: _gone, ...rest } = data;
        return { data: rest, result: [] };
      }
      const parsed = parseField(
        { kind: 'file', options: field.options, required: false, zh: field.zh },
        { fileIds },
        { today: dayOf(options.clock.now()) },
      );
      if (!parsed.ok)
        return { data, result: parsed.problems.map((one) => ({ path: name, code: one.code, zh: one.zh })) };
      return { data: { ...data, [name]: parsed.value }, result: [] };
    });
  }

  async function change<T>(
    access: Access,
    serviceCode: string,
    edit: (data: Stored, row: DraftRow, service: Service) => { data: Stored; result: T },
  ): Promise<T> {
    const published = options.published(serviceCode);
    if (!published) throw refuse('drafts.none');
    return inDraft(access, async (tx) => {
      const row = await tx.maybe(holdDraft, keyOf(access, serviceCode));
      if (!row) throw refuse('drafts.none');
      const { data, result } = edit(row.data, row, published.service);
      tx.send(updateDraft, [row.draft_id, JSON.stringify(data), options.clock.now()]);
      return result;
    });
  }

  /** The whole form as raw input, secrets opened, ready to be submitted. */
  async function rawForm(
    access: Access,
    serviceCode: string,
  ): Promise<{ draftId: string; raw: Record<string, unknown> }> {
    const published = options.published(serviceCode);
    const row = await inDraft(access, (tx) => tx.maybe(selectDraft, keyOf(access, serviceCode)));
    if (!published || !row) throw refuse('drafts.none');
    const raw: Record<string, unknown> = {};
    for (const [name, field] of Object.entries(allFields(published.service))) {
      const value = opened(row, name);
      if (value !== undefined) raw[name] = rawOf({ kind: field.kind, options: field.options }, value);
    }
    return { draftId: row.draft_id, raw };
  }

  function opened(row: DraftRow, name: string): unknown {
    const value = row.data[name];
    if (typeof value === 'object' && value !== null && 'sealed' in value && typeof value.sealed === 'string') {
      return JSON.parse(options.crypto.open(`draft:${row.draft_id}:${name}`, value.sealed));
    }
    return value;
  }

  /** In the transaction that opens its case: one draft opens one case, under however many request ids it is sent. */
  async function finish(tx: Tx, draftId: string, caseId: string): Promise<void> {
    if (!(await tx.maybe(finishDraft, [draftId, caseId]))) throw refuse('drafts.sent');
  }

  function toView(row: DraftRow): DraftView {
    const answers: Record<string, unknown> = {};
    const masks: Record<string, string> = {};
    for (const [name, value] of Object.entries(row.data)) {
      if (typeof value === 'object' && value !== null && 'sealed' in value && 'mask' in value)
        masks[name] = String(value.mask);
      else answers[name] = value;
    }
    return { draftId: row.draft_id, updatedAt: row.updated_at, serviceHash: row.service_hash, answers, masks };
  }

  return { find, start, save, changeFiles, rawForm, finish };
}

function fileIdsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null || !('fileIds' in value) || !Array.isArray(value.fileIds)) return [];
  return value.fileIds.filter((id): id is string => typeof id === 'string');
}
