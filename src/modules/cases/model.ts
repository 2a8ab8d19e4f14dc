// What a case is: its state, and the body of an action from which the state is folded. A body holds consequences, not
// intentions (steps entered with their resolved due dates, data merged), so that a replay never needs the calendar, the
// routing table or the definition of the day.

import type { Role } from '#catalog';
import { authorityGrant, personGrant, type OnBehalf } from '#platform/access';
import type { LimitUnit } from '#platform/calendar';

export type ActorKind = 'worker' | 'staff' | 'system' | 'clock' | 'event';

/** Who sends a command. `grants` decide which steps may be acted on; system, clock and event are the program itself. */
export type Actor = {
  readonly kind: ActorKind;
  readonly id: string | null;
  /** Shown in the timeline to those who may see it. */
  readonly name: string;
  readonly grants: readonly string[];
  /** By grant, the name of the person on leave whose role this is: what is done in it shows 代. */
  readonly standsInFor?: Readonly<Record<string, string>>;
  /** For whom, where an agent acts for the applicant. */
  readonly onBehalf?: OnBehalf;
};

/** Whether the actor speaks for the applicant: the person himself, or an agent under an authority that the case knows. */
export function speaksFor(
  state: Pick<CaseState, 'personId' | 'readers'>,
  actor: Pick<Actor, 'kind' | 'grants' | 'onBehalf'>,
): boolean {
  if (state.personId === null) return false;
  if (actor.onBehalf) {
    const grant = authorityGrant(actor.onBehalf.authorityId);
    return actor.onBehalf.personId === state.personId && actor.grants.includes(grant) && state.readers.includes(grant);
  }
  return actor.kind === 'worker' && actor.grants.includes(personGrant(state.personId));
}

/** The program itself, where it decides. */
export const systemActor: Actor = { kind: 'system', id: null, name: '系统', grants: ['*'] };

export type Pause = {
  readonly at: string;
  readonly reason: 'supplement' | 'suspension';
  readonly note: string;
};

export type Cosigner = {
  readonly role: Role;
  readonly orgId: string;
  readonly opinion: { readonly by: string; readonly at: string; readonly agree: boolean; readonly text: string } | null;
};

export type ActiveStep = {
  readonly step: string;
  readonly round: number;
  readonly enteredAt: string;
  /** Role that owns the step and the organisation that acts in it; null where the applicant acts or nobody does. */
  readonly role: Role;
  readonly orgId: string | null;
  /** A person named this organisation to act: no other office acts here, whatever else it reads. */
  readonly named?: true;
  readonly assigneeId: string | null;
  /** The instant from which the limit counts, and the instant at which it runs out (exclusive). */
  readonly countedFrom: string | null;
  readonly dueAt: string | null;
  readonly lastDay: string | null;
  readonly unit: LimitUnit | null;
  /** The due date stands on holidays that are not announced yet. */
  readonly provisional: boolean;
  readonly yellowAt: string | null;
  readonly light: 'green' | 'yellow' | 'red';
  readonly timerAt: string | null;
  readonly timerNext: string | null;
  /** The join that this branch runs towards. */
  readonly scope: string | null;
  readonly paused: Pause | null;
  readonly extended: boolean;
  /** What a supplement still has to bring; the step is paused meanwhile. */
  readonly supplement: {
    readonly items: readonly string[];
    readonly note: string;
    readonly dueAt: string;
    readonly by: string;
  } | null;
  readonly cosigners: readonly Cosigner[];
};

export type StepDone = {
  readonly at: string;
  readonly outcome: string;
  readonly actorId: string | null;
  readonly actorRole: string | null;
  readonly orgId: string | null;
};

export type Link = {
  readonly kind: 'referral' | 'cites';
  readonly target: string;
  readonly caseId: string | null;
  readonly at: string;
};

export type CaseState = {
  readonly caseId: string;
  readonly caseNo: string;
  readonly serviceCode: string;
  readonly serviceHash: string;
  /** Services that joined the case at a waiting step (attach). */
  readonly attached: readonly string[];
  readonly region: string;
  readonly personId: string | null;
  readonly applicantOrgId: string | null;
  /** The role in which an organisation applied; absent where a person did. */
  readonly applicantRole?: Role;
  readonly dossierId: string | null;
  readonly parentCaseId: string | null;
  /** The step that this case takes for one item of its parent's list; absent in all other cases. */
  readonly itemOf?: string;
  readonly seq: number;
  readonly openedAt: string;
  readonly status: 'open' | 'ended';
  readonly end: string | null;
  readonly endedAt: string | null;
  readonly active: readonly ActiveStep[];
  readonly done: Readonly<Record<string, StepDone>>;
  readonly rounds: Readonly<Record<string, number>>;
  readonly data: Readonly<Record<string, unknown>>;
  readonly votes: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly links: readonly Link[];
  readonly supervised: { readonly at: string; readonly note: string; readonly by: string | null } | null;
  readonly urgedAt: string | null;
  readonly copied: readonly string[];
  readonly ratedStars: number | null;
  /** Bodies that were erased: their data is gone, the chain stands. */
  readonly erased: number;
  readonly readers: readonly string[];
};

/** Consequences of one action. Everything is optional: an action that only records a note has only `note`. */
export type ActionBody = {
  readonly v: 1;
  readonly opened?: Pick<
    CaseState,
    | 'caseNo'
    | 'serviceCode'
    | 'serviceHash'
    | 'region'
    | 'personId'
    | 'applicantOrgId'
    | 'applicantRole'
    | 'dossierId'
    | 'parentCaseId'
    | 'itemOf'
  >;
  readonly attached?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly note?: string;
  readonly reason?: string;
  /** Whose role the actor had while that person was on leave (代). */
  readonly standsInFor?: string;
  /** How a rule came to its result, clause by clause. */
  readonly explanation?: unknown;
  readonly left?: readonly string[];
  readonly cancelled?: readonly string[];
  readonly entered?: readonly ActiveStep[];
  readonly changed?: readonly ActiveStep[];
  readonly ended?: string;
  readonly vote?: { readonly step: string; readonly round: number; readonly choice: string };
  readonly links?: readonly Link[];
  readonly supervised?: { readonly note: string } | { readonly lifted: true };
  readonly urged?: true;
  readonly copied?: readonly string[];
  readonly rated?: number;
  /** Who did this for the applicant, and by which authority. */
  readonly onBehalf?: Agent;
  readonly readers?: readonly string[];
};

/** An agent as an action keeps it: named, so that both names stand in what was done. */
export type Agent = {
  readonly authorityId: string;
  readonly kind: OnBehalf['kind'];
  readonly personId: string;
  readonly agentName: string;
};

export type ActionType =
  | 'opened'
  | 'decided'
  | 'attached'
  | 'returned'
  | 'withdrawn'
  | 'transferred'
  | 'claimed'
  | 'released'
  | 'cosigner_added'
  | 'opinion_given'
  | 'voted'
  | 'supplement_requested'
  | 'supplement_submitted'
  | 'supplement_expired'
  | 'suspended'
  | 'resumed'
  | 'extended'
  | 'urged'
  | 'supervised'
  | 'supervision_answered'
  | 'appealed'
  | 'noted'
  | 'copied'
  | 'entrusted'
  | 'light_turned'
  | 'timer_fired'
  | 'rated'
  | 'clock_recomputed'
  | 'item_opened'
  | 'items_ended';

export type CaseAction = {
  readonly actionId: string;
  readonly seq: number;
  readonly type: ActionType;
  readonly step: string | null;
  readonly outcome: string | null;
  readonly actorKind: ActorKind;
  readonly actorId: string | null;
  readonly actorRole: string | null;
  readonly actorOrgId: string | null;
  /** When it took effect: for the clock, the due date itself, even if the server was down. */
  readonly at: string;
  /** Null once erased. */
  readonly body: ActionBody | null;
};

/** What was withdrawn or became a part of another case is not rated by itself. */
export const isRateable = (state: Pick<CaseState, 'status' | 'end' | 'ratedStars'>): boolean =>
  state.status === 'ended' && state.ratedStars === null && state.end !== 'withdrawn' && state.end !== 'merged';
