// The tests' browser starts here, and its accessibility check finds a fault that is there and none where there is none.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser } from 'playwright-core';
import { axe, launchBrowser } from './chromium.ts';

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser.close();
});

async function faults(body: string): Promise<string[]> {
  const page = await browser.newPage();
  try {
    // As strict a policy as the program's own pages have.
    const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'">`;
    await page.setContent(
      `<!doctype html><html lang="zh-CN"><head>${policy}<title>工盾</title></head><body><main><h1>工盾</h1>${body}</main></body></html>`,
    );
    return (await axe(page)).map(({ id }) => id);
  } finally {
    await page.close();
  }
}

test('axe finds an input without a label, under a strict content security policy', async () => {
  expect(await faults('<input type="text">')).toContain('label');
});

test('axe finds nothing on a page without faults', async () => {
  expect(await faults('<label>姓名 <input type="text"></label>')).toEqual([]);
});
