// The addresses of every page of the worker's app on a small world: what anybody sees, what a person sees with a case, a message and
// a draft of each published service, and the registration.

import { randomUUID } from 'node:crypto';
import { allFields } from '#catalog/form';
import { personGrant, workerAccess } from '#platform/access';
import { invariant } from '#platform/errors';
import type { Http } from '#platform/http';
import { application } from './journey.ts';
import { district, type World } from './world.ts';

export type PageVisit = { readonly url: string; readonly cookie: string };
export type Pages = { readonly visits: readonly PageVisit[]; readonly weak: readonly PageVisit[] };

const freePhone = '19988880001';

export async function everyPage(world: World, app: Http): Promise<Pages> {
  const { services } = world;
  const [person] = await world.addPeople(1, 1);
  const papers = person?.papers[0];
  invariant(person && papers, 'a person with papers was made');
  const cookie = `gd_worker=${await tokenOf(world, person.phone)}`;
  const register = await beginRegistration(world, app);
  const caseId = await openCase(world, person.personId, application(papers));
  const forms: string[] = [];
  for (const service of services.catalogue.publishedServices()) {
    forms.push(`/m/services/${service.code}`);
    if (!service.audience.includes('worker')) continue;
    await services.drafts.start(workerAccess(person.personId), service.code);
    forms.push(...Object.keys(allFields(service)).map((field) => `/m/apply/${service.code}/${field}`));
    forms.push(`/m/apply/${service.code}/review`);
  }
  const open = ['/m', '/m/login', '/m/services', '/m/services?q=工会', '/m/display'];
  const own = [
    '/m',
    '/m/services',
    '/m/cases',
    '/m/messages',
    '/m/cover',
    '/m/me',
    '/m/me/access',
    `/m/cases/${caseId}`,
    ...['receipt', 'act/urge', 'act/withdraw'].map((part) => `/m/cases/${caseId}/${part}`),
    ...forms,
  ];
  const registration = ['name', 'id', 'region', 'consent'].map((step) => `/m/register/${step}`);
  const asPerson = (url: string): PageVisit => ({ url, cookie });
  return {
    visits: [
      ...open.map((url) => ({ url, cookie: '' })),
      ...own.map(asPerson),
      ...registration.map((url) => ({ url, cookie: register })),
    ],
    weak: [
      { url: '/m/login', cookie: '' },
      ...['/m/apply/UN-001/occupation', `/m/cases/${caseId}`, '/m', '/m/services'].map(asPerson),
      ...['/m/services/DI-001', '/m/apply/UN-001/photo', '/m/messages'].map(asPerson),
    ],
  };
}

async function tokenOf(world: World, phone: string): Promise<string> {
  const { identity } = world.services;
  await identity.requestCode(phone, '198.51.100.1');
  const verified = await identity.verifyCode(phone, world.codeSentTo(phone) ?? '');
  return verified.token;
}

/** A number that nobody has goes through the pages of the login; the cookie of its registration. */
async function beginRegistration(world: World, app: Http): Promise<string> {
  const page = await app.inject({ url: '/m/login' });
  const cookie = cookieIn(page.headers['set-cookie']);
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
  const post = (url: string, form: Record<string, string>) =>
    app.inject({
      method: 'POST',
      url,
      headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ csrf, request_id: randomUUID(), ...form }).toString(),
    });
  const asked = await post('/m/login', { phone: freePhone });
  const challenge = new URL(asked.headers.location ?? '', 'http://127.0.0.1').searchParams.get('c') ?? '';
  const verified = await post('/m/login/verify', { challenge, code: world.codeSentTo(freePhone) ?? '' });
  return cookieIn(verified.headers['set-cookie']);
}

function cookieIn(header: string | string[] | undefined): string {
  return [header ?? []]
    .flat()
    .map((one) => one.split(';')[0])
    .join('; ');
}

async function openCase(world: World, personId: string, data: Record<string, unknown>): Promise<string> {
  const actor = { kind: 'worker', id: personId, name: '张示例', grants: [personGrant(personId)] } as const;
  const input = { requestId: randomUUID(), serviceCode: 'UN-001', region: district, data };
  return (await world.services.cases.openCase(workerAccess(personId), actor, { personId, orgId: null }, input)).caseId;
}
