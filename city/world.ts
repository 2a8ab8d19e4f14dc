// The world that a story acts in: its rows in memory, its clock moved by whoever tells, and the doors by which people, parties and the
// clock act on cases: the same pure `open`, `act`, `command` and `tick` as in life. Nothing here decides what the engine decides.

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
import { act, command, nextDeadline, open, tick } from '#modules/cases';
import type { Actor, ActionBody, CaseState, Decision, Facts, Ruling } from '#modules/cases';
import type { CaseCommand } from '#contract/cases';
import { noPrevious, type Trace, type TracedAct } from '#modules/trace';
import { createCarry, noState, type Decide } from './engine.ts';
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
  let written = { ms: Number.NaN, text: '' };
  const now = (): string => {
    if (written.ms !== nowMs) written = { ms: nowMs, text: new Date(nowMs).toISOString() };
    return written.text;
  };
  const tx = recordingTx(rows, now);
  const carryThrough = createCarry({ tx, rows, trace, plugs, now, world: () => world });
  const factsNow = (): Facts => ({ now: now(), calendar: statutoryCalendar, route: orgs.route });

  const carry = (
    one: Held,
    before: CaseState | null,
    caseId: string,
    first: Decide,
    actor: Actor,
    facts = factsNow(),
  ): void => carryThrough(one, before, caseId, first, actor, facts);

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
  function checked(
    fields: Fields,
    materials: Service['materials'],
    raw: Readonly<Record<string, unknown>>,
    caseId: string,
  ) {
    const parsed = parseForm(fields, materials, raw, { now: now(), today: dayOf(now()), isRegion });
    invariant(parsed.ok, parsed.ok ? '' : `the city fills in a form wrongly: ${JSON.stringify(parsed.problems)}`);
    for (const fileId of parsed.fileIds) claimFile(fileId, caseId);
    const sealed: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(parsed.data)) {
      const secret = parsed.secrets[name];
      sealed[name] = secret
        ? { sealed: crypto.seal(`case:${caseId}:${name}`, JSON.stringify(value)), mask: secret.mask }
        : value;
    }
    return sealed;
  }

  function claimFile(fileId: string, caseId: string): void {
    const file = files.get(fileId);
    if (file && file.case_id === null) file.case_id = caseId;
  }

  function openCase(
    code: string,
    person: CityPerson,
    region: string,
    raw: Readonly<Record<string, unknown>>,
    cited: Held | null = null,
  ): Held {
    const service = services.find((one) => one.code === code);
    invariant(service, `no service ${code}`);
    const caseId = newId();
    const caseNo = nextNumber(region);
    const data = checked(service.fields, service.materials, raw, caseId);
    const dossierId = cited?.state.dossierId ?? openDossier(service, person, data);
    const decide = () =>
      open(
        service,
        {
          caseId,
          caseNo,
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
    const one: Held = { state: noState, head: noPrevious, service };
    carry(one, null, caseId, decide, workerActor(person));
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
    const actor = workerActor(person);
    carry(
      one,
      one.state,
      one.state.caseId,
      (state) => {
        const decided = act(one.service, state, { type: 'act', step, outcome: 'submit', data }, actor, factsNow());
        return { ...decided, type: 'attached', body: { ...decided.body, attached: code } };
      },
      actor,
    );
  }

  /** Somebody acts; the form of the step and of the outcome is checked as in life. */
  function perform(one: Held, actor: Actor, input: CaseCommand): void {
    let given = input;
    if (input.type === 'act') {
      const definition = one.service.workflow.steps[input.step];
      const atEntry = one.service.workflow.entries[one.service.entry]?.step === input.step;
      const fields = {
        ...(atEntry ? one.service.fields : {}),
        ...definition?.form,
        ...definition?.outcomes[input.outcome]?.form,
      };
      given = { ...input, data: checked(fields, atEntry ? one.service.materials : {}, input.data, one.state.caseId) };
    }
    carry(one, one.state, one.state.caseId, (state) => command(one.service, state, given, actor, factsNow()), actor);
  }

  function happen(
    one: Held,
    step: string,
    outcome: string,
    data: Readonly<Record<string, unknown>> = {},
    reason?: string,
  ): void {
    const decide: Decide = (state) =>
      act(one.service, state, { type: 'act', step, outcome, data, reason }, eventActor, factsNow());
    carry(one, one.state, one.state.caseId, decide, eventActor);
  }

  /** 好差评, as the case's action; the row of the rating is the story's to write. */
  function rate(one: Held, person: CityPerson, stars: number, note: string): void {
    const body: ActionBody = { v: 1, rated: stars, ...(note ? { note } : {}) };
    const decision: Decision = {
      type: 'rated',
      step: null,
      outcome: null,
      actorRole: 'worker',
      actorOrgId: null,
      at: now(),
      body,
      exits: [],
      entries: [],
    };
    carry(one, one.state, one.state.caseId, () => decision, workerActor(person));
  }

  /** Moves the clock; what falls due in these cases meanwhile happens at its true date. */
  function goTo(toMs: number, cases: readonly Held[]): void {
    for (;;) {
      let due: { one: Held; step: string; kind: Parameters<typeof tick>[3]; fireAt: string } | null = null;
      for (const one of cases) {
        const next = nextDeadline(one.service, one.state);
        if (next && Date.parse(next.fireAt) <= toMs && (!due || next.fireAt < due.fireAt)) due = { one, ...next };
      }
      if (!due) break;
      nowMs = Math.max(Date.parse(due.fireAt), nowMs);
      const facts = { ...factsNow(), now: due.fireAt };
      const { one, step, kind } = due;
      const decide: Decide = (state) => {
        const decision = tick(one.service, state, step, kind, clockActor, facts);
        invariant(decision, `the clock has nothing to do at ${step} (${kind})`);
        return decision;
      };
      carry(one, one.state, one.state.caseId, decide, clockActor, facts);
    }
    nowMs = toMs;
  }

  const world = {
    tx,
    rows,
    jobs,
    held,
    people,
    orgs,
    crypto,
    random,
    now,
    staffActor,
    workerActor,
    openCase,
    attach,
    perform,
    happen,
    rate,
    goTo,
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
    record: (traced: Omit<TracedAct, 'previous' | 'commitment'> & { readonly body: unknown }): string =>
      trace.record(tx, traced),
  };
  return world;
}
