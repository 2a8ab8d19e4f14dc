// Appeals through the whole program: phone to department to reply, the named office and nobody else, a name that the company never
// sees, repeats merged under a lock, poor ratings rectified, and two people at once wherever two can be.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemAccess } from '#platform/access';
import { statement } from '#platform/db';
import { startApp, type Answer, type Caller, type TestApp } from '#test/app';
import { act, picture, submit } from '#test/first-journey';

let app: TestApp;
let dispatcher: Caller;
let lawyer: Caller;
let hrss: Caller;
let supervisor: Caller;
let anna: Caller;
let boris: Caller;

const linksFrom = statement<[string], { to_case_id: string; kind: string }>(
  'test.appeal_links',
  'select to_case_id, kind from case_link where from_case_id = $1 order by kind',
);
const noticesOf = statement<[string], { template: string; text: string; role: string | null }>(
  'test.appeal_notices',
  'select template, text, role from notice where case_id = $1 order by at, notice_id',
);
const ratingOf = statement<[string], { stars: number; reply: string | null }>(
  'test.appeal_rating',
  'select stars, reply from rating where case_id = $1',
);

beforeAll(async () => {
  app = await startApp();
  const [first, second] = app.city.riders.filter((one) => one.phone !== app.city.rider.phone);
  dispatcher = await app.staff('case_dispatcher');
  lawyer = await app.staff('legal_aid_lawyer');
  hrss = await app.staff('hrss_reviewer');
  supervisor = await app.staff('supervisor');
  anna = await app.worker(first?.phone ?? '');
  boris = await app.worker(second?.phone ?? '');
}, 90_000);
afterAll(async () => app?.close());

const ask = <Row>(what: ReturnType<typeof statement<[string], Row>>, id: string): Promise<Row[]> =>
  app.db.transaction(systemAccess, (tx) => tx.run(what, [id]));

const appeal = (facts: string, extra: object = {}) => ({
  appeal_kind: '报酬',
  against: { name: '鹭送外卖平台（虚构）' },
  event_time: '2026-01-02T10:00:00',
  facts,
  expectation: '退还扣款并说明规则',
  hide_name: 'on',
  ...extra,
});

async function openAppeal(by: Caller, facts: string, extra: object = {}): Promise<string> {
  const made = await submit(by, 'DS-001', appeal(facts, extra));
  expect(made.status, made.text).toBe(201);
  return made.body.caseId;
}

const stepsOf = (answer: Answer): string[] => answer.body.active.map((one: { step: string }) => one.step);
const view = async (by: Caller, caseId: string, prefix = '/api/cases') => by.get(`${prefix}/${caseId}`);
const mine = (by: Caller, caseId: string) => view(by, caseId, '/api/me/cases');
const mineAct = (by: Caller, caseId: string, step: string, outcome: string, data: object = {}) =>
  by.post(`/api/me/cases/${caseId}/commands`, {
    requestId: randomUUID(),
    command: { type: 'act', step, outcome, data },
  });

describe('an appeal', () => {
  it('goes from the phone to the suggested department, is replied to, and ends with the opinion of whoever appealed', async () => {
    const caseId = await openAppeal(anna, '一月二日中午送餐超时三分钟，平台扣了我五十元，申诉没人回复。', {
      evidence_pack: [await picture(app, anna.id)],
    });
    const open = await view(dispatcher, caseId);
    expect(stepsOf(open)).toEqual(['dispatch']);
    const shown = Object.fromEntries(
      open.body.active[0].shows.map((one: { name: string; text: string }) => [one.name, one.text]),
    );
    expect(shown).toMatchObject({ hide_name: '是', urgency: '一般', appeal_subject: '报酬' });
    expect(shown['lead_org']).toContain('人力资源和社会保障局');
    expect((await mine(anna, caseId)).body.statusText).toContain('人力资源和社会保障局');

    expect((await act(hrss, caseId, 'dispatch', 'assign')).status).toBe(404);
    expect(stepsOf(await act(dispatcher, caseId, 'dispatch', 'assign'))).toEqual(['accept']);
    expect(stepsOf(await act(hrss, caseId, 'accept', 'accept'))).toEqual(['handle']);
    const handled = await act(hrss, caseId, 'handle', 'done', { handle_opinion: '平台超时扣款规则没有公示，责令退还' });
    expect(stepsOf(handled)).toEqual(['reply']);
    const replied = await act(hrss, caseId, 'reply', 'done', {
      reply_text: '经查，平台已退还五十元，并公示了超时规则。',
      reply_basis: '人社部发〔2021〕56号',
    });
    expect(stepsOf(replied)).toEqual(['evaluate']);

    const seen = await mine(anna, caseId);
    expect(seen.body.statusText).toContain('轮到您');
    // Nobody is urged, and no second round is announced, while the person has only to say whether it is well.
    expect(seen.body.actions.map((one: { key: string }) => one.key)).not.toContain('urge');
    expect(seen.body.path.at(-1)).toMatchObject({ step: 'evaluate', state: 'active' });
    const [letter] = seen.body.documents;
    expect(letter.title).toBe('诉求答复书');
    const printed = await hrss.get(`/api/documents/${letter.documentId}`);
    expect(printed.text).toContain('平台已退还五十元');
    expect(printed.text).toContain('诉求人（隐名）');
    const end = await mineAct(anna, caseId, 'evaluate', 'satisfied', { opinion_level: '满意' });
    expect([end.body.status, end.body.end]).toEqual(['ended', 'completed']);

    const told = (await ask(noticesOf, caseId)).map((one) => one.template);
    expect(told).toEqual(
      expect.arrayContaining([
        'appeal_received',
        'appeal_assigned',
        'appeal_dispatched',
        'appeal_found',
        'appeal_replied',
      ]),
    );
  });

  it('is handled by the department that was named, in its own role, and by no other', async () => {
    const caseId = await openAppeal(anna, '小区南门不让外卖车停靠，已经罚了三次。', {
      appeal_kind: '道路通行与停车卡点',
    });
    const transport = await app.staff('transport_officer');
    const police = await app.staff('traffic_police');
    const bureau = await orgOf('transport_officer');
    const given = await act(dispatcher, caseId, 'dispatch', 'assign', { lead_org: bureau, urgency: '紧急' });
    expect(stepsOf(given)).toEqual(['accept']);
    expect((await view(police, caseId)).status).toBe(404);
    expect((await act(hrss, caseId, 'accept', 'accept')).status).toBe(404);
    const todo = await transport.get('/api/desk/tasks');
    expect(todo.body.items.map((one: { caseId: string }) => one.caseId)).toContain(caseId);

    expect((await act(transport, caseId, 'accept', 'refuse')).body.code).toBe('cases.reason_required');
    const back = await act(transport, caseId, 'accept', 'refuse', {}, '停车归公安交管，不归我局');
    expect(stepsOf(back)).toEqual(['re-assign']);
    const police2 = await orgOf('traffic_police');
    expect(stepsOf(await act(supervisor, caseId, 're-assign', 'assign', { lead_org: police2 }))).toEqual(['accept']);
    // It still reads what it gave back, and cannot take it up again.
    expect((await act(transport, caseId, 'accept', 'accept')).status).toBe(403);
    expect(stepsOf(await act(police, caseId, 'accept', 'accept'))).toEqual(['handle']);
    const notice = (await ask(noticesOf, caseId)).filter((one) => one.template === 'appeal_dispatched');
    expect(notice.map((one) => one.role)).toEqual(['transport_officer', 'traffic_police']);
  });

  it('cannot be sent to an office that does not handle appeals', async () => {
    const caseId = await openAppeal(anna, '站长让我们交两千元装备押金，离职三个月不退。', { appeal_kind: '押金' });
    const bank = await orgOf('bank');
    expect((await act(dispatcher, caseId, 'dispatch', 'assign', { lead_org: bank })).body.code).toBe(
      'cases.no_organisation',
    );
  });

  it('never reaches the company: no list, no page, no letter, no notice, no copy and no opinion', async () => {
    const company = await app.staff('enterprise');
    const station = await orgOf('enterprise');
    const caseId = await openAppeal(anna, '站点每单抽两元，说是管理费。', { against: station });
    expect((await view(company, caseId)).status).toBe(404);
    const given = await act(dispatcher, caseId, 'dispatch', 'assign');
    expect(given.status).toBe(200);
    const copy = { type: 'copy', role: 'enterprise', orgId: station.orgId, reason: '请单位说明情况' };
    const cosign = { type: 'cosign', step: 'accept', role: 'enterprise', orgId: station.orgId, note: '请说明情况' };
    for (const [by, command] of [
      [dispatcher, copy],
      [hrss, cosign],
    ] as const) {
      const answer = await by.post(`/api/cases/${caseId}/commands`, { requestId: randomUUID(), command });
      expect(answer.body.code).toBe('cases.no_organisation');
    }
    await act(hrss, caseId, 'accept', 'accept');
    await act(hrss, caseId, 'handle', 'done', { handle_opinion: '已约谈' });
    await act(hrss, caseId, 'reply', 'done', { reply_text: '站点已停止收取。' });
    for (const path of ['/api/desk/tasks', '/api/desk/tasks?tab=copied', '/api/desk/notices'])
      expect((await company.get(path)).text).not.toContain(caseId);
    const [letter] = (await mine(anna, caseId)).body.documents;
    expect((await company.get(`/api/documents/${letter.documentId}`)).status).toBe(404);
    expect((await ask(noticesOf, caseId)).some((one) => one.role === 'enterprise')).toBe(false);
  });

  it('with a word of danger is urgent, and the centre and the supervisor are told', async () => {
    const caseId = await openAppeal(boris, '站长带人把我打伤了，还扣着身份证。', { appeal_kind: '安全' });
    const told = (await ask(noticesOf, caseId)).filter((one) => one.template === 'appeal_urgent');
    expect(new Set(told.map((one) => one.role))).toEqual(new Set(['case_dispatcher', 'supervisor']));
    expect(told[0]?.text).toContain('特急');
  });
});

describe('who acts at once', () => {
  it('two dispatchers: one assigns, the other sees that it is done', async () => {
    const caseId = await openAppeal(boris, '跑了四十单只算三十八单，少了两单的钱。');
    const answers = await Promise.all([
      act(dispatcher, caseId, 'dispatch', 'assign'),
      act(dispatcher, caseId, 'dispatch', 'inspect'),
    ]);
    expect(new Set(answers.map((one) => one.status))).toEqual(new Set([200, 409]));
  });

  it('signing for it while the clock takes it away: one of them, never both', async () => {
    for (const facts of ['雨天奖励少发了三天，一共六十元。', '夜班补贴这个月一分都没有到账。']) {
      const caseId = await openAppeal(boris, facts, { against: { name: `对象${facts.slice(0, 4)}` } });
      const { active } = (await act(dispatcher, caseId, 'dispatch', 'assign')).body;
      const due: string = active[0].dueAt;
      app.clock.setOffsetMs?.(Date.parse(due) - Date.now() + 1_000);
      const [signed] = await Promise.all([act(hrss, caseId, 'accept', 'accept'), runClock()]);
      await runClock();
      const now = await view(supervisor, caseId);
      app.clock.setOffsetMs?.(0);
      expect([200, 409, 403]).toContain(signed.status);
      expect(stepsOf(now)).toEqual([signed.status === 200 ? 'handle' : 're-assign']);
    }
  });
});

describe('a consultation', () => {
  it('is answered by the lawyer with its basis; the asker says whether it helped, and is else passed on', async () => {
    const made = await submit(boris, 'DS-002', {
      topic: '合同协议',
      question: '平台让我注册个体户再跑单，出了事还算不算劳动关系？',
      reply_mode: '图文',
    });
    expect(made.status, made.text).toBe(201);
    const { caseId } = made.body;
    expect(stepsOf(made)).toEqual(['consult-reply']);
    expect((await mineAct(boris, caseId, 'consult-reply', 'answered', {})).status).toBe(403);
    const answered = await act(lawyer, caseId, 'consult-reply', 'answered', {
      consult_answer: '看实际管理，不看名义。',
      consult_basis: '人社部发〔2021〕56号第一条',
    });
    expect(stepsOf(answered)).toEqual(['consult-opinion']);
    const shown = (await mine(boris, caseId)).body.active[0].shows.map((one: { text: string }) => one.text);
    expect(shown).toEqual(['看实际管理，不看名义。', '人社部发〔2021〕56号第一条']);
    expect((await act(lawyer, caseId, 'consult-opinion', 'satisfied')).status).toBe(403);
    expect(stepsOf(await mineAct(boris, caseId, 'consult-opinion', 'unsatisfied'))).toEqual(['dispatch']);
  });
});

describe('a repeat', () => {
  const said = '一月五日起配送单价由五元降为三元五角，没有提前告知，骑手群里都有截图。';

  it('is shown to a dispatcher, merged, and its applicant follows the main case without seeing the other person', async () => {
    const main = await openAppeal(anna, said, { against: { name: '重复平台（虚构）' } });
    const again = await submit(boris, 'DS-001', appeal(said, { against: { name: '重复平台' } }));
    const caseId: string = again.body.caseId;
    expect(stepsOf(again)).toEqual(['merge']);
    const no = (await view(dispatcher, main)).body.caseNo;
    expect((await view(dispatcher, caseId)).text).toContain(no);
    const merged = await act(dispatcher, caseId, 'merge', 'done');
    expect([merged.body.status, merged.body.end]).toEqual(['ended', 'merged']);
    expect(await ask(linksFrom, caseId)).toEqual([{ to_case_id: main, kind: 'merged' }]);

    await act(dispatcher, main, 'dispatch', 'assign');
    const forOffice = await view(hrss, main);
    expect(forOffice.body.merged).toMatchObject([{ asks: expect.stringContaining('单价由五元降为三元五角') }]);
    expect((await mine(anna, main)).body.merged).toEqual([]);
    const follows = await mine(boris, caseId);
    expect(follows.body.main.statusZh).toContain('部门签收');
    expect(follows.text).not.toContain(main);
    expect(follows.body.canRate).toBe(false);
    expect((await mine(boris, main)).status).toBe(404);

    await act(hrss, main, 'accept', 'accept');
    await act(hrss, main, 'handle', 'done', { handle_opinion: '约谈平台' });
    const noSummary = await act(hrss, main, 'reply', 'done', { reply_text: '林某您好，已恢复原单价。' });
    expect(noSummary.body.problems).toMatchObject([{ path: 'reply_summary' }]);
    await act(hrss, main, 'reply', 'done', {
      reply_text: '林某您好，已恢复原单价。',
      reply_summary: '平台已恢复原单价，差额下月补发。',
    });
    const after = await mine(boris, caseId);
    expect(after.body.main.replySummary).toBe('平台已恢复原单价，差额下月补发。');
    expect(after.text).not.toContain('林某');
    expect((await ask(noticesOf, caseId)).map((one) => one.template)).toContain('appeal_main_moved');
  });

  it('is not merged into a case that ends meanwhile, and stays where it was', async () => {
    const facts = '三月起每单强制扣两毛保险费，从来没有给过保单。';
    const main = await openAppeal(anna, facts, { against: { name: '并案平台' } });
    const caseId = await openAppeal(boris, facts, { against: { name: '并案平台' } });
    const [merged, ended] = await Promise.all([
      act(dispatcher, caseId, 'merge', 'done'),
      act(dispatcher, main, 'dispatch', 'inspect'),
    ]);
    const links = await ask(linksFrom, caseId);
    if (merged.status === 200) expect(links).toHaveLength(1);
    else {
      expect(merged.body.code).toBe('appeals.main_ended');
      expect(links).toEqual([]);
      expect(stepsOf(await act(dispatcher, caseId, 'merge', 'split'))).toEqual(['dispatch']);
    }
    expect([200, 409]).toContain(ended.status);
  });

  it('is the same person twice, too; unlike accounts are not', async () => {
    const other = { against: { name: '另一平台' } };
    await openAppeal(anna, '上周五晚上被顾客恶意差评，平台直接扣了一百元。', other);
    const same = await submit(anna, 'DS-001', appeal('上周五晚上顾客恶意差评，平台扣了我一百元，还没退。', other));
    expect(stepsOf(same)).toEqual(['merge']);
    const unlike = await submit(boris, 'DS-001', appeal('站点搬走以后宿舍押金没有人管。', other));
    expect(stepsOf(unlike)).toEqual(['dispatch']);
  });

  it('is merged into no case of another centre, nor into itself', async () => {
    const facts = '四月的全勤奖没有发，问了说取消了。';
    const caseId = await openAppeal(anna, facts, { against: { name: '自己平台' } });
    expect(stepsOf(await act(dispatcher, caseId, 'dispatch', 'repeat'))).toEqual(['merge']);
    expect((await act(dispatcher, caseId, 'merge', 'done')).body.code).toBe('appeals.main_unknown');
    const own = (await view(dispatcher, caseId)).body.caseNo;
    expect((await act(dispatcher, caseId, 'merge', 'done', { main_case: own })).body.code).toBe('appeals.main_is_this');
    const far = await submit(boris, 'DS-001', appeal(facts, { against: { name: '自己平台' } }), '350212');
    const { caseNo } = (await mine(boris, far.body.caseId)).body;
    expect((await act(dispatcher, caseId, 'merge', 'done', { main_case: caseNo })).body.code).toBe(
      'appeals.main_unknown',
    );
  });
});

describe('a poor rating', () => {
  it('opens its rectification by itself, is looked into, mended and answered', async () => {
    const rated = await ended(anna);
    const requestId = randomUUID();
    const rate = () => anna.post(`/api/me/cases/${rated}/rating`, { requestId, stars: 1, comment: '等了太久' });
    const [first, second] = await Promise.all([rate(), rate()]);
    expect([first.status, second.status]).toEqual([200, 200]);
    const { items } = (await anna.get('/api/me/cases')).body;
    const opened = items.filter((one: { serviceCode: string }) => one.serviceCode === 'DS-004');
    expect(opened).toHaveLength(1);
    const { caseId } = opened[0];
    const due = (await supervisor.get('/api/ratings?due=1')).body.items;
    expect(due.find((one: { caseId: string }) => one.caseId === rated).rectifyCaseId).toBe(caseId);
    const aside = await supervisor.post(`/api/ratings/${rated}/reply`, {
      requestId: randomUUID(),
      reply: '已向您致歉',
    });
    expect(aside.body.code).toBe('cases.rating_answered');

    expect(
      stepsOf(await act(supervisor, caseId, 'contact-back', 'true', { contact_record: '电话核实，确实超期两天' })),
    ).toEqual(['rectify']);
    expect(
      stepsOf(await act(dispatcher, caseId, 'rectify', 'done', { rectify_text: '已向您致歉，调整了排班' })),
    ).toEqual(['return-visit']);
    const end = await mineAct(anna, caseId, 'return-visit', 'satisfied');
    expect(end.body.end).toBe('completed');
    expect(await ask(ratingOf, rated)).toEqual([{ stars: 1, reply: '已向您致歉，调整了排班' }]);
  });

  it('comes by its own service as well, once, and only for what has ended', async () => {
    const rated = await ended(anna);
    const { caseNo } = (await mine(anna, rated)).body;
    const form = { rated_case: caseNo, score: '非常不满意', bad_reason: ['超期'], contact_back: 'on' };
    const made = await submit(anna, 'DS-004', form);
    expect(stepsOf(made)).toEqual(['contact-back']);
    expect(await ask(ratingOf, rated)).toEqual([{ stars: 1, reply: null }]);
    expect((await submit(anna, 'DS-004', form)).body.code).toBe('cases.already_rated');
    const again = await anna.post(`/api/me/cases/${rated}/rating`, { requestId: randomUUID(), stars: 5, comment: '' });
    expect(again.body.code).toBe('cases.already_rated');

    const running = await openAppeal(anna, '五月的高温补贴没有发。', { against: { name: '高温平台' } });
    const open = (await mine(anna, running)).body.caseNo;
    expect((await submit(anna, 'DS-004', { ...form, rated_case: open })).body.code).toBe('cases.not_ended');
    expect((await submit(boris, 'DS-004', { ...form, rated_case: caseNo })).status).toBe(404);
    const good = await ended(anna);
    const thanks = { ...form, rated_case: (await mine(anna, good)).body.caseNo, score: '满意', bad_reason: [] };
    expect((await submit(anna, 'DS-004', thanks)).body.end).toBe('completed');
    expect(await ask(ratingOf, good)).toEqual([{ stars: 4, reply: null }]);
  });
});

/** An appeal that was answered and found good, not rated yet. */
async function ended(by: Caller): Promise<string> {
  const caseId = await openAppeal(by, `办结用的诉求 ${randomUUID()}`, { against: { name: randomUUID() } });
  const moved = await act(dispatcher, caseId, 'dispatch', 'inspect');
  expect(moved.body.end).toBe('to_inspection');
  return caseId;
}

async function runClock(): Promise<void> {
  while (await app.services.cases.runNextDeadline());
}

async function orgOf(role: string): Promise<{ orgId: string; name: string }> {
  const found = await app.anonymous().get(`/api/orgs?role=${role}&region=350203`);
  const [org] = found.body.items;
  return { orgId: org.orgId, name: org.name };
}
