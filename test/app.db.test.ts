// The test app itself: it starts, everybody can log in through the real doors, and it leaves nothing behind.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp, type TestApp } from './app.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app?.close());

it('lets a clerk and a rider in by their own doors', async () => {
  const clerk = await app.staff('insurer_adjuster');
  const tasks = await clerk.get('/api/desk/tasks');
  expect(tasks.status).toBe(200);
  expect(tasks.body.items.length).toBeGreaterThan(0);
  const rider = await app.worker(app.city.rider.phone);
  const cases = await rider.get('/api/me/cases');
  expect(cases).toMatchObject({ status: 200, body: { items: [], nextCursor: null } });
  expect((await app.anonymous().get('/api/desk/tasks')).status).toBe(401);
});
