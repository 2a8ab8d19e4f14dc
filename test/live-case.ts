// A case that lives in memory: commands go through the pure engine and the fold, refusals come out by their code. With it a small
// lifecycle that has every shape the clerk's verbs meet. Decides nothing.

import { defineWorkflow, field } from '#catalog/define';
import type { Role, Service } from '#catalog';
import type { CaseCommand } from '#contract/cases';
import {
  command,
  fold,
  nextDeadline,
  open,
  tick,
  type Actor,
  type CaseAction,
  type CaseState,
  type ClockKind,
  type Decision,
  type Facts,
} from '#modules/cases';
import { personGrant, roleGrant } from '#platform/access';
import { statutoryCalendar } from '#platform/calendar';
import { Refusal } from '#platform/errors';
import { doorTo, orgOf, walkRegion } from './walk.ts';

const limit = { value: 5, unit: 'working_day', basis: '地方承诺', basisType: 'local_promise' } as const;

/** apply → review → check → board (2 of 3) → confirm → end. */
export const exampleWorkflow = defineWorkflow({
  code: 'example-review',
  zh: '示例审查',
  en: 'Example review',
  domain: 'union',
  purpose: '示例',
  entries: { apply: { step: 'apply', zh: '申请', caseMode: 'new', startedBy: 'service' } },
  steps: {
    apply: {
      zh: '申请',
      kind: 'human',
      role: 'worker',
      produces: '申请',
      withdrawable: true,
      outcomes: { submit: { zh: '提交', next: ['review'] } },
    },
    review: {
      zh: '审查',
      kind: 'human',
      role: 'county_union',
      produces: '意见',
      withdrawable: true,
      limit: { ...limit, extension: { value: 5, unit: 'working_day' } },
      form: { joint: field('boolean', '是否联办', {}, { optional: true }) },
      outcomes: {
        approve: { zh: '通过', next: ['check'] },
        joint: {
          zh: '联办',
          next: ['check'],
          when: { op: 'eq', a: { op: 'field', name: 'joint' }, b: { op: 'const', value: true } },
        },
        return: { zh: '退回', next: ['apply'], reason: 'required' },
        reject: { zh: '不予', end: 'rejected' },
        paid: { zh: '已到账', next: ['check'], by: ['event'] },
      },
    },
    check: {
      zh: '复核',
      kind: 'human',
      role: 'township_union',
      actors: ['township_union', 'county_union'],
      produces: '复核意见',
      limit,
      differentFrom: ['review'],
      outcomes: { pass: { zh: '通过', next: ['board'] } },
    },
    board: {
      zh: '表决',
      kind: 'human',
      role: 'county_union',
      produces: '表决结果',
      limit,
      differentFrom: ['check'],
      vote: { mode: 'count', count: 2, of: 3, pass: 'pass', fail: 'fail' },
      outcomes: {
        pass: { zh: '通过', next: ['confirm'] },
        fail: { zh: '不通过', end: 'rejected', reason: 'required' },
      },
    },
    confirm: {
      zh: '本人确认',
      kind: 'human',
      role: 'worker',
      produces: '确认',
      limit,
      outcomes: { done: { zh: '确认', end: 'completed' } },
    },
  },
  timers: [{ step: 'check', after: { ...limit, value: 10 }, effectZh: '超期收回', next: 'review' }],
  ends: { completed: '办结', rejected: '不予', withdrawn: '已撤回' },
});

export const personId = '00000000-0000-7000-8000-000000000001';
export const applicant: Actor = { kind: 'worker', id: personId, name: '申请人', grants: [personGrant(personId)] };
export const otherWorker: Actor = { ...applicant, id: 'someone', grants: [personGrant('someone')] };
export const program = (kind: 'system' | 'event' | 'clock'): Actor => ({ kind, id: null, name: '', grants: ['*'] });

export function staff(id: string, ...held: readonly Role[]): Actor {
  return { kind: 'staff', id, name: '经办', grants: held.map((role) => roleGrant(role, orgOf(role))) };
}

/** A second organisation that acts as county union, for transfers. */
export const elsewhere = '00000000-0000-7000-8000-0000000000aa';
export const colleague = '00000000-0000-7000-8000-0000000000bb';

export function factsAt(now: string, calendar = statutoryCalendar): Facts {
  return {
    now,
    calendar,
    route: (role) => orgOf(role),
    holds: (role, orgId) => orgId === orgOf(role) || (role === 'county_union' && orgId === elsewhere),
    works: (staffId, role, orgId) => staffId === colleague && role === 'county_union' && orgId === orgOf(role),
  };
}

export type LiveCase = ReturnType<typeof liveCase>;

export function liveCase(service: Service, start: string, data: Readonly<Record<string, unknown>> = {}) {
  const actions: CaseAction[] = [];
  let state: CaseState | null = null;
  let now = start;

  const keep = (decision: Decision, actor: Actor): Decision => {
    const { type, step, outcome, actorRole, actorOrgId, at, body } = decision;
    const seq = actions.length + 1;
    const header = { actionId: `a${seq}`, seq, type, step, outcome, actorRole, actorOrgId, at };
    const action: CaseAction = { ...header, actorKind: actor.kind, actorId: actor.id, body };
    actions.push(action);
    state = fold(state, 'case', action);
    return decision;
  };
  const current = (): CaseState => {
    if (!state) throw new Error('the case is not open');
    return state;
  };
  const opening = {
    caseId: 'case',
    caseNo: '35020320260105000001',
    serviceCode: service.code,
    serviceHash: 'x',
    region: walkRegion,
    personId,
    applicantOrgId: null,
    dossierId: null,
    parentCaseId: null,
    data,
    readers: [personGrant(personId)],
  };
  keep(open(service, opening, applicant, factsAt(now)), applicant);

  const does = (input: CaseCommand, actor: Actor): Decision =>
    keep(command(service, current(), input, actor, factsAt(now)), actor);
  return {
    actions,
    does,
    state: current,
    now: () => now,
    active: (step: string) => {
      const found = current().active.find((one) => one.step === step);
      if (!found) throw new Error(`the case is not at ${step}`);
      return found;
    },
    keep,
    decide: (input: CaseCommand, actor: Actor, facts: Facts): Decision =>
      command(service, current(), input, actor, facts),
    /** The code of the refusal, or `done`; a refusal changes nothing. */
    tries: (input: CaseCommand, actor: Actor): string => refusalCode(() => does(input, actor)),
    /** Lets time pass, and the clock do on the way what falls due, each at its own date. */
    pass: (hours: number): void => {
      const until = new Date(Date.parse(now) + hours * 3_600_000).toISOString();
      for (let next = nextDeadline(service, current()); next && next.fireAt <= until;) {
        now = next.fireAt > now ? next.fireAt : now;
        const kind: ClockKind = next.kind;
        const decision = tick(service, current(), next.step, kind, program('clock'), factsAt(next.fireAt));
        if (!decision) break;
        keep(decision, program('clock'));
        next = nextDeadline(service, current());
      }
      now = until;
    },
  };
}

export function refusalCode(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
  return 'done';
}

export const example = (): LiveCase => liveCase(doorTo(exampleWorkflow, 'apply'), '2026-01-05T02:00:00.000Z');
