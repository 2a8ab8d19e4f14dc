// A membership card replaced: the number stays, the old card is void from that moment, and whoever is shown one can tell; two
// replacements at once give two serials and one valid card. A driver with a lorry joins without being asked what he or she is.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { workerAccess } from '#platform/access';
import { startApp, type Caller, type TestApp } from '#test/app';
import { act, membershipForm, picture, submit } from '#test/first-journey';

let app: TestApp;
let rider: Caller;

beforeAll(async () => {
  app = await startApp();
  rider = await app.worker(app.city.rider.phone);
}, 90_000);
afterAll(() => app?.close());

async function form(cardNo: string): Promise<object> {
  return {
    card_no: cardNo,
    reissue_reason: '信息变更',
    need_physical: '',
    freeze_old: 'on',
    new_photo: [await picture(app, rider.id)],
  };
}

const member = () =>
  app.db.transaction(workerAccess(rider.id), (tx) => app.services.membership.activeMember(tx, rider.id));
const shown = async (no: string, code: string): Promise<string> =>
  (await app.anonymous().get(`/m/card?no=${no}&code=${code}`)).text;

it('is refused to whoever has none; then the old card is void and the number is the same', async () => {
  expect((await submit(rider, 'UN-005', await form('M0000000000'))).body.code).toBe('membership.no_member');
  const opened = await submit(rider, 'UN-001', await membershipForm(app, rider.id));
  const caseId: string = opened.body.caseId;
  const county = await app.staff('county_union');
  await act(county, caseId, 'assign-union', 'region');
  await act(await app.staff('township_union'), caseId, 'township-review', 'approve');
  await act(county, caseId, 'county-record', 'single');
  const first = await member();
  expect(first?.cardCode).toMatch(/^1-[0-9A-Z]{12}$/);
  const no = first?.memberNo ?? '';
  expect(await shown(no, first?.cardCode ?? '')).toContain('有效');

  expect((await submit(rider, 'UN-005', await form('M99999999999999999999'))).body.code).toBe(
    'membership.card_unknown',
  );
  const replaced = await submit(rider, 'UN-005', await form(no));
  expect([replaced.status, replaced.body.end]).toEqual([201, 'completed']);
  const second = await member();
  expect(second).toMatchObject({ memberNo: no, cardCode: expect.stringMatching(/^2-/) });
  expect(await shown(no, first?.cardCode ?? '')).toContain('已作废');
  const valid = await shown(no, second?.cardCode ?? '');
  expect(valid).toContain('有效');
  expect(valid).not.toContain(app.city.rider.name);
  expect(await shown(no, '2-AAAAAAAAAAAA')).toContain('没有这张会员证');

  const papers = (await rider.get(`/api/me/cases/${replaced.body.caseId}`)).body.documents;
  const printed = await rider.get(`/m/documents/${papers[0].documentId}`);
  expect(printed.text).toContain(second?.cardCode);
});

it('twice at once: each has its serial, the last is valid', async () => {
  const no = (await member())?.memberNo ?? '';
  const [one, two] = [await form(no), await form(no)];
  const answers = await Promise.all([submit(rider, 'UN-005', one), submit(rider, 'UN-005', two)]);
  expect(answers.map((answer) => answer.status)).toEqual([201, 201]);
  expect((await member())?.cardCode).toMatch(/^4-/);
});

it('a driver with a lorry is told that a membership stands already', async () => {
  const made = await submit(rider, 'UN-004', {
    plate_number: '闽D12345',
    vehicle_ownership: '自有',
    qualification_no: '350200123456',
    main_route: '厦门到泉州',
    qualification_cert: [await picture(app, rider.id)],
    vehicle_licence: [await picture(app, rider.id)],
  });
  expect([made.status, made.body.end]).toEqual([201, 'redirected']);
});

it('a draft is shown to the desk with its reason, and offered to nobody', async () => {
  const desk = await app.staff('county_union');
  const list = (await desk.get('/api/catalogue/services')).body;
  const draft = list.find((one: { code: string }) => one.code === 'UN-003');
  expect(draft).toMatchObject({ version: null, draftWhy: expect.stringContaining('社会保险') });
  expect((await desk.get('/api/catalogue/services/UN-003')).body.draftWhy).toContain('社会保险');
  expect((await submit(rider, 'UN-003', {})).body.code).toBe('cases.not_published');
});
