// The first journey as people live it: a rider on a phone-sized screen, clerks, adjuster, police, settlement officers and supervisor at
// the desk, in Chromium, with the accessibility of every page checked on the way.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { totpCode } from '#modules/identity';
import { startApp, type TestApp } from './app.ts';
import { axe, launchBrowser } from './chromium.ts';
import { card, localTime, until } from './first-journey.ts';

let app: TestApp;
let browser: Browser;
let phone: Page;
let folder: string;
let photo: string;
const desks = new Map<string, Page>();
const contexts: BrowserContext[] = [];
const faults: string[] = [];

beforeAll(async () => {
  app = await startApp({ background: true });
  browser = await launchBrowser();
  const context = await browser.newContext({
    viewport: { width: 360, height: 740 },
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
  });
  contexts.push(context);
  phone = await context.newPage();
  watch(phone, 'phone');
  folder = mkdtempSync(join(tmpdir(), 'gongdun-journey-'));
  photo = join(folder, '现场照片.jpg');
  writeFileSync(
    photo,
    await sharp({ create: { width: 640, height: 480, channels: 3, background: '#5b7' } })
      .jpeg()
      .toBuffer(),
  );
}, 120_000);
afterAll(async () => {
  await Promise.all(contexts.map((context) => context.close()));
  await browser?.close();
  await app?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** A page that throws, or a request of ours that breaks, is a fault whatever the test was looking at. */
function watch(page: Page, who: string): void {
  page.on('pageerror', (error) => faults.push(`${who}: ${error.message}`));
  page.on('response', (response) => {
    if (response.status() >= 500) faults.push(`${who}: ${response.status()} ${response.url()}`);
  });
}

const accessible = new Set<string>();
/** Each kind of page is checked once. */
async function checkAccess(page: Page): Promise<void> {
  const kind = new URL(page.url()).pathname.replaceAll(/[0-9a-f-]{36}/g, ':id').replace(/v1\..*/, '');
  if (accessible.has(kind)) return;
  accessible.add(kind);
  const found = await axe(page);
  expect(found.map((one) => `${kind}: ${one.id} ${one.targets.join(' | ')}`)).toEqual([]);
}

async function press(page: Page, name: string | RegExp): Promise<void> {
  const before = page.url();
  await page.getByRole('button', { name }).first().click();
  await page.waitForURL((url) => url.href !== before, { timeout: 15_000 });
}

async function signIn(): Promise<void> {
  await phone.goto(`${app.url}/m/login`);
  await checkAccess(phone);
  await phone.getByLabel('手机号').fill(app.city.rider.phone);
  await press(phone, '获取验证码');
  await checkAccess(phone);
  const code = await until('the SMS', async () => {
    const sms = app.parties.simulators.sms?.messages({ phone: app.city.rider.phone, limit: 1 })[0];
    return sms ? /\d{6}/.exec(JSON.stringify(sms.params ?? sms))?.[0] : null;
  });
  await phone.getByLabel(/验证码/).fill(code);
  await press(phone, '登录');
  await phone.getByText('您现在没有当天保障').or(phone.getByText('今天')).first().waitFor();
}

type Answers = Readonly<Record<string, string | readonly string[]>>;

/** Fills in a service's form question by question, as its pages ask, and submits it; gives the case's address. */
async function apply(code: string, answers: Answers, start = `${app.url}/m/services/${code}`): Promise<string> {
  await phone.goto(start);
  await checkAccess(phone);
  if (phone.url().includes('/services/')) await press(phone, /开始|继续填写/);
  for (let count = 0; count < 40 && !phone.url().endsWith('/review'); count += 1) {
    await checkAccess(phone);
    await answerPage(answers);
  }
  await checkAccess(phone);
  for (const box of await phone.locator('main input[type=checkbox]').all()) await box.check();
  await press(phone, /提交/);
  await checkAccess(phone);
  return phone.url();
}

async function answerPage(answers: Answers): Promise<void> {
  if (phone.url().includes('/consent/')) {
    const asked = phone.url();
    // Nothing is ticked before the person does it.
    expect(await phone.locator('main input[type=checkbox]').first().isChecked()).toBe(false);
    await phone.locator('main input[type=checkbox]').first().check();
    await press(phone, /继续/);
    await phone.waitForURL((url) => url.href !== asked, { timeout: 15_000 });
    return;
  }
  const name = /\/apply\/[^/]+\/([a-z_]+)/.exec(phone.url())?.[1] ?? '';
  const answer = answers[name];
  const before = phone.url();
  const main = phone.locator('main');
  if ((await main.locator('canvas').count()) > 0) await sign();
  else if (Array.isArray(answer)) {
    await main.locator('input[type=file]').setInputFiles([...answer]);
    await main
      .getByText(/已安全保存|已上传/)
      .first()
      .waitFor({ timeout: 15_000 });
  } else if (typeof answer === 'string') {
    const radio = main.getByRole('radio', { name: answer, exact: true });
    if ((await radio.count()) > 0) await radio.check();
    else if ((await main.locator('select').count()) > 0)
      await main.locator('select').first().selectOption({ label: answer });
    else if ((await main.locator('input[type=checkbox]').count()) > 0)
      await main.locator('input[type=checkbox]').first().check();
    else await fillText(name, answer);
  }
  const next = phone.getByRole('button', { name: answer === undefined ? /就选这里|跳过|继续/ : /就选这里|继续/ });
  await next.first().click();
  await phone.waitForURL((url) => url.href !== before, { timeout: 15_000 });
}

async function fillText(name: string, answer: string): Promise<void> {
  const main = phone.locator('main');
  const exact = main.locator(`[name="${name}"]:not([type=hidden])`);
  if ((await exact.count()) === 1) await exact.fill(answer);
  else await main.locator('input:not([type=hidden]):not([type=file]), textarea').last().fill(answer);
}

async function sign(): Promise<void> {
  const box = await phone.locator('main canvas').boundingBox();
  if (!box) throw new Error('no place to sign');
  await phone.mouse.move(box.x + 30, box.y + 40);
  await phone.mouse.down();
  await phone.mouse.move(box.x + 120, box.y + 90, { steps: 8 });
  await phone.mouse.move(box.x + 200, box.y + 40, { steps: 8 });
  await phone.mouse.up();
}

/** The desk of the n-th who holds a role, logged in by password and one-time code. */
async function desk(role: string, nth = 1): Promise<Page> {
  const known = desks.get(`${role}/${nth}`);
  if (known) return known;
  const account = app.city.accounts.filter((one) => one.role === role)[nth - 1];
  if (!account) throw new Error(`nobody is the ${nth}. ${role}`);
  const context = await browser.newContext({
    viewport: { width: 1366, height: 900 },
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
  });
  contexts.push(context);
  const page = await context.newPage();
  watch(page, role);
  await page.goto(`${app.url}/desk`);
  await page.getByLabel('工号').fill(account.login);
  await checkAccess(page);
  await page.getByLabel('密码').fill(account.password);
  await page.keyboard.press('Enter');
  await page.getByLabel(/动态码|验证码/).fill(totpCode(account.totpSecret, Date.now()));
  await page.keyboard.press('Enter');
  await page.getByText('退出').first().waitFor();
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await checkAccess(page);
  desks.set(`${role}/${nth}`, page);
  return page;
}

type Fill = Readonly<Record<string, string>>;

/** Opens a case by its number, takes an action, fills in its form. */
async function act(role: string, caseNo: string, action: string, fill: Fill = {}, nth = 1): Promise<void> {
  const page = await desk(role, nth);
  await page.getByPlaceholder(/按办件编号查找/).fill(caseNo);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '办理', exact: true }).waitFor({ timeout: 15_000 });
  await page.getByText(caseNo).first().waitFor();
  // The page may be the one that this clerk left open before others acted.
  await page.reload();
  await page.getByRole('heading', { name: '办理', exact: true }).waitFor({ timeout: 15_000 });
  await checkAccess(page);
  await page.getByRole('button', { name: action, exact: true }).click();
  for (const [label, value] of Object.entries(fill)) await fillDesk(page, label, value);
  await page.keyboard.press('Control+Enter');
  await page.getByText(`已提交：${action}`).first().waitFor({ timeout: 15_000 });
}

async function fillDesk(page: Page, label: string, value: string): Promise<void> {
  const group = page
    .locator('fieldset')
    .filter({ hasText: label })
    .filter({ has: page.getByRole('radio') });
  if ((await group.count()) > 0) {
    await group.first().getByText(value, { exact: true }).click();
    return;
  }
  const box = page.getByRole('combobox', { name: new RegExp(label) });
  if ((await box.count()) > 0) {
    await box.click();
    await page.getByTitle(value, { exact: true }).click();
    return;
  }
  await page.getByRole('textbox', { name: new RegExp(label) }).fill(value);
}

async function caseNoOf(url: string): Promise<string> {
  const caseId = /[0-9a-f-]{36}/.exec(url)?.[0] ?? '';
  await phone.goto(`${app.url}/m/cases/${caseId}`);
  await checkAccess(phone);
  const number = /\d{20}/.exec((await phone.locator('main').textContent()) ?? '')?.[0];
  if (!number) throw new Error(`no case number at ${phone.url()}`);
  return number;
}

it('a rider joins, buys cover, crashes, claims, is paid and rates', { timeout: 240_000 }, async ({ onTestFailed }) => {
  onTestFailed(tellWhere);
  await signIn();
  await checkAccess(phone);

  const joined = await apply('UN-001', {
    occupation: '网约配送员',
    main_platform: '鹭送外卖平台（虚构）',
    start_month: '2025-05-01',
    education: '大专',
    accept_charter: 'yes',
    photo: [photo],
  });
  const unionCase = await caseNoOf(joined);
  const county = await whoseDesk('county_union', unionCase);
  await act('county_union', unionCase, '由乡镇街道工会接收（其余）', { 分派说明: '按常接单区域' }, county);
  const township = await whoseDesk('township_union', unionCase);
  await act('township_union', unionCase, '同意接收', { 审查意见: '从业真实' }, township);
  await act('county_union', unionCase, '备案建档', {}, county);
  await phone.reload();
  await phone.getByText('电子会员证').first().waitFor();

  await apply('DI-001', { days: '2', work_type: '网约配送员', read_clause: 'yes' });
  await payAtCashier();
  await phone.goto(`${app.url}/m`);
  await phone
    .getByText(/现在在保|今天在保|您今天有保障/)
    .first()
    .waitFor();
  await checkAccess(phone);

  const reported = await apply('DI-006', {
    accident_time: localTime(app.clock.now()),
    accident_spot: '湖滨南路与演示路口',
    accident_kind: '道路交通',
    on_work: '是',
    injured_condition: '住院',
    scene_media: [photo],
  });
  const claimCase = await caseNoOf(reported);
  await act('insurer_adjuster', claimCase, '已联系上', { 联系记录与就医指引: '已电话联系，先就医，保留票据' });
  await act('insurer_adjuster', claimCase, '查勘完成，没有疑点', { 查勘报告: '现场与描述一致', 属于工作过程: '是' });
  await act('traffic_police', claimCase, '已作出事故认定', { 事故认定情况: '对方变道未让行', 申请人的责任: '无责任' });
  await act('insurer_adjuster', claimCase, '属于保险责任', { 责任核定意见: '属于保险责任' });
  await act('insurer_adjuster', claimCase, '不需要预付');

  await phone.goto(`${app.url}/m/cases/${/[0-9a-f-]{36}/.exec(reported)?.[0]}`);
  await phone
    .getByRole('link', { name: /日保医疗费用理赔/ })
    .or(phone.getByRole('button', { name: /日保医疗费用理赔/ }))
    .first()
    .click();
  await phone.waitForURL(/apply|services/);
  await apply('DI-007', {
    report_no: claimCase,
    treat_type: '住院',
    treat_hospital: '鹭江协议医院（虚构）',
    bill_total: '3860.50',
    medicare_paid: '800',
    treat_finished: '是',
    payout_card: card,
    fee_bill: [photo],
    fee_list: [photo],
    case_history: [photo],
  });
  await act('insurer_adjuster', claimCase, '资料齐全');
  await assess(claimCase);
  await phone.goto(`${app.url}/m/cases/${/[0-9a-f-]{36}/.exec(reported)?.[0]}`);
  await checkAccess(phone);
  await phone
    .getByRole('button', { name: /^同意赔付金额/ })
    .or(phone.getByRole('link', { name: /^同意赔付金额/ }))
    .first()
    .click();
  await confirmIfAsked();
  await payOutAtDesk();
  await until(
    'the case at its closing',
    async () => (await phone.reload(), (await phone.locator('main').textContent())?.includes('结案回访')),
    30_000,
  );
  await act('supervisor', claimCase, '回访完成，结案', { 回访记录: '已回访，款已收到' });

  await phone.reload();
  await phone.getByRole('radio', { name: '非常满意' }).check();
  await phone.getByRole('button', { name: /评价/ }).first().click();
  await phone
    .getByText(/您的评价|已评价|谢谢/)
    .first()
    .waitFor();
  await checkAccess(phone);
  await phone.goto(`${app.url}/m/messages`);
  await phone.getByText(/赔款/).first().waitFor();
  await checkAccess(phone);
  expect(faults).toEqual([]);
  expect(await app.services.money.brokenPromises()).toEqual([]);
});

/** What everybody had on the screen when it went wrong. */
async function tellWhere(): Promise<void> {
  for (const [who, page] of [['phone', phone] as const, ...desks]) {
    const text = await page
      .locator('body')
      .innerText()
      .catch(() => '');
    console.error(`--- ${who} ${page.url()}\n${text.slice(0, 700)}`);
  }
  console.error(faults.join('\n'));
}

async function payAtCashier(): Promise<void> {
  await until('the way to the cashier', async () => {
    await phone.reload();
    const link = phone.getByRole('link', { name: /去支付|去付款/ });
    if ((await link.count()) === 0) return false;
    await link.first().click();
    await phone.waitForLoadState();
    return true;
  });
  await checkAccess(phone);
  const cashier = await until('the cashier', async () => {
    const link = phone.getByRole('link', { name: /收银台|去支付|立即支付/ });
    if ((await link.count()) > 0) return link.first();
    await phone.waitForTimeout(300);
    await phone.reload();
    return null;
  });
  await cashier.click();
  await phone.waitForURL(/cashier/);
  await phone
    .getByRole('button', { name: /支付|付款/ })
    .first()
    .click();
  await until(
    'the policy',
    async () => (await app.services.cover.coveredAt(await personId(), app.clock.now())).covered,
  );
}

async function personId(): Promise<string> {
  const cookies = await contexts[0]?.cookies(app.url);
  const token = cookies?.find((cookie) => cookie.name === 'gd_worker')?.value ?? '';
  const session = await app.services.identity.sessionOf(token, 'worker');
  return session?.kind === 'worker' ? session.personId : '';
}

/** The desk to which the case was routed, among those that hold the role. */
async function whoseDesk(role: string, caseNo: string): Promise<number> {
  const state = await app.services.cases.engine.options.db.transaction(
    { kind: 'system', actorId: null, grants: ['*'] },
    async (tx) => {
      const { readStateByNo } = await import('#modules/cases');
      return (await tx.one(readStateByNo, [caseNo])).state;
    },
  );
  const orgId = state.active.find((one) => one.role === role)?.orgId;
  const orgZh = app.services.orgs.orgName(orgId ?? '');
  return app.city.accounts.filter((one) => one.role === role).findIndex((one) => one.orgZh === orgZh) + 1;
}

async function assess(caseNo: string): Promise<void> {
  const page = await desk('insurer_adjuster');
  await page.getByPlaceholder(/按办件编号查找/).fill(caseNo);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: '按此金额赔付', exact: true }).click();
  await page.getByRole('button', { name: '填入金额' }).click();
  await fillDesk(page, '理算说明', '按规则计算');
  await page.keyboard.press('Control+Enter');
  await page.getByText('已提交：按此金额赔付').first().waitFor({ timeout: 15_000 });
}

async function confirmIfAsked(): Promise<void> {
  await phone.waitForLoadState();
  if (!phone.url().includes('/act')) return;
  await checkAccess(phone);
  for (const box of await phone.locator('main input[type=checkbox]').all()) await box.check();
  await press(phone, /同意|提交|确认/);
}

async function payOutAtDesk(): Promise<void> {
  const maker = await desk('insurer_finance', 1);
  await maker.goto(`${app.url}/desk/payouts`);
  await maker.getByRole('checkbox').nth(1).waitFor();
  await checkAccess(maker);
  await maker.getByRole('checkbox').first().check();
  await maker
    .getByRole('button', { name: /组批|制单|生成批次/ })
    .first()
    .click();
  await maker.waitForURL(/batches\//, { timeout: 15_000 }).catch(async () => {
    await maker
      .getByRole('button', { name: /确认|确定/ })
      .last()
      .click();
    await maker.waitForURL(/batches\//);
  });
  await maker.getByRole('heading', { level: 1 }).first().waitFor();
  await checkAccess(maker);
  const checker = await desk('insurer_finance', 2);
  await checker.goto(maker.url());
  await checker
    .getByRole('button', { name: /通过|同意|批准/ })
    .first()
    .waitFor();
  await checkAccess(checker);
  await checker
    .getByRole('button', { name: /复核通过|同意|批准|通过/ })
    .first()
    .click();
  const sure = checker.getByRole('dialog').getByRole('button', { name: /确认|确定|通过/ });
  if (
    await sure
      .first()
      .isVisible({ timeout: 1_500 })
      .catch(() => false)
  )
    await sure.first().click();
}
