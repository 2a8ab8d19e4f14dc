// The organisations' pages in a real browser against canned answers: without an accessibility fault, the tree by keyboard, a search,
// and a new name.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { adminActItem } from '#contract/administration';
import { adminOrg, adminOrgDetail } from '#contract/orgs';
import { pageOf } from '#platform/page';
import { axe, launchBrowser } from '#test/chromium';
import { buildConsole } from './build.ts';
import { startCannedApi, type CannedApi } from './canned-api.ts';
import { cannedOrg, cannedOrgHistory, cannedOrgId, cannedOrgs } from './canned-orgs.ts';

let folder: string;
let browser: Browser;
let server: CannedApi;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gongdun-desk-'));
  await buildConsole({ outDir: folder });
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

async function open(path: string, role = 'system_administrator', colorScheme: 'light' | 'dark' = 'light') {
  server = await startCannedApi(folder, { loggedIn: true, role });
  page = await browser.newPage({ viewport: { width: 1366, height: 768 }, colorScheme });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(server.url + path);
  await page.getByRole('heading', { level: 1 }).waitFor();
}

beforeEach(() => {
  complaints = [];
});

afterEach(async () => {
  await page?.close();
  await server?.close();
  if (complaints.length > 0) throw new Error(complaints.join('\n'));
});

test('the canned answers are such as the contract promises', () => {
  const listed = pageOf(adminOrg);
  for (const query of [{}, { cursor: 'next' }, { parentId: cannedOrgId }, { text: 'slszgh' }])
    expect(listed.safeParse(cannedOrgs(query)).error).toBeUndefined();
  expect(adminOrgDetail.safeParse(cannedOrg).error).toBeUndefined();
  expect(pageOf(adminActItem).safeParse(cannedOrgHistory).error).toBeUndefined();
});

describe.each(['light', 'dark'] as const)('%s', (mode) => {
  test('every page and form says what it should and has no accessibility fault', async () => {
    await open('/desk/orgs', 'system_administrator', mode);
    await page.getByText('示例市总工会').waitFor();
    expect(await axe(page), 'tree').toEqual([]);
    for (const [tab, text] of [
      ['children', '湖里区总工会'],
      ['people', '这个单位还没有人员'],
      ['routes', '督办员'],
      ['history', '机构改革'],
    ] as const) {
      await page.goto(`${server.url}/desk/orgs/${cannedOrgId}?tab=${tab}`);
      await page.getByText(text).first().waitFor();
      expect(await axe(page), tab).toEqual([]);
    }
    for (const name of ['设立下级单位', '改名', '移动', '增加承办']) {
      await page.getByRole('button', { name, exact: true }).click();
      await page.getByRole('dialog', { name }).waitFor();
      expect(await axe(page), name).toEqual([]);
      await page.getByRole('button', { name: '关闭' }).click();
    }
  });
});

test('the tree is walked by keyboard: down a level, back, the rest of a level, and into an organisation', async () => {
  await open('/desk/orgs');
  const top = page.getByRole('treeitem', { name: /^示例市总工会/ });
  await top.focus();
  const focused = () => page.evaluate(`document.activeElement?.querySelector('a')?.textContent`);
  await page.keyboard.press('ArrowRight');
  await page.getByRole('treeitem', { name: /^思明区总工会/ }).waitFor();
  expect(await top.getAttribute('aria-expanded')).toBe('true');
  await page.keyboard.press('ArrowRight');
  expect(await focused()).toBe('湖里区总工会');
  await page.keyboard.press('j');
  expect(await focused()).toBe('思明区总工会');
  await page.keyboard.press('ArrowLeft');
  expect(await focused()).toBe('示例市总工会');
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await page.getByText('示例银行').waitFor();
  await top.focus();
  await page.keyboard.press('ArrowLeft');
  expect(await top.getAttribute('aria-expanded')).toBe('false');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: '示例市总工会' }).waitFor();
});

test('initials find one, and nothing found says what to do', async () => {
  await open('/desk/orgs');
  await page.keyboard.press('/');
  await page.keyboard.type('slszgh');
  await page.keyboard.press('Enter');
  await page.getByRole('table', { name: '找到的单位' }).getByText('示例市总工会').waitFor();
  await page.getByLabel(/^按名称/).fill('没有的');
  await page.keyboard.press('Enter');
  await page.getByText('没有找到单位').waitFor();
  expect(new URL(page.url()).searchParams.get('text')).toBe('没有的');
});

test('a new name is sent with what was seen before', async () => {
  await open(`/desk/orgs/${cannedOrgId}`);
  await page.getByRole('button', { name: '改名', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^新名称/).fill('示例市总工会（新）');
  await dialog.getByRole('button', { name: '改名' }).click();
  await dialog.getByText('请填写理由。').waitFor();
  await dialog.getByLabel(/^理由/).fill('机构改革');
  await dialog.getByRole('button', { name: '改名' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect(server.writes).toMatchObject([
    { body: { name: '示例市总工会（新）', reason: '机构改革', seen: { name: '示例市总工会', parentId: null } } },
  ]);
});

test('a routing is ended after one has read who takes over', async () => {
  await open(`/desk/orgs/${cannedOrgId}?tab=routes`);
  await page.getByRole('button', { name: '取消承办' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/由“示例省总工会”承办/).waitFor();
  await dialog.getByLabel(/^理由/).fill('职能调整');
  expect(await axe(page)).toEqual([]);
  await dialog.getByRole('button', { name: '取消承办' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect(server.writes).toMatchObject([{ body: { role: 'supervisor', region: '350200', reason: '职能调整' } }]);
});

test('who only looks is offered nothing to change', async () => {
  await open(`/desk/orgs/${cannedOrgId}`, 'audit_administrator');
  await page.getByText('湖里区总工会').waitFor();
  await page.getByRole('link', { name: /^承办/ }).click();
  await page.getByText('示例省总工会').waitFor();
  for (const name of ['改名', '移动', '增加承办', '取消承办', '设立下级单位'])
    expect(await page.getByRole('button', { name, exact: true }).count()).toBe(0);
});
