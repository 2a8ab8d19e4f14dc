// A fresh code on the phone before what needs more than a login. The message says what it is for, and it opens that and nothing else: who
// is talked into reading a code aloud must hear what it would do.

import type { Trace } from '#modules/trace';
import { systemAccess } from '#platform/access';
import type { Clock } from '#platform/clock';
import type { Database, Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import { refuse, stepUpReasons, type StepUpReason } from './contract.ts';
import type { Sessions, WorkerSession } from './sessions.ts';
import type { WorkerLogin } from './worker-login.ts';

export type StepUpOptions = {
  readonly db: Database;
  readonly trace: Trace;
  readonly clock: Clock;
  readonly sessions: Pick<Sessions, 'isSteppedUp' | 'markSteppedUp'>;
  readonly login: Pick<WorkerLogin, 'requestCode' | 'proveCode'>;
  /** The registered phone of a person. */
  readonly phoneOf: (tx: Tx, personId: string) => Promise<string | undefined>;
};

export function createStepUp({ db, trace, clock, sessions, login, phoneOf }: StepUpOptions) {
  /** Who proves: the person or the agent on their own phone; at a window, where the clerk has none here, the worker who is there. */
  function proverOf({ access, personId }: WorkerSession): string {
    return access.onBehalf?.agentKind === 'worker' && access.actorId !== null ? access.actorId : personId;
  }

  async function ownPhone(session: WorkerSession): Promise<string> {
    const phone = await db.transaction(systemAccess, (tx) => phoneOf(tx, proverOf(session)));
    invariant(phone !== undefined, 'who is logged in has a phone');
    return phone;
  }

  /** Counted for the person: the network is everybody's in the same house. */
  async function requestStepUp(session: WorkerSession, reason: StepUpReason) {
    const phone = await ownPhone(session);
    const message = { template: 'step_up_code', values: { purpose: stepUpReasons[reason] } };
    const { waitSeconds } = await login.requestCode(phone, `person:${proverOf(session)}`, `step_up:${reason}`, message);
    return { waitSeconds };
  }

  /** A repeat after the code was accepted finds the session proven, and is no error. */
  async function proveStepUp(token: string, session: WorkerSession, reason: StepUpReason, code: string): Promise<void> {
    const phone = await ownPhone(session);
    const isRight = await db.transaction(systemAccess, async (tx) => {
      if (!(await login.proveCode(tx, phone, `step_up:${reason}`, code))) return false;
      await sessions.markSteppedUp(tx, token, reason);
      trace.record(tx, {
        eventId: newId(),
        type: 'person.stepped_up',
        at: clock.now(),
        region: '',
        department: '',
        actorId: session.access.actorId,
        subjectId: session.personId,
        body: { reason },
      });
      return true;
    });
    if (!isRight && !(await sessions.isSteppedUp(token, reason))) throw refuse('identity.code_wrong');
  }

  return { stepUpPhone: ownPhone, requestStepUp, proveStepUp };
}
