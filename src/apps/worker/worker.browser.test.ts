// The worker's pages in a real browser on a phone's screen, on the real modules: accessibility of every page, width, size of
// targets, and what the shared script adds: photos, signatures, drafts without a network, no double posts.

import type { Browser, BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { workerAccess } from '#platform/access';
import { axe, launchBrowser } from '#test/chromium';
import { createVisitor } from '#test/visitor';
import { form, guide, questions, startPhoneWorld, type PhoneWorld } from './fixture.ts';

let browser: Browser;
let world: PhoneWorld;
let url = '';
let personId = '';
let worker: Jar = {};
let caseId = '';
/** In the middle of a registration, with a code on the way. */
let newcomer: Jar = {};
let codePage = '';
let context: BrowserContext;
let posts: string[] = [];

const answers = () => world.answers(personId);

beforeAll(async () => {
  world = await startPhoneWorld();
  url = world.app.url;
  const hurt = await world.comeIn('claim: docs, fresh');
  ({ personId } = hurt);
  worker = hurt.visitor.jar;
  caseId = (await world.casesOf(personId)).find((one) => one.serviceCode === 'DI-006')?.caseId ?? '';
  await hurt.visitor.post(`${guide}/start`);
  const beginner = createVisitor(world.app);
  await beginner.prove('13900009001');
  newcomer = beginner.jar;
  await beginner.get('/m/login');
  codePage = (await beginner.post('/m/login', { phone: '13900009002', next: '/m' })).headers.location ?? '';
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await world?.app.close();
});
beforeEach(() => {
  posts = [];
});
afterEach(() => context.close());

type Jar = Readonly<Record<string, string>>;
type Phone = { scheme?: 'light' | 'dark'; size?: string; script?: boolean; width?: number };
async function phone(jar: Jar, how: Phone = {}): Promise<Page> {
  context = await browser.newContext({
    viewport: { width: how.width ?? 320, height: 740 },
    isMobile: true,
    hasTouch: true,
    locale: 'zh-CN',
    colorScheme: how.scheme ?? 'light',
    javaScriptEnabled: how.script ?? true,
  });
  await context.addCookies(Object.entries(jar).map(([name, value]) => ({ name, value, url })));
  const page = await context.newPage();
  page.on('request', (request) => {
    if (request.method() === 'POST') posts.push(new URL(request.url()).pathname);
  });
  return page;
}

async function pages(): Promise<string[]> {
  const [message] = (await world.app.services.notices.list(personId, undefined)).items;
  return [
    '/m',
    '/m/services',
    '/m/services/UN-001',
    '/m/service-points',
    '/m/services/DI-006',
    '/m/cases',
    `/m/cases/${caseId}`,
    `/m/cases/${caseId}/receipt`,
    `/m/cases/${caseId}/act/withdraw`,
    '/m/messages',
    `/m/messages/${message?.noticeId}`,
    '/m/cover?day=2026-05-03&time=14:32',
    '/m/cover?day=x',
    '/m/me',
    '/m/me/access',
    '/m/display',
    `${form}/review`,
    `${form}/area?at=all`,
    '/m/nothing',
    '/dev/phone',
    '/dev/clock',
    ...questions.map((name) => `${form}/${name}`),
  ];
}

/** Links, buttons and inputs that are lower than a finger needs; hidden helpers and links inside a sentence do not count. */
async function smallTargets(page: Page, heightMin: number): Promise<string[]> {
  return page.evaluate((min) => {
    const found: string[] = [];
    document
      .querySelectorAll<HTMLElement>('a,button,input:not([type=hidden]),select,textarea,summary')
      .forEach((element) => {
        const own = element.getBoundingClientRect();
        const target = (element.closest('label') ?? element).getBoundingClientRect();
        const inSentence = getComputedStyle(element).display === 'inline';
        if (own.width > 1 && !inSentence && Math.max(own.height, target.height) < min - 0.5)
          found.push(element.outerHTML.slice(0, 120));
      });
    return found;
  }, heightMin);
}

/** Everything wrong with a page, in words. */
async function faults(page: Page, path: string, heightMin: number): Promise<string[]> {
  const answer = await page.goto(url + path);
  const status = answer?.status() ?? 0;
  const wrong = (await axe(page)).map((fault) => `${fault.id}: ${fault.targets.join(' ')}`);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (over > 0) wrong.push(`${over} px too wide`);
  if (status >= 500) wrong.push(`status ${status}`);
  return [...wrong, ...(await smallTargets(page, heightMin))].map((fault) => `${path} ${fault}`);
}

describe('every page at 320 px', () => {
  it('has no fault of accessibility, no sideways scroll, no target under 44 px', async () => {
    const page = await phone(worker);
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) errors.push(message.text());
    });
    for (const path of await pages()) expect(await faults(page, path, 44)).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('is as good for who must pay, who must bring papers, and who must fill in again', async () => {
    for (const [story, action] of [
      ['cover: pay, fresh', ''],
      ['union: township-review, waiting for papers', 'supplement'],
      ['cover: apply, returned', 'apply%2Fsubmit'],
    ] as const) {
      const one = await world.comeIn(story);
      const [item] = await world.casesOf(one.personId);
      const page = await phone(one.visitor.jar);
      const path = action === '' ? `/m/pay/${item?.caseId}` : `/m/cases/${item?.caseId}/act/${action}`;
      expect(await faults(page, path, 44)).toEqual([]);
      await context.close();
    }
  });

  it('is as good in the dark', async () => {
    const page = await phone(worker, { scheme: 'dark' });
    for (const path of [
      '/m',
      `/m/cases/${caseId}`,
      '/m/cover?day=x',
      `${form}/days`,
      `${form}/signed`,
      '/m/services/DI-006',
    ])
      expect(await faults(page, path, 44)).toEqual([]);
  });

  it.each(['large', 'huge'])('has targets of 60 px and at least 18 px of text when %s', async (size) => {
    const page = await phone({ ...worker, gongdun_size: size });
    for (const path of ['/m', `/m/cases/${caseId}`, `${form}/heirs`, `${form}/photos`, '/m/services']) {
      expect(await faults(page, path, 60)).toEqual([]);
      const smallest = await page.evaluate(() =>
        Math.min(
          ...[...document.querySelectorAll('main *')]
            .filter((one) => one.textContent !== '' && one.children.length === 0)
            .map((one) => Number.parseFloat(getComputedStyle(one).fontSize)),
        ),
      );
      expect(smallest, path).toBeGreaterThanOrEqual(17.9);
    }
  });

  it('lets strangers and newcomers in as well', async () => {
    const page = await phone(newcomer);
    for (const path of [
      '/m',
      '/m/login',
      codePage,
      '/m/register/name',
      '/m/register/id',
      '/m/register/birth',
      '/m/register/region',
      '/m/register/consent',
    ])
      expect(await faults(page, path, 44)).toEqual([]);
  });
});

describe('without script', () => {
  it('answers questions, chooses a region by pages, uploads a photo, and shows what is wrong', async () => {
    const png = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#789' } })
      .png()
      .toBuffer();
    const page = await phone(worker, { script: false });
    await page.goto(`${url}${form}/area`);
    await page.getByRole('link', { name: '全国' }).click();
    await page.getByRole('link', { name: '福建省' }).click();
    await page.getByRole('link', { name: '厦门市' }).click();
    await page.getByRole('button', { name: '思明区' }).click();
    await page.waitForURL('**/platform');
    expect((await answers())['area']).toBe('350203');
    await page.goto(`${url}${form}/days`);
    await page.getByLabel('投保天数').fill('三十');
    await page.getByRole('button', { name: '继续' }).click();
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('这一项应为数字');
    expect(await page.getByLabel('投保天数').inputValue()).toBe('三十');
    expect(await page.evaluate(() => document.activeElement?.id).catch(() => 'errors')).toBe('errors');
    await page.goto(`${url}${form}/photos`);
    await page.getByLabel('拍照或选择文件').setInputFiles({ name: '现场.png', mimeType: 'image/png', buffer: png });
    await page.getByRole('button', { name: '继续' }).click();
    await page.waitForURL('**/id_front');
    expect(await answers()).toHaveProperty('photos');
  });
});

describe('with the shared script', () => {
  it('shrinks a photo and sends it at once, so that leaving the page loses nothing', async () => {
    const noise = Buffer.alloc(2400 * 1800 * 3, 0).map((_, index) => (index * 2_654_435_761) >>> 24);
    const buffer = await sharp(noise, { raw: { width: 2400, height: 1800, channels: 3 } })
      .jpeg({ quality: 95 })
      .toBuffer();
    const page = await phone(worker);
    await page.goto(`${url}${form}/id_front`);
    await page.getByLabel('拍照或选择文件').setInputFiles({ name: 'large.jpg', mimeType: 'image/jpeg', buffer });
    await page.getByRole('button', { name: '删去 large.jpg' }).waitFor();
    expect(posts).toEqual(['/m/files']);
    const kept = (await answers())['id_front'];
    expect(kept).toMatchObject({ fileIds: [expect.any(String)] });
    const { fileIds } = kept as { fileIds: [string] };
    const { content: bytes } = await world.app.services.files.read(workerAccess(personId), fileIds[0]);
    expect(await sharp(bytes).metadata()).toMatchObject({ width: 1600, height: 1200, format: 'jpeg' });
  });

  it('keeps a refusal of the page in place, with focus on the summary, and posts once however often one taps', async () => {
    const page = await phone(worker);
    await page.goto(`${url}${form}/days`);
    await page.getByLabel('投保天数').fill('99');
    await page.getByLabel('投保天数').blur();
    await page.getByText('不能大于 31天').waitFor();
    await page.getByRole('button', { name: '继续' }).dblclick();
    await page.getByRole('alert').waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('errors');
    expect(await page.getByLabel('投保天数').inputValue()).toBe('99');
    expect(posts).toEqual([`${form}/days`]);
    await page.getByLabel('投保天数').fill('5');
    await page.getByRole('button', { name: '继续' }).click();
    await page.waitForURL('**/share');
    expect((await answers())['days']).toBe(5);
  });

  it('uploads a signature drawn with the finger', async () => {
    const page = await phone(worker);
    await page.goto(`${url}${form}/signed`);
    const pad = page.getByRole('img', { name: /手写签名区/ });
    const box = await pad.boundingBox();
    await page.mouse.move((box?.x ?? 0) + 20, (box?.y ?? 0) + 30);
    await page.mouse.down();
    await page.mouse.move((box?.x ?? 0) + 120, (box?.y ?? 0) + 90, { steps: 8 });
    await page.mouse.up();
    await page.getByRole('button', { name: '继续' }).click();
    await page.waitForURL('**/photos');
    expect((await answers())['signed']).toEqual({ fileId: expect.any(String) });
  });

  it('keeps what is typed without a network and sends it once when it is back; never what is sensitive', async () => {
    const page = await phone(worker);
    await page.goto(`${url}${form}/story`);
    await context.setOffline(true);
    await page.getByLabel('经过').fill('没有信号时写的');
    await page.getByRole('button', { name: '继续' }).click();
    await page.getByText('已经存在手机里').waitFor();
    await page.getByRole('button', { name: '继续' }).click();
    await context.setOffline(false);
    await page.waitForURL('**/happened');
    expect(posts).toEqual([`${form}/story`]);
    expect((await answers())['story']).toBe('没有信号时写的');
    expect(await page.evaluate(() => JSON.stringify(Object.entries(localStorage)))).not.toContain('没有信号');
    await page.goto(`${url}${form}/card`);
    await context.setOffline(true);
    await page.getByLabel('收款账户').fill('6228480000000000');
    await page.getByRole('button', { name: '继续' }).click();
    await page.getByText('内容还在页面上').waitFor();
    expect(await page.getByLabel('收款账户').inputValue()).toBe('6228480000000000');
    expect(await page.evaluate(() => JSON.stringify(Object.entries(localStorage)))).not.toContain('622848');
  });
});
