// Stories of accidents: reported, surveyed, judged, paid or denied; one for every step at which a claim can rest, for every end, and
// for every state that a payout can be in.

import { systemAccess } from '#platform/access';
import { dayOf } from '#platform/calendar';
import { formatYuan } from '#catalog/fields/money';
import { approveBatch, makeBatch, refuseBatch, settlePayout } from './money.ts';
import { accidentKinds, hospitals } from './names.ts';
import type { CityPerson } from './people.ts';
import { insured } from './plots-cover.ts';
import type { Move, Plot, Story } from './story.ts';
import { caseOf, custom, day, hour, minute, staff, tell, upload, verb, worker } from './story.ts';
import type { World } from './world.ts';

type Accident = { readonly hoursAgo?: number; readonly condition?: '门诊' | '住院' | '危重'; readonly kind?: string };

/** Beijing time, as the page's field sends it. */
function localTime(atMs: number): string {
  return new Date(atMs + 8 * hour).toISOString().slice(0, 16);
}

function accident(story: Story, { hoursAgo = 2, condition = '门诊', kind }: Accident): Record<string, unknown> {
  const { world, person } = story;
  const { lat, lng, zh, spot } = person.district;
  const offset = () => world.random.int(-90, 90) / 10_000;
  const hospital = world.random.pick(hospitals);
  return {
    accident_time: localTime(world.nowMs() - hoursAgo * hour),
    accident_spot: { lat: round(lat + offset()), lng: round(lng + offset()), text: `${zh}${spot}` },
    accident_kind: kind ?? world.random.weighted(accidentKinds),
    order_no: `LS${world.random.int(10_000_000, 99_999_999)}`,
    on_work: 'on',
    injured_condition: condition,
    sent_hospital: { name: hospital.name, orgId: world.orgs.byCode(`hospital-${hospital.code}`).org_id },
    ...(hoursAgo > 48 ? { late_reason: '受伤后一直在医院治疗，没有及时报案' } : {}),
    scene_media: [upload(story, 'scene')],
  };
}

function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

export const report = (afterMs: number, details: Accident = {}): Move =>
  custom(afterMs, async (story) => {
    story.cases.set(
      'claim',
      await story.world.openCase('DI-006', story.person, story.person.district.region, accident(story, details)),
    );
  });

type Bill = { readonly totalFen?: number; readonly medicareFen?: number };

function medicalForm(
  story: Story,
  name: string,
  { totalFen = 386_450, medicareFen = 90_000 }: Bill,
): Record<string, unknown> {
  const { world, person } = story;
  const hospital = hospitals[0];
  return {
    report_no: caseOf(story, name).state.caseNo,
    treat_type: '门急诊',
    treat_hospital: { name: hospital.name, orgId: world.orgs.byCode(`hospital-${hospital.code}`).org_id },
    bill_total: formatYuan(totalFen).replaceAll(',', ''),
    medicare_paid: formatYuan(medicareFen).replaceAll(',', ''),
    treat_finished: 'on',
    payout_card: person.card,
    fee_bill: [upload(story, 'bill')],
    fee_list: [upload(story, 'bill')],
    case_history: [upload(story, 'record')],
  };
}

/** 医疗费用理赔 takes the waiting step of its report. */
const bills = (afterMs: number, bill: Bill = {}): Move =>
  custom(afterMs, async (story) => {
    const { world, person } = story;
    await world.openCase('DI-007', person, person.district.region, medicalForm(story, 'claim', bill));
  });

/** 住院津贴 on an accident whose own case does not wait any more: a case of its own that cites the report. */
const allowance = (afterMs: number): Move =>
  custom(afterMs, async (story) => {
    const { world, person } = story;
    const hospital = hospitals[1];
    const today = Date.parse(dayOf(world.now()));
    const form = {
      report_ref: caseOf(story, 'claim').state.caseNo,
      ward_hospital: { name: hospital.name, orgId: world.orgs.byCode(`hospital-${hospital.code}`).org_id },
      in_date: new Date(today - 9 * day).toISOString().slice(0, 10),
      out_date: new Date(today - 2 * day).toISOString().slice(0, 10),
      payout_card: person.card,
      inpatient_record: [upload(story, 'record')],
    };
    story.cases.set('claim2', await world.openCase('DI-008', person, person.district.region, form));
  });

/** 伤残 is a case of its own too; an expert rates it. */
const disability = (afterMs: number): Move =>
  custom(afterMs, async (story) => {
    const { world, person } = story;
    const hospital = hospitals[0];
    const form = {
      linked_report: caseOf(story, 'claim').state.caseNo,
      closed_on: dayOf(new Date(world.nowMs() - 3 * day).toISOString()),
      assess_org: { name: hospital.name, orgId: world.orgs.byCode(`hospital-${hospital.code}`).org_id },
      functional_loss: '右手中指不能弯曲，握不住车把',
      payout_card: person.card,
      rate_report: [upload(story, 'record')],
      image_report: [upload(story, 'record')],
    };
    story.cases.set('claim3', await world.openCase('DI-009', person, person.district.region, form));
  });
const rated = (afterMs: number) =>
  staff(afterMs, 'claim3', 'disability-rate', 'rated', {
    data: { disability_opinion: '右手中指远端指间关节强直', disability_grade: '十级' },
  });
const unrated = (afterMs: number) =>
  staff(afterMs, 'claim3', 'disability-rate', 'none', {
    data: { disability_opinion: '功能未受影响' },
    reason: '未达到最低的伤残等级',
  });

const contact = (afterMs: number) =>
  staff(afterMs, 'claim', 'dispatch', 'contact', {
    data: { contact_note: '已电话联系，提醒保留发票、病历和费用清单' },
  });
const survey = (afterMs: number) =>
  staff(afterMs, 'claim', 'survey', 'done', {
    data: { survey_report: '现场与订单轨迹相符，属配送途中', survey_at_work: 'on' },
  });
const police = (afterMs: number) =>
  staff(afterMs, 'claim', 'police-doc', 'done', {
    data: { police_finding: '对方车辆转弯未让直行', police_liability: '次要责任' },
  });
const duty = (afterMs: number, outcome: 'yes' | 'no' | 'pending' = 'yes') =>
  staff(afterMs, 'claim', 'duty', outcome, {
    data: { duty_reason: outcome === 'no' ? '事故发生时未在配送途中' : '属于保险责任' },
  });
const skipPrepay = (afterMs: number) => staff(afterMs, 'claim', 'prepay-option', 'skip');
const complete = (afterMs: number, name = 'claim') => staff(afterMs, name, 'doc-check', 'complete');

const assess = (afterMs: number, outcome: 'agree' | 'high', name = 'claim'): Move => ({
  ...custom(afterMs, async (story) => {
    const { world } = story;
    const { state } = caseOf(story, name);
    const suggested = await world.db.transaction(systemAccess, (tx) => world.cover.suggest(tx, state));
    const amountFen = suggested?.amountFen ?? 0;
    const data = { assess_note: '按条款与票据理算', approved_fen: formatYuan(amountFen).replaceAll(',', '') };
    await staff(0, name, 'assess', outcome, { data }).run(story);
  }),
  office: true,
  at: { name, step: 'assess' },
});
const deny = (afterMs: number) =>
  staff(afterMs, 'claim', 'assess', 'deny', {
    data: { assess_note: '就诊与本次事故无关' },
    reason: '所提交的医疗费用与本次事故没有因果关系',
  });
const confirm = (afterMs: number, outcome: 'agree' | 'disagree' = 'agree', name = 'claim') =>
  worker(afterMs, name, { type: 'act', step: 'confirm', outcome, data: {} });
const answerDenial = (afterMs: number, outcome: 'accept' | 'appeal') =>
  worker(afterMs, 'claim', { type: 'act', step: 'deny', outcome, data: {} });

const batched = (afterMs: number, name = 'claim') =>
  custom(afterMs, (story) => makeBatch(story.world, caseOf(story, name)));
const approved = (afterMs: number, name = 'claim') =>
  custom(afterMs, (story) => approveBatch(story.world, caseOf(story, name)));
const settled = (afterMs: number, name = 'claim') =>
  custom(afterMs, (story) => settlePayout(story.world, caseOf(story, name), 'settled'));
const bounced = (afterMs: number, state: 'returned' | 'failed', reason: string) =>
  custom(afterMs, (story) => settlePayout(story.world, caseOf(story, 'claim'), state, reason));
const close = (afterMs: number, name = 'claim') =>
  staff(afterMs, name, 'close', 'done', { data: { visit_note: '回访满意，已告知可另申请互助保障' } });

const reported = [...insured({ days: 7 }), report(20 * hour)];
const surveyed = [...reported, contact(hour), survey(20 * hour), police(30 * hour)];
const accepted = [...surveyed, duty(5 * hour), skipPrepay(hour)];
const billed = [...accepted, bills(3 * day)];
const assessed = [...billed, complete(20 * hour), assess(30 * hour, 'agree')];
const owed = [...assessed, confirm(8 * hour)];
const sent = [...owed, batched(2 * hour), approved(hour)];
const paidOut = [...sent, settled(3 * hour)];
const closed = [...paidOut, close(20 * hour)];
const denied = [...billed, complete(20 * hour), deny(30 * hour)];

const prepayMove = (afterMs: number): Move =>
  custom(afterMs, (story) =>
    staff(0, 'claim', 'prepay-option', 'prepay', {
      data: { prepay_fen: '3000.00', payout_card: story.person.card },
    }).run(story),
  );
const prepaying = [
  ...insured({ days: 7 }),
  report(20 * hour, { condition: '危重', kind: '道路交通' }),
  contact(hour),
  survey(6 * hour),
  police(8 * hour),
  duty(2 * hour),
  prepayMove(hour),
];
const backToReport = { type: 'return', step: 'dispatch', to: 'report', reason: '出险地点填写不清楚，请补充' } as const;

export const claimPlots: Readonly<Record<string, Plot>> = {
  'dispatch, fresh': { moves: reported, restMs: 40 * minute },
  'dispatch, near its end': { moves: reported, restMs: 105 * minute },
  'dispatch, late': { moves: reported, restMs: 5 * hour },
  'dispatch, reported late': {
    moves: [...insured({ days: 7 }), report(80 * hour, { hoursAgo: 60, condition: '住院' })],
    restMs: 30 * minute,
  },
  'report, returned': { moves: [...reported, verb(hour, 'claim', 'dispatch', backToReport)], restMs: 6 * hour },
  'survey and police-doc': { moves: [...reported, contact(hour)], restMs: 20 * hour },
  'police-doc alone': { moves: [...reported, contact(hour), survey(20 * hour)], restMs: 30 * hour },
  duty: { moves: surveyed, restMs: 10 * hour },
  'survey again': { moves: [...surveyed, duty(4 * hour, 'pending')], restMs: 9 * hour },
  'prepay-option': { moves: [...surveyed, duty(5 * hour)], restMs: 3 * hour },
  'prepay, drafted': { moves: prepaying, restMs: 3 * hour },
  'prepay, submitted': { moves: [...prepaying, batched(hour), approved(hour)], restMs: hour },
  'prepay, decided anew': {
    moves: [
      ...prepaying,
      verb(2 * hour, 'claim', 'prepay', {
        type: 'return',
        step: 'prepay',
        to: 'prepay-option',
        reason: '预付金额需要重新核定',
      }),
      prepayMove(2 * hour),
    ],
    restMs: 2 * hour,
  },
  'prepaid and billed': {
    moves: [...prepaying, batched(hour), approved(hour), settled(2 * hour), bills(2 * day)],
    restMs: 5 * hour,
  },
  'docs, fresh': { moves: accepted, restMs: 2 * day },
  'docs, near its end': { moves: accepted, restMs: 80 * day },
  'remind-docs': { moves: accepted, restMs: 100 * day },
  'doc-check': { moves: billed, restMs: 5 * hour },
  'docs, returned': {
    moves: [...billed, staff(20 * hour, 'claim', 'doc-check', 'return', { reason: '发票联缺少收费章，请补传' })],
    restMs: 20 * hour,
  },
  'assess, fresh': { moves: [...billed, complete(20 * hour)], restMs: 2 * day },
  'assess, near its end': { moves: [...billed, complete(20 * hour)], restMs: 28 * day },
  'assess-dual': { moves: [...billed, complete(20 * hour), assess(30 * hour, 'high')], restMs: 6 * hour },
  confirm: { moves: assessed, restMs: 20 * hour },
  'confirm, after a second look': {
    moves: [
      ...billed,
      complete(20 * hour),
      assess(30 * hour, 'high'),
      staff(5 * hour, 'claim', 'assess-dual', 'approve', { which: 1, data: { review_opinion: '同意理算意见' } }),
    ],
    restMs: 10 * hour,
  },
  'pay, drafted': { moves: owed, restMs: 5 * hour },
  'pay, disputed': { moves: [...assessed, confirm(8 * hour, 'disagree')], restMs: 30 * hour },
  'pay, by silence': { moves: assessed, restMs: 12 * day },
  'pay, batched': { moves: [...owed, batched(2 * hour)], restMs: 2 * hour },
  'pay, sent back by the checker': {
    moves: [
      ...owed,
      batched(2 * hour),
      custom(hour, (story) => refuseBatch(story.world, caseOf(story, 'claim'), '请先核对开户行后再付')),
    ],
    restMs: 3 * hour,
  },
  'pay, submitted': { moves: sent, restMs: hour },
  'pay, unknown': {
    moves: [
      ...owed,
      batched(2 * hour),
      custom(hour, (story) => approveBatch(story.world, caseOf(story, 'claim'), false)),
    ],
    restMs: 2 * hour,
  },
  'docs, card returned': { moves: [...sent, bounced(3 * hour, 'returned', '户名不符')], restMs: 20 * hour },
  'docs, bank refused': { moves: [...sent, bounced(3 * hour, 'failed', '银行未受理')], restMs: 30 * hour },
  'paid at the second try': {
    moves: [
      ...sent,
      bounced(3 * hour, 'returned', '户名不符'),
      bills(day),
      complete(9 * hour),
      assess(8 * hour, 'agree'),
      confirm(5 * hour),
      batched(hour),
      approved(hour),
      settled(2 * hour),
    ],
    restMs: 10 * hour,
  },
  'close, fresh': { moves: paidOut, restMs: 20 * hour },
  completed: { moves: closed, restMs: 6 * day },
  'second benefit, doc-check': { moves: [...closed, allowance(2 * day)], restMs: 6 * hour },
  'second benefit, completed': {
    moves: [
      ...closed,
      allowance(2 * day),
      complete(20 * hour, 'claim2'),
      assess(20 * hour, 'agree', 'claim2'),
      confirm(9 * hour, 'agree', 'claim2'),
      batched(hour, 'claim2'),
      approved(hour, 'claim2'),
      settled(2 * hour, 'claim2'),
      close(20 * hour, 'claim2'),
    ],
    restMs: 5 * day,
  },
  'disability-rate': { moves: [...closed, disability(20 * day)], restMs: 4 * day },
  'disability-start, returned': {
    moves: [
      ...closed,
      disability(20 * day),
      verb(2 * day, 'claim3', 'disability-rate', {
        type: 'return',
        step: 'disability-rate',
        to: 'disability-start',
        reason: '评定书缺少机构公章，请补传',
      }),
    ],
    restMs: day,
  },
  'disability, assess': { moves: [...closed, disability(20 * day), rated(5 * day)], restMs: 2 * day },
  'disability, too slight': { moves: [...closed, disability(20 * day), unrated(5 * day)], restMs: 2 * day },
  'disability, completed': {
    moves: [
      ...closed,
      disability(20 * day),
      rated(5 * day),
      assess(20 * hour, 'high', 'claim3'),
      staff(9 * hour, 'claim3', 'assess-dual', 'approve', { which: 1, data: { review_opinion: '同意按十级赔付' } }),
      confirm(9 * hour, 'agree', 'claim3'),
      batched(hour, 'claim3'),
      approved(hour, 'claim3'),
      settled(2 * hour, 'claim3'),
      close(20 * hour, 'claim3'),
    ],
    restMs: 5 * day,
  },
  deny: { moves: denied, restMs: 3 * day },
  'deny, not our duty': { moves: [...surveyed, duty(5 * hour, 'no')], restMs: 20 * hour },
  rejected: { moves: [...denied, answerDenial(2 * day, 'accept')], restMs: 5 * day },
  'rejected by silence': { moves: denied, restMs: 40 * day },
  appealed: { moves: [...denied, answerDenial(3 * day, 'appeal')], restMs: 5 * day },
  redirected: { moves: [report(0)], restMs: 3 * day },
  expired: { moves: accepted, restMs: 130 * day },
  withdrawn: {
    moves: [...accepted, worker(2 * day, 'claim', { type: 'withdraw', reason: '对方已经赔付，不再索赔' })],
    restMs: 3 * day,
  },
};

/** An ordinary accident of the last months, somewhere on its way or long closed. */
export async function tellAccident(world: World, person: CityPerson, endMs: number): Promise<Story> {
  const { random } = world;
  const bill = { totalFen: random.int(8_000, 900_000), medicareFen: 0 };
  const moves = [
    ...insured({ days: random.pick([7, 15, 31]) }),
    report(random.int(6, 150) * hour, {
      hoursAgo: random.int(1, 2),
      condition: random.weighted([
        ['门诊', 7],
        ['住院', 3],
      ]),
    }),
    contact(random.int(20, 110) * minute),
    survey(random.int(4, 30) * hour),
    police(random.int(20, 60) * hour),
    duty(random.int(3, 20) * hour),
    skipPrepay(random.int(1, 5) * hour),
    bills(random.int(2, 20) * day, bill),
    complete(random.int(4, 40) * hour),
    assess(random.int(8, 60) * hour, 'agree'),
    confirm(random.int(1, 80) * hour),
    batched(random.int(2, 20) * hour),
    approved(random.int(1, 4) * hour),
    settled(random.int(1, 5) * hour),
    close(random.int(5, 50) * hour),
  ];
  const restMs = random.chance(0.6) ? random.int(0, 60) * day : random.int(1, 40) * hour;
  const from = random.chance(0.6) ? moves.length : random.int(4, moves.length - 1);
  return tell(world, person, { moves: moves.slice(0, from), restMs, ordinary: true }, endMs);
}
