// The engine's transaction without a database: the same pure `open`, `act`, `command`, `tick` and `fold`, the same trace, with the
// rows kept in memory and the clock moved by whoever tells the story. What an effect does in the city stands in effects.ts; nothing
// here decides anything that the engine decides.

import type { Fields, Service } from '#catalog';
import { parseForm } from '#catalog/form';
import { services } from '#catalog/services/index';
import { isRegion } from '#catalog/regions';
import { personGrant, roleGrant } from '#platform/access';
import { dayOf, statutoryCalendar } from '#platform/calendar';
import type { CryptoPort } from '#platform/crypto';
import type { Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import { caseNumber, newId } from '#platform/ids';
import { act, command, deadlinesOf, fold, open, tick } from '#modules/cases';
import type { Actor, ActionBody, CaseState, Decision, Facts, Ruling } from '#modules/cases';
import type { CaseCommand } from '#contract/cases';
import { noPrevious, type Trace, type TracedAct } from '#modules/trace';
import type { Organisations } from './orgs.ts';
import type { Random } from './random.ts';
import { recordingTx } from './recorder.ts';
import type { Blob } from './pictures.ts';
import { emptyRows, type Row, type Rows } from './rows.ts';
import type { CityPerson } from './people.ts';
import type { CityStaff } from './staff.ts';

export type Held = { state: CaseState; head: Buffer; readonly service: Service };

export type Context = {
  readonly tx: Tx;
  readonly world: World;
  readonly service: Service;
  readonly state: CaseState;
  readonly step: string;
  readonly outcome: string | null;
  readonly actor: Actor;
  readonly facts: Facts;
  readonly targets: readonly string[];
};
export type Effect = (context: Context) => Readonly<Record<string, unknown>> | void;
export type Decider = (context: Context) => Ruling;

/** What the modules of the program do in life, done in memory. */
export type Plugs = {
  readonly effects: Readonly<Record<string, Effect>>;
  readonly deciders: Readonly<Record<string, Decider>>;
  readonly announce: (context: Context & { readonly reason: string | null }, template: string) => void;
  readonly makeDocument: (context: Context & { readonly reason: string | null }, template: string) => void;
  readonly ended: (world: World, state: CaseState) => void;
};

export type Job = { readonly identifier: string; readonly payload: unknown; readonly jobKey: string };

export type Setup = {
  readonly random: Random;
  readonly orgs: Organisations;
  readonly staff: ReadonlyMap<string, readonly CityStaff[]>;
  readonly crypto: CryptoPort;
  readonly trace: Trace;
  readonly serviceHash: (code: string) => string;
  /** Last number of each region and day, shared by all batches of a city. */
  readonly numbers: Map<string, number>;
  readonly blobs: Readonly<Record<string, Blob>>;
  readonly plugs: Plugs;
  readonly startMs: number;
};

const automaticStepsMax = 32;
const systemActor: Actor = { kind: 'system', id: null, name: '系统', grants: ['*'] };
const clockActor: Actor = { kind: 'clock', id: null, name: '时钟', grants: ['*'] };
const eventActor: Actor = { kind: 'event', id: null, name: '外部回执', grants: ['*'] };

export type World = ReturnType<typeof createWorld>;

export function createWorld(setup: Setup) {
  const { random, orgs, crypto, trace, plugs } = setup;
  const rows: Rows = emptyRows();
  const jobs: Job[] = [];
  const held = new Map<string, Held>();
  const people = new Map<string, CityPerson>();
  const files = new Map<string, Row<'file'>>();
  const cover = new Map<string, Row<'cover_entry'>[]>();
  let nowMs = setup.startMs;
  const now = () => new Date(nowMs).toISOString();
  const tx = recordingTx(rows, now);
  const factsNow = (): Facts => ({ now: now(), calendar: statutoryCalendar, route: orgs.route });

  function staffActor(role: string, orgId: string, which = 0): Actor {
    const list = setup.staff.get(roleGrant(role, orgId)) ?? [];
    const one = list[which % Math.max(1, list.length)];
    invariant(one, `nobody works as ${role} at ${orgs.name(orgId)}`);
    return { kind: 'staff', id: one.staffId, name: one.name, grants: [roleGrant(role, orgId)] };
  }

  function workerActor(person: CityPerson): Actor {
    return { kind: 'worker', id: person.personId, name: person.maskedName, grants: [personGrant(person.personId)] };
  }

  /** As the form is checked in life; a form of the city that is refused is a bug of the city. */
  function checked(fields: Fields, materials: Service['materials'], raw: Readonly<Record<string, unknown>>, caseId: string) {
    const parsed = parseForm(fields, materials, raw, { now: now(), today: dayOf(now()), isRegion });
    invariant(parsed.ok, parsed.ok ? '' : `the city fills in a form wrongly: ${JSON.stringify(parsed.problems)}`);
    for (const fileId of parsed.fileIds) claimFile(fileId, caseId);
    const sealed: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(parsed.data)) {
      const secret = parsed.secrets[name];
      sealed[name] = secret ? { sealed: crypto.seal(`case:${caseId}:${name}`, JSON.stringify(value)), mask: secret.mask } : value;
    }
    return sealed;
  }

  function claimFile(fileId: string, caseId: string): void {
    const file = files.get(fileId);
    if (file && file.case_id === null) file.case_id = caseId;
  }

  function openCase(code: string, person: CityPerson, region: string, raw: Readonly<Record<string, unknown>>, cited: Held | null = null): Held {
    const service = services.find((one) => one.code === code);
    invariant(service, `no service ${code}`);
    const caseId = newId();
    const data = checked(service.fields, service.materials, raw, caseId);
    const dossierId = cited?.state.dossierId ?? openDossier(service, person, data);
    const decision = open(
      service,
      {
        caseId,
        caseNo: nextNumber(region),
        serviceCode: code,
        serviceHash: setup.serviceHash(code),
        region,
        personId: person.personId,
        applicantOrgId: null,
        dossierId,
        parentCaseId: cited?.state.caseId ?? null,
        data: cited ? { ...data, cited_case_id: cited.state.caseId } : data,
        readers: [],
      },
      workerActor(person),
      factsNow(),
    );
    if (cited) rows.case_link.push({ from_case_id: caseId, to_case_id: cited.state.caseId, kind: 'cites', at: now() });
    const one: Held = { state: emptyHeld, head: noPrevious, service };
    carry(one, null, caseId, decision, workerActor(person));
    held.set(caseId, one);
    return one;
  }

  function openDossier(service: Service, person: CityPerson, data: Readonly<Record<string, unknown>>): string | null {
    if (!service.dossier) return null;
    const happened = service.dossier.happenedAt ? data[service.dossier.happenedAt] : undefined;
    const dossierId = newId();
    rows.dossier.push({
      dossier_id: dossierId,
      kind: service.dossier.kind,
      person_id: person.personId,
      title: service.dossier.zh,
      happened_at: typeof happened === 'string' ? happened : null,
      opened_at: now(),
      readers: ['*', personGrant(person.personId)],
    });
    return dossierId;
  }

  function nextNumber(region: string): string {
    const day = dayOf(now());
    const key = `${region}/${day}`;
    const next = (setup.numbers.get(key) ?? 0) + 1;
    setup.numbers.set(key, next);
    return caseNumber(region, day, next);
  }

  /** A service that enters in the middle takes the waiting step of the case it names. */
  function attach(one: Held, code: string, person: CityPerson, raw: Readonly<Record<string, unknown>>): void {
    const service = services.find((other) => other.code === code);
    const entry = service?.workflow.entries[service.entry];
    invariant(service && entry, `no service ${code}`);
    const waits = entry.waits ?? [entry.step];
    const step = one.state.active.find((active) => waits.includes(active.step))?.step;
    invariant(step, `case ${one.state.caseNo} does not wait for ${code}`);
    const data = { ...checked(service.fields, service.materials, raw, one.state.caseId), attached_service: code };
    const decided = act(one.service, one.state, { type: 'act', step, outcome: 'submit', data }, workerActor(person), factsNow());
    carry(one, one.state, one.state.caseId, { ...decided, type: 'attached', body: { ...decided.body, attached: code } }, workerActor(person));
  }

  /** Somebody acts; the form of the step and of the outcome is checked as in life. */
  function perform(one: Held, actor: Actor, input: CaseCommand): void {
    let given = input;
    if (input.type === 'act') {
      const definition = one.service.workflow.steps[input.step];
      const atEntry = one.service.workflow.entries[one.service.entry]?.step === input.step;
      const fields = { ...(atEntry ? one.service.fields : {}), ...definition?.form, ...definition?.outcomes[input.outcome]?.form };
      given = { ...input, data: checked(fields, atEntry ? one.service.materials : {}, input.data, one.state.caseId) };
    }
    carry(one, one.state, one.state.caseId, command(one.service, one.state, given, actor, factsNow()), actor);
  }

  function happen(one: Held, step: string, outcome: string, data: Readonly<Record<string, unknown>> = {}, reason?: string): void {
    const decision = act(one.service, one.state, { type: 'act', step, outcome, data, reason }, eventActor, factsNow());
    carry(one, one.state, one.state.caseId, decision, eventActor);
  }

  /** 好差评, as the case's action; the row of the rating is the story's to write. */
  function rate(one: Held, person: CityPerson, stars: number, note: string): void {
    const body: ActionBody = { v: 1, rated: stars, ...(note ? { note } : {}) };
    const decision: Decision = {
      type: 'rated', step: null, outcome: null, actorRole: 'worker', actorOrgId: null, at: now(), body, exits: [], entries: [],
    };
    carry(one, one.state, one.state.caseId, decision, workerActor(person));
  }

  /** Moves the clock; what falls due in these cases meanwhile happens at its true date. */
  function goTo(toMs: number, cases: readonly Held[]): void {
    for (;;) {
      let due: { one: Held; step: string; kind: Parameters<typeof tick>[3]; fireAt: string } | null = null;
      for (const one of cases) {
        if (one.state.status === 'ended') continue;
        for (const deadline of one.state.active.flatMap((active) => deadlinesOf(one.service, active))) {
          if (Date.parse(deadline.fireAt) <= toMs && (!due || deadline.fireAt < due.fireAt)) due = { one, ...deadline };
        }
      }
      if (!due) break;
      nowMs = Math.max(Date.parse(due.fireAt), nowMs);
      const facts = { ...factsNow(), now: due.fireAt };
      const decision = tick(due.one.service, due.one.state, due.step, due.kind, clockActor, facts);
      invariant(decision, `the clock has nothing to do at ${due.step} (${due.kind})`);
      carry(due.one, due.one.state, due.one.state.caseId, decision, clockActor, facts);
    }
    nowMs = toMs;
  }

  function carry(one: Held, before: CaseState | null, caseId: string, first: Decision, actor: Actor, facts: Facts = factsNow()): void {
    const requestId = actor.kind === 'clock' || actor.kind === 'event' ? null : newId();
    let state = before;
    let decision: Decision | null = first;
    let by = actor;
    for (let count = 0; decision; count += 1) {
      invariant(count < automaticStepsMax, `case ${caseId} runs through more than ${automaticStepsMax} automatic steps`);
      const body = runEffects(one.service, state, caseId, decision, by, facts);
      state = write(one, state, caseId, decision, body, by, requestId);
      decision = nextAutomatic(one.service, state, facts);
      by = systemActor;
    }
    invariant(state, 'a decision was carried');
    one.state = state;
    const dossier = rows.dossier.find((row) => row.dossier_id === state.dossierId);
    if (dossier && before) dossier.readers = [...new Set([...dossier.readers, ...state.readers])];
    if (state.status === 'ended' && before?.status !== 'ended') plugs.ended(world, state);
  }

  function write(
    one: Held,
    state: CaseState | null,
    caseId: string,
    decision: Decision,
    body: ActionBody,
    by: Actor,
    requestId: string | null,
  ): CaseState {
    const actionId = newId();
    const seq = (state?.seq ?? 0) + 1;
    const committed = trace.commit(body);
    const leaf = trace.leaf({
      eventId: actionId,
      type: `case.${decision.type}`,
      at: decision.at,
      region: state?.region ?? body.opened?.region ?? '',
      department: decision.actorOrgId ?? '',
      actorId: by.id,
      subjectId: state?.personId ?? body.opened?.personId ?? null,
      previous: one.head,
      commitment: committed.commitment,
    });
    rows.log_leaf.push({ leaf_id: leaf.leafId, entry: leaf.entry, recorded_at: now() });
    const header = {
      seq, type: decision.type, step: decision.step, outcome: decision.outcome,
      at: decision.at,
    };
    rows.case_action.push({
      ...header, action_id: actionId, case_id: caseId, actor_kind: by.kind, actor_id: by.id, actor_role: decision.actorRole,
      actor_org_id: decision.actorOrgId, recorded_at: now(), request_id: requestId, case_prev: one.head,
      commitment: committed.commitment, leaf_id: leaf.leafId,
    });
    // jsonb keeps no text, so the canonical form is needed for the commitment only.
    rows.case_body.push({ action_id: actionId, salt: committed.salt, body: JSON.stringify(body) });
    if (body.vote && by.id) {
      const { step, round, choice } = body.vote;
      rows.case_vote.push({ case_id: caseId, step, round, voter_id: by.id, choice, at: decision.at, leaf_id: leaf.leafId });
    }
    one.head = leaf.hash;
    return fold(state, caseId, {
      ...header, actionId, actorKind: by.kind, actorId: by.id, actorRole: decision.actorRole, actorOrgId: decision.actorOrgId, body,
    });
  }

  function runEffects(service: Service, state: CaseState | null, caseId: string, decision: Decision, actor: Actor, facts: Facts): ActionBody {
    let body = decision.body;
    const preview = (): CaseState =>
      fold(state, caseId, { ...decision, actionId: '', seq: (state?.seq ?? 0) + 1, actorKind: actor.kind, actorId: actor.id, body });
    for (const { step, outcome, when } of [
      ...decision.exits.map((exit) => ({ ...exit, when: 'exit' as const })),
      ...decision.entries.map((entry) => ({ step: entry, outcome: null, when: 'enter' as const })),
    ]) {
      for (const auto of service.workflow.steps[step]?.auto ?? []) {
        if (auto.when !== when || (auto.on && !(outcome !== null && auto.on.includes(outcome)))) continue;
        const context: Context = { tx, world, service, state: preview(), step, outcome, actor, facts, targets: auto.targets };
        if (auto.effect) {
          const effect = plugs.effects[auto.effect];
          invariant(effect, `the city does not know the effect ${auto.effect}`);
          const data = effect(context);
          if (data) body = { ...body, data: { ...body.data, ...data } };
        }
        if (auto.template) {
          const after = { ...context, state: preview(), reason: decision.body.reason ?? null };
          if (auto.action === 'sms') plugs.announce(after, auto.template);
          if (auto.action === 'doc') plugs.makeDocument(after, auto.template);
        }
        if (auto.action === 'open') {
          const links = auto.targets.map((target) => ({ kind: 'referral' as const, target, caseId: null, at: facts.now }));
          body = { ...body, links: [...(body.links ?? []), ...links] };
        }
      }
    }
    const readers = readersAlways(decision, body, state?.region ?? body.opened?.region ?? '', facts);
    return readers.length > 0 ? { ...body, readers: [...new Set([...(body.readers ?? []), ...readers])] } : body;
  }

  function nextAutomatic(service: Service, state: CaseState, facts: Facts): Decision | null {
    for (const { step } of state.active) {
      const definition = service.workflow.steps[step];
      if (definition?.role !== 'system') continue;
      const outcomes = Object.entries(definition.outcomes);
      const only = outcomes[0];
      const decider = definition.decide ? plugs.deciders[definition.decide] : undefined;
      invariant(decider || !definition.decide, `the city does not know the decider ${definition.decide}`);
      const ruling: Ruling | null = decider
        ? decider({ tx, world, service, state, step, outcome: null, actor: systemActor, facts, targets: [] })
        : outcomes.length === 1 && only && !only[1].by ? { outcome: only[0] } : null;
      if (!ruling) continue;
      const { outcome, data = {}, explanation } = ruling;
      return act(service, state, { type: 'act', step, outcome, data, explanation }, systemActor, facts);
    }
    return null;
  }

  const world = {
    tx, rows, jobs, held, people, orgs, crypto, random, now, staffActor, workerActor, openCase, attach, perform, happen, rate, goTo,
    blobs: setup.blobs,
    coverOf: (personId: string): readonly Row<'cover_entry'>[] => cover.get(personId) ?? [],
    addCover: (entry: Row<'cover_entry'>): void => {
      rows.cover_entry.push(entry);
      const known = cover.get(entry.person_id ?? '');
      if (known) known.push(entry);
      else cover.set(entry.person_id ?? '', [entry]);
    },
    addFile: (file: Row<'file'>): void => {
      rows.file.push(file);
      files.set(file.file_id ?? '', file);
    },
    nowMs: () => nowMs,
    setNow: (toMs: number) => {
      nowMs = toMs;
    },
    /** An act that is not of a case (money, a role, a rating), traced as in life; gives the id of its leaf. */
    record: (traced: Omit<TracedAct, 'previous' | 'commitment'> & { readonly body: unknown }): string => trace.record(tx, traced),
  };
  return world;
}

const emptyHeld = {} as CaseState;

/** As the engine has it: the system and the applicant always read, a supervisor once the case is supervised. */
function readersAlways(decision: Decision, body: ActionBody, region: string, facts: Facts): readonly string[] {
  const readers: string[] = [];
  const opened = decision.body.opened;
  if (opened) readers.push('*', ...(opened.personId ? [personGrant(opened.personId)] : []));
  if (body.supervised && 'note' in body.supervised) {
    const supervisor = facts.route('supervisor', region);
    if (supervisor) readers.push(roleGrant('supervisor', supervisor));
  }
  return readers;
}
