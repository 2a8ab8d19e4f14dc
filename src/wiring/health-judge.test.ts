// Each light means something to do, and only then: a healthy installation is green, and each way of being ill lights its own line.

import { expect, it } from 'vitest';
import { judge, worst, type Facts } from './health-judge.ts';

const now = '2026-05-03T04:00:00.000Z';
const ago = (hours: number): string => new Date(Date.parse(now) - hours * 3_600_000).toISOString();
const gigabyte = 1024 ** 3;

const healthy: Facts & { database: NonNullable<Facts['database']> } = {
  demo: false,
  nowMs: Date.parse(now),
  database: {
    answerMs: 2,
    clockDriftMs: -80,
    waitingClients: 0,
    jobsLate: 3,
    jobsFailed: 0,
    clocksLate: 0,
    payoutsInDoubt: 0,
    ledgerCheckedAt: ago(8),
    statesCheckedAt: ago(8),
    keys: [{ name: 'field', version: 1, activeFrom: ago(900), underWay: false }],
  },
  checks: { count: 2, oldestMs: 60_000 },
  disks: [{ zh: '数据', path: '/data', freeBytes: 80 * gigabyte, totalBytes: 100 * gigabyte }],
  provider: null,
  parties: [{ code: 'bank', zh: '银行', kind: 'live', state: 'closed' }],
  sms: [{ provider: 'aliyun', state: 'good', lastError: null }],
  scanner: 'connected',
  backup: { lastFinishedAt: ago(20), waitingSegments: 1, oldestWaitingMs: 4_000, archiveFailing: false },
  calendarKnownUntil: '2026-12-31',
  unverified: [],
  keyFingerprint: '0011aabb',
  restoredUnreviewed: false,
};
const lights = (facts: Facts) =>
  judge(facts)
    .filter(({ light }) => light !== 'green')
    .map(({ code, light }) => `${code} ${light}`);

it('a healthy installation is green throughout, and asks nobody to do anything', () => {
  expect(lights(healthy)).toEqual([]);
  expect(worst(judge(healthy))).toBe('green');
  expect(judge(healthy).every(({ next }) => next === null)).toBe(true);
});

it.each<[string, Partial<Facts>]>([
  ['database red', { database: null }],
  ['database yellow', { database: { ...healthy.database, answerMs: 120 } }],
  ['time red', { database: { ...healthy.database, clockDriftMs: -45_000 } }],
  ['jobs yellow', { database: { ...healthy.database, jobsLate: 60 } }],
  ['jobs red', { database: { ...healthy.database, jobsFailed: 1 } }],
  ['clocks yellow', { database: { ...healthy.database, clocksLate: 2 } }],
  ['payouts yellow', { database: { ...healthy.database, payoutsInDoubt: 1 } }],
  ['ledger_check yellow', { database: { ...healthy.database, ledgerCheckedAt: null } }],
  ['state_check red', { database: { ...healthy.database, statesCheckedAt: ago(100) } }],
  ['identity_checks yellow', { checks: { count: 3, oldestMs: 2 * 3_600_000 } }],
  ['identity_checks red', { checks: { count: 3, oldestMs: 30 * 3_600_000 } }],
  [
    'data_keys yellow',
    { database: { ...healthy.database, keys: [{ name: 'field', version: 2, activeFrom: ago(100), underWay: true }] } },
  ],
  ['disk yellow', { disks: [{ zh: '数据', path: '/', freeBytes: 10 * gigabyte, totalBytes: 100 * gigabyte }] }],
  ['disk red', { disks: [{ zh: '数据', path: '/', freeBytes: gigabyte, totalBytes: 4 * gigabyte }] }],
  ['disk red', { disks: [{ zh: '备份', path: '/gone', freeBytes: 0, totalBytes: 0 }] }],
  ['backup red', { backup: 'off' }],
  ['backup yellow', { backup: 'foreign' }],
  [
    'backup yellow',
    { backup: { lastFinishedAt: ago(40), waitingSegments: 0, oldestWaitingMs: null, archiveFailing: false } },
  ],
  [
    'backup red',
    { backup: { lastFinishedAt: null, waitingSegments: 0, oldestWaitingMs: null, archiveFailing: false } },
  ],
  [
    'wal yellow',
    { backup: { lastFinishedAt: ago(2), waitingSegments: 9, oldestWaitingMs: 300_000, archiveFailing: false } },
  ],
  ['wal red', { backup: { lastFinishedAt: ago(2), waitingSegments: 0, oldestWaitingMs: null, archiveFailing: true } }],
  ['party_bank red', { parties: [{ code: 'bank', zh: '银行', kind: 'live', state: 'open' }] }],
  ['sms_aliyun yellow', { sms: [{ provider: 'aliyun', state: 'resting', lastError: 'timeout' }] }],
  ['identity_provider yellow', { provider: 'unreachable' }],
  ['scanner red', { scanner: 'none' }],
  ['calendar yellow', { calendarKnownUntil: '2026-06-15' }],
  ['calendar red', { calendarKnownUntil: '2025-12-31' }],
  ['unverified yellow', { unverified: ['日保给付'] }],
  ['restored red', { restoredUnreviewed: true }],
])('%s', (expected, ill) => {
  const facts = { ...healthy, ...ill };
  expect(lights(facts)).toEqual([expected]);
  const found = judge(facts).find(({ light }) => light !== 'green');
  expect(found?.next, 'a light says what to do').toBeTruthy();
});

it('speaks the words and the time of whoever reads it', () => {
  const said = judge(healthy).map(({ zh, value }) => `${zh} ${value}`);
  expect(said.filter((text) => /\dT\d\d:|Z$|aliyun/.test(text))).toEqual([]);
});
