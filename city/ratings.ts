// 好差评: what the city's people thought of the service, and how bad ratings were answered.

import { addWorkingDays, dayOf, startOfDay, statutoryCalendar } from '#platform/calendar';
import { newId } from '#platform/ids';
import { hour, type Story } from './story.ts';

const comments: Readonly<Record<number, readonly string[]>> = {
  5: ['很快，手机上就办好了', '工作人员很耐心', ''],
  4: ['总体不错，等了两天', ''],
  3: ['流程有点长', ''],
  2: ['打电话没人接，补了两次材料', '等太久了'],
  1: ['赔得太慢，影响看病', '一直没人联系我'],
};
const badStars = 2;

/** Rates what has ended and can be rated, some hours after its end. */
export function rateEnded(story: Story, nowMs: number, stars: number): void {
  const { world, person } = story;
  for (const held of story.cases.values()) {
    const { state } = held;
    if (state.status !== 'ended' || state.ratedStars !== null || !state.endedAt) continue;
    const at = Date.parse(state.endedAt) + world.random.int(1, 40) * hour;
    if (at > nowMs) continue;
    world.setNow(at);
    const comment = world.random.pick(comments[stars] ?? ['']);
    world.rate(held, person, stars, comment);
    const leafId = world.record({
      eventId: newId(),
      type: 'rating',
      at: world.now(),
      region: state.region,
      department: held.service.lead,
      actorId: person.personId,
      subjectId: person.personId,
      body: { case: state.caseNo, stars },
    });
    const due = stars <= badStars ? startOfDay(addWorkingDays(statutoryCalendar, dayOf(world.now()), 16)) : null;
    const answered = due !== null && world.random.chance(0.5) && at + 30 * hour < nowMs;
    const answering = world.staffActor('supervisor', world.orgs.route('supervisor', state.region) ?? '');
    world.rows.rating.push({
      case_id: state.caseId,
      person_id: person.personId,
      stars,
      comment: comment || null,
      at: world.now(),
      due_rectify_at: due,
      reply: answered ? '已电话致歉并督促经办单位整改，今后保持电话畅通。' : null,
      replied_by: answered ? answering.id : null,
      replied_at: answered ? new Date(at + 30 * hour).toISOString() : null,
      readers: [...held.state.readers],
      leaf_id: leafId,
    });
  }
}
