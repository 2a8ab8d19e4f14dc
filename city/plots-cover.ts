// Stories of daily cover: bought, doubted, given back; one for every step at which a purchase or a refund can rest, and every end.

import { addDays } from '#modules/cover';
import { dayOf, startOfDay } from '#platform/calendar';
import { failPayment, pay, settleRefund, underwrite } from './money.ts';
import type { CityPerson } from './people.ts';
import type { Move, Plot, Story } from './story.ts';
import { caseOf, custom, day, hour, minute, staff, tell, verb, worker } from './story.ts';
import type { World } from './world.ts';

type Purchase = { readonly startsIn?: number; readonly days?: number; readonly workType?: string };

/** Nobody buys today's cover so late that payment and checks would end after midnight. */
const lastOrderMs = 21.5 * hour;

function order(story: Story, { startsIn = 0, days = 1, workType }: Purchase): Record<string, unknown> {
  const today = dayOf(story.world.now());
  const isLate = story.world.nowMs() - Date.parse(startOfDay(today)) > lastOrderMs;
  return {
    cover_from: addDays(today, isLate ? Math.max(1, startsIn) : startsIn),
    days: String(days),
    work_type: workType ?? story.person.occupation,
    work_region: story.person.district.region,
    read_clause: 'on',
  };
}

export const buy = (purchase: Purchase = {}, afterMs = 0): Move =>
  custom(afterMs, async (story) => {
    story.cases.set(
      'cover',
      await story.world.openCase('DI-001', story.person, story.person.district.region, order(story, purchase)),
    );
  });

export const paid = (afterMs: number): Move => custom(afterMs, (story) => pay(story.world, caseOf(story, 'cover')));

const underwritten = (afterMs: number): Move =>
  custom(afterMs, (story) => underwrite(story.world, caseOf(story, 'cover'), null));

/** Bought, paid and in force. */
export const insured = (purchase: Purchase = {}): readonly Move[] => [
  buy(purchase),
  paid(3 * minute),
  underwritten(minute),
];

const doubted = [
  buy({ workType: '货车司机', days: 3 }),
  paid(4 * minute),
  custom(minute, (story) => underwrite(story.world, caseOf(story, 'cover'), '高风险职业，转人工核保')),
];
const note = { data: { underwriter_note: '已与投保人电话核对从业情况' } };
const sendBack = {
  type: 'return',
  step: 'eligibility-manual',
  to: 'apply',
  reason: '起保日期与年龄限制不符，请修改后再提交',
} as const;

/** `old` is told with somebody above the age limit. */
export type CoverPlot = Plot & { readonly old?: true };

export const enrolPlots: Readonly<Record<string, CoverPlot>> = {
  'pay, fresh': { moves: [buy({ days: 7 })], restMs: 5 * minute },
  'pay, near its end': { moves: [buy()], restMs: 26 * minute },
  'pay, second try': {
    moves: [buy({ days: 2 }), custom(8 * minute, (story) => failPayment(story.world, caseOf(story, 'cover')))],
    restMs: 4 * minute,
  },
  underwrite: { moves: [buy({ days: 3 }), paid(3 * minute)], restMs: 2 * minute },
  'manual-underwrite, fresh': { moves: doubted, restMs: 50 * minute },
  'manual-underwrite, late': { moves: doubted, restMs: 5 * hour },
  'manual-underwrite, approved': {
    moves: [...doubted, staff(hour, 'cover', 'manual-underwrite', 'approve', note)],
    restMs: 20 * hour,
  },
  'eligibility-manual, fresh': { moves: [buy({ days: 5 })], restMs: 40 * minute, old: true },
  'eligibility-manual, late': { moves: [buy()], restMs: 7 * hour, old: true },
  'eligibility-manual, passed': {
    moves: [
      buy({ days: 10 }),
      staff(2 * hour, 'cover', 'eligibility-manual', 'pass', note),
      paid(5 * minute),
      underwritten(minute),
    ],
    restMs: 30 * hour,
    old: true,
  },
  'apply, returned': {
    moves: [buy(), verb(2 * hour, 'cover', 'eligibility-manual', sendBack)],
    restMs: 3 * hour,
    old: true,
  },
  'in-force, today': { moves: insured(), restMs: 30 * minute },
  'in-force, a month': { moves: insured({ days: 31 }), restMs: 3 * day },
  'in-force, tomorrow': { moves: insured({ startsIn: 1, days: 5 }), restMs: 4 * hour },
  'refund-pay, after underwriting': {
    moves: [
      ...doubted,
      staff(2 * hour, 'cover', 'manual-underwrite', 'reject', {
        ...note,
        reason: '车辆为营运危险品运输车，不在承保范围',
      }),
    ],
    restMs: 5 * hour,
  },
  'cancelled, refunded': {
    moves: [
      ...doubted,
      staff(2 * hour, 'cover', 'manual-underwrite', 'reject', {
        ...note,
        reason: '车辆为营运危险品运输车，不在承保范围',
      }),
      custom(hour, (story) => settleRefund(story.world, caseOf(story, 'cover'), 'success')),
    ],
    restMs: 4 * day,
  },
  'cancelled, unpaid': { moves: [buy()], restMs: 2 * day },
  rejected: {
    moves: [
      buy(),
      staff(2 * hour, 'cover', 'eligibility-manual', 'reject', {
        ...note,
        reason: '起保日已满六十六周岁，超过投保年龄',
      }),
    ],
    restMs: 2 * day,
    old: true,
  },
  withdrawn: {
    moves: [
      buy(),
      verb(hour, 'cover', 'eligibility-manual', sendBack),
      worker(3 * hour, 'cover', { type: 'withdraw', reason: '年龄超限，不买了' }),
    ],
    restMs: 3 * day,
    old: true,
  },
  completed: { moves: insured({ days: 2 }), restMs: 6 * day },
};

// ---- refunds -----------------------------------------------------------------------------------------------------------------

const giveBack = (afterMs: number, startsIn: number, days: number): Move =>
  custom(afterMs, async (story) => {
    const policy = caseOf(story, 'cover');
    const form = {
      policy_ref: policy.state.caseNo,
      refund_dates: addDays(dayOf(story.world.now()), startsIn),
      refund_days: String(days),
      refund_why: story.world.random.pick(['当日不出工', '误操作', '转行']),
    };
    story.cases.set('refund', await story.world.openCase('DI-005', story.person, story.person.district.region, form));
  });

const ahead = insured({ startsIn: 1, days: 10 });
/** The first two of the days asked for are none of the policy's. */
const doubtfulRefund = [...insured({ startsIn: 3, days: 8 }), giveBack(5 * hour, 1, 5)];
const settle = (afterMs: number, state: 'success' | 'closed') =>
  custom(afterMs, (story) => settleRefund(story.world, caseOf(story, 'refund'), state));
const sendBackRefund = {
  type: 'return',
  step: 'refund-manual',
  to: 'refund-request',
  reason: '所退日期有两天不在保单内，请核对',
} as const;

export const refundPlots: Readonly<Record<string, CoverPlot>> = {
  'refund-pay, fresh': { moves: [...ahead, giveBack(5 * hour, 2, 3)], restMs: hour },
  'refund-pay, second try': {
    moves: [...ahead, giveBack(5 * hour, 2, 3), settle(hour, 'closed')],
    restMs: 20 * hour,
  },
  'refund-manual, fresh': { moves: doubtfulRefund, restMs: 3 * hour },
  'refund-manual, late': { moves: doubtfulRefund, restMs: 6 * day },
  'refund-request, returned': {
    moves: [...doubtfulRefund, verb(4 * hour, 'refund', 'refund-manual', sendBackRefund)],
    restMs: 4 * hour,
  },
  'refund, rejected': {
    moves: [
      ...doubtfulRefund,
      staff(6 * hour, 'refund', 'refund-manual', 'reject', { ...note, reason: '所退日期不在保单保障期间内' }),
    ],
    restMs: 2 * day,
  },
  'refund, withdrawn': {
    moves: [
      ...doubtfulRefund,
      verb(4 * hour, 'refund', 'refund-manual', sendBackRefund),
      worker(2 * hour, 'refund', { type: 'withdraw', reason: '不退了，接着干' }),
    ],
    restMs: 2 * day,
  },
  'refund, paid': { moves: [...ahead, giveBack(5 * hour, 4, 4), settle(2 * hour, 'success')], restMs: 3 * day },
};

/** An ordinary rider's cover of the last month: bought for a few days at a time, some of it still running. */
export async function tellInsured(world: World, person: CityPerson, endMs: number): Promise<void> {
  const { random } = world;
  let agoDays = random.int(0, 30);
  for (
    let count = random.weighted([
      [1, 7],
      [2, 2],
      [3, 1],
    ]);
    count > 0;
    count -= 1
  ) {
    const days = random.weighted([
      [1, 5],
      [2, 2],
      [3, 2],
      [7, 3],
      [15, 1],
      [31, 1],
    ]);
    const startsIn = random.chance(0.3) ? 1 : 0;
    await tell(
      world,
      person,
      { moves: insured({ days, startsIn }), restMs: agoDays * day + random.int(30, 600) * minute },
      endMs,
    );
    agoDays -= days + startsIn + 2;
    if (agoDays < 0) return;
  }
}
