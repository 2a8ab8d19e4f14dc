// One function an action, one transaction each: open, command, event, rate, and the clock's turn. Forms are checked here, before
// the pure engine sees them; nothing is written when anything is refused.

import type { Fields, Service } from '#catalog';
import { rawOf } from '#catalog/fields/index';
import { allFields, parseForm, type FormFile } from '#catalog/form';
import { personGrant, systemAccess, workerAccess, type Access } from '#platform/access';
import { dayOf } from '#platform/calendar';
import type { CryptoPort } from '#platform/crypto';
import type { Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import { refuse, type CaseCommand, type OpenCaseInput } from './contract.ts';
import { act, open, type Decision } from './decide.ts';
import { createEngine, type Answer, type EngineOptions } from './engine.ts';
import { foldAll } from './fold.ts';
import type { Actor, CaseState } from './model.ts';
import * as store from './store.ts';
import { command as decideCommand, rate as decideRate, recompute, tick, type ClockKind } from './verbs.ts';

export type CasesOptions = EngineOptions & {
  readonly crypto: CryptoPort;
  readonly isRegion: (code: string) => boolean;
  /** Files that a form names must exist, be clean and belong to whoever submits; gives their media types. */
  readonly checkFiles: (
    tx: Tx,
    fileIds: readonly string[],
    caseId: string,
    actor: Actor,
  ) => Promise<ReadonlyMap<string, FormFile>>;
};

export type Applicant = { readonly personId: string | null; readonly orgId: string | null };

const openBatch = 500;
/** A clock that waits for money looks again after this long. */
const heldClockMs = 30_000;

/** What the server itself has checked about a form; never taken from the client. */
export type Proof = { readonly smsCodeVerified?: boolean };

export type Cases = ReturnType<typeof createCases>;

export function createCases(options: CasesOptions) {
  const engine = createEngine(options);
  const now = () => options.clock.now();

  /** Checks a form and seals its sensitive values; refuses with a problem a field. */
  async function checkedForm(
    tx: Tx,
    fields: Fields,
    materials: Service['materials'],
    raw: Readonly<Record<string, unknown>>,
    caseId: string,
    actor: Actor,
    proof: Proof = {},
  ): Promise<Record<string, unknown>> {
    const at = now();
    const parsed = parseForm(fields, materials, raw, {
      now: at,
      today: dayOf(at),
      isRegion: options.isRegion,
      ...proof,
    });
    if (!parsed.ok) throw refuse('cases.form_invalid', { count: parsed.problems.length }, parsed.problems);
    if (parsed.fileIds.length > 0) await options.checkFiles(tx, parsed.fileIds, caseId, actor);
    const sealed: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(parsed.data)) {
      const secret = parsed.secrets[name];
      sealed[name] = secret
        ? { sealed: options.crypto.seal(`case:${caseId}:${name}`, JSON.stringify(value)), mask: secret.mask }
        : value;
    }
    return sealed;
  }

  async function openCase(
    access: Access,
    actor: Actor,
    applicant: Applicant,
    input: OpenCaseInput,
    proof: Proof = {},
  ): Promise<Answer> {
    const published = options.published(input.serviceCode);
    if (!published) throw refuse('cases.not_published', { code: input.serviceCode });
    const { service } = published;
    const entry = service.workflow.entries[service.entry];
    invariant(entry, `service ${service.code} has no entry ${service.entry}`);
    const caseNo = await engine.numbers(input.region, now());
    return engine.once(access, input.requestId, { ...input, applicant }, async (tx) => {
      const cited = await citedCase(tx, service, input.data);
      const waits = entry.waits ?? [entry.step];
      const waiting =
        entry.caseMode === 'new' ? undefined : cited?.state.active.find((one) => waits.includes(one.step));
      if (cited && waiting) return attach(tx, service, cited, waiting.step, input, actor, proof);
      if (entry.caseMode === 'attach') throw refuse('cases.attach_nothing');
      return start(tx, published, caseNo, cited?.state ?? null, applicant, input, actor, proof);
    });
  }

  async function start(
    tx: Tx,
    published: { service: Service; hash: string },
    caseNo: string,
    cited: CaseState | null,
    applicant: Applicant,
    input: OpenCaseInput,
    actor: Actor,
    proof: Proof,
  ): Promise<Answer> {
    const { service, hash } = published;
    const caseId = newId();
    const facts = engine.factsAt(now());
    const data = await checkedForm(tx, service.fields, service.materials, input.data, caseId, actor, proof);
    const dossierId = cited?.dossierId ?? openDossier(tx, service, applicant, data, facts.now);
    const decision = open(
      service,
      {
        caseId,
        caseNo,
        serviceCode: service.code,
        serviceHash: hash,
        region: input.region,
        personId: applicant.personId,
        applicantOrgId: applicant.orgId,
        dossierId,
        parentCaseId: cited?.caseId ?? null,
        data: cited ? { ...data, cited_case_id: cited.caseId } : data,
        readers: [],
      },
      actor,
      facts,
    );
    if (cited) tx.send(store.insertLink, [caseId, cited.caseId, 'cites', facts.now]);
    const state = await engine.carry(tx, service, null, caseId, decision, actor, facts, input.requestId);
    return engine.answerOf(service, state);
  }

  /** A service that enters in the middle takes the waiting step of the case it names. */
  async function attach(
    tx: Tx,
    service: Service,
    cited: { state: CaseState; head: Buffer },
    step: string,
    input: OpenCaseInput,
    actor: Actor,
    proof: Proof,
  ): Promise<Answer> {
    const host = options.byHash(cited.state.serviceHash);
    const facts = engine.factsAt(now());
    const caseId = cited.state.caseId;
    const data = await checkedForm(tx, service.fields, service.materials, input.data, caseId, actor, proof);
    const decided = act(
      host,
      cited.state,
      { type: 'act', step, outcome: 'submit', data: { ...data, attached_service: service.code } },
      actor,
      facts,
    );
    const decision: Decision = { ...decided, type: 'attached', body: { ...decided.body, attached: service.code } };
    const state = await engine.carry(tx, host, cited, caseId, decision, actor, facts, input.requestId);
    return engine.answerOf(host, state);
  }

  /** The case that a form cites in its first case_ref field, if it can be seen. */
  async function citedCase(tx: Tx, service: Service, raw: Readonly<Record<string, unknown>>) {
    const name = Object.entries(service.fields).find(([, field]) => field.kind === 'case_ref')?.[0];
    const value = name ? raw[name] : undefined;
    if (typeof value !== 'string' || value.trim() === '') return null;
    const row = await tx.maybe(store.selectStateByNo, [value.trim()]);
    if (!row) throw refuse('cases.not_found');
    return row;
  }

  function openDossier(
    tx: Tx,
    service: Service,
    applicant: Applicant,
    data: Readonly<Record<string, unknown>>,
    at: string,
  ) {
    if (!service.dossier) return null;
    const dossierId = newId();
    const happened = service.dossier.happenedAt ? data[service.dossier.happenedAt] : undefined;
    const readers = ['*', ...(applicant.personId ? [personGrant(applicant.personId)] : [])];
    tx.send(store.insertDossier, [
      dossierId,
      service.dossier.kind,
      applicant.personId,
      service.dossier.zh,
      typeof happened === 'string' ? happened : null,
      at,
      readers,
    ]);
    return dossierId;
  }

  async function commandCase(
    access: Access,
    actor: Actor,
    input: { requestId: string; caseId: string; command: CaseCommand },
  ): Promise<Answer> {
    return engine.once(access, input.requestId, input, async (tx) => {
      const row = await engine.load(tx, input.caseId);
      const service = options.byHash(row.state.serviceHash);
      const facts = engine.factsAt(now());
      const seen = input.command.seen;
      // Only an act on a step is refused for staleness: a note or an urging is as true after somebody else's act.
      if (seen !== undefined && seen !== row.state.seq && 'step' in input.command) throw refuse('cases.stale');
      const checked = await checkCommand(tx, service, row.state, input.command, actor);
      const decision = decideCommand(service, row.state, checked, actor, facts);
      const state = await engine.carry(tx, service, row, input.caseId, decision, actor, facts, input.requestId);
      return engine.answerOf(service, state);
    });
  }

  async function checkCommand(
    tx: Tx,
    service: Service,
    state: CaseState,
    input: CaseCommand,
    actor: Actor,
  ): Promise<CaseCommand> {
    if (input.type !== 'act' && input.type !== 'supplement') return input;
    const definition = service.workflow.steps[input.step];
    if (!definition || !state.active.some((one) => one.step === input.step)) {
      throw refuse(state.status === 'ended' ? 'cases.ended' : 'cases.out_of_step', {
        step: definition?.zh ?? input.step,
      });
    }
    if (input.type === 'supplement') {
      // A supplement may bring any field or paper of the form again; what it leaves out stands as it was.
      const given = new Set(Object.keys(input.data));
      const fields = Object.fromEntries(Object.entries(service.fields).filter(([name]) => given.has(name)));
      const materials = Object.fromEntries(Object.entries(service.materials).filter(([name]) => given.has(name)));
      return { ...input, data: await checkedForm(tx, fields, materials, input.data, state.caseId, actor) };
    }
    const source = entryService(service, state, input.step);
    if (source === 'unnamed' && input.outcome === 'submit')
      throw refuse('cases.attach_through', { step: definition.zh });
    const entered = source === 'unnamed' ? null : source;
    const fields: Fields = { ...entered?.fields, ...definition.form, ...definition.outcomes[input.outcome]?.form };
    const raw = entered ? { ...plainData(state, entered), ...input.data } : input.data;
    return { ...input, data: await checkedForm(tx, fields, entered?.materials ?? {}, raw, state.caseId, actor) };
  }

  /**
   * The service whose form is filled in at a step: the case's own at its entry, an attached one at the entry it took. A step that
   * only attached services enter, with none attached yet, is 'unnamed': nobody can submit it without saying for what.
   */
  function entryService(service: Service, state: CaseState, step: string): Service | 'unnamed' | null {
    if (service.workflow.entries[service.entry]?.step === step) return service;
    for (const code of state.attached.toReversed()) {
      const attached = options.published(code)?.service;
      const entry = attached?.workflow.entries[attached.entry];
      if (attached && entry && (entry.waits ?? [entry.step]).includes(step)) return attached;
    }
    const isEntry = Object.values(service.workflow.entries).some((entry) =>
      (entry.waits ?? [entry.step]).includes(step),
    );
    return isEntry ? 'unnamed' : null;
  }

  /** What the applicant gave before, opened, so that a resubmission asks only for what changed. */
  function plainData(state: CaseState, service: Service): Record<string, unknown> {
    const plain: Record<string, unknown> = {};
    const fields = allFields(service);
    for (const name of Object.keys(fields)) {
      const field = fields[name];
      if (field && name in state.data)
        plain[name] = rawOf({ kind: field.kind, options: field.options }, unsealed(state, name));
    }
    return plain;
  }

  function unsealed(state: CaseState, name: string): unknown {
    const value = state.data[name];
    if (typeof value === 'object' && value !== null && 'sealed' in value && typeof value.sealed === 'string') {
      return JSON.parse(options.crypto.open(`case:${state.caseId}:${name}`, value.sealed));
    }
    return value;
  }

  /** An outside party's event takes an outcome. A repeat (same key) or a late one (step gone) changes nothing and says so. */
  async function eventCase(input: {
    requestId: string;
    caseId: string;
    step: string;
    outcome: string;
    data?: Readonly<Record<string, unknown>>;
    reason?: string;
  }): Promise<{ done: boolean; answer: Answer | null }> {
    const actor: Actor = { kind: 'event', id: null, name: '外部回执', grants: ['*'] };
    let done = true;
    const answer = await engine.once(systemAccess, input.requestId, input, (tx) =>
      eventIn(tx, input, actor, (missed) => (done = !missed)),
    );
    return { done, answer };
  }

  /** The same inside a transaction that somebody else holds (money settles and its case moves together). */
  async function eventIn(
    tx: Tx,
    input: {
      requestId: string | null;
      caseId: string;
      step: string;
      outcome: string;
      data?: Readonly<Record<string, unknown>>;
      reason?: string;
    },
    actor: Actor = { kind: 'event', id: null, name: '外部回执', grants: ['*'] },
    onMissed: (missed: boolean) => void = () => {},
  ): Promise<Answer> {
    const row = await engine.load(tx, input.caseId);
    const service = options.byHash(row.state.serviceHash);
    if (!row.state.active.some((one) => one.step === input.step)) {
      onMissed(true);
      return engine.answerOf(service, row.state);
    }
    const facts = engine.factsAt(now());
    const decision = act(
      service,
      row.state,
      { type: 'act', step: input.step, outcome: input.outcome, data: input.data ?? {}, reason: input.reason },
      actor,
      facts,
    );
    const state = await engine.carry(tx, service, row, input.caseId, decision, actor, facts, input.requestId);
    return engine.answerOf(service, state);
  }

  async function rateCase(
    actor: Actor,
    input: { requestId: string; caseId: string; stars: number; comment: string },
    rectify: (at: string) => string,
  ): Promise<Answer> {
    invariant(actor.id, 'only a person rates');
    const personId = actor.id;
    return engine.once(workerAccess(personId), input.requestId, input, async (tx) => {
      const row = await engine.load(tx, input.caseId);
      const service = options.byHash(row.state.serviceHash);
      const facts = engine.factsAt(now());
      const decision = decideRate(row.state, input.stars, input.comment, actor, facts, service.workflow);
      const state = await engine.carry(tx, service, row, input.caseId, decision, actor, facts, input.requestId);
      const dueAt = input.stars <= 2 ? rectify(facts.now) : null;
      const leafId = options.trace.record(tx, {
        eventId: newId(),
        type: 'rating',
        at: facts.now,
        region: state.region,
        department: service.lead,
        actorId: personId,
        subjectId: personId,
        body: { case: state.caseNo, stars: input.stars },
      });
      tx.send(store.insertRating, [
        state.caseId,
        personId,
        input.stars,
        input.comment || null,
        facts.now,
        dueAt,
        [...state.readers],
        leafId,
      ]);
      return engine.answerOf(service, state);
    });
  }

  /** Runs one deadline that is due, at its true date. False when none is. */
  async function runNextDeadline(): Promise<boolean> {
    return options.db.transaction(systemAccess, async (tx) => {
      const due = await tx.maybe(store.claimDeadline, [now()]);
      if (!due) return false;
      // The case may have moved between the look and the lock; then its deadlines did too, and they come up again if still due.
      const [there, row] = await Promise.all([
        tx.maybe(store.deleteDeadline, [due.case_id, due.step, due.kind, now()]),
        engine.load(tx, due.case_id),
      ]);
      if (!there) return true;
      const service = options.byHash(row.state.serviceHash);
      if (due.kind === 'clock' && options.mayExpire && !(await options.mayExpire(tx, due.case_id))) {
        const again = new Date(Date.parse(now()) + heldClockMs).toISOString();
        tx.send(store.insertDeadline, [due.case_id, due.step, due.kind, due.seq, again]);
        return true;
      }
      const actor: Actor = { kind: 'clock', id: null, name: '时钟', grants: ['*'] };
      const facts = engine.factsAt(due.fire_at);
      const decision = tick(service, row.state, due.step, due.kind as ClockKind, actor, facts);
      if (decision) await engine.carry(tx, service, row, due.case_id, decision, actor, facts, null);
      return true;
    });
  }

  /** Holds a case until the transaction ends, for modules whose own rows must change together with it. */
  async function lock(tx: Tx, caseId: string): Promise<void> {
    await engine.load(tx, caseId);
  }

  /** Runs what is due, oldest first, up to `most`; gives how many. */
  async function runDueDeadlines(most: number): Promise<number> {
    for (let count = 0; count < most; count += 1) {
      if (!(await runNextDeadline())) return count;
    }
    return most;
  }

  /** After a holiday notice: every open case whose due date stood on a guess is computed anew, by a recorded action. */
  async function recomputeAll(): Promise<number> {
    let changed = 0;
    let after = '00000000-0000-0000-0000-000000000000';
    for (;;) {
      const rows = await options.db.transaction(systemAccess, (tx) =>
        tx.run(store.listProvisional, [after, openBatch]),
      );
      for (const { case_id: caseId } of rows) {
        changed += await options.db.transaction(systemAccess, async (tx) => {
          const row = await engine.load(tx, caseId);
          const service = options.byHash(row.state.serviceHash);
          const facts = engine.factsAt(now());
          const decision = recompute(service, row.state, facts);
          if (!decision) return 0;
          await engine.carry(tx, service, row, caseId, decision, engine.systemActor, facts, null);
          return 1;
        });
      }
      const last = rows.at(-1);
      if (!last || rows.length < openBatch) return changed;
      after = last.case_id;
    }
  }

  /** Rebuilds every state from its actions and names the cases where the two differ. */
  async function compareStates(): Promise<{ checked: number; different: string[] }> {
    const different: string[] = [];
    let checked = 0;
    let after = '00000000-0000-0000-0000-000000000000';
    for (;;) {
      const { suspects, last, count } = await options.db.transaction(systemAccess, async (tx) => {
        const rows = await tx.run(store.listCases, [after, openBatch]);
        const found: string[] = [];
        for (const row of rows) if (!(await rebuilds(tx, row.case_id, row.state))) found.push(row.case_id);
        return {
          suspects: found,
          last: rows.length < openBatch ? null : (rows.at(-1)?.case_id ?? null),
          count: rows.length,
        };
      });
      checked += count;
      for (const caseId of suspects) if (!(await rebuildsHeld(caseId))) different.push(caseId);
      if (!last) return { checked, different };
      after = last;
    }
  }

  /** An erased body leaves a state that cannot be rebuilt whole; the chain of headers still is. */
  async function rebuilds(tx: Tx, caseId: string, state: CaseState): Promise<boolean> {
    const rebuilt = foldAll(caseId, await store.readActions(tx, caseId));
    return rebuilt.erased > 0 || canonicalJson(rebuilt) === canonicalJson(state);
  }

  /** Looked at again while nobody else can act: a case that moved between two reads is no fault. */
  async function rebuildsHeld(caseId: string): Promise<boolean> {
    return options.db.transaction(systemAccess, async (tx) =>
      rebuilds(tx, caseId, (await engine.load(tx, caseId)).state),
    );
  }

  return {
    openCase,
    commandCase,
    eventCase,
    eventIn,
    lock,
    rateCase,
    runNextDeadline,
    runDueDeadlines,
    recomputeAll,
    compareStates,
    unsealed,
    plainData,
    entryService,
    engine,
  };
}

/** Key order does not count: jsonb keeps its own. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
