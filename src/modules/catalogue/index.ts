// What is on offer: compiled definitions kept in the database, immutable and named by their hash, and which of them is
// published from when. In memory the published services and every version that a live case needs.

import { compile, readCompiled } from '#catalog/compile';
import type { Service } from '#catalog';
import { catalogRegistry } from '#catalog/registry';
import { drafts, services as authored } from '#catalog/services/index';
import { verify, type Finding } from '#catalog/verify';
import { systemAccess } from '#platform/access';
import { sha256 } from '#platform/crypto';
import { statement, type Database, type Tx } from '#platform/db';
import { declareRefusals, invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import type { Trace } from '#modules/trace';

export const refuse = declareRefusals({
  'catalogue.unverified': {
    status: 422,
    zh: '服务“{code}”没有通过发布前检查：{why}',
    next: '请按检查结果修改定义后再发布。',
  },
  'catalogue.unknown_version': {
    status: 404,
    zh: '没有找到这个版本的服务定义。',
    next: '请刷新页面；如仍出现，请联系管理员。',
  },
});

const insertDefinition = statement<[string, string, string, string, string], never>(
  'catalogue.insert_definition',
  `insert into definition (hash, kind, code, body, created_at) values ($1, $2, $3, $4::jsonb, $5) on conflict (hash) do nothing`,
);

const insertPublication = statement<[string, string, string, string, string], never>(
  'catalogue.insert_publication',
  `insert into publication (publication_id, code, hash, state, effective_from, leaf_id) values ($1, $2, $3, 'published', $4, $5)`,
);

const selectPublished = statement<[string], { code: string; hash: string; effective_from: string; state: string }>(
  'catalogue.published',
  `select distinct on (code) code, hash, effective_from, state from publication where effective_from <= $1
   order by code, effective_from desc, publication_id desc`,
);

const selectDefinitions = statement<[string[]], { hash: string; body: object }>(
  'catalogue.definitions',
  'select hash, body from definition where hash = any($1::text[])',
);

const selectAllHashes = statement<[], { hash: string }>(
  'catalogue.hashes',
  `select hash from definition where kind = 'service'`,
);

export type PublishedService = { readonly service: Service; readonly hash: string; readonly publishedAt: string };

export type Catalogue = ReturnType<typeof createCatalogue>;

const hexOf = (text: string) => sha256(text).toString('hex');

const authoredHashes = new Map<string, string>();

/** Hash of a service as it is authored now, which the program does not change: compiled once. */
export function serviceHash(code: string): string {
  const service = authored.find((one) => one.code === code);
  invariant(service, `no service ${code} is authored`);
  const hash = authoredHashes.get(code) ?? compile(service, hexOf).hash;
  authoredHashes.set(code, hash);
  return hash;
}

export function createCatalogue(options: { db: Database; trace: Trace; clock: { now(): string } }) {
  const byHash = new Map<string, Service>();
  let published = new Map<string, PublishedService>();
  const findings = new Map<string, readonly Finding[]>();

  /** Reads what is published now and every version in use; called at start and after a publication. */
  async function load(): Promise<void> {
    await options.db.transaction(systemAccess, async (tx) => {
      const [rows, hashes] = await Promise.all([
        tx.run(selectPublished, [options.clock.now()]),
        tx.run(selectAllHashes, []),
      ]);
      const missing = hashes.map((row) => row.hash).filter((hash) => !byHash.has(hash));
      for (const row of await tx.run(selectDefinitions, [missing])) byHash.set(row.hash, readCompiled(row.body));
      published = new Map(
        rows
          .filter((row) => row.state === 'published')
          .flatMap((row) => {
            const service = byHash.get(row.hash);
            return service ? [[row.code, { service, hash: row.hash, publishedAt: row.effective_from }] as const] : [];
          }),
      );
    });
  }

  /** Verifies and publishes; an error in any proof refuses all of it. Publishing what is published already changes nothing. */
  async function publish(tx: Tx, list: readonly Service[], at: string): Promise<void> {
    const found = verify(list, catalogRegistry);
    const error = found.find((one) => one.severity === 'error');
    if (error) throw refuse('catalogue.unverified', { code: error.where, why: error.zh });
    for (const service of list) {
      const { hash, json } = compile(service, hexOf);
      if (published.get(service.code)?.hash === hash) continue;
      const leafId = options.trace.record(tx, {
        eventId: newId(),
        type: 'catalogue.published',
        at,
        region: '',
        department: service.lead,
        actorId: null,
        subjectId: null,
        body: { code: service.code, hash },
      });
      tx.send(insertDefinition, [hash, 'service', service.code, json, at]);
      tx.send(insertPublication, [newId(), service.code, hash, at, leafId]);
    }
  }

  /** Publishes what is authored when it differs from what is published; used at start. */
  async function publishAuthored(): Promise<void> {
    await load();
    await options.db.transaction(systemAccess, (tx) => publish(tx, authored, options.clock.now()));
    await load();
    findings.clear();
    // A lifecycle is verified with all of its services: what one of them asks, the steps of another may show.
    // A draft is held to every proof too, so that its day of publication brings no surprise.
    const all = [...authored, ...drafts.map((draft) => draft.service)];
    const found = verify(all, catalogRegistry);
    const wrong = found.find(({ severity }) => severity === 'error');
    if (wrong) throw refuse('catalogue.unverified', { code: wrong.where, why: wrong.zh });
    const isAbout = (where: string, name: string) => where.split(/[/.]/)[0] === name;
    for (const { code, workflow } of all)
      findings.set(
        code,
        found.filter(({ where }) => isAbout(where, code) || isAbout(where, workflow.code)),
      );
  }

  return {
    load,
    publish,
    publishAuthored,
    /** The published version of a service, or a refusal. */
    require: (code: string): PublishedService => {
      const found = published.get(code);
      if (!found) throw refuse('catalogue.unknown_version');
      return found;
    },
    published: (code: string): PublishedService | undefined => published.get(code),
    publishedServices: (): readonly Service[] => [...published.values()].map((one) => one.service),
    list: (): readonly PublishedService[] =>
      [...published.values()].toSorted((a, b) => (a.service.code < b.service.code ? -1 : 1)),
    drafts: (): typeof drafts => drafts,
    findings: (code: string): readonly Finding[] => findings.get(code) ?? [],
    byHash: (hash: string): Service => {
      const service = byHash.get(hash);
      if (!service) throw refuse('catalogue.unknown_version');
      return service;
    },
  };
}
