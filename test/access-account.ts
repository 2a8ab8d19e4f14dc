// Who may do what with cards and phones, for the test that walks every route: each on somebody who is not needed afterwards, for a
// phone that changes ends sessions.

import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { makeCardNumber } from '#catalog/fields/index';
import type { Someone } from './access-admin.ts';
import type { Answer, Caller, TestApp } from './app.ts';
import { codeFor } from './visitor.ts';

type More = { readonly also?: (someone: Someone) => boolean };
type Add = (key: string, right: Someone, send: (caller: Caller) => Promise<Answer>, more?: More) => void;

export async function accountSpecs(given: {
  readonly app: TestApp;
  readonly owner: pg.Client;
  readonly newcomer: Someone;
  readonly robbed: Someone;
  readonly moving: Someone;
  readonly straying: Someone;
  readonly add: Add;
  readonly mine: More;
  readonly form: (caller: Caller, url: string, values?: Readonly<Record<string, string>>) => Promise<Answer>;
  readonly nextPhone: () => string;
}): Promise<void> {
  const { app, owner, newcomer, robbed, moving, straying, add, mine, form, nextPhone } = given;
  const { accounts, phones } = app.services.contacts;

  /** Fresh for this reason while the route is walked, and for the papers' after it. */
  const fresh = async (caller: Caller, reason: string, send: () => Promise<Answer>) => {
    const mark = 'update session set stepped_up_at = now(), stepped_up_for = $2 where person_id::text = $1';
    await owner.query(mark, [caller.id, reason]);
    const answer = await send();
    await owner.query(mark, [caller.id, 'health_data']);
    return answer;
  };
  const page = (path: string, reason: string) =>
    add(`GET ${path}`, newcomer, (caller) => fresh(caller, reason, () => caller.get(path)), mine);

  add('GET /m/me/card', newcomer, (caller) => caller.get('/m/me/card'), mine);
  page('/m/me/card/new', 'payout_account');
  const card = () => ({ card: makeCardNumber(`620000${nextPhone()}0`) });
  add(
    'POST /m/me/card/new',
    newcomer,
    (caller) => fresh(caller, 'payout_account', () => form(caller, '/m/me/card/new', card())),
    mine,
  );
  const requestId = randomUUID();
  await accounts.change(robbed.caller.id, { requestId, ...card(), bankPhone: null });
  const [account] = await accounts.list(robbed.caller.id);
  add('POST /m/me/card/:accountId/stop', robbed, (caller) => form(caller, `/m/me/card/${account?.accountId}/stop`));

  add('GET /m/me/phone', newcomer, (caller) => caller.get('/m/me/phone'), mine);
  for (const path of ['/m/me/phone/new', '/m/me/phone/code', '/m/me/not-me']) page(path, 'phone_change');
  add(
    'POST /m/me/phone/new',
    newcomer,
    (caller) => fresh(caller, 'phone_change', () => form(caller, '/m/me/phone/new', { phone: nextPhone() })),
    mine,
  );
  add('POST /m/me/phone/stop', newcomer, (caller) => form(caller, '/m/me/phone/stop'), mine);
  const phone = nextPhone();
  const { code } = await codeFor(app, phone, () => phones.requestNew(moving.caller.id, phone));
  const challenge = app.services.crypto.seal(
    'phone:new:1',
    JSON.stringify({ personId: moving.caller.id, phone, untilMs: Date.now() + 600_000 }),
  );
  add('POST /m/me/phone/code', moving, (caller) =>
    fresh(caller, 'phone_change', () => form(caller, `/m/me/phone/code?c=${encodeURIComponent(challenge)}`, { code })),
  );
  // Everybody may give up the own number; here only one does, and the others lack the code for it.
  add('POST /m/me/not-me', straying, (caller) =>
    caller === straying.caller
      ? fresh(caller, 'phone_change', () => form(caller, '/m/me/not-me'))
      : form(caller, '/m/me/not-me'),
  );
}

export async function windowPhoneSpecs(given: {
  readonly app: TestApp;
  readonly window: Someone;
  readonly add: Add;
  readonly also: (someone: Someone) => boolean;
  readonly nextPhone: () => string;
}): Promise<void> {
  const { app, window, add, also, nextPhone } = given;
  const rider = app.city.riders.find((one) => one.story === 'claim: appealed');
  const { identity } = app.services;
  const personId = await app.db.transaction({ kind: 'system', actorId: null, grants: ['*'] }, (tx) =>
    identity.personByPhone(tx, rider?.phone ?? ''),
  );
  const profile = personId === null ? undefined : await identity.profile(personId);
  const body = () => ({
    requestId: randomUUID(),
    name: profile?.name ?? '',
    idNumber: profile?.idNumber ?? '',
    phone: nextPhone(),
    documentSeen: true,
  });
  add('POST /api/desk/phone-changes', window, (caller) => caller.post('/api/desk/phone-changes', body()), { also });
  const first = body();
  const { asked, code } = await codeFor(app, first.phone, () => window.caller.post('/api/desk/phone-changes', first));
  add('POST /api/desk/phone-changes/:changeId/confirm', window, (caller) =>
    caller.post(`/api/desk/phone-changes/${asked.body.changeId}/confirm`, { code }),
  );
}
