// One function an action, one transaction each: open, command, event, rate. Forms are checked before the pure engine sees them;
// nothing is written when anything is refused.

import type { Service } from '#catalog';
import { authorityGrant, personGrant, type Access } from '#platform/access';
import type { Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import { createAgents } from './agents.ts';
import { createCaseClock } from './clock.ts';
import { createItems } from './items.ts';
import { refuse, type Answer, type CaseCommand, type OpenCaseInput } from './contract.ts';
import { act, open, type Decision } from './decide.ts';
import { fills, type Facts } from './enter.ts';
import { createEngine, type Effect, type EngineOptions, type Request } from './engine.ts';
import { createHandover } from './handover.ts';
import { createForms, type FormsOptions, type Proof } from './forms.ts';
import { systemActor, type Actor, type CaseState } from './model.ts';
import * as store from './store.ts';
import { createRating } from './rate.ts';
import { createSweep } from './sweep.ts';
import { record } from './verb-context.ts';
import { command as decideCommand, requireSender } from './verbs.ts';

/** Somebody of the staff, to whom work may be given. */
export type Colleague = { readonly staffId: string; readonly name: string };
/** Who holds a role in an organisation now. */
export type Colleagues = (tx: Tx, role: string, orgId: string) => Promise<readonly Colleague[]>;

export type CasesOptions = EngineOptions &
  FormsOptions & {
    readonly colleagues?: Colleagues;
    /** The region that this installation serves, and its name; everywhere unless said. */
    readonly served?: { readonly has: (region: string) => boolean; readonly name: string };
  };

/** What belongs to the opening of a case and must happen with it or not at all: called inside of its transaction. */
export type Along = (tx: Tx, caseId: string) => Promise<void>;

export type Applicant = { readonly personId: string | null; readonly orgId: string | null };

export type Cases = ReturnType<typeof createCases>;

export function createCases(options: CasesOptions) {
  // Rating acts on another case than the one that is acted on: its effects need the engine, and the engine its effects.
  const effects: Record<string, Effect> = { ...options.effects };
  const engine = createEngine({ ...options, effects });
  const rating = createRating(engine);
  Object.assign(effects, rating.effects);
  const forms = createForms(options);
  const now = () => options.clock.now();

  async function openCase(
    access: Access,
    actor: Actor,
    applicant: Applicant,
    input: OpenCaseInput,
    proof: Proof = {},
    along: Along = async () => undefined,
  ): Promise<Answer> {
    const published = options.published(input.serviceCode);
    if (!published) throw refuse('cases.not_published', { code: input.serviceCode });
    const { served } = options;
    if (served && !served.has(input.region)) throw refuse('cases.region_elsewhere', { place: served.name });
    const { service } = published;
    if (actor.onBehalf && !actor.onBehalf.services.includes(service.code))
      throw refuse('cases.not_in_authority', { service: service.zh });
    const entry = service.workflow.entries[service.entry];
    invariant(entry, `service ${service.code} has no entry ${service.entry}`);
    if (!options.isRegion(input.region)) {
      const problem = { path: 'region', code: 'unknown', zh: '没有这个行政区划代码。' };
      throw refuse('cases.form_invalid', { count: 1 }, [problem]);
    }
    const caseNo = await engine.numbers(input.region, now());
    return engine.once(access, input.requestId, { ...input, applicant }, async (tx, request) => {
      const cited = await citedCase(tx, service, input.data);
      const waits = entry.waits ?? [entry.step];
      // A case that waits for its own form is no place for another service's.
      const own = cited && options.byHash(cited.state.serviceHash);
      const waiting =
        entry.caseMode === 'new' || !own
          ? undefined
          : cited?.state.active.find((one) => waits.includes(one.step) && !fills(own, one.step));
      if (!waiting && entry.caseMode === 'attach') throw refuse('cases.attach_nothing');
      const opened =
        cited && waiting
          ? await attach(tx, service, cited, waiting.step, input, actor, proof, request)
          : await start(tx, published, caseNo, cited?.state ?? null, applicant, input, actor, proof, request);
      await along(tx, opened.caseId);
      return opened;
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
    request: Request,
  ): Promise<Answer> {
    const { service, hash } = published;
    const caseId = newId();
    const facts = engine.factsAt(now());
    const data = await forms.checkedForm(tx, service.fields, service.materials, input.data, caseId, proof);
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
        readers: actor.onBehalf ? [authorityGrant(actor.onBehalf.authorityId)] : [],
      },
      actor,
      facts,
    );
    if (cited) tx.send(store.insertLink, [caseId, cited.caseId, 'cites', facts.now]);
    const state = await engine.carry(tx, { service, before: null, caseId, decision, actor, facts, request });
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
    request: Request,
  ): Promise<Answer> {
    const host = options.byHash(cited.state.serviceHash);
    const facts = engine.factsAt(now());
    const caseId = cited.state.caseId;
    const data = await forms.checkedForm(tx, service.fields, service.materials, input.data, caseId, proof);
    const decided = act(
      host,
      cited.state,
      { type: 'act', step, outcome: 'submit', data: { ...data, attached_service: service.code } },
      actor,
      facts,
    );
    const decision: Decision = { ...decided, type: 'attached', body: { ...decided.body, attached: service.code } };
    const state = await engine.carry(tx, { service: host, before: cited, caseId, decision, actor, facts, request });
    return engine.answerOf(host, state);
  }

  /** The case that a form cites in its first case_ref field, if it can be seen. */
  async function citedCase(tx: Tx, service: Service, raw: Readonly<Record<string, unknown>>) {
    const name = Object.entries(service.fields).find(([, field]) => field.kind === 'case_ref')?.[0];
    const value = name ? raw[name] : undefined;
    if (typeof value !== 'string' || value.trim() === '') return null;
    const row = await tx.maybe(store.selectStateByNo, [value.trim()]);
    if (!row) throw refuse('cases.not_found');
    if (row.state.erased > 0) throw refuse('cases.erased');
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
    return engine.once(access, input.requestId, input, async (tx, request) => {
      const row = await engine.load(tx, input.caseId);
      const service = options.byHash(row.state.serviceHash);
      const facts = await factsFor(tx, row.state, input.command);
      const seen = 'seen' in input.command ? input.command.seen : undefined;
      if (seen !== undefined && seen !== row.state.seq) throw refuse('cases.stale');
      requireSender(service, row.state, input.command, actor, facts);
      const checked = await forms.checkCommand(tx, service, row.state, input.command);
      const decision = decideCommand(service, row.state, checked, actor, facts);
      await engine.letGo(tx, service, input.caseId, decision);
      const { caseId } = input;
      const state = await engine.carry(tx, { service, before: row, caseId, decision, actor, facts, request });
      for (const grant of decision.body.copied ?? []) {
        const [role = '', orgId = ''] = grant.split('@');
        tx.send(store.insertCopy, [state.caseId, role, orgId, facts.now]);
      }
      return engine.answerOf(service, state);
    });
  }

  /** What the engine knows of the world, and of those to whom a step is to be given, if it is. */
  async function factsFor(tx: Tx, state: CaseState, command: CaseCommand): Promise<Facts> {
    const facts = engine.factsAt(now());
    const active = state.active.find((one) => 'step' in command && one.step === command.step);
    if (command.type !== 'transfer' || !command.assigneeId || !active || !options.colleagues) return facts;
    const orgId = command.orgId ?? active.orgId ?? '';
    const there = orgId === '' ? [] : await options.colleagues(tx, active.role, orgId);
    return {
      ...facts,
      works: (staffId, role, at) =>
        role === active.role && at === orgId && there.some((one) => one.staffId === staffId),
    };
  }

  /**
   * An outside party's event takes an outcome, in the transaction of whoever heard it (money settles and its case moves together).
   * False when the case is not in that step any more: a repeat or a late word changes nothing.
   */
  async function event(
    tx: Tx,
    input: { caseId: string; step: string; outcome: string; data?: Readonly<Record<string, unknown>> },
  ): Promise<boolean> {
    const row = await engine.load(tx, input.caseId);
    if (!row.state.active.some((one) => one.step === input.step)) return false;
    const service = options.byHash(row.state.serviceHash);
    const actor: Actor = { kind: 'event', id: null, name: '外部回执', grants: ['*'] };
    const facts = engine.factsAt(now());
    const { caseId, step, outcome, data = {} } = input;
    const decision = act(service, row.state, { type: 'act', step, outcome, data }, actor, facts);
    await engine.carry(tx, { service, before: row, caseId, decision, actor, facts, request: null });
    return true;
  }

  /** Holds a case until the transaction ends, for modules whose own rows must change together with it. */
  async function lock(tx: Tx, caseId: string): Promise<CaseState> {
    return (await engine.load(tx, caseId)).state;
  }

  /** The program writes a note, and what it found out, into another case than the one that is acted on; whoever had that one open looks again. */
  async function remark(
    tx: Tx,
    caseId: string,
    note: string,
    data: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    const row = await engine.load(tx, caseId);
    const service = options.byHash(row.state.serviceHash);
    const facts = engine.factsAt(now());
    const context = { workflow: service.workflow, state: row.state, actor: systemActor, facts };
    const decision = record(context, 'noted', { role: 'system', orgId: null }, { note, data });
    await engine.carry(tx, { service, before: row, caseId, decision, actor: systemActor, facts, request: null });
  }

  /** Ties a case to another one, once. */
  function link(tx: Tx, fromCaseId: string, toCaseId: string, kind: 'cites' | 'merged'): void {
    tx.send(store.insertLink, [fromCaseId, toCaseId, kind, now()]);
  }

  return {
    openCase,
    answered: engine.answered,
    commandCase,
    event,
    lock,
    link,
    remark,
    ...createAgents(engine),
    rateCase: rating.rateCase,
    ...createCaseClock(engine),
    items: createItems(engine),
    ...createHandover(engine),
    sweep: createSweep(options),
    unsealed: forms.unsealed,
    sealed: forms.sealed,
    plainData: forms.plainData,
    entryService: forms.entryService,
    engine,
  };
}
