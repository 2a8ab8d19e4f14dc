// What the catalogue page says of a service is what was verified when it was published: no error, and what is still pending.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp, type TestApp } from '#test/app';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
}, 60_000);
afterAll(() => app?.close());

it('shows no error of a published service, and what it still waits for', async () => {
  const { catalogue } = app.services;
  for (const service of catalogue.publishedServices()) {
    const found = catalogue.findings(service.code);
    expect(found.filter((one) => one.severity === 'error')).toEqual([]);
    expect(found.every(({ where }) => where.startsWith(service.code) || where.startsWith(service.workflow.code))).toBe(
      true,
    );
  }
  expect(catalogue.findings('DI-007').map((one) => one.proof)).toContain('links_open');
});
