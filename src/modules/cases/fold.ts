// The pure fold: state + action → state. It tolerates an erased body (the chain of headers stands, the data is gone) and
// never looks at a definition, a calendar or a clock.

import { invariant } from '#platform/errors';
import type { ActiveStep, CaseAction, CaseState, StepDone } from './model.ts';

/** Folds one action into the state; the first action must be `opened`. */
export function fold(state: CaseState | null, caseId: string, action: CaseAction): CaseState {
  const before = state ?? firstState(caseId, action);
  invariant(action.seq === before.seq + 1, `action ${action.seq} does not follow ${before.seq}`);
  const body = action.body;
  if (!body) return { ...before, seq: action.seq, erased: before.erased + 1 };

  const gone = new Set([...(body.left ?? []), ...(body.cancelled ?? [])]);
  const changed = new Map((body.changed ?? []).map((step) => [step.step, step]));
  const active: ActiveStep[] = [];
  for (const step of before.active) {
    if (!gone.has(step.step)) active.push(changed.get(step.step) ?? step);
  }
  active.push(...(body.entered ?? []));

  return {
    ...before,
    seq: action.seq,
    attached: body.attached ? [...before.attached, body.attached] : before.attached,
    active: body.ended ? [] : active,
    done: body.left?.length ? { ...before.done, ...doneBy(action, body.left) } : before.done,
    rounds: body.entered?.length
      ? { ...before.rounds, ...Object.fromEntries(body.entered.map((step) => [step.step, step.round])) }
      : before.rounds,
    data: body.data ? { ...before.data, ...body.data } : before.data,
    votes: body.vote ? addVote(before, action, body.vote) : before.votes,
    links: body.links ? [...before.links, ...body.links] : before.links,
    status: body.ended ? 'ended' : before.status,
    end: body.ended ?? before.end,
    endedAt: body.ended ? action.at : before.endedAt,
    supervised: supervisedAfter(before, action),
    urgedAt: body.urged ? action.at : before.urgedAt,
    copied: body.copied ? [...before.copied, ...body.copied] : before.copied,
    ratedStars: body.rated ?? before.ratedStars,
    readers: body.readers ? [...new Set([...before.readers, ...body.readers])] : before.readers,
  };
}

export function foldAll(caseId: string, actions: readonly CaseAction[]): CaseState {
  const state = actions.reduce<CaseState | null>((current, action) => fold(current, caseId, action), null);
  invariant(state, `case ${caseId} has no action`);
  return state;
}

function doneBy(action: CaseAction, left: readonly string[]): Record<string, StepDone> {
  const done: StepDone = {
    at: action.at,
    outcome: action.outcome ?? action.type,
    actorId: action.actorId,
    actorRole: action.actorRole,
    orgId: action.actorOrgId,
  };
  return Object.fromEntries(left.map((step) => [step, done]));
}

function addVote(before: CaseState, action: CaseAction, vote: { step: string; round: number; choice: string }) {
  const key = `${vote.step}#${vote.round}`;
  return { ...before.votes, [key]: { ...before.votes[key], [action.actorId ?? '']: vote.choice } };
}

function supervisedAfter(before: CaseState, action: CaseAction): CaseState['supervised'] {
  const change = action.body?.supervised;
  if (!change) return before.supervised;
  return 'lifted' in change ? null : { at: action.at, note: change.note, by: action.actorId };
}

function firstState(caseId: string, action: CaseAction): CaseState {
  const opened = action.body?.opened;
  // An erased first body leaves a case whose identity stands only in its row; the rebuild then starts from nothing known.
  return {
    caseId,
    caseNo: opened?.caseNo ?? '',
    serviceCode: opened?.serviceCode ?? '',
    serviceHash: opened?.serviceHash ?? '',
    attached: [],
    region: opened?.region ?? '',
    personId: opened?.personId ?? null,
    applicantOrgId: opened?.applicantOrgId ?? null,
    ...(opened?.applicantRole ? { applicantRole: opened.applicantRole } : {}),
    dossierId: opened?.dossierId ?? null,
    parentCaseId: opened?.parentCaseId ?? null,
    ...(opened?.itemOf ? { itemOf: opened.itemOf } : {}),
    seq: 0,
    openedAt: action.at,
    status: 'open',
    end: null,
    endedAt: null,
    active: [],
    done: {},
    rounds: {},
    data: {},
    votes: {},
    links: [],
    supervised: null,
    urgedAt: null,
    copied: [],
    ratedStars: null,
    erased: 0,
    readers: [],
  };
}

/** What remains of an ended case whose bodies were erased: who and what it was by its numbers, and how it ended; nothing that was said. */
export function erasedState(state: CaseState): CaseState {
  return { ...state, active: [], data: {}, votes: {}, supervised: null, erased: state.seq };
}
