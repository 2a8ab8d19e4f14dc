// Issuing a document in the transaction of the act, and reading it again for print.

import type { Service } from '#catalog';
import { isRole, roles, type Role } from '#catalog';
import type { DataSources } from '#catalog/data';
import type { Block, DocumentTemplate } from '#catalog/documents/index';
import { fill, valuesOf } from '#catalog/values';
import { authoritiesIn, personGrant, roleGrant, type Access } from '#platform/access';
import { dayOf } from '#platform/calendar';
import { rowsStatement, statement, type Database, type Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import type { Trace } from '#modules/trace';
import { documentContent, refuse, type DocumentContent, type DocumentSummary } from './contract.ts';

/** The part of an effect's context that a document needs. */
export type DocumentContext = {
  readonly tx: Tx;
  readonly service: Service;
  readonly state: {
    readonly caseId: string;
    readonly caseNo: string;
    readonly region: string;
    readonly readers: readonly string[];
    readonly personId: string | null;
    readonly applicantOrgId: string | null;
    readonly data: Readonly<Record<string, unknown>>;
    readonly end: string | null;
    readonly active: readonly { readonly step: string; readonly orgId: string | null; readonly role?: Role }[];
    readonly done: Readonly<Record<string, { readonly orgId: string | null; readonly actorRole?: string | null }>>;
  };
  readonly step: string;
  readonly actor: { readonly id: string | null };
  readonly facts: { readonly now: string; route(role: Role, region: string): string | null };
  readonly reason?: string | null;
};

export type DocumentsOptions = {
  readonly db: Database;
  readonly trace: Trace;
  readonly templates: Readonly<Record<string, DocumentTemplate>>;
  readonly sources: DataSources;
  readonly regionName: (code: string) => string;
  readonly orgName: (orgId: string) => string;
};

type DocumentRow = {
  document_id: string;
  case_id: string;
  template: string;
  title: string;
  content: unknown;
  at: string;
};

type NewDocument = Omit<DocumentRow, 'content'> & { content: string; readers: readonly string[]; leaf_id: string };

const insert = rowsStatement<NewDocument>(
  'documents.insert',
  {
    document_id: 'uuid',
    case_id: 'uuid',
    template: 'text',
    title: 'text',
    content: 'json',
    readers: 'text[]',
    at: 'timestamptz',
    leaf_id: 'uuid',
  },
  { case_document: ['document_id', 'case_id', 'template', 'title', 'content', 'readers', 'at', 'leaf_id'] },
);

const select = statement<[string], DocumentRow>(
  'documents.one',
  'select document_id, case_id, template, title, content, at from case_document where document_id = $1',
);

const selectOfCase = statement<[string], Omit<DocumentRow, 'content' | 'case_id'>>(
  'documents.of_case',
  'select document_id, template, title, at from case_document where case_id = $1 order by at, document_id',
);

export type Documents = ReturnType<typeof createDocuments>;

const isErased = (content: unknown): boolean => typeof content === 'object' && content !== null && 'erased' in content;

export function createDocuments(options: DocumentsOptions) {
  /** Issues a document; gives its id. */
  function makeDocument(context: DocumentContext, template: string): string {
    const definition = options.templates[template];
    invariant(definition, `document template ${template} does not exist`);
    const { tx, state, facts } = context;
    const issuerId =
      state.active.find((one) => one.step === context.step)?.orgId ?? state.done[context.step]?.orgId ?? null;
    const content = contentOf(context, definition, issuerId);
    const documentId = newId();
    const leafId = options.trace.record(tx, {
      eventId: documentId,
      type: 'document.issued',
      at: facts.now,
      region: state.region,
      department: issuerId ?? '',
      actorId: context.actor.id,
      subjectId: state.personId,
      body: { template, content },
    });
    const readers = readersOf(context, definition);
    tx.add(insert, {
      document_id: documentId,
      case_id: state.caseId,
      template,
      title: definition.title,
      content: JSON.stringify(content),
      readers,
      at: facts.now,
      leaf_id: leafId,
    });
    return documentId;
  }

  function contentOf(context: DocumentContext, definition: DocumentTemplate, issuerId: string | null): DocumentContent {
    const { service, state, facts } = context;
    const values: Record<string, string> = {
      ...valuesOf(
        {
          service,
          caseNo: state.caseNo,
          regionName: options.regionName(state.region),
          step: context.step,
          data: state.data,
          end: state.end,
          dueDay: null,
          today: dayOf(facts.now),
          applicant: '',
          reason: context.reason ?? null,
          ...insurerOf(context),
        },
        [...definition.variables, 'today'],
        options.sources,
      ),
      // These stay open: whoever prints it fills them in, whole or masked.
      applicant: '{{applicant}}',
      id_tail: '{{id_tail}}',
    };
    return {
      v: 1,
      title: fill(definition.title, values),
      layout: definition.layout,
      addressee: fill(definition.addressee, values),
      blocks: definition.body.map((block) => fillBlock(block, values)),
      remedy: definition.remedy === undefined ? null : fill(definition.remedy, values),
      issuer: issuerId ? options.orgName(issuerId) : `${options.regionName(state.region)}劳动者权益保障平台`,
      caseNo: state.caseNo,
      day: values['today'] ?? '',
    };
  }

  /** The insurer that answers for the place of the case, where one is configured. */
  function insurerOf({ state, facts }: DocumentContext): { insurer?: string } {
    const orgId = facts.route('insurer_underwriter', state.region);
    return orgId ? { insurer: options.orgName(orgId) } : {};
  }

  /** One document as it was issued; row-level security decides whether it is there. */
  async function read(
    access: Access,
    documentId: string,
  ): Promise<{ content: DocumentContent; caseId: string; at: string }> {
    const row = await options.db.transaction(access, (tx) => tx.maybe(select, [documentId]));
    if (!row) throw refuse('documents.not_found');
    if (isErased(row.content)) throw refuse('documents.erased');
    return { content: documentContent.parse(row.content), caseId: row.case_id, at: row.at };
  }

  async function list(tx: Tx, caseId: string): Promise<readonly DocumentSummary[]> {
    const rows = await tx.run(selectOfCase, [caseId]);
    return rows.map((row) => ({ documentId: row.document_id, template: row.template, title: row.title, at: row.at }));
  }

  return { makeDocument, read, list };
}

function fillBlock(block: Block, values: Readonly<Record<string, string>>): DocumentContent['blocks'][number] {
  if (block.kind === 'paragraph') return { kind: 'paragraph', text: fill(block.text, values) };
  return { kind: 'facts', rows: block.rows.map(([label, text]) => [fill(label, values), fill(text, values)]) };
}

/** The office that acts or acted in a step: one that a person named acts in a role of its own. */
function actingIn(step: string, role: Role, state: DocumentContext['state']): string[] {
  const active = state.active.find((one) => one.step === step);
  if (active) return active.orgId ? [roleGrant(active.role ?? role, active.orgId)] : [];
  const done = state.done[step];
  if (!done?.orgId) return [];
  return [roleGrant(done.actorRole && isRole(done.actorRole) ? done.actorRole : role, done.orgId)];
}

/** The applicant where the public reads it, and the recipients' organisations: those that act in the case before any routing. */
function readersOf({ state, service, facts }: DocumentContext, definition: DocumentTemplate): string[] {
  const readers = new Set(['*']);
  for (const role of definition.recipients) {
    if (roles[role].kind === 'public') {
      if (state.personId) readers.add(personGrant(state.personId));
      for (const grant of authoritiesIn(state.readers)) readers.add(grant);
      continue;
    }
    if (role === 'enterprise' && state.applicantOrgId) readers.add(roleGrant(role, state.applicantOrgId));
    const acting = Object.entries(service.workflow.steps)
      .filter(([, step]) => step.role === role)
      .flatMap(([name]) => actingIn(name, role, state));
    const routed = facts.route(role, state.region);
    for (const grant of acting.length > 0 ? acting : routed ? [roleGrant(role, routed)] : []) readers.add(grant);
  }
  return [...readers];
}
