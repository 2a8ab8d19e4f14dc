// A security key at the desk, in Chromium with an authenticator of its own: enrolled on the page of one's account, touched to approve a
// batch, and what the pages say before, when nobody touches it, and afterwards.

import { randomUUID } from 'node:crypto';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { totpCode } from '#modules/identity';
import { startApp, type TestApp } from './app.ts';
import { axe, launchBrowser } from './chromium.ts';

let app: TestApp;
let browser: Browser;
let page: Page;
let cdp: CDPSession;
let authenticatorId: string;
const faults: string[] = [];

beforeAll(async () => {
  app = await startApp({ host: 'localhost', settings: async () => ({ APPROVER_KEYS: 'required' }) });
  browser = await launchBrowser();
  page = await browser.newPage({
    viewport: { width: 1_440, height: 900 },
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
  });
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => message.text().includes('Content Security') && faults.push(message.text()));
  cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  ({ authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'usb', hasUserVerification: true, isUserVerified: true },
  }));
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await app?.close();
});

const account = () => {
  const found = app.city.accounts.filter((one) => one.role === 'insurer_finance')[1];
  if (!found) throw new Error('the city has no second settlement officer');
  return found;
};

async function batch(): Promise<string> {
  const maker = await app.staff('insurer_finance', 1);
  const { body } = await maker.get('/api/payouts?state=drafted&limit=100');
  const payoutIds = [body.items[0].payoutId];
  return (await maker.post('/api/payout-batches', { requestId: randomUUID(), payoutIds })).body.batchId;
}

async function checkAccess(): Promise<void> {
  const faultsHere = (await axe(page)).map((one) => `${one.id}: ${one.targets.join(' ')}`);
  expect(faultsHere).toEqual([]);
}

it('is enrolled, and approves', async () => {
  const { login, password, totpSecret } = account();
  const batchId = await batch();
  await page.goto(`${app.url}/desk/batches/${batchId}`);
  await page.getByLabel('工号').fill(login);
  await page.getByLabel('密码').fill(password);
  await page.keyboard.press('Enter');
  await page.getByLabel(/动态码|验证码/).fill(totpCode(totpSecret, Date.now()));
  await page.keyboard.press('Enter');
  const approve = page.getByRole('button', { name: /^同意付款/ });
  await approve.waitFor({ timeout: 15_000 });
  expect(await approve.isDisabled()).toBe(true);
  await checkAccess();

  await page.getByRole('alert').getByRole('link', { name: '我的账户' }).click();
  await page.getByRole('button', { name: '登记安全密钥' }).waitFor();
  await checkAccess();
  await page.getByRole('button', { name: '登记安全密钥' }).click();
  await page.getByLabel('给密钥起个名字').fill('蓝色U盘');
  await page.getByRole('textbox', { name: '动态码' }).fill(totpCode(totpSecret, Date.now() + 30_000));
  await page.keyboard.press('Enter');
  await page.getByRole('cell', { name: '蓝色U盘' }).waitFor({ timeout: 15_000 });
  await checkAccess();

  await page.goto(`${app.url}/desk/batches/${batchId}`);
  // Nobody gives the PIN: the browser refuses, the page says what to do, and nothing is approved.
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
  await approve.click();
  await page.getByText('没有完成安全密钥的验证。').waitFor({ timeout: 15_000 });
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
  await approve.click();
  await page.getByText('已用安全密钥签名').waitFor({ timeout: 15_000 });
  expect(faults).toEqual([]);
});
