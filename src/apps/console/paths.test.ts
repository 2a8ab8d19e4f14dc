// Addresses: each page that can be made is found again, and login leads only back into the desk.

import { describe, expect, test } from 'vitest';
import { api, matchPage, pages, queryString, safeBack } from './paths.ts';

test.each([
  [pages.tasks({ tab: 'done', q: '陈' }), { page: 'tasks' }],
  [pages.case('a/b'), { page: 'case', caseId: 'a/b' }],
  [pages.batch('b1'), { page: 'batch', batchId: 'b1' }],
  [pages.batches(), { page: 'batches' }],
  [pages.service('DI-006'), { page: 'service', code: 'DI-006' }],
  [pages.login('/desk/cases/1'), { page: 'login' }],
  [pages.payouts(), { page: 'payouts' }],
  [pages.reconciliation(), { page: 'reconciliation' }],
  [pages.ledger(), { page: 'ledger' }],
  [pages.oversight(), { page: 'oversight' }],
  [pages.health(), { page: 'health' }],
  [pages.settlements({ cursor: 'x' }), { page: 'settlements' }],
  [pages.settlement('a/b', { cursor: 'x' }), { page: 'settlement', caseId: 'a/b' }],
  [pages.servicePoints(), { page: 'servicePoints' }],
  [pages.cover(), { page: 'cover' }],
  [pages.catalogue(), { page: 'catalogue' }],
  [pages.start(), { page: 'start' }],
  [pages.startService('DI-002'), { page: 'startService', code: 'DI-002' }],
  [pages.ratings(), { page: 'ratings' }],
  [pages.notices(), { page: 'notices' }],
  [pages.staff({ text: '陈' }), { page: 'staff' }],
  [pages.staffMember('s1'), { page: 'staffMember', staffId: 's1' }],
  [pages.orgs({ text: 'hlq', kind: 'union' }), { page: 'orgs' }],
  [pages.org('o1', { tab: 'history' }), { page: 'org', orgId: 'o1' }],
  [pages.roleProposals(), { page: 'role-proposals' }],
  [pages.adminTrail(), { page: 'admin-trail' }],
  [pages.looks(), { page: 'looks' }],
  [pages.holds(), { page: 'holds' }],
  [pages.erasures(), { page: 'erasures' }],
  [pages.sampling({ show: 'done' }), { page: 'sampling' }],
  [pages.samplingSheet('s'), { page: 'samplingSheet', sheetId: 's' }],
  [pages.apiKeys(), { page: 'api-keys' }],
  [pages.authorities({ done: 1 }), { page: 'authorities' }],
  [pages.duplicates({ done: 1 }), { page: 'duplicates' }],
  [pages.duplicate('s1'), { page: 'duplicate', suspicionId: 's1' }],
  [pages.registerWorker(), { page: 'register-worker' }],
  [pages.merges(), { page: 'merges' }],
  [pages.merge('m1'), { page: 'merge', mergeId: 'm1' }],
  [pages.assist(), { page: 'assist' }],
  [pages.invitation(), { page: 'invitation' }],
  ['/desk', { page: 'tasks' }],
  ['/desk/cases', { page: 'missing' }],
  ['/desk/cases/1/2', { page: 'missing' }],
  ['/desk/%E0%A4%A', { page: 'missing' }],
  ['/elsewhere', { page: 'missing' }],
])('%s', (address, match) => {
  expect(matchPage(address.split('?')[0] ?? '')).toEqual(match);
});

test('empty entries of a query are left out', () => {
  expect(queryString({ tab: undefined, q: '', light: null })).toBe('');
  expect(api.tasks({ tab: 'todo', q: '陈&', cursor: undefined })).toBe('/api/desk/tasks?tab=todo&q=%E9%99%88%26');
});

describe('back after login', () => {
  test.each([
    ['/desk/cases/1?x=2', '/desk/cases/1?x=2'],
    ['/desk', '/desk'],
    ['//evil.example/desk/', '/desk/'],
    ['https://evil.example/desk', '/desk/'],
    ['/desktop', '/desk/'],
    ['/desk/login?back=/desk/login', '/desk/'],
    [null, '/desk/'],
  ])('%s leads to %s', (back, to) => {
    expect(safeBack(back)).toBe(to);
  });
});
