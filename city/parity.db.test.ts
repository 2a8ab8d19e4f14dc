// The same stories, lived through in the whole program (HTTP, PostgreSQL, jobs, the parties' simulators) and told by the city: both
// must leave the same rows in every table. Whatever differs is a fault of the city.

import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemAccess } from '#platform/access';
import { dayOf, startOfDay } from '#platform/calendar';
import { createCrypto } from '#platform/crypto';
import { serviceHash } from '#modules/catalogue';
import { readState, type CaseState } from '#modules/cases';
import { addDays } from '#modules/cover';
import { createTrace } from '#modules/trace';
import { startApp, type Caller, type TestApp } from '#test/app';
import * as journey from '#test/first-journey';
import { finishBatch } from './finish.ts';
import { approveBatch, makeBatch, pay, settlePayout, settleRefund, underwrite } from './money.ts';
import { makeOrganisations } from './orgs.ts';
import { findIn, leftBy, type Find } from './parity-tables.ts';
import { addPerson, makePerson, type CityPerson } from './people.ts';
import { makePictures } from './pictures.ts';
import { createRandom } from './random.ts';
import { makeStaff, staffByGrant } from './staff.ts';
import { upload } from './story.ts';
import { createWorld, type World } from './world.ts';

const region = '350203';
const yearMs = 365 * 86_400_000;
let app: TestApp;
let owner: pg.Client;
let rider: Caller;
let person: CityPerson;

type Form = Readonly<Record<string, unknown>>;
/** What the people and parties of a story do, in one life or the other. */
type Life = {
  open(code: string, data: Form): Promise<string>;
  rider(caseId: string, step: string, outcome: string, data?: Form): Promise<void>;
  clerk(caseId: string, step: string, outcome: string, data?: Form, reason?: string): Promise<void>;
  rate(caseId: string, stars: number, comment: string): Promise<void>;
  pay(caseId: string): Promise<void>;
  refunded(caseId: string): Promise<void>;
  paidOut(caseId: string, step: string): Promise<void>;
  suggested(caseId: string): Promise<number>;
  file(): Promise<string>;
  state(caseId: string): Promise<CaseState>;
  now(): string;
};
/** Gives the cases that it made. */
type Told = (life: Life) => Promise<readonly string[]>;

beforeAll(async () => {
  app = await startApp({ background: true });
  owner = new pg.Client({ connectionString: app.database.ownerUrl, options: '-c timezone=UTC' });
  await owner.connect();
  person = makePerson(app.city.seed, 0, Date.parse(app.city.now));
  rider = await app.worker(person.phone);
});
afterAll(async () => {
  await owner?.end();
  await app?.close();
});

// ---- the two lives -----------------------------------------------------------------------------------------------------------

function programLife(): Life {
  const state = async (caseId: string) =>
    (await app.db.transaction(systemAccess, (tx) => tx.one(readState, [caseId]))).state;
  const done = (answer: { status: number; text: string }): void => {
    if (answer.status > 201) throw new Error(`${answer.status}: ${answer.text}`);
  };
  const passed = (caseId: string, step: string) =>
    journey.until(
      `the end of ${step}`,
      async () => !(await state(caseId)).active.some((one) => one.step === step),
      60_000,
    );

  /** The first clerk at the desk that the step was routed to. */
  async function clerkAt(caseId: string, step: string): Promise<Caller> {
    const active = (await state(caseId)).active.find((one) => one.step === step);
    const found = await owner.query<{ login: string }>(
      `select s.login from staff s join staff_role r using (staff_id) where r.role = $1 and r.org_id = $2 order by s.login`,
      [active?.role, active?.orgId],
    );
    const accounts = app.city.accounts.filter((one) => one.role === active?.role);
    return app.staff(String(active?.role), 1 + accounts.findIndex((one) => one.login === found.rows[0]?.login));
  }

  return {
    now: () => app.clock.now(),
    state,
    open: async (code, data) => {
      const opened = await journey.submit(rider, code, data, region);
      done(opened);
      return opened.body.caseId;
    },
    rider: async (caseId, step, outcome, data = {}) => {
      const command = { type: 'act', step, outcome, data };
      done(await rider.post(`/api/me/cases/${caseId}/commands`, { requestId: randomUUID(), command }));
    },
    clerk: async (caseId, step, outcome, data = {}, reason) =>
      done(await journey.act(await clerkAt(caseId, step), caseId, step, outcome, data, reason)),
    rate: async (caseId, stars, comment) =>
      done(await rider.post(`/api/me/cases/${caseId}/rating`, { requestId: randomUUID(), stars, comment })),
    pay: async (caseId) => {
      await journey.until('the order at the payment party', async () => {
        const order = await app.services.money.payments.orderOf(systemAccess, caseId);
        return order?.state === 'open' && app.parties.simulators.payment?.pay(order.orderNo);
      });
      await journey.until(
        'cover',
        async () => (await state(caseId)).active.some((one) => one.step === 'in-force'),
        60_000,
      );
    },
    refunded: async (caseId) => void (await passed(caseId, 'refund-pay')),
    paidOut: async (caseId, step) => {
      app.parties.simulators.bank?.registerCard(person.card, person.name);
      await journey.payOut(app, caseId);
      await passed(caseId, step);
    },
    suggested: async (caseId) => {
      const held = await state(caseId);
      return app.db.transaction(
        systemAccess,
        async (tx) => (await app.services.cover.suggest(tx, held))?.amountFen ?? 0,
      );
    },
    file: () => journey.picture(app, rider.id),
  };
}

function cityWorld(): World {
  const { seed, now } = app.city;
  const { masterKey, origin } = app.services.config;
  const random = createRandom(seed, 'foundation');
  const orgs = makeOrganisations(random, Date.parse(now) - 2 * yearMs);
  const staff = staffByGrant(makeStaff(random, orgs, Date.parse(now) - 2 * yearMs));
  const crypto = createCrypto(masterKey, random.bytes);
  const trace = createTrace(origin, crypto, random.bytes);
  const blobs = makePictures(random, crypto);
  const { pricing } = app.services;
  const startMs = Date.parse(app.clock.now());
  return createWorld({ random, orgs, staff, crypto, trace, serviceHash, numbers: new Map(), blobs, pricing, startMs });
}

function cityLife(world: World): Life {
  const held = (caseId: string) => {
    const one = world.held.get(caseId);
    if (!one) throw new Error(`no case ${caseId}`);
    return one;
  };
  return {
    now: () => world.now(),
    state: async (caseId) => held(caseId).state,
    open: async (code, data) => (await world.openCase(code, person, region, data)).state.caseId,
    rider: (caseId, step, outcome, data = {}) =>
      world.perform(held(caseId), world.workerActor(person), { type: 'act', step, outcome, data: { ...data } }),
    clerk: (caseId, step, outcome, data = {}, reason) => {
      const active = held(caseId).state.active.find((one) => one.step === step);
      const actor = world.staffActor(active?.role ?? '', active?.orgId ?? '');
      return world.perform(held(caseId), actor, { type: 'act', step, outcome, data, reason });
    },
    rate: async (caseId, stars, comment) => void (await world.rate(held(caseId), person, stars, comment)),
    pay: async (caseId) => {
      await pay(world, held(caseId));
      await underwrite(world, held(caseId), null);
    },
    refunded: (caseId) => settleRefund(world, held(caseId), 'success'),
    paidOut: async (caseId) => {
      await makeBatch(world, held(caseId));
      await approveBatch(world, held(caseId));
      await settlePayout(world, held(caseId), 'settled');
    },
    suggested: async (caseId) => {
      const { state } = held(caseId);
      return world.db.transaction(systemAccess, async (tx) => (await world.cover.suggest(tx, state))?.amountFen ?? 0);
    },
    file: async () => upload({ world, person, cases: new Map() }, 'photo'),
  };
}

// ---- the stories -------------------------------------------------------------------------------------------------------------

const today = () => dayOf(app.clock.now());
const storyMsMax = 180_000;

/** Both lives of a story fall on one day: close to Beijing's midnight they begin after it. */
function passMidnight(): void {
  const { clock } = app;
  const leftMs = Date.parse(startOfDay(addDays(today(), 1))) - Date.parse(clock.now());
  if (leftMs < storyMsMax) clock.setOffsetMs(clock.offsetMs() + leftMs + 1_000);
}

const joins: Told = async (life) => {
  const caseId = await life.open('UN-001', {
    occupation: person.occupation,
    main_platform: '鹭送外卖平台（虚构）',
    start_month: '2025-05-01',
    usual_area: region,
    accept_charter: 'on',
    applicant_sign: { fileId: await life.file() },
    photo: [await life.file()],
  });
  await life.clerk(caseId, 'assign-union', 'region', { assign_note: '按区域归口' });
  await life.clerk(caseId, 'township-review', 'reject', {}, '平台接单记录显示已停止接单一年以上');
  await life.clerk(caseId, 'county-recheck', 'overrule');
  await life.clerk(caseId, 'county-record', 'single');
  await life.rate(caseId, 2, '等太久了');
  const card = await life.open('UN-005', {
    card_no: String((await life.state(caseId)).data['member_no']),
    reissue_reason: '损坏',
    freeze_old: 'on',
    new_photo: [await life.file()],
  });
  return [caseId, card];
};

/** Against whom nobody else of the city appeals, so that both lives find the same repeats. */
const appeals: Told = async (life) => {
  const form = {
    appeal_kind: '报酬',
    against: '没有别人反映过的小店（虚构）',
    event_time: journey.localTime(life.now()),
    facts: '送餐超时三分钟被扣五十元，申诉没有人回复。',
    expectation: '退还扣款',
    evidence_pack: [await life.file()],
  };
  const main = await life.open('DS-001', form);
  const repeat = await life.open('DS-001', { ...form, evidence_pack: [await life.file()] });
  await life.clerk(repeat, 'merge', 'done');
  await life.clerk(main, 'dispatch', 'assign', { dispatch_note: '请核实扣款依据' });
  await life.clerk(main, 'accept', 'accept');
  await life.clerk(main, 'handle', 'done', { handle_opinion: '已责令退还' });
  const letter = { reply_text: '已退还五十元。', reply_basis: '人社部发〔2021〕56号', reply_summary: '扣款已退还。' };
  await life.clerk(main, 'reply', 'done', letter);
  await life.rider(main, 'evaluate', 'satisfied', { opinion_level: '满意' });
  const asked = await life.open('DS-002', {
    topic: '社保',
    question: '跑单的人怎么参加职工养老保险，要准备什么材料？',
    reply_mode: '图文',
    publish_agree: 'on',
  });
  await life.clerk(asked, 'consult-reply', 'answered', {
    consult_answer: '按灵活就业人员参保。',
    consult_basis: '待核',
  });
  await life.rider(asked, 'consult-opinion', 'unsatisfied', { consult_doubt: '缴费基数怎么选' });
  return [main, repeat, asked];
};

const buys = async (life: Life, from: string, days: number): Promise<string> => {
  const order = {
    cover_from: from,
    days: String(days),
    work_type: '网约配送员',
    work_region: region,
    read_clause: 'on',
  };
  const caseId = await life.open('DI-001', order);
  await life.pay(caseId);
  return caseId;
};

const givesBack: Told = async (life) => {
  const cover = await buys(life, addDays(today(), 11), 5);
  const { caseNo } = await life.state(cover);
  const form = { policy_ref: caseNo, refund_dates: addDays(today(), 12), refund_days: '2', refund_why: '转行' };
  const refund = await life.open('DI-005', form);
  await life.refunded(refund);
  return [cover, refund];
};

const isPaid = async (life: Life, caseId: string): Promise<void> => {
  await life.clerk(caseId, 'doc-check', 'complete');
  const approved = { assess_note: '按条款与票据理算', approved_fen: { fen: await life.suggested(caseId) } };
  await life.clerk(caseId, 'assess', 'agree', approved);
  await life.rider(caseId, 'confirm', 'agree');
  await life.paidOut(caseId, 'pay');
  await life.clerk(caseId, 'close', 'done', { visit_note: '回访满意' });
};

const isHurt: Told = async (life) => {
  const cover = await buys(life, today(), 2);
  const claim = await life.open('DI-006', {
    accident_time: journey.localTime(life.now()),
    accident_spot: { text: '厦门市思明区湖滨南路与演示路口' },
    accident_kind: '道路交通',
    order_no: 'D20260001',
    on_work: 'on',
    injured_condition: '危重',
    scene_media: [await life.file()],
  });
  await life.clerk(claim, 'dispatch', 'contact', { contact_note: '先就医，保留票据' });
  await life.clerk(claim, 'survey', 'done', { survey_report: '现场与描述一致', survey_at_work: 'on' });
  await life.clerk(claim, 'police-doc', 'done', { police_finding: '对方变道未让行', police_liability: '无责任' });
  await life.clerk(claim, 'duty', 'yes', { duty_reason: '属于保险责任' });
  await life.clerk(claim, 'prepay-option', 'prepay', { prepay_fen: { fen: 100_000 }, payout_card: person.card });
  await life.paidOut(claim, 'prepay');
  const { caseNo } = await life.state(claim);
  const papers = { treat_type: '住院', treat_hospital: '鹭江协议医院（虚构）', treat_finished: 'on' };
  await life.open('DI-007', {
    ...papers,
    report_no: caseNo,
    bill_total: '5860.50',
    medicare_paid: '800.00',
    payout_card: person.card,
    fee_bill: [await life.file()],
    fee_list: [await life.file()],
    case_history: [await life.file()],
  });
  await isPaid(life, claim);
  const allowance = await life.open('DI-008', {
    report_ref: caseNo,
    ward_hospital: '鹭江协议医院（虚构）',
    in_date: addDays(today(), -9),
    out_date: addDays(today(), -2),
    payout_card: person.card,
    inpatient_record: [await life.file()],
  });
  await isPaid(life, allowance);
  await life.rate(claim, 5, '');
  return [cover, claim, allowance];
};

const builtIn: (oid: number, format: 'text') => (value: string) => unknown = pg.types.getTypeParser;
const dayOrNumber: Readonly<Record<number, (value: string) => unknown>> = { 1082: String, 20: Number };
/** Rows as the driver gives them, but days as days. */
const inProgram: Find = async (table, column, values) => {
  const found = await owner.query({
    text: `select * from ${table} where ${column}::text = any($1)`,
    values: [values],
    types: { getTypeParser: (oid: number) => dayOrNumber[oid] ?? builtIn(oid, 'text') },
  } as pg.QueryConfig);
  return found.rows;
};

it.each<[string, Told]>([
  ['UN-001 and UN-005: rejected, overruled, joined, rated, a new card', joins],
  ['DS-001 and DS-002: fined, a repeat merged, replied to; asked, and not content with the answer', appeals],
  ['DI-001 and DI-005: bought, and given back in part', givesBack],
  ['DI-001, DI-006, DI-007 and DI-008: hurt, paid ahead, paid twice', isHurt],
])(
  'leaves the same behind as the program: %s',
  async (_title, told) => {
    passMidnight();
    const world = cityWorld();
    addPerson(world, person, world.orgs.byCode(`platform-${person.platformCode}`).org_id ?? '');
    const inCity = await told(cityLife(world));
    finishBatch(world, world.nowMs());
    const codes = new Map(world.orgs.orgs.map((one) => [one.org_id, one.code]));
    const nameOf = (id: string) => codes.get(id) ?? (id === person.personId ? 'rider' : undefined);
    const lived = await leftBy(await told(programLife()), inProgram, nameOf);
    const made = await leftBy(inCity, findIn(world.rows), nameOf);
    expect(lived['case_action']?.length).toBeGreaterThan(5);
    for (const table of Object.keys(lived)) expect.soft(made[table], table).toEqual(lived[table]);
  },
  storyMsMax,
);
