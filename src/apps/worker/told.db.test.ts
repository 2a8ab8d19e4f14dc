// What a person is told in the middle of things: before deciding, before agreeing, and about whose turn it is and until when.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { card } from '#test/first-journey';
import { codeFor, createVisitor, type Visitor } from '#test/visitor';
import { form, guide, startPhoneWorld, type PhoneWorld } from './fixture.ts';

let world: PhoneWorld;
beforeAll(async () => {
  world = await startPhoneWorld();
});
afterAll(() => world?.app.close());

async function come(story: string, serviceCode: string): Promise<{ visitor: Visitor; url: string; page: string }> {
  const { visitor, personId } = await world.comeIn(story);
  const found = (await world.casesOf(personId)).find((one) => one.serviceCode === serviceCode);
  const url = `/m/cases/${found?.caseId}`;
  return { visitor, url, page: text((await visitor.get(url)).body) };
}

/** What is read aloud, without the markup. */
function text(html: string): string {
  return html
    .replace(/<style[^]*?<\/style>/, '')
    .replace(/<[^>]+>/g, '')
    .replace(/\s+/g, ' ');
}

describe('before deciding', () => {
  it('shows amount, calculation, card, last day and what silence does, above the buttons and where one confirms', async () => {
    const { visitor, url, page } = await come('claim: confirm', 'DI-006');
    const act = text((await visitor.get(`${url}/act/${encodeURIComponent('confirm/agree')}`)).body);
    const end = { page: page.indexOf('我现在可以'), act: act.indexOf('确认：') };
    for (const [where, all] of [
      ['page', page],
      ['act', act],
    ] as const) {
      const above = all.slice(0, end[where]);
      expect(above).toMatch(/核定赔付金额[\d,]+\.\d\d元/);
      expect(above).toMatch(/计算过程.*：.*（.*）.*待核/);
      expect(above).toMatch(/收款卡.*\d{4}/);
      expect(above).toMatch(/月\d+日 24:00 截止/);
      expect(above).toContain('到期没有办的：到期没有表态，按此金额支付（到账后仍可提出异议）');
    }
  });
});

describe('whose turn, until when', () => {
  it('says it once, with the same days everywhere', async () => {
    const { visitor, page } = await come('claim: docs, fresh', 'DI-006');
    const [, day, left] = /((?:\d{4}年)?\d+月\d+日) 24:00 截止，共 90 天.*?还剩 (\d+) 天/.exec(page) ?? [];
    expect(Number(left)).toBeLessThanOrEqual(92);
    const home = text((await visitor.get('/m')).body);
    expect(home).toContain(`请在${day} 24:00 前办`);
    expect(home).not.toMatch(/轮到：轮到|00:00 ?前/);
    expect(home).toMatch(/\d{20}/);
  });

  it('a withdrawn case did not do the step at which it was withdrawn', async () => {
    const { page } = await come('claim: withdrawn', 'DI-006');
    expect(page).toContain('（已完成）');
    expect(page).not.toContain('提交索赔资料（已完成）');
  });

  it('nobody is urged while cover simply runs', async () => {
    const { page } = await come('claim: docs, fresh', 'DI-001');
    expect(page).toContain('保障有效期');
    expect(page).not.toContain('催办');
  });
});

describe('before agreeing', () => {
  it('shows the terms with their sources and what it costs', async () => {
    const { visitor } = await come('cover: pay, fresh', 'DI-001');
    await visitor.post('/m/services/DI-001/start');
    const tomorrow = new Date(Date.parse(world.app.clock.now()) + 32 * 3_600_000).toISOString().slice(0, 10);
    const answers = { cover_from: tomorrow, days: '2', work_type: '网约配送员', work_region: '350203' };
    for (const [name, value] of Object.entries(answers))
      expect((await visitor.post(`/m/apply/DI-001/${name}`, { [name]: value })).statusCode).toBe(303);
    const page = text((await visitor.get('/m/apply/DI-001/review')).body);
    expect(page).toContain('2 天，每天 0.40 元，补贴 0.40 元，应付 0.40 元');
    const terms = page.slice(page.indexOf('保险条款摘要'), page.indexOf('我确认：我已阅读保险条款'));
    expect(terms).toMatch(/不赔什么 待核.*酒后驾驶.*依据：同类意外保险/);
    expect(terms).toMatch(/由.+公司.*承保和赔付/);
    expect(terms).not.toContain('{insurer}');
  });

  it('doubts a card number beside it, and does not refuse it', async () => {
    const { visitor } = await come('claim: docs, fresh', 'DI-006');
    await visitor.post('/m/services/DI-007/start');
    const doubtful = `${card.slice(0, -1)}${(Number(card.slice(-1)) + 1) % 10}`;
    expect((await visitor.post('/m/apply/DI-007/payout_card', { payout_card: doubtful })).statusCode).toBe(303);
    expect(text((await visitor.get('/m/apply/DI-007/review')).body)).toMatch(/收款卡.{0,40}核对/);
    await visitor.post('/m/apply/DI-007/payout_card', { payout_card: card });
    expect(text((await visitor.get('/m/apply/DI-007/review')).body)).not.toMatch(/收款卡.{0,40}核对/);
  });
});

describe('what was given before', () => {
  it('a returned claim begins with all of it, papers and card too, and is sent again as it stands', async () => {
    const { visitor, url, page } = await come('claim: docs, returned', 'DI-006');
    expect(page).toContain('缺少收费章');
    expect((await visitor.post('/m/services/DI-007/start')).headers.location).toBe('/m/apply/DI-007');
    expect((await visitor.get('/m/apply/DI-007')).headers.location).toBe('/m/apply/DI-007/review');
    const review = text((await visitor.get('/m/apply/DI-007/review')).body);
    expect(review).toMatch(/收款卡.*\d{4}/);
    expect(review).toMatch(/医疗票据\d 个文件/);
    const sent = await visitor.post('/m/apply/DI-007/submit');
    expect(sent.headers.location).toBe(`${url}/receipt`);
    const receipt = text((await visitor.get(`${url}/receipt`)).body);
    const today = world.app.clock.now().slice(0, 4);
    expect(receipt).toContain(`提交时间${today}年`);
    const minute = new Date(Date.parse(world.app.clock.now()) + 8 * 3_600_000).toISOString().slice(11, 15);
    expect(receipt).toMatch(new RegExp(`提交时间[^ ]+ ${minute}`));
  });

  it('a returned report shows its answers in the form, and keeps those that are left alone', async () => {
    const { visitor, url } = await come('claim: report, returned', 'DI-006');
    const act = `${url}/act/${encodeURIComponent('report/submit')}`;
    const shown = (await visitor.get(act)).body;
    expect(shown).toMatch(/name="accident_time"[^>]*value="\d{4}-\d\d-\d\dT/);
    expect(shown).toMatch(/name="scene_media" value="[0-9a-f-]{36}"/);
    expect((await visitor.post(act)).headers.location).toBe(url);
  });
});

describe('small things', () => {
  it('an empty signature is asked for, in words about signing', async () => {
    const { visitor } = await come('claim: docs, fresh', 'DI-006');
    await visitor.post(`${guide}/start`);
    const empty = await visitor.post(`${form}/signed`, { 'signed.typedName': '张示例', 'signed.smsCode': '' });
    expect(empty.statusCode).toBe(422);
    expect(text(empty.body)).toContain('请先签名');
    const wrong = await visitor.post(`${form}/signed`, { 'signed.typedName': '张示例', 'signed.smsCode': '000000' });
    expect(wrong.statusCode).toBe(422);
    expect(text(wrong.body)).toContain('验证码不对');
  });

  it('a code that was sent a moment ago can still be typed after leaving its page', async () => {
    const stranger = createVisitor(world.app);
    const ask = () => stranger.get('/m/login').then(() => stranger.post('/m/login', { phone: '13900008077' }));
    const { asked: first, code } = await codeFor(world.app, '13900008077', ask);
    expect(first.statusCode).toBe(303);
    const again = await ask();
    const page = await stranger.get(again.headers.location ?? '');
    expect(text(page.body)).toMatch(/刚才已经发过.*\d+ 秒后可以重新获取/);
    const challenge = /name="challenge" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
    expect((await stranger.post('/m/login/verify', { challenge, code })).headers.location).toBe('/m/register/name');
  });

  it('the time of an accident begins with now, and the guide counts what is asked', async () => {
    const { visitor } = await come('cover: pay, fresh', 'DI-001');
    const counted = Number(/会问您哪些问题（(\d+) 项/.exec((await visitor.get('/m/services/DI-006')).body)?.[1]);
    await visitor.post('/m/services/DI-006/start');
    const asked = (await visitor.get('/m/apply/DI-006/accident_time')).body;
    expect(asked).toMatch(/name="accident_time"[^>]*value="\d{4}-\d\d-\d\dT\d\d:\d\d/);
    expect(Number(/共 (\d+) 项/.exec(asked)?.[1])).toBe(counted);
  });
});

describe('finding what to do', () => {
  let visitor: Visitor;
  beforeAll(async () => {
    ({ visitor } = await world.comeIn('claim: docs, fresh'));
  });

  it('the first page offers a few, none that only offices begin', async () => {
    const home = (await visitor.get('/m')).body;
    const offered = [...home.matchAll(/class="cell" href="\/m\/services\/([A-Z]{2}-\d{3})"/g)].map(([, code]) => code);
    expect(offered).toContain('DS-001');
    expect(offered.length).toBeLessThanOrEqual(6);
    expect((await visitor.get('/m/services/DI-011')).statusCode).toBe(404);
  });

  it('a whole sentence finds what it is about', async () => {
    const found = (await visitor.get(`/m/services?q=${encodeURIComponent('我被站点扣钱了怎么办')}`)).body;
    expect(found).toContain('/m/services/DS-001');
    expect(found).not.toContain('/m/services/UN-001');
  });

  it('a file of the wrong kind is refused where it was chosen, without script', async () => {
    await visitor.post('/m/services/UN-001/start');
    const paper = {
      name: 'photo.upload',
      filename: '会员.pdf',
      type: 'application/pdf',
      bytes: Buffer.from('%PDF-1.4\n%%EOF\n'),
    };
    const refused = await visitor.upload('/m/apply/UN-001/photo', { _op: 'next' }, paper);
    expect(refused.statusCode).toBe(422);
    expect(text(refused.body)).toContain('“会员.pdf”没有收下：这里只收照片，请换一个文件。');
    expect((await visitor.get('/m/apply/UN-001/photo')).body).not.toContain('会员.pdf');
  });
});
