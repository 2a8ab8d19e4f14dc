// 好差评: what the city's people thought of the service, and how bad ratings were looked into, mended and answered.

import { invariant } from '#platform/errors';
import { hour, type Story } from './story.ts';
import type { Held } from './world.ts';

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
    if (row.due_rectify_at === null) continue;
    const rectified = [...world.held.values()].find(
      ({ state: { parentCaseId, serviceCode } }) => serviceCode === 'DS-004' && parentCaseId === state.caseId,
    );
    invariant(rectified, 'a poor rating opens its rectification');
    await rectify(story, rectified, at, nowMs);
    await world.goTo(Math.max(nowMs, world.nowMs()), [rectified]);
  }
}

/** Called back, mended, asked again; or only so far, or found to be untrue. */
async function rectify({ world }: Story, one: Held, at: number, nowMs: number): Promise<void> {
  let left = world.random.int(0, 4);
  const isUntrue = world.random.chance(0.15);
  const step = async (afterMs: number, name: string, outcome: string, data: object, reason?: string): Promise<void> => {
    left -= 1;
    if (left < 0 || at + afterMs >= nowMs) return;
    world.setNow(at + afterMs);
    const active = one.state.active.find((each) => each.step === name);
    invariant(active, `the rectification is at ${name}`);
    const actor = world.staffActor(active.role, active.orgId ?? '');
    await world.perform(one, actor, {
      type: 'act',
      step: name,
      outcome,
      data: { ...data },
      ...(reason ? { reason } : {}),
    });
  };
  if (isUntrue) {
    const record = { contact_record: '电话联系，本人说点错了星级。' };
    return step(4 * hour, 'contact-back', 'false', record, '本人更正为满意，无需整改');
  }
  await step(4 * hour, 'contact-back', 'true', { contact_record: '电话核实，反映的情况属实。' });
  await step(20 * hour, 'rectify', 'done', { rectify_text: '已电话致歉并督促经办单位整改，今后保持电话畅通。' });
  await step(answeredAfterMs, 'return-visit', 'satisfied', {}, '电话回访，本人表示满意');
}
