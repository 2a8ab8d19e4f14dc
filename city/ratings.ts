// 好差评: what the city's people thought of the service, and how bad ratings were answered.

import { hour, type Story } from './story.ts';

const comments: Readonly<Record<number, readonly string[]>> = {
  5: ['很快，手机上就办好了', '工作人员很耐心', ''],
  4: ['总体不错，等了两天', ''],
  3: ['流程有点长', ''],
  2: ['打电话没人接，补了两次材料', '等太久了'],
  1: ['赔得太慢，影响看病', '一直没人联系我'],
};
const answeredAfterMs = 30 * hour;

/** Rates what has ended and can be rated, some hours after its end. */
export async function rateEnded(story: Story, nowMs: number, stars: number): Promise<void> {
  const { world, person } = story;
  for (const held of story.cases.values()) {
    const { state } = held;
    if (state.status !== 'ended' || state.ratedStars !== null || !state.endedAt) continue;
    const at = Date.parse(state.endedAt) + world.random.int(1, 40) * hour;
    if (at > nowMs) continue;
    world.setNow(at);
    const row = await world.rate(held, person, stars, world.random.pick(comments[stars] ?? ['']));
    if (row.due_rectify_at === null || !world.random.chance(0.5) || at + answeredAfterMs >= nowMs) continue;
    const answering = world.staffActor('supervisor', world.orgs.route('supervisor', state.region) ?? '');
    row.reply = '已电话致歉并督促经办单位整改，今后保持电话畅通。';
    row.replied_by = answering.id;
    row.replied_at = new Date(at + answeredAfterMs).toISOString();
  }
}
