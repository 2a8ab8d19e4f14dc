// Stories of appeals, questions and the appeals of groups: one for every desk at which they can rest, and for every end.

import type { Move, Plot, Story } from './story.ts';
import { caseOf, custom, day, hour, minute, staff, upload, verb, worker } from './story.ts';
import { dayOf } from '#platform/calendar';
import { platforms } from './names.ts';
import type { CityPerson } from './people.ts';
import type { Random } from './random.ts';

type Appeal = { readonly kind: string; readonly facts: string; readonly wish?: string; readonly hidden?: boolean };

const fined: Appeal = { kind: '奖惩', facts: '送餐超时三分钟，平台扣了我五十元，申诉按钮点了没有人回复。' };
const underpaid: Appeal = {
  kind: '报酬',
  facts: '上个月少算了四十二单的配送费，站长说系统就是这样，拿不出明细。',
  wish: '把少算的钱补给我',
};
const deposit: Appeal = {
  kind: '押金',
  facts: '离职两个月了，站点不退装备押金，说要扣清洗费。',
  wish: '退还押金一千元',
  hidden: true,
};
const barred: Appeal = {
  kind: '道路通行与停车卡点',
  facts: '小区南门不让外卖车停靠，取餐要绕行一公里，已被贴条三次。',
};
const suspended: Appeal = { kind: '账号', facts: '因为一个恶意差评账号被停三天，没有告诉我理由，也没有渠道说明情况。' };

/** Everybody tells it in words of his or her own: what two people say alike would be taken for one appeal. */
const openings = [
  '我在这个站点干了两年多，从来没有被投诉过。',
  '那天下着大雨，路上积水，',
  '家里孩子刚上学，全靠我一个人跑单，',
  '我是春节后才转到这边来跑的，',
  '同组的几个兄弟都遇到过，只是不敢说。',
  '我把截图和通话录音都保存下来了。',
  '一开始我以为是系统弄错了，等了一个星期，',
];
const closings = [
  '打了三次客服，每次都说会有专人联系。',
  '站长让我去找平台，平台又让我找站长。',
  '我问依据是哪一条，没有人说得出来。',
  '这已经是今年第二回了，实在没有办法。',
  '只想有个说法，不想因为这件事丢了工作。',
];

function told(what: Appeal, { index, district }: CityPerson): string {
  const opening = openings[index % openings.length] ?? '';
  const closing = closings[index % closings.length] ?? '';
  return `${opening}${district.spot}附近，${what.facts}${closing}`;
}

function localTime(story: Story, agoMs: number): string {
  return new Date(story.world.nowMs() - agoMs + 8 * hour).toISOString().slice(0, 16);
}

function against(story: Story): { name: string; orgId: string | null } {
  const platform = platforms.find((one) => one.code === story.person.platformCode) ?? platforms[0];
  return { name: platform.name, orgId: story.world.orgs.byCode(`platform-${platform.code}`).org_id };
}

const appeal = (what: Appeal, name = 'appeal', afterMs = 0): Move =>
  custom(afterMs, async (story) => {
    const { world, person } = story;
    const form = {
      appeal_kind: what.kind,
      against: against(story),
      event_time: localTime(story, 30 * hour),
      facts: told(what, person),
      expectation: what.wish ?? '退还扣款，并公开规则',
      ...(what.hidden ? { hide_name: 'on' } : {}),
      evidence_pack: [upload(story, 'scene')],
    };
    story.cases.set(name, await world.openCase('DS-001', person, person.district.region, form));
  });

const ask = (afterMs: number): Move =>
  custom(afterMs, async (story) => {
    const { world, person } = story;
    const form = {
      topic: '合同协议',
      question: '站点让我签个体工商户的承揽协议，签了以后受伤还算不算职业伤害？',
      involved_platform: against(story),
      reply_mode: '图文',
      publish_agree: 'on',
    };
    story.cases.set('appeal', await world.openCase('DS-002', person, person.district.region, form));
  });

const together = (afterMs: number): Move =>
  custom(afterMs, async (story) => {
    const { world, person } = story;
    const form = {
      people_count: '23',
      representatives: [{ name: person.name, phone: person.phone }],
      common_cause: '降价',
      target_org: against(story),
      first_happen: dayOf(new Date(world.nowMs() - 6 * day).toISOString()),
      demand: '每单配送费从五元降到三元八角，没有提前公示，要求恢复并听取骑手意见。',
      joint_list: [upload(story, 'record')],
      recommend_letter: [upload(story, 'record')],
    };
    story.cases.set('appeal', await world.openCase('DS-003', person, person.district.region, form));
  });

/** What is much like another's appeal is looked at first, and found to be one of its own. */
const split: Move = custom(0, async (story) => {
  const { active } = caseOf(story, 'appeal').state;
  if (active.some(({ step }) => step === 'merge')) await staff(0, 'appeal', 'merge', 'split').run(story);
});
const sent = (afterMs: number, outcome: string, data: Readonly<Record<string, unknown>> = {}): Move => ({
  ...custom(afterMs, async (story) => {
    await split.run(story);
    await staff(0, 'appeal', 'dispatch', outcome, { data }).run(story);
  }),
  office: true,
});
const dispatched = (afterMs: number) => sent(afterMs, 'assign', { dispatch_note: '请核实扣款规则和依据' });
const taken = (afterMs: number) => staff(afterMs, 'appeal', 'accept', 'accept');
const handled = (afterMs: number) =>
  staff(afterMs, 'appeal', 'handle', 'done', { data: { handle_opinion: '平台规则没有公示，已约谈并责令退还。' } });
const replied = (afterMs: number) =>
  staff(afterMs, 'appeal', 'reply', 'done', {
    data: { reply_text: '经查，平台已退还扣款，并在接单端公示了规则。', reply_basis: '人社部发〔2021〕56号' },
  });
const says = (afterMs: number, step: string, outcome: string, data: Readonly<Record<string, unknown>> = {}) =>
  worker(afterMs, 'appeal', { type: 'act', step, outcome, data });
const pleased = (afterMs: number) => says(afterMs, 'evaluate', 'satisfied', { opinion_level: '满意' });
const displeased = (afterMs: number) =>
  says(afterMs, 'evaluate', 'unsatisfied', { poor_level: '不满意', poor_why: '只说退了钱，没有说以后还扣不扣。' });
const again = (afterMs: number) =>
  staff(afterMs, 'appeal', 're-handle', 'done', { data: { second_opinion: '规则修改情况已核实，补充答复。' } });
const final = (afterMs: number, outcome: 'done' | 'escalate' = 'done') =>
  staff(afterMs, 'appeal', 'reply-final', outcome, {
    data: {
      final_text: '平台已修改超时规则，并于本周公示。',
      final_remedy: '仍有争议的，可以在一年内申请劳动争议仲裁，或向人民法院起诉。',
    },
  });
const answered = (afterMs: number) =>
  staff(afterMs, 'appeal', 'consult-reply', 'answered', {
    data: {
      consult_answer: '是否属于职业伤害看事实，不看协议名称；接单途中受伤的，可以申请职业伤害确认。',
      consult_basis: '新就业形态就业人员职业伤害保障办法（试行）（待核）',
    },
  });

const inOffice = [appeal(underpaid), dispatched(2 * hour), taken(5 * hour)];
const letter = [...inOffice, handled(40 * hour), replied(9 * hour)];
const secondTime = [...letter, displeased(20 * hour)];
const solved = staff(10 * hour, 'appeal', 'joint-team', 'solved', {
  data: { joint_plan: '平台书面承诺恢复原价，三日内召开听证。' },
});
const incomplete = {
  type: 'return',
  step: 'dispatch',
  to: 'submit',
  reason: '没有写明是哪个平台、哪一天，请补充',
} as const;

export const appealPlots: Readonly<Record<string, Plot>> = {
  'dispatch, fresh': { moves: [appeal(fined)], restMs: hour },
  'dispatch, late': { moves: [appeal(barred)], restMs: 9 * hour },
  'submit, returned': {
    moves: [appeal(suspended), split, verb(3 * hour, 'appeal', 'dispatch', incomplete)],
    restMs: 20 * hour,
  },
  'merge, a repeat': { moves: [appeal(fined, 'main'), appeal(fined, 'appeal', 5 * hour)], restMs: 3 * hour },
  merged: {
    moves: [appeal(deposit, 'main'), appeal(deposit, 'appeal', 9 * hour), staff(4 * hour, 'appeal', 'merge', 'done')],
    restMs: 2 * day,
  },
  'accept, fresh': { moves: [appeal(deposit), dispatched(2 * hour)], restMs: 3 * hour },
  're-assign, refused by the office': {
    moves: [
      appeal(barred),
      dispatched(2 * hour),
      staff(4 * hour, 'appeal', 'accept', 'refuse', { reason: '停车卡点归公安交管，不归我局' }),
    ],
    restMs: 5 * hour,
  },
  're-assign, by the timer': { moves: [appeal(suspended), dispatched(2 * hour)], restMs: 6 * day },
  handle: { moves: inOffice, restMs: 2 * day },
  'handle, near its end': { moves: inOffice, restMs: 12 * day },
  'reply, fresh': { moves: [...inOffice, handled(30 * hour)], restMs: 6 * hour },
  evaluate: { moves: letter, restMs: 30 * hour },
  're-handle': { moves: secondTime, restMs: 3 * day },
  'reply-final': { moves: [...secondTime, again(30 * hour)], restMs: 8 * hour },
  'completed, content': { moves: [...letter, pleased(10 * hour)], restMs: 5 * day },
  'completed by silence': { moves: letter, restMs: 20 * day },
  'completed at the second try': { moves: [...secondTime, again(30 * hour), final(9 * hour)], restMs: 6 * day },
  transferred: { moves: [...secondTime, again(30 * hour), final(9 * hour, 'escalate')], restMs: 6 * day },
  'to mediation': { moves: [appeal(underpaid), sent(3 * hour, 'mediate')], restMs: 4 * day },
  'to inspection': { moves: [appeal(underpaid), sent(3 * hour, 'inspect')], restMs: 4 * day },
  'to legal aid': { moves: [appeal(deposit), sent(3 * hour, 'aid')], restMs: 4 * day },
  withdrawn: {
    moves: [appeal(fined), worker(2 * hour, 'appeal', { type: 'withdraw', reason: '平台已经把钱退给我了' })],
    restMs: 3 * day,
  },
  'consult-reply': { moves: [ask(0)], restMs: 20 * hour },
  'consult-opinion': { moves: [ask(0), answered(20 * hour)], restMs: 2 * day },
  'consult, completed': {
    moves: [ask(0), answered(20 * hour), says(30 * hour, 'consult-opinion', 'satisfied')],
    restMs: 4 * day,
  },
  'joint-team': { moves: [together(0)], restMs: 7 * hour },
  'group-submit, returned': {
    moves: [
      together(0),
      verb(4 * hour, 'appeal', 'joint-team', {
        type: 'return',
        step: 'joint-team',
        to: 'group-submit',
        reason: '联名名单看不清楚，请重新上传',
      }),
    ],
    restMs: 20 * hour,
  },
  'group, replied': { moves: [together(0), solved, replied(30 * hour)], restMs: day },
  'group, completed': { moves: [together(0), solved, replied(30 * hour), pleased(9 * hour)], restMs: 6 * day },
};

/** An ordinary appeal of the last weeks, somewhere on its way or long answered. */
export function ordinaryAppeal(random: Random): Plot {
  const moves = [
    appeal(random.pick([fined, underpaid, deposit, suspended])),
    dispatched(random.int(30, 220) * minute),
    taken(random.int(1, 7) * hour),
    handled(random.int(10, 150) * hour),
    replied(random.int(2, 15) * hour),
    pleased(random.int(3, 100) * hour),
  ];
  const from = random.chance(0.6) ? moves.length : random.int(1, moves.length - 1);
  return { moves: moves.slice(0, from), restMs: random.int(2, 700) * hour, ordinary: true };
}
