// The routes of duplicates and merges, for the test that walks every route as everybody.

import { randomUUID } from 'node:crypto';
import { idCheckDigit, syntheticRegion } from '#catalog/fields/index';
import { isAsked, purposes } from '#catalog/purposes';
import { systemAccess } from '#platform/access';
import { statement } from '#platform/db';
import { newId } from '#platform/ids';
import type { AdminSpecs, Someone } from './access-admin.ts';
import type { Caller } from './app.ts';
import { until } from './first-journey.ts';

const note = '访问测试用的理由';
const numbers = (first17: string) => first17 + idCheckDigit(first17);

export async function mergeSpecs(world: AdminSpecs): Promise<void> {
  const { staffNamed, add } = world;
  const window = staffNamed('hrss_window');
  const reviewer = staffNamed('hrss_reviewer');
  const holds =
    (...roles: readonly string[]) =>
    (one: Someone) =>
      one.grants.some((grant) => roles.includes(grant.split('@')[0] ?? ''));
  const offices = new Set<string>();
  const seen = { also: (one: Someone) => one.grants.some((grant) => offices.has(grant)) };
  const also = holds('hrss_window', 'hrss_reviewer', 'supervisor');
  const proposes = { also: holds('hrss_window') };
  const decides = { also: holds('hrss_reviewer', 'supervisor') };
  const pair = await twins(world, 1);
  const waiting = await twins(world, 2);
  const merged = await twins(world, 3);
  const proposal = propose(window.caller, pair);
  const refused = (await propose(window.caller, waiting)()).body.mergeId;
  const undone = (await propose(window.caller, merged)()).body.mergeId;
  await opened(world, [window, reviewer]);
  for (const grant of await readersOf(world, pair)) offices.add(grant);
  const hashOf = async (mergeId: string) =>
    (await reviewer.caller.get(`/api/desk/merges/${mergeId}`)).body.pair.conflictsHash;
  await reviewer.caller.post(`/api/desk/merges/${undone}/decide`, {
    requestId: randomUUID(),
    agree: true,
    note: '',
    conflictsHash: await hashOf(undone),
  });
  const base = `/api/desk/duplicates/${pair.suspicionId}`;
  const post = (path: string, more: object) => (caller: Caller) =>
    caller.post(path, { requestId: randomUUID(), ...more });

  add('GET /api/desk/duplicates', window, (caller) => caller.get('/api/desk/duplicates'), { also });
  add('GET /api/desk/duplicates/:suspicionId', window, (caller) => caller.get(base), seen);
  add(
    'POST /api/desk/duplicates/:suspicionId/unmask',
    window,
    (caller) => caller.post(`${base}/unmask`, { personId: pair.one, field: 'phone', reason: note }),
    seen,
  );
  add(
    'POST /api/desk/duplicates',
    window,
    post('/api/desk/duplicates', {
      oneType: 'resident_id',
      oneNumber: pair.numbers[0],
      otherType: 'resident_id',
      otherNumber: waiting.numbers[0],
      note,
    }),
    proposes,
  );
  add('GET /api/desk/merges', window, (caller) => caller.get('/api/desk/merges'), { also });
  add('GET /api/desk/merges/:mergeId', reviewer, (caller) => caller.get(`/api/desk/merges/${refused}`), seen);
  add('POST /api/desk/merges', window, proposal, proposes);
  add(
    'POST /api/desk/merges/:mergeId/decide',
    reviewer,
    post(`/api/desk/merges/${refused}/decide`, { agree: false, note, conflictsHash: '' }),
    decides,
  );
  add('POST /api/desk/merges/:mergeId/undo', reviewer, post(`/api/desk/merges/${undone}/undo`, { note }), decides);
  const taken = await twins(world, 4);
  const back = (await propose(window.caller, taken)()).body.mergeId;
  add('POST /api/desk/merges/:mergeId/withdraw', window, post(`/api/desk/merges/${back}/withdraw`, {}), proposes);
  const different = await twins(world, 5);
  await opened(world, [window, reviewer]);
  add(
    'POST /api/desk/duplicates/:suspicionId/different',
    window,
    post(`/api/desk/duplicates/${different.suspicionId}/different`, { note }),
    { also },
  );
  await phoneSpecs(world, window, reviewer);
}

/** On the phone: whose registrations were made one reads it and may object. */
async function phoneSpecs(world: AdminSpecs, window: Someone, reviewer: Someone): Promise<void> {
  const pair = await twins(world, 0);
  const { mergeId } = (await propose(window.caller, pair)()).body;
  await opened(world, [window, reviewer]);
  const { conflictsHash } = (await reviewer.caller.get(`/api/desk/merges/${mergeId}`)).body.pair;
  const decision = { requestId: randomUUID(), agree: true, note: '', conflictsHash };
  await reviewer.caller.post(`/api/desk/merges/${mergeId}/decide`, decision);
  const caller = await world.app.worker('19900070000');
  const merged: Someone = { name: 'merged', kind: 'worker', caller, grants: [] };
  const also = (one: Someone) => one.kind === 'worker';
  world.add('GET /m/me/merged', merged, (one) => one.get('/m/me/merged'), { also, secret: mergeId });
  world.add('POST /m/me/merged/:mergeId/object', merged, (one) =>
    one.post(`/m/me/merged/${mergeId}/object`, { csrf: one.csrf, request_id: randomUUID() }),
  );
}

type Twins = { readonly one: string; readonly other: string; readonly suspicionId: string; readonly numbers: string[] };

/** Two people with one digit between their numbers, of the window's own district. */
async function twins({ app, staffNamed, row }: AdminSpecs, nth: number): Promise<Twins> {
  const me = await staffNamed('hrss_window').caller.get('/api/staff/me');
  const region: string = me.body.roles[0].region;
  const ids = [newId(), newId()];
  const documents = [`1${nth}1`, `1${nth}2`].map((tail) => numbers(`${syntheticRegion}19910203${tail}`));
  for (const [at, personId] of ids.entries()) {
    await app.db.transaction(systemAccess, (tx) =>
      app.services.identity.addPerson(tx, {
        personId,
        name: `林访问${'一二三四五六'[nth]}`,
        idDocument: { type: 'resident_id', number: documents[at] ?? '' },
        phone: `1990007${nth}0${at}0`,
        birthDay: '1991-02-03',
        sex: 'male',
        region,
        occupation: null,
        platformOrgId: null,
        synthetic: true,
        createdAt: app.clock.now(),
      }),
    );
    await app.services.merges.check({ personId });
  }
  const found = await row('select suspicion_id from suspicion where one_id = any($1) and other_id = any($1)', [ids]);
  return { one: ids[0] ?? '', other: ids[1] ?? '', suspicionId: found['suspicion_id'] ?? '', numbers: documents };
}

function propose(window: Caller, { one, other, suspicionId }: Twins) {
  return async (caller: Caller = window) => {
    const pair = await window.get(`/api/desk/duplicates/${suspicionId}`);
    const { conflictsHash } = pair.body;
    return caller.post('/api/desk/merges', {
      requestId: randomUUID(),
      fromId: one,
      intoId: other,
      note,
      conflictsHash,
    });
  };
}

async function readersOf({ app }: AdminSpecs, { suspicionId }: Twins): Promise<readonly string[]> {
  const read = statement<[string], { readers: string[] }>(
    'test.access.suspicion_readers',
    'select readers from suspicion where suspicion_id = $1',
  );
  return (await app.db.transaction(systemAccess, (tx) => tx.one(read, [suspicionId]))).readers;
}

/** The offices of the district are those that the test's people sit in. */
async function opened({ row }: AdminSpecs, people: readonly Someone[]): Promise<void> {
  const grants = people.flatMap((one) => one.grants);
  await row(
    `with s as (update suspicion set readers = array(select distinct unnest(readers || $1::text[])) returning 1),
       m as (update person_merge set readers = array(select distinct unnest(readers || $1::text[])) returning 1)
     select (select count(*) from s) + (select count(*) from m) as n`,
    [grants],
  );
}

/** A window registers a worker: whoever may assist may register. */
export function windowSpecs({ app, staffNamed, add }: AdminSpecs): void {
  const windows = ['hrss_window', 'county_union', 'township_union', 'grassroots_union', 'station_manager'];
  const also = (one: Someone) => one.grants.some((grant) => windows.includes(grant.split('@')[0] ?? ''));
  let nth = 0;
  const form = () => {
    nth += 1;
    return {
      requestId: randomUUID(),
      phone: `19900050${String(nth).padStart(3, '0')}`,
      name: '林窗口访问',
      idType: 'resident_id',
      idNumber: numbers(`${syntheticRegion}19920304${String(nth).padStart(3, '0')}`),
      region: '350203',
    };
  };
  const window = staffNamed('hrss_window');
  add('POST /api/desk/registrations', window, (caller) => caller.post('/api/desk/registrations', form()), { also });
  const agreed = purposes.filter(isAsked).map(({ code, version }) => ({ purpose: code, version }));
  add(
    'POST /api/desk/registrations/finish',
    window,
    async (caller) => {
      const filled = form();
      const asked = await caller.post('/api/desk/registrations', filled);
      const code = asked.status === 200 ? await codeSentTo(app, filled.phone) : '000000';
      return caller.post('/api/desk/registrations/finish', { ...filled, code, alikeSeen: true, agreed });
    },
    { also },
  );
}

function codeSentTo(app: AdminSpecs['app'], phone: string): Promise<string> {
  return until('the code of the window', async () => {
    const [sms] = app.parties.simulators.sms?.messages({ phone, limit: 1 }) ?? [];
    return /验证码(\d{6})/.exec(sms?.text ?? '')?.[1] ?? null;
  });
}
