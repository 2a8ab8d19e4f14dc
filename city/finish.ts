// What stands at the end of a batch: the state of every case with its tasks and deadlines, and the outbox as it would be by now.

import { tasksOf } from '#modules/cases';
import type { Held, World } from './world.ts';

const readAfterMs = 30 * 3_600_000;

export function finishBatch(world: World, nowMs: number): void {
  const { rows } = world;
  for (const held of world.held.values()) finishCase(world, held);
  for (const notice of rows.notice) {
    // Nothing of the past is sent again when the program starts.
    if (notice.sms_state === 'queued')
      Object.assign(notice, {
        sms_state: 'sent',
        sms_tries: 1,
        sms_provider: 'city',
        sms_provider_id: `city-${notice.notice_id}`,
        sms_at: notice.at,
      });
    const at = Date.parse(notice.at ?? '');
    if (at + readAfterMs < nowMs) notice.read_at = new Date(at + readAfterMs / 10).toISOString();
  }
}

function finishCase({ rows }: World, { state, service, head, updatedAt, deadline }: Held): void {
  rows.case_state.push({
    case_id: state.caseId,
    case_no: state.caseNo,
    dossier_id: state.dossierId,
    parent_case_id: state.parentCaseId,
    service_code: state.serviceCode,
    service_hash: state.serviceHash,
    region: state.region,
    person_id: state.personId,
    applicant_org_id: state.applicantOrgId,
    seq: state.seq,
    head,
    status: state.status,
    end_code: state.end,
    state: JSON.stringify(state),
    readers: state.readers,
    opened_at: state.openedAt,
    updated_at: updatedAt,
  });
  for (const active of tasksOf(service, state)) {
    rows.case_task.push({
      case_id: state.caseId,
      step: active.step,
      role: active.role,
      org_id: active.orgId,
      assignee_id: active.assigneeId,
      entered_at: active.enteredAt,
      due_at: active.dueAt,
      light: active.light,
      paused: active.paused !== null,
      supervised: state.supervised !== null,
      readers: state.readers,
    });
  }
  if (deadline) {
    const { step, kind, fireAt, tryAt } = deadline;
    rows.deadline.push({ case_id: state.caseId, step, kind, fire_at: fireAt, try_at: tryAt });
  }
}
