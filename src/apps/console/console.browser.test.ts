// The built desk in a real browser against canned answers: every page without an accessibility fault or a word from the content
// security policy, the clerk's work by keyboard, and what happens when somebody else was first or the login ran out.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { caseView, deskPage, startForm } from '#contract/cases';
import { rosterLines, rosterView } from '#contract/rosters';
import { erasureView, holdView, lookItem, unusualAnswer } from '#contract/privacy';
import { samplingView, sheetItem, sheetView } from '#contract/sampling';
import { pageOf } from '#platform/page';
import { axe, launchBrowser } from '#test/chromium';
import { buildConsole } from './build.ts';
import { cannedRoster, cannedRosterLines, cannedStartForm } from './canned-answers.ts';
import { cannedErasures, cannedHolds, cannedLooks, cannedUnusual } from './canned-privacy.ts';
import { cannedSampling, cannedSheet, cannedSheetId, cannedSheets } from './canned-sampling.ts';
import { startCannedApi, type CannedApi } from './canned-api.ts';
import { cannedCase, cannedTasks, caseId } from './canned-case.ts';

const viewport = { width: 1366, height: 768 };
let folder: string;
let browser: Browser;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gongdun-desk-'));
  await buildConsole({ outDir: folder });
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

test('the canned answers are such as the contract promises', () => {
  expect(caseView.safeParse(cannedCase(1)).error).toBeUndefined();
  expect(rosterView.safeParse(cannedRoster).error).toBeUndefined();
  expect(rosterLines.safeParse(cannedRosterLines).error).toBeUndefined();
  expect(startForm.safeParse(cannedStartForm).error).toBeUndefined();
  expect(deskPage.safeParse(cannedTasks({})).error).toBeUndefined();
  expect(pageOf(lookItem).safeParse(cannedLooks).error).toBeUndefined();
  expect(pageOf(erasureView).safeParse(cannedErasures).error).toBeUndefined();
  expect(pageOf(holdView).safeParse(cannedHolds).error).toBeUndefined();
  expect(pageOf(samplingView).safeParse(cannedSampling).error).toBeUndefined();
  expect(pageOf(sheetItem).safeParse(cannedSheets).error).toBeUndefined();
  expect(sheetView.safeParse(cannedSheet).error).toBeUndefined();
  expect(unusualAnswer.safeParse(cannedUnusual).error).toBeUndefined();
});

let server: CannedApi;
let page: Page;
let complaints: string[];

async function open(path: string, options: { loggedIn?: boolean; dark?: boolean } = {}): Promise<void> {
  server = await startCannedApi(folder, { loggedIn: options.loggedIn ?? true });
  page = await browser.newPage({ viewport, colorScheme: options.dark ? 'dark' : 'light' });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    const refused = /status of 4\d\d/.test(message.text());
    if (message.type() === 'error' && !refused) complaints.push(message.text());
  });
  await page.goto(server.url + path);
  await page.getByRole('heading', { level: 1 }).waitFor();
}

const heading = () => page.getByRole('heading', { level: 1 }).textContent();

beforeEach(() => {
  complaints = [];
});

afterEach(async () => {
  await page?.close();
  await server?.close();
  if (complaints.length > 0) throw new Error(complaints.join('\n'));
});

const everyPage: readonly (readonly [string, string])[] = [
  ['/desk/', '日保医疗费用理赔'],
  ['/desk/?q=99', '没有符合条件的任务'],
  [`/desk/cases/${caseId}`, '办理经过'],
  [`/desk/cases/${caseId}`, '法律保全：资料不得删除'],
  ['/desk/cases/no-such-case', '没有找到这个办件'],
  ['/desk/payouts', '全选本页'],
  ['/desk/payouts?state=unknown', '不能重付'],
  ['/desk/batches', 'PB20260311-003'],
  ['/desk/batches/0195a000-0000-7000-8000-000000000401', '同意付款'],
  ['/desk/batches/0195a000-0000-7000-8000-000000000402', '制单人不能复核自己的批次'],
  ['/desk/reconciliation', '银行有、我方没有'],
  ['/desk/ledger', '已核定待付赔款'],
  ['/desk/oversight', '件数少，不算比例'],
  ['/desk/health', '联系对方值班'],
  ['/desk/cover', '每次查询都会留痕'],
  ['/desk/erasures', '提请删除'],
  ['/desk/holds', '同意解除'],
  ['/desk/sampling', '超期 1'],
  [`/desk/sampling/${cannedSheetId}`, '请写明核对了哪一页'],
  ['/desk/looks', '一天看了 62 人，超过 50 人'],
  ['/desk/catalogue', 'DI-006'],
  ['/desk/catalogue/DI-006', '待核事项'],
  ['/desk/ratings', '提交整改答复'],
  ['/desk/notices', '任务临期'],
  ['/desk/start', '示例配送有限公司'],
  ['/desk/start/CA-901', '提交申请'],
  ['/desk/?tab=started', '日保医疗费用理赔'],
  ['/desk/no-such-page', '没有这个页面'],
];

describe.each(['light', 'dark'] as const)('%s', (mode) => {
  test('every page says what it should and has no accessibility fault', async () => {
    await open('/desk/', { dark: mode === 'dark' });
    for (const [path, text] of everyPage) {
      await page.goto(server.url + path);
      await page.getByText(text).first().waitFor();
      expect(await page.getByText('演示环境', { exact: true }).count(), `demonstration banner on ${path}`).toBe(1);
      expect(await axe(page), path).toEqual([]);
    }
  });

  test('the login has no accessibility fault', async () => {
    await open('/desk/', { dark: mode === 'dark', loggedIn: false });
    await page.getByText('演示账号').waitFor();
    expect(await axe(page)).toEqual([]);
  });

  test('every form of the case has none, filled wrongly', async () => {
    await open(`/desk/cases/${caseId}`, { dark: mode === 'dark' });
    for (const name of ['核定给付', '不予给付', '登记查勘结果', '要求补正']) {
      await page.getByRole('button', { name, exact: true }).click();
      await page.getByRole('form', { name, exact: true }).waitFor();
      await page.keyboard.press('Control+Enter');
      await page.getByText(/处需要修改/).waitFor();
      expect(await axe(page), name).toEqual([]);
    }
  });
});

test('a stranger logs in with a demonstration account and comes to where he wanted', async () => {
  await open('/desk/payouts?state=unknown', { loggedIn: false });
  await page.getByRole('button', { name: /使用.*理赔查勘员/ }).click();
  await page.getByLabel('动态验证码').waitFor();
  await page.getByRole('button', { name: '登录', exact: true }).click();
  await page.getByRole('heading', { name: '付款', level: 1 }).waitFor();
  expect(new URL(page.url()).search).toBe('?state=unknown');
});

test('a demonstration account is found by words', async () => {
  await open('/desk/', { loggedIn: false });
  const adjuster = page.getByRole('button', { name: /使用.*理赔查勘员/ });
  const finance = page.getByRole('button', { name: /使用.*结算专员/ });
  await adjuster.waitFor();
  expect(await finance.isVisible()).toBe(false);
  await page.getByLabel('查找演示账号').fill('结算');
  await finance.waitFor();
  expect(await adjuster.count()).toBe(0);
});

test('a wrong password is said and the number of the person stays', async () => {
  await open('/desk/', { loggedIn: false });
  await page.getByLabel('工号').fill('adjuster1');
  await page.getByLabel('密码').fill('wrong');
  await page.keyboard.press('Enter');
  await page.getByText('工号或密码不对。').waitFor();
  expect(await page.getByLabel('工号').inputValue()).toBe('adjuster1');
});

test('a clerk works by keyboard alone: list, case, form, submit, next', async () => {
  await open('/desk/');
  await page.getByText('35020320260312000019').waitFor();
  for (const key of ['j', 'j', 'k', 'j', 'j']) await page.keyboard.press(key);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '日保医疗费用理赔', level: 1 }).waitFor();
  expect(await page.evaluate('document.activeElement?.tagName')).toBe('H1');
  await page.getByRole('button', { name: '核定给付' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: '填入金额' }).focus();
  await page.keyboard.press('Enter');
  expect(await page.getByLabel(/^核定金额/).inputValue()).toBe('2688.40');
  await page.getByRole('radio', { name: '属于保险责任', exact: true }).focus();
  await page.keyboard.press('Space');
  await page.getByLabel(/^核定意见/).fill('票据与病历一致，按条款核定。');
  await page.keyboard.press('Control+Enter');
  await page.getByText('已提交：核定给付。').waitFor();
  expect(server.writes).toHaveLength(1);
  expect(server.writes[0]?.body).toMatchObject({
    command: {
      type: 'act',
      step: 'assess',
      outcome: 'approve',
      seen: 4,
      data: { approved_amount: '2688.40', responsibility: '属于保险责任' },
    },
  });
  await page.getByRole('link', { name: /^下一件待办/ }).waitFor();
  await page.keyboard.press('n');
  await page.waitForURL(/cases\/0195a000-0000-7000-8000-000000000100/);
});

test('the list notices new work by itself, and the place and the focus stay', async () => {
  await open('/desk/');
  await page.clock.install();
  await page.reload();
  await page.getByText('35020320260312000019').waitFor();
  for (const key of ['j', 'j', 'j']) await page.keyboard.press(key);
  const focused = () => page.evaluate('document.activeElement?.getAttribute("href")');
  const before = await focused();
  expect(before).toContain('/desk/cases/');
  const rows = await page.getByRole('row').count();
  server.arrive();
  await page.clock.fastForward(21_000);
  await expect.poll(() => page.getByRole('row').count()).toBe(rows + 1);
  expect(await focused()).toBe(before);
  await page.getByRole('link', { name: /^待办\s*13$/ }).waitFor();
});

test('the search of the head takes the slash, a whole number and a part of one', async () => {
  await open('/desk/ledger');
  await page.keyboard.press('/');
  await page.keyboard.type('35020320260310000017');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '日保医疗费用理赔', level: 1 }).waitFor();
  await page.getByLabel('按办件编号查找').fill('350203');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\?q=350203$/);
  expect(await heading()).toBe('任务');
});

describe('refusals', () => {
  const reason = () => page.getByLabel(/^理由/);
  const deny = async (text: string): Promise<void> => {
    await open(`/desk/cases/${caseId}`);
    await page.getByRole('button', { name: '不予给付', exact: true }).click();
    await reason().fill(text);
    await page.keyboard.press('Control+Enter');
  };

  test('somebody else was first: said, reloaded, the words kept, then sent against the new state', async () => {
    await deny('冲突演示');
    await page.getByText('这个办件刚刚被别人处理过了').waitFor();
    await page.getByRole('button', { name: '重新载入' }).click();
    await page.getByText('这个办件刚刚被别人处理过了').waitFor({ state: 'detached' });
    expect(await reason().inputValue()).toBe('冲突演示');
    await page.getByRole('button', { name: '确认不予给付' }).click();
    await page.getByText('已提交：不予给付。').waitFor();
    expect(server.writes[0]?.body).toMatchObject({ command: { reason: '冲突演示', seen: 5 } });
  });

  test('the login ran out: the login comes over the page and the words are still there', async () => {
    await deny('过期演示');
    const dialog = page.getByRole('dialog', { name: '登录已过期，请重新登录' });
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    expect(await dialog.isVisible()).toBe(true);
    expect(await axe(page)).toEqual([]);
    await dialog.getByRole('button', { name: /使用.*理赔查勘员/ }).click();
    await dialog.getByRole('button', { name: '登录', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await reason().inputValue()).toBe('过期演示');
  });

  test("the server's problem stands at its field until the field is changed", async () => {
    await open(`/desk/cases/${caseId}`);
    await page.getByRole('button', { name: '核定给付', exact: true }).click();
    await page.getByLabel(/^核定金额/).fill('999999');
    await page.getByRole('radio', { name: '部分属于' }).check();
    await page.getByLabel(/^核定意见/).fill('按剩余保额核定');
    await page.keyboard.press('Control+Enter');
    // 400,000 yuan is the limit of the field itself: stopped before sending.
    await page.getByText('金额不能超过 400,000.00 元，请核对。').waitFor();
    expect(server.writes).toHaveLength(0);
    await page.getByLabel(/^核定金额/).fill('399999');
    await page.keyboard.press('Control+Enter');
    await page.getByText('超过本次事故剩余保额').waitFor();
    expect(await page.getByLabel(/^核定金额/).getAttribute('aria-invalid')).toBe('true');
    await page.getByLabel(/^核定金额/).fill('1000');
    await page.getByText('超过本次事故剩余保额').waitFor({ state: 'detached' });
  });

  test('a blocked action cannot be pressed and says why', async () => {
    await open(`/desk/cases/${caseId}`);
    const blocked = page.getByRole('button', { name: '提交复核' });
    expect(await blocked.isDisabled()).toBe(true);
    await page.getByText('“提交复核”不能办：还有 1 个会签意见没有回来').waitFor();
  });
});

test('what decides a step stands above its actions', async () => {
  await open(`/desk/cases/${caseId}`);
  const shown = await page.getByText('按规则测算').boundingBox();
  const first = await page.getByRole('button', { name: '核定给付', exact: true }).boundingBox();
  expect(shown?.y).toBeLessThan(first?.y ?? 0);
});

test('the choices of a list bear their Chinese words', async () => {
  await open(`/desk/cases/${caseId}`);
  await page.getByRole('button', { name: '登记查勘结果', exact: true }).click();
  await page.getByRole('combobox', { name: /^事故原因/ }).click();
  const names = await page.getByRole('option').allTextContents();
  expect(names).toHaveLength(8);
  expect(names.join()).not.toMatch(/[a-z]/);
});

test('a masked value is shown whole only for a reason', async () => {
  await open(`/desk/cases/${caseId}`);
  await page.getByRole('button', { name: /查看全文.*身份证号/ }).click();
  await page.getByRole('button', { name: '查看', exact: true }).click();
  await page.getByText('请写明查看原因，至少四个字。').waitFor();
  expect(await axe(page)).toEqual([]);
  await page.getByLabel(/^查看原因/).fill('核对收款账户户名');
  await page.keyboard.press('Enter');
  await page.getByText('350203199001010012').waitFor();
  expect(server.writes).toMatchObject([{ body: { field: 'id_number', reason: '核对收款账户户名' } }]);
});

test('the phone number of the applicant stands in the head, whole for a reason', async () => {
  await open(`/desk/cases/${caseId}`);
  await page.getByRole('button', { name: /查看全文.*手机号/ }).click();
  await page.getByLabel(/^查看原因/).fill('首次联系申请人');
  await page.keyboard.press('Enter');
  await page.getByText('350203199001010012').waitFor();
  expect(server.writes).toMatchObject([{ body: { field: 'phone', reason: '首次联系申请人' } }]);
});

test('evidence opens, turns, enlarges, and Esc gives the focus back', async () => {
  await open(`/desk/cases/${caseId}`);
  const thumbnail = page.getByRole('button', { name: /医疗票据 1/ });
  await thumbnail.click();
  const dialog = page.getByRole('dialog', { name: /医疗票据 1/ });
  await dialog.getByRole('button', { name: '放大' }).click();
  await dialog.getByRole('button', { name: '右转' }).click();
  expect(await dialog.getByRole('img').getAttribute('style')).toMatch(/150%.*rotate\(90deg\)/);
  expect(await axe(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(await page.evaluate('document.activeElement?.textContent')).toContain('医疗票据 1');
});

test('the finance officer makes a batch of what he chose, and another approves by its fingerprint', async () => {
  await open('/desk/payouts');
  await page.getByText('全选本页').click();
  await page.getByText('已选 3 笔，合计 9,623.55 元').waitFor();
  await page.getByRole('button', { name: '组批' }).click();
  await page.getByRole('heading', { name: /^付款批次 PB/ }).waitFor();
  await page.getByRole('button', { name: '同意付款 6,292.25 元' }).click();
  await page.getByText('已同意，批次将送往银行。').waitFor();
  expect(server.writes.map(({ path }) => path)).toEqual([
    '/api/payout-batches',
    '/api/payout-batches/0195a000-0000-7000-8000-000000000401/decide',
  ]);
  expect(server.writes[1]?.body).toMatchObject({
    decision: 'approve',
    linesHash: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});

test('cover is asked with a right number only', async () => {
  await open('/desk/cover');
  await page.getByLabel(/^身份证号/).fill('350203199001010011');
  await page.getByRole('button', { name: '查询' }).click();
  await page.locator('.field-error').waitFor();
  await page.getByLabel(/^身份证号/).fill('11010519491231002X');
  await page.getByRole('button', { name: '查询' }).click();
  await page.getByText('RB350203202603090017').waitFor();
  expect(new URL(page.url()).search).toBe('');
});

test('the second page and back', async () => {
  await open('/desk/');
  await page.getByRole('button', { name: '下一页' }).click();
  await page.getByText('已是最后一页').waitFor();
  await page.reload();
  await page.getByRole('button', { name: '上一页' }).click();
  await page.getByRole('button', { name: '下一页' }).waitFor();
  expect(await heading()).toBe('任务');
});

test('a company applies: what is typed is kept, the server has the last word, and a receipt says what comes next', async () => {
  await open('/desk/start');
  await page.getByRole('link', { name: '示例：站点申请' }).click();
  await page.getByRole('button', { name: '提交申请' }).click();
  await page.getByText('有 1 处需要修改').waitFor();
  await page.getByLabel('站点联络人').fill('冲突演示');
  await page.getByText('已保存草稿').waitFor();
  await page.getByRole('button', { name: '提交申请' }).click();
  await page.getByText('没有查到这位联络人。').waitFor();
  expect(await page.getByLabel('站点联络人').inputValue()).toBe('冲突演示');
  expect(await axe(page)).toEqual([]);
  const list = { name: '5月人员名单.xlsx', mimeType: 'text/csv', buffer: Buffer.from('姓名') };
  await page.getByLabel('人员名单').setInputFiles(list);
  await page.getByText('118 人没有问题').waitFor();
  await page.getByText('与第 12 行的身份证号相同').waitFor();
  expect(await axe(page)).toEqual([]);
  await page.getByLabel('站点联络人').fill('王联络');
  await page.getByRole('button', { name: '提交申请' }).click();
  await page.getByRole('heading', { name: '已经提交', level: 1 }).waitFor();
  await page.getByText('县总工会审查').waitFor();
  expect(await axe(page)).toEqual([]);
  const sent = server.writes.filter((one) => one.path.endsWith('/start')).map((one) => one.body);
  expect(sent).toMatchObject([
    {
      role: 'enterprise',
      region: '350200',
      data: { contact_person: '王联络', staff_list: { rosterId: cannedRoster.rosterId } },
    },
  ]);
});
