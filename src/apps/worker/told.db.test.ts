// What a person is told in the middle of things: before deciding, before agreeing, and about whose turn it is and until when.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { card } from '#test/first-journey';
import type { Visitor } from '#test/visitor';
import { startPhoneWorld, type PhoneWorld } from './fixture.ts';

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
