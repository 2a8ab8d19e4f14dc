// The browser of the tests: the system's Chromium where there is one, else the one from npm. It speaks to nobody but the
// server under test.

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const macApplications = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

export const chromiumFlags = [
  '--headless',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-default-apps',
  '--no-first-run',
  // A container's /dev/shm is often too small for a page.
  '--disable-dev-shm-usage',
];

/** Path of a Chromium: CHROMIUM_PATH, then the system's, then the one of `@sparticuz/chromium`, which is unpacked on first use. */
export async function findChromium(): Promise<{ path: string; flags: string[] }> {
  const flags = process.getuid?.() === 0 ? [...chromiumFlags, '--no-sandbox'] : chromiumFlags;
  const own = systemChromium();
  if (own !== undefined) return { path: own, flags };
  const { default: packed } = await import('@sparticuz/chromium');
  return { path: await packed.executablePath(), flags: [...new Set([...packed.args, ...flags])] };
}

function systemChromium(): string | undefined {
  const given = process.env['CHROMIUM_PATH'];
  const folders = ['/usr/bin', '/usr/local/bin', ...(process.env['PATH'] ?? '').split(delimiter)];
  const candidates = [
    ...(given === undefined ? [] : [given]),
    ...folders.flatMap((folder) => names.map((name) => join(folder, name))),
    ...macApplications,
  ];
  return candidates.find((path) => existsSync(path));
}

export async function launchBrowser(): Promise<Browser> {
  const { path, flags } = await findChromium();
  return chromium.launch({ executablePath: path, args: flags, headless: true });
}

export type AxeViolation = {
  readonly id: string;
  readonly impact: string;
  readonly help: string;
  /** CSS selectors of the elements at fault. */
  readonly targets: readonly string[];
};

let axeSource: string | undefined;

/** The page's accessibility faults by axe-core, all of its rules for WCAG 2.2 A and AA and its best practices. */
export async function axe(page: Page, options: { readonly disable?: readonly string[] } = {}): Promise<AxeViolation[]> {
  axeSource ??= readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  // Evaluated by the debugger's protocol, which a content security policy does not bind.
  await page.evaluate(axeSource);
  const rules = Object.fromEntries((options.disable ?? []).map((rule) => [rule, { enabled: false }]));
  const text = `axe.run(document, ${JSON.stringify({ rules, resultTypes: ['violations'] })}).then((found) =>
    found.violations.map(({ id, impact, help, nodes }) =>
      ({ id, impact: impact ?? '', help, targets: nodes.map((node) => node.target.join(' ')) })))`;
  return page.evaluate<AxeViolation[]>(text);
}
