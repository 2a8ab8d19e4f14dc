// The engine's one transaction: load, decide (pure), run the effects and automatic steps that follow, write all of it.
// No network here: what must go outside is a job that the transaction enqueues.

import type { Service } from '#catalog';
import type { Access, OnBehalf } from '#platform/access';
import type { WorkingCalendar } from '#platform/calendar';
import type { Clock } from '#platform/clock';
import { sameBytes, sha256 } from '#platform/crypto';
import type { Database, Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import { canonical, noPrevious, type Trace } from '#modules/trace';
import { refuse, type Answer } from './contract.ts';
import type { Decision } from './decide.ts';
import { stepOf, waitsForItems, waitsForParty, type Facts } from './enter.ts';
import { fold } from './fold.ts';
import { systemActor, type Actor, type Agent, type CaseState } from './model.ts';
import { createNumbers } from './numbers.ts';
import * as store from './store.ts';
import { createWalk } from './walk.ts';
import { write, type Written } from './write.ts';

/** What an effect or decider of a module sees. `state` is the case as it stands with the new data merged. */
export type EffectContext = {
  readonly tx: Tx;
  readonly service: Service;
  readonly state: CaseState;
  readonly step: string;
  readonly outcome: string | null;
  readonly actor: Actor;
  readonly facts: Facts;
  readonly targets: readonly string[];
};

/** Does something in the transaction; what it returns is merged into the case's data and kept in the action's body. */
export type Effect = (context: EffectContext) => Promise<Readonly<Record<string, unknown>> | void>;

export type Ruling = {
  readonly outcome: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly explanation?: unknown;
};
/** Decides an automatic step from facts read in the transaction; null while it waits for an event. It never refuses an applicant. */
export type Decider = (context: EffectContext) => Promise<Ruling | null>;

/** Effects see how the decision was reasoned, for letters and notices. */
export type TellingContext = EffectContext & { readonly reason: string | null };
/** Tells people what happened; given by the notices module. */
export type Announcer = (context: TellingContext, template: string) => void;
export type DocumentMaker = (context: TellingContext, template: string) => void;

export type EngineOptions = {
  readonly db: Database;
  readonly clock: Clock;
  readonly calendar: () => WorkingCalendar;
  readonly trace: Trace;
  readonly route: Facts['route'];
  readonly holds?: Facts['holds'];
  /** The published version of a service, and any version by its hash. */
  readonly published: (code: string) => { service: Service; hash: string } | undefined;
  readonly byHash: (hash: string) => Service;
  readonly effects: Readonly<Record<string, Effect>>;
  readonly deciders: Readonly<Record<string, Decider>>;
  readonly announce: Announcer;
  readonly makeDocument: DocumentMaker;
  /** False while the clock must not act on a case: money may be on its way. The deadline then comes up again shortly. */
  readonly mayExpire?: (tx: Tx, caseId: string) => Promise<boolean>;
  /** Asked before a person or the clock takes a case out of a step that waits for an outside party; refuses while it must stay. */
  readonly letGo?: (tx: Tx, caseId: string, step: string) => Promise<void>;
  /** Hears of a case that its clock could not move. */
  readonly onStuck?: (caseId: string, error: unknown) => void;
  /** How a case number is taken and a case is written: by the database unless said, and in memory for the synthetic city. */
  readonly numbers?: (region: string, now: string) => Promise<string>;
  readonly write?: (tx: Tx, written: Written) => void;
  /** Hears that a case has come to a step which is taken for each item of a list, in the transaction in which it came there. */
  readonly onItems?: (tx: Tx, service: Service, state: CaseState, step: string) => void;
  /** Hears what becomes of the case of an item: it is confirmed, refused, ended. */
  readonly onItem?: (tx: Tx, state: CaseState, stage: string) => void;
  /** Looks at what an action brought, in its transaction: a card that is new begins its wait there. */
  readonly onCarried?: (tx: Tx, before: CaseState | null, state: CaseState, actorId: string | null) => Promise<void>;
  /** Counts steps written, for metrics. */
  readonly onSteps?: (count: number) => void;
};

/** A client's request, before it has an answer. */
export type Request = { readonly requestId: string; readonly actor: string; readonly hash: Buffer };

/** One decision to be carried through; `before` is the case as it was held, null when it opens. */
export type Work = {
  readonly service: Service;
  readonly before: { readonly state: CaseState; readonly head: Buffer } | null;
  readonly caseId: string;
  readonly decision: Decision;
  readonly actor: Actor;
  readonly facts: Facts;
  /** Null for what no client asked for. */
  readonly request: Request | null;
};

const automaticStepsMax = 32;

function agentOf({ authorityId, kind, personId, agentName }: OnBehalf): Agent {
  return { authorityId, kind, personId, agentName };
}

export type Engine = ReturnType<typeof createEngine>;

export function createEngine(options: EngineOptions) {
  const numbers = options.numbers ?? createNumbers(options.db);
  const keep = options.write ?? write;
  const { runEffects, nextAutomatic } = createWalk(options);

  function factsAt(now: string): Facts {
    const { route, holds } = options;
    return { now, calendar: options.calendar(), route, ...(holds ? { holds } : {}) };
  }

  /** Carries a decision through: effects, automatic steps, and the write. Gives the new state. */
  async function carry(tx: Tx, work: Work): Promise<CaseState> {
    const { service, before, caseId, actor, facts } = work;
    if (before && before.state.erased > 0) throw refuse('cases.erased');
    const rows: store.ActionRow[] = [];
    let state = before?.state ?? null;
    let head = before?.head ?? noPrevious;
    let decision: Decision | null = work.decision;
    let by = actor;
    // Rules look at the applicant's own records (cover, membership), which an agent does not see.
    const eyes = actor.onBehalf ? tx.asSystem() : tx;
    for (let count = 0; decision; count += 1) {
      invariant(
        count < automaticStepsMax,
        `case ${caseId} runs through more than ${automaticStepsMax} automatic steps`,
      );
      const seq = (state?.seq ?? 0) + 1;
      const effected = await runEffects(eyes, service, state, caseId, decision, by, facts);
      const absent = by.standsInFor?.[`${decision.actorRole}@${decision.actorOrgId}`];
      const stood = absent === undefined ? effected : { ...effected, standsInFor: absent };
      const body = by.onBehalf ? { ...stood, onBehalf: agentOf(by.onBehalf) } : stood;
      const actionId = newId();
      const committed = options.trace.commit(body);
      const leaf = options.trace.leaf({
        eventId: actionId,
        type: `case.${decision.type}`,
        at: decision.at,
        region: state?.region ?? body.opened?.region ?? '',
        department: decision.actorOrgId ?? '',
        actorId: by.id,
        subjectId: state?.personId ?? body.opened?.personId ?? null,
        previous: head,
        commitment: committed.commitment,
      });
      const header = {
        actionId,
        seq,
        type: decision.type,
        step: decision.step,
        outcome: decision.outcome,
        actorKind: by.kind,
        actorId: by.id,
        actorRole: decision.actorRole,
        actorOrgId: decision.actorOrgId,
        at: decision.at,
      };
      rows.push({
        ...header,
        leafId: leaf.leafId,
        entry: leaf.entry,
        previous: head,
        commitment: committed.commitment,
        salt: committed.salt,
        body: committed.text,
      });
      head = leaf.hash;
      state = fold(state, caseId, { ...header, body });
      if (body.vote && by.id) {
        tx.send(store.insertVote, [
          caseId,
          body.vote.step,
          body.vote.round,
          by.id,
          body.vote.choice,
          decision.at,
          leaf.leafId,
        ]);
      }
      decision = await nextAutomatic(eyes, service, state, facts);
      by = systemActor;
    }
    invariant(state, 'a decision was carried');
    const answer = JSON.stringify(answerOf(service, state));
    const request = work.request ? { ...work.request, answer } : null;
    keep(tx, { service, before: before?.state ?? null, state, head, rows, request, recordedAt: options.clock.now() });
    if (state.dossierId && before) tx.send(store.widenDossier, [state.dossierId, [...state.readers]]);
    tellOfItems(tx, service, before?.state ?? null, state);
    await options.onCarried?.(tx, before?.state ?? null, state, actor.id);
    tx.onCommit(() => options.onSteps?.(rows.length));
    return state;
  }

  function tellOfItems(tx: Tx, service: Service, before: CaseState | null, state: CaseState): void {
    for (const { step, round } of state.active) {
      const isNew = !before?.active.some((one) => one.step === step && one.round === round);
      if (isNew && waitsForItems(stepOf(service.workflow, step), state)) options.onItems?.(tx, service, state, step);
    }
    const stage = stageOf(state);
    if (before && stage !== null && stage !== stageOf(before)) options.onItem?.(tx, state, stage);
  }

  async function letGo(tx: Tx, service: Service, caseId: string, { body }: Decision): Promise<void> {
    for (const step of [...(body.left ?? []), ...(body.cancelled ?? [])]) {
      if (waitsForParty(stepOf(service.workflow, step))) await options.letGo?.(tx, caseId, step);
    }
  }

  /**
   * Runs one write under its request id: the same request again gets the same answer, at any time. The request is written with the
   * case (`carry`); a repeat fails on whatever the first one changed, at the latest on the key of its request, and then the first
   * answer is its answer too. Repeats are rare: looking for one before every write would cost each of them a round trip.
   */
  async function once(
    access: Access,
    requestId: string,
    content: unknown,
    work: (tx: Tx, request: Request) => Promise<Answer>,
  ): Promise<Answer> {
    const request = { requestId, actor: access.actorId ?? access.kind, hash: sha256(canonical(content)) };
    try {
      return await options.db.transaction(access, (tx) => work(tx, request));
    } catch (error) {
      const known = await requestOf(access, requestId).catch(() => undefined);
      if (!known) throw error;
      if (known.actor !== request.actor || !sameBytes(known.request_hash, request.hash))
        throw refuse('cases.request_reused');
      return known.answer;
    }
  }

  const requestOf = (access: Access, requestId: string) =>
    options.db.transaction(access, (tx) => tx.maybe(store.selectRequest, [requestId]));

  /** The first answer to a request of this actor, for one who cannot send the same content again; null when there is none. */
  async function answered(access: Access, requestId: string): Promise<Answer | null> {
    const known = await requestOf(access, requestId);
    return known?.actor === (access.actorId ?? access.kind) ? known.answer : null;
  }

  function answerOf(service: Service, state: CaseState): Answer {
    return {
      caseId: state.caseId,
      caseNo: state.caseNo,
      seq: state.seq,
      status: state.status,
      end: state.end,
      active: state.active.map((one) => ({
        step: one.step,
        zh: stepOf(service.workflow, one.step).zh,
        dueAt: one.dueAt,
      })),
    };
  }

  async function load(tx: Tx, caseId: string): Promise<{ state: CaseState; head: Buffer }> {
    const row = await tx.maybe(store.selectState, [caseId]);
    if (!row) throw refuse('cases.not_found');
    return row;
  }

  return { options, numbers, factsAt, carry, letGo, once, answered, load, answerOf };
}

/** How far the case of an item has come: what was chosen for it, and in the end how it ended. */
function stageOf(state: CaseState): string | null {
  if (state.itemOf === undefined) return null;
  return state.end ?? state.done[state.itemOf]?.outcome ?? 'waiting';
}
