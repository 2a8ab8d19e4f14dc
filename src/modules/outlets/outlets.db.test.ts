// A service point from the filing to its exit: checked on the spot, published to everybody, scored by the rule, gone at once.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Caller } from '#test/app';
import { makeSettlementWorld, type SettlementWorld } from '#test/settlement-world';

let world: SettlementWorld;
let officer: Caller;
let supervisor: Caller;
let caseId = '';

const filed = { lat: 24.479, lng: 118.089, text: '示例路 1 号' };

beforeAll(async () => {
  world = await makeSettlementWorld();
  officer = await world.app.staff('employment_officer');
  supervisor = await world.app.staff('supervisor');
}, 120_000);
afterAll(async () => world?.close());

const listed = async (query = '') =>
  (await world.app.anonymous().get(`/api/service-points${query}`)).body.items.map((one: { name: string }) => one.name);

test('it is filed, checked at its door, and then everybody can find it', async () => {
  const officeOf = (await officer.get('/api/staff/me')).body.roles[0];
  const made = await world.start(
    world.insurer,
    'DI-013',
    {
      outlet_name: '测试服务点',
      outlet_location: { ...filed, region: officeOf.region },
      open_hours: '每天 8:30—18:00',
      hotline: '0592-1234567',
      staff_count: '3',
      service_items: ['咨询', '代投保'],
      outlet_photo: await world.invoice(world.insurer),
    },
    { ...world.office, region: officeOf.region },
  );
  expect(made.status, made.text).toBe(201);
  caseId = made.body.caseId;
  expect(await listed()).not.toContain('测试服务点');
  const far = await world.act(officer, caseId, 'outlet-check', 'pass', {
    check_spot: { lat: 24.49, lng: 118.089, text: '' },
    check_note: '未到门口',
  });
  expect(far.body.code).toBe('outlets.too_far');
  await world.done(officer, caseId, 'outlet-check', 'pass', {
    check_spot: { lat: 24.4791, lng: 118.0891, text: '' },
    check_note: '门头、人员、专线齐全',
  });
  expect(await world.stepsOf(caseId)).toBe('outlet-score');
  expect(await listed(`?region=${officeOf.region}`)).toContain('测试服务点');
  expect(await listed('?region=350212')).not.toContain('测试服务点');
  const near = (await world.app.anonymous().get('/api/service-points?lat=24.48&lng=118.089')).body.items;
  const mine = near.find((one: { name: string }) => one.name === '测试服务点');
  expect(mine.metres).toBe(111);
  expect(near.map((one: { metres: number | null }) => one.metres ?? Infinity)).toEqual(
    near.map((one: { metres: number | null }) => one.metres ?? Infinity).toSorted((a: number, b: number) => a - b),
  );
});

const figures = (on_time_percent: string, complaint_count: string, content_percent: string, outlet_meets = 'on') => ({
  on_time_percent,
  complaint_count,
  content_percent,
  outlet_meets,
  score_note: '季度考核',
});

test('the score is the rule’s; poor is put right and scored again', async () => {
  const wrong = await world.act(supervisor, caseId, 'outlet-score', 'good', figures('60', '3', '60'));
  expect(wrong.body.code).toBe('outlets.not_good');
  await world.done(supervisor, caseId, 'outlet-score', 'good', figures('95', '0', '90'));
  expect((await world.stateOf(caseId)).data['quarter_score']).toBe(94);
  await world.done(supervisor, caseId, 'outlet-score', 'poor', figures('60', '3', '60'), '投诉较多，办理超时');
  await world.done(world.insurer, caseId, 'outlet-rectify', 'pass', { rectify_report: '已增加人员' });
  expect(await world.stepsOf(caseId)).toBe('outlet-score');
});

test('an exit takes it off the list at once', async () => {
  await world.done(supervisor, caseId, 'outlet-score', 'exit', figures('10', '9', '10'), '连续不达标，退出');
  expect(await world.stepsOf(caseId)).toBe('terminated');
  expect(await listed()).not.toContain('测试服务点');
});
