// Each workflow, published or not, walked along every outcome on the pure engine: where the case goes, whose turn it is, which clocks
// run, what is joined or cancelled, who may not. The three workflows of the journey are walked with their effects in paths.db.test.ts.

import { describe, expect, it } from 'vitest';
import type { Role, Workflow } from '#catalog';
import { roles } from '#catalog';
import { collectiveWageNegotiation } from '#catalog/workflows/collective-wage-negotiation';
import { dailyInsuranceClaim } from '#catalog/workflows/daily-insurance-claim';
import { dailyInsuranceEnrol } from '#catalog/workflows/daily-insurance-enrol';
import { injuryConfirmation } from '#catalog/workflows/injury-confirmation';
import { rightsAppealDispatch } from '#catalog/workflows/rights-appeal-dispatch';
import { unionMembershipJoin } from '#catalog/workflows/union-membership-join';
import { act, deadlinesOf, foldAll, tick, type ActiveStep, type CaseState, type Facts } from '#modules/cases';
import { roleGrant } from '#platform/access';
import { dueAt, dueBefore, statutoryCalendar } from '#platform/calendar';
import { Refusal } from '#platform/errors';
import {
  actorFor,
  doorTo,
  itemOf,
  keyOf,
  orgOf,
  outcomesOf,
  pathsFrom,
  stepIn,
  stranger,
  take,
  takerOf,
  tokensAfter,
  type Move,
  type Node,
  type Taken,
  type Token,
} from './walk.ts';

const start = '2026-01-05T02:00:00.000Z';
const facts: Facts = { now: start, calendar: statutoryCalendar, route: (role) => orgOf(role) };
/** Events from which limits are counted. */
const openingData = {
  accident_at: '2026-01-04',
  accident_time: '2026-01-04T02:00:00.000Z',
  meeting_date: '2026-03-02',
  valid_to: '2026-12-01',
  cover_ends_at: '2026-01-08T16:00:00.000Z',
};

/** An entry whose first outcome depends on what was filled in is walked with each. */
const openings: readonly Readonly<Record<string, unknown>>[] = ['满意', '不满意'].map((score) => ({
  ...openingData,
  score,
}));

/** A list with faulty lines is given back before there is a case: it cannot be handed in. */
const beforeTheCase: ReadonlySet<string> = new Set(['batch-import/return']);

const workflows: readonly Workflow[] = [
  unionMembershipJoin,
  dailyInsuranceEnrol,
  dailyInsuranceClaim,
  injuryConfirmation,
  collectiveWageNegotiation,
  rightsAppealDispatch,
];

function refusalOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
  return 'done';
}

const tokensOf = (state: CaseState): Token[] => state.active.map(({ step, scope }) => ({ step, scope }));
const sorted = (tokens: readonly Token[]) => tokens.map((one) => `${one.step}@${one.scope ?? '-'}`).toSorted();

type Path = {
  readonly entry: string;
  readonly moves: readonly Move[];
  readonly data: Readonly<Record<string, unknown>>;
};

describe.each(workflows.map((workflow) => [workflow.code, workflow] as const))('%s', (_code, workflow) => {
  const paths = new Map<string, Path>();
  for (const [entry, { step }] of Object.entries(workflow.entries)) {
    const isOpen = Object.values(stepIn(workflow, step).outcomes).some((outcome) => outcome.when);
    for (const data of isOpen ? openings : [openingData]) {
      for (const [key, moves] of pathsFrom(doorTo(workflow, entry), facts, data)) {
        const known = paths.get(key);
        if (!known || known.moves.length > moves.length) paths.set(key, { entry, moves, data });
      }
    }
  }

  it('has a path to every outcome, every silence and every timer', () => {
    expect(outcomesOf(workflow).filter((key) => !paths.has(key) && !beforeTheCase.has(key))).toEqual([]);
  });

  it.each([...paths].map(([key, path]) => [key, path] as const))('%s', (_key, path) => {
    const { moves } = path;
    const { state } = walk(workflow, path);
    // What one person of a list does stands in that person's case, which begins after the list was handed in.
    expect(state.seq).toBeGreaterThanOrEqual(state.itemOf === undefined ? moves.length : moves.length - 1);
  });

  it('a third round calls the supervisor', () => {
    const loop = [...paths.values()].find(({ moves }) => {
      const last = moves.at(-1);
      return last?.kind === 'act' && stepIn(workflow, last.step).outcomes[last.outcome]?.next?.includes(last.step);
    });
    const last = loop?.moves.at(-1);
    // These two have no step that a person takes back to itself at once.
    if (!loop || !last) return expect(['union-membership-join', 'injury-confirmation']).toContain(workflow.code);
    const node = walk(workflow, { ...loop, moves: [...loop.moves, last, last] });
    expect(node.state.rounds[last.step]).toBeGreaterThanOrEqual(3);
    expect(node.state.supervised?.note).toContain('第3轮');
  });
});

/** Takes the moves one by one, a minute apart, and proves every one of them. */
function walk(workflow: Workflow, { entry, moves, data }: Path): Node {
  const service = doorTo(workflow, entry);
  const nodes: Node[] = [];
  let now = start;
  for (const move of moves) {
    const node = nodes.at(-1) ?? null;
    now = new Date(Date.parse(now) + 60_000).toISOString();
    const at: Facts = { ...facts, now };
    if (node) proveRefusals(workflow, node, move, at);
    const taken: Taken = take(service, node, move, at, 'case', data);
    now = taken.facts.now;
    proveMove(workflow, node, move, taken);
    const actions = [...(node?.actions ?? []), ...taken.actions];
    expect(foldAll(taken.after.caseId, actions)).toEqual(taken.after);
    const item = itemOf(service, taken);
    if (item) proveItem(workflow, item);
    nodes.push({
      state: item?.after ?? taken.after,
      actions: item?.actions ?? actions,
      moves: [...(node?.moves ?? []), move],
    });
  }
  const last = nodes.at(-1);
  if (!last) throw new Error('a path has moves');
  return last;
}

function proveMove(workflow: Workflow, node: Node | null, move: Move, taken: Taken): void {
  const { after } = taken;
  const before: Token[] = node ? tokensOf(node.state) : [{ step: move.step, scope: null }];
  expect(sorted(tokensOf(after)), keyOf(move)).toEqual(sorted(tokensAfter(workflow, before, move)));
  const last = taken.decisions.at(-1);
  expect(last?.body.left).toContain(move.step);
  if (move.kind !== 'timer' && move.kind !== 'back') {
    expect(last?.exits).toEqual([{ step: move.step, outcome: move.outcome }]);
    expect(after.done[move.step]).toMatchObject({ outcome: move.outcome, at: taken.facts.now });
  }
  const end = stepIn(workflow, move.step).outcomes[move.outcome]?.end;
  expect([after.status, after.end, after.endedAt]).toEqual(
    end === undefined ? ['open', null, null] : ['ended', end, taken.facts.now],
  );
  const stayed = new Set(
    (node?.state.active ?? []).filter((one) => one.step !== move.step).map((one) => `${one.step}#${one.round}`),
  );
  const fresh = after.active.filter((one) => !stayed.has(`${one.step}#${one.round}`));
  expect(last?.entries ?? []).toEqual(fresh.map((one) => one.step));
  const gone = (node?.state.active ?? []).filter(
    (one) => one.step !== move.step && !after.active.some((still) => still.step === one.step),
  );
  expect([...(last?.body.cancelled ?? [])].toSorted()).toEqual(gone.map((one) => one.step).toSorted());
  for (const active of fresh) proveEntered(workflow, taken, active, (node?.state.rounds[active.step] ?? 0) + 1);
}

/** One person's case begins at the step at which the list's own case waits, with a clock of its own. */
function proveItem(workflow: Workflow, item: Taken & { readonly step: string }): void {
  const [active, ...others] = item.after.active;
  expect([active?.step, others]).toEqual([item.step, []]);
  if (active) proveEntered(workflow, item, active, 1);
}

/** Whose turn it is, until when, what the clock will do, and that who works here can read the case. */
function proveEntered(workflow: Workflow, taken: Taken, active: ActiveStep, round: number): void {
  const step = stepIn(workflow, active.step);
  // The case of a list waits for those of its people: nobody's turn, and no clock but theirs.
  if (step.perItem && step.role !== 'system' && taken.after.itemOf === undefined) {
    expect(active).toMatchObject({ round, role: 'system', orgId: null, dueAt: null, timerAt: null });
    return;
  }
  const nobody = ['public', 'system'].includes(roles[step.role].kind);
  expect(active).toMatchObject({
    round,
    enteredAt: taken.facts.now,
    role: step.role,
    orgId: nobody ? null : orgOf(step.role),
    light: 'green',
    paused: null,
    assigneeId: null,
  });
  expect(active.dueAt).toBe(expectedDue(workflow, taken, active.step));
  const timer = workflow.timers?.find((one) => one.step === active.step);
  expect(active.timerAt).toBe(timer ? dueAt(statutoryCalendar, taken.facts.now, timer.after).dueAt : null);
  const acts =
    Object.values(step.outcomes).some((one) => one.by?.includes('clock')) || step.limit?.silence !== undefined;
  const kinds = [...(active.dueAt ? ['yellow', acts ? 'clock' : 'red'] : []), ...(timer ? ['timer'] : [])];
  const service = doorTo(workflow, Object.keys(workflow.entries)[0] ?? '');
  expect(deadlinesOf(service, active).map((one) => one.kind)).toEqual(kinds);
  const offices = [...(step.actors ?? [step.role]), ...(step.readers ?? [])].filter(
    (role) => !['public', 'system'].includes(roles[role].kind),
  );
  const companies =
    roles[step.role].kind === 'public'
      ? offices.filter((role) => roles[role].kind === 'external' && !step.readers?.includes(role))
      : [];
  for (const role of offices.filter((one) => !companies.includes(one)))
    expect(taken.after.readers).toContain(roleGrant(role, orgOf(role)));
  // A person's own step is not opened to whichever company the region has.
  const before = new Set(taken.before === taken.after ? [] : taken.before.readers);
  for (const role of companies)
    if (!before.has(roleGrant(role, orgOf(role))))
      expect(taken.after.readers).not.toContain(roleGrant(role, orgOf(role)));
}

function expectedDue(workflow: Workflow, taken: Taken, name: string): string | null {
  const { limit } = stepIn(workflow, name);
  if (!limit) return null;
  const from = limit.countedFrom;
  const now = taken.facts.now;
  if (!from) return dueAt(statutoryCalendar, now, limit).dueAt;
  if (from.kind === 'step') return dueAt(statutoryCalendar, taken.after.done[from.ref]?.at ?? now, limit).dueAt;
  const event = taken.after.data[from.ref];
  if (typeof event !== 'string') return from.direction === 'before' ? null : dueAt(statutoryCalendar, now, limit).dueAt;
  const instant = event.length === 10 ? new Date(`${event}T00:00:00+08:00`).toISOString() : event;
  return (
    from.direction === 'before'
      ? dueBefore(statutoryCalendar, instant, limit)
      : dueAt(statutoryCalendar, instant, limit)
  ).dueAt;
}

/** Who is not concerned cannot; what belongs to a party or the clock is not a person's; what goes against somebody needs a reason. */
function proveRefusals(workflow: Workflow, node: Node, move: Move, at: Facts): void {
  const service = doorTo(workflow, Object.keys(workflow.entries)[0] ?? '');
  const active = node.state.active.find((one) => one.step === move.step) ?? null;
  const step = stepIn(workflow, move.step);
  if (move.kind === 'timer' || move.kind === 'back' || move.kind === 'open') return;
  const attempt = (actor: Parameters<typeof act>[3], outcome: string, reason?: string) =>
    refusalOf(() => act(service, node.state, { type: 'act', step: move.step, outcome, data: {}, reason }, actor, at));
  const outcome = step.outcomes[move.outcome];
  const onlyProgram = outcome?.by !== undefined && outcome.by.every((one) => one === 'clock' || one === 'event');
  expect(attempt(stranger, move.outcome, '理由写在这里')).toBe(
    onlyProgram ? 'cases.not_yours_to_choose' : 'cases.wrong_role',
  );
  if (move.kind === 'vote')
    return expect(attempt(actorFor(move, workflow, active), move.outcome)).toBe('cases.not_yours_to_choose');
  if (step.role !== 'system')
    expect(attempt(holderOf(step.actors ?? [step.role]), 'no-such-outcome', '理由写在这里')).not.toBe('done');
  const { by } = takerOf(step, move.outcome);
  const against =
    outcome?.reason === 'required' || ['reject', 'deny', 'return', 'refuse', 'object'].includes(move.outcome);
  if (by === 'staff' && against)
    expect(attempt(actorFor(move, workflow, active), move.outcome, '短')).toBe('cases.reason_required');
  // A condition that something is absent holds already when nothing is sent.
  if (outcome?.when && outcome.when.op !== 'not' && by === 'staff')
    expect(attempt(actorFor(move, workflow, active), move.outcome)).toBe('cases.outcome_not_open');
  for (const earlier of by === 'staff' ? (step.differentFrom ?? []) : []) {
    const did = node.state.done[earlier]?.actorId;
    if (did && node.state.done[earlier]?.actorRole)
      expect(attempt(actorFor(move, workflow, active, did), move.outcome, '理由写在这里')).toBe('cases.four_eyes');
  }
  if (active) expect(tick(service, { ...node.state, active: [] }, move.step, 'clock', stranger, at)).toBeNull();
}

function holderOf(held: readonly Role[]) {
  return { kind: 'staff' as const, id: 'holder', name: '', grants: held.map((role) => roleGrant(role, orgOf(role))) };
}
