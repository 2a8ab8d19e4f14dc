// What the statements of cases give in memory. Cases are held as they stand, not as rows: their last state makes the rows when the
// batch is done (finish.ts), and nothing is turned into JSON in between.

import type { Service } from '#catalog';
import { invariant } from '#platform/errors';
import { nextDeadline, statements as cases, type CaseState, type Written } from '#modules/cases';
import type { Memory } from './memory.ts';

type Deadline = NonNullable<ReturnType<typeof nextDeadline>> & { tryAt: string };

export type Held = {
  state: CaseState;
  head: Buffer;
  updatedAt: string;
  deadline: Deadline | null;
  readonly service: Service;
};

type HeldCases = {
  readonly byId: ReadonlyMap<string, Held>;
  write(written: Written): void;
};

export function answerCases({ on, by, rows }: Memory): HeldCases {
  const byId = new Map<string, Held>();
  const byNo = new Map<string, Held>();
  const found = (held: Held | undefined) => (held ? [{ state: held.state, head: held.head }] : []);

  // Asked where a command fails, to tell a repeat from what is then a bug of the city.
  on(cases.selectRequest, () => []);
  on(cases.selectState, (caseId) => found(byId.get(caseId)));
  on(cases.readState, (caseId) => found(byId.get(caseId)));
  on(cases.answerRating, (caseId, reply, by_, at) => {
    for (const rating of by('rating', 'case_id', caseId)) {
      if (rating.replied_at === null) Object.assign(rating, { reply, replied_by: by_, replied_at: at });
    }
  });
  on(cases.selectStateByNo, (caseNo) => found(byNo.get(caseNo)));
  on(cases.widenDossier, (dossierId, readers) => {
    for (const dossier of by('dossier', 'dossier_id', dossierId)) {
      if (!readers.every((one) => dossier.readers.includes(one)))
        dossier.readers = [...new Set([...dossier.readers, ...readers])].toSorted();
    }
  });
  on(cases.insertLink, (from, to, kind, at) => {
    rows.case_link.push({ from_case_id: from, to_case_id: to, kind, at });
  });
  on(cases.claimDeadline, (now) => {
    let due: Held | null = null;
    for (const held of byId.values()) {
      const tryAt = held.deadline?.tryAt;
      if (tryAt && tryAt <= now && (!due?.deadline || tryAt < due.deadline.tryAt)) due = held;
    }
    if (!due?.deadline) return [];
    const { step, kind, fireAt } = due.deadline;
    return [{ case_id: due.state.caseId, step, kind, fire_at: fireAt, state: due.state, head: due.head }];
  });
  on(cases.holdDeadline, () => [{ done: 1 }]);
  on(cases.postponeDeadline, (caseId, tryAt) => {
    const deadline = byId.get(caseId)?.deadline;
    if (deadline) deadline.tryAt = tryAt;
  });

  function write({ service, before, state, head, rows: actions, request, recordedAt }: Written): void {
    for (const action of actions) {
      rows.log_leaf.push({ leaf_id: action.leafId, entry: action.entry, recorded_at: recordedAt });
      rows.case_action.push({
        action_id: action.actionId,
        case_id: state.caseId,
        seq: action.seq,
        type: action.type,
        step: action.step,
        outcome: action.outcome,
        actor_kind: action.actorKind,
        actor_id: action.actorId,
        actor_role: action.actorRole,
        actor_org_id: action.actorOrgId,
        at: action.at,
        recorded_at: recordedAt,
        request_id: request?.requestId ?? null,
        case_prev: action.previous,
        commitment: action.commitment,
        leaf_id: action.leafId,
      });
      rows.case_body.push({ action_id: action.actionId, salt: action.salt, body: action.body });
    }
    if (request) {
      const { requestId, actor, hash, answer } = request;
      rows.request.push({ request_id: requestId, actor, request_hash: hash, answer, at: recordedAt });
    }
    const next = nextDeadline(service, state);
    const changed = { state, head, updatedAt: recordedAt, deadline: next && { ...next, tryAt: next.fireAt } };
    const held = byId.get(state.caseId);
    invariant(before ? held : !held, `case ${state.caseNo} is opened once and first`);
    if (held) Object.assign(held, changed);
    else {
      const made: Held = { ...changed, service };
      byId.set(state.caseId, made);
      byNo.set(state.caseNo, made);
    }
  }

  return { byId, write };
}
