// Registering somebody who stands at a window and has no account: the clerk types, the code on the worker's own phone is the agreement to
// exactly what was typed, each purpose is asked by itself, and whoever is known already or looks alike is seen before anybody is made.
// Without a phone of one's own nobody is registered here: a login by somebody else's phone would be somebody else's.

import { z } from 'zod';
import { isAsked, purposes } from '#catalog/purposes';
import { fieldKinds, idDocumentZh } from '#catalog/fields/index';
import { assistingRoles } from '#contract/authorities';
import { refuse as refuseIdentity } from '#contract/identity';
import { checkRegistration, foldName, requireStaff, type StaffSession } from '#modules/identity';
import { systemAccess } from '#platform/access';
import { dayOf } from '#platform/calendar';
import { brokenConstraint, type Tx } from '#platform/db';
import { declareRefusals } from '#platform/errors';
import type { HttpPlugin } from '#platform/http';
import type { Services } from './services.ts';

const refuse = declareRefusals({
  'window.code_wrong': {
    status: 422,
    zh: '验证码不对、已过期、试错次数太多，或内容在发验证码以后改过。',
    next: '请核对最新一条短信里的 6 位数字；改过内容的，请重新发验证码。',
  },
  'window.alike_first': {
    status: 409,
    zh: '系统里有像是同一个人的登记。',
    next: '请先核对列出的登记：是同一人的用原登记办理；不是的，勾选“核对过，不是同一人”再登记。',
  },
  'window.identity_needed': {
    status: 422,
    zh: '本人没有同意“核对我的身份”，不能登记。',
    next: '请向本人读出说明；本人不同意的，不登记，可以先咨询或由家人代办。',
  },
});

/** 劳动法 article 15. */
const ageMin = 16;

const form = {
  requestId: z.uuid().describe('同一次登记重复提交时不变'),
  phone: z.string().max(40).describe('劳动者本人的手机号，验证码发到这里'),
  name: z.string().max(200).describe('姓名，与证件一致'),
  idType: z.string().max(40).describe('证件种类'),
  idNumber: z.string().max(60).describe('证件号码'),
  birthDay: z.string().max(10).optional().describe('证件号码里没有出生日期时填写'),
  region: z.string().max(12).describe('主要工作地的 6 位行政区划代码'),
};
const askInput = z.object(form);
const askAnswer = z.object({
  waitSeconds: z.number().int().describe('多少秒后可以再发一次'),
  alike: z
    .array(z.object({ who: z.string().describe('姓名、证件，已遮盖'), phone: z.string().describe('手机号，已遮盖') }))
    .describe('像是同一个人的登记'),
  consents: z
    .array(
      z.object({
        purpose: z.string().describe('用途的编号'),
        version: z.string().describe('说明的版本'),
        zh: z.string().describe('用途'),
        words: z.array(z.string()).describe('要向本人读出的说明'),
        required: z.boolean().describe('不同意就不能登记'),
      }),
    )
    .describe('逐项征求同意'),
});
const finishInput = z.object({
  ...form,
  code: z.string().max(20).describe('劳动者告诉窗口的 6 位验证码'),
  alikeSeen: z.boolean().describe('像是同一人的登记都核对过，不是同一人'),
  agreed: z
    .array(z.object({ purpose: z.string().max(60), version: z.string().max(40) }))
    .max(20)
    .describe('本人同意的用途，一项一项'),
});
const finishAnswer = z.object({
  name: z.string().describe('登记的姓名，请与证件核对'),
  phone: z.string().describe('手机号，已遮盖'),
});
type Ask = z.infer<typeof askInput>;
type Finish = z.infer<typeof finishInput>;

export function createWindowRegistration(services: Services) {
  const { identity, merges, privacy, notices, orgs, clock, crypto, db } = services;

  function checked(input: Ask) {
    const { name, region, birthDay } = input;
    const given = {
      name,
      region,
      idDocument: { type: input.idType, number: input.idNumber },
      ...(birthDay ? { birthDay } : {}),
    };
    const found = checkRegistration(given, dayOf(clock.now()), services.isRegion);
    if (!found.ok)
      throw refuseIdentity('identity.registration_invalid', { count: found.problems.length }, found.problems);
    if (found.value.age < ageMin) throw refuseIdentity('identity.too_young');
    return found.value;
  }

  function phoneOf({ phone }: Ask): string {
    const read = fieldKinds.phone.parse(phone, {}, { today: dayOf(clock.now()) });
    if (!read.ok) throw refuseIdentity('identity.phone_invalid');
    return read.value;
  }

  /** The code stands for these words and no others: whoever changes a letter needs another one. */
  function purposeOf(input: Ask, staffId: string): `window:${string}` {
    const { requestId, phone, name, idType, idNumber, birthDay = '', region } = input;
    const all = [staffId, requestId, phone, name, idType, idNumber, birthDay, region].join('\n');
    return `window:${crypto.digest('window_registration', all).toString('hex').slice(0, 32)}`;
  }

  /** Follows from the request and the clerk, so that a repeat finds the person whom the first one made. */
  function madeId(requestId: string, staffId: string, what = 'person'): string {
    const hex = crypto.digest('window_registration', `${what}:${staffId}:${requestId}`).toString('hex');
    return `${requestId.slice(0, 14)}7${hex.slice(0, 3)}-8${hex.slice(3, 6)}-${hex.slice(6, 18)}`;
  }

  async function alikeIn(tx: Tx, input: Ask) {
    const { name, idDocument, birthDay, sex, region } = checked(input);
    return merges.alike(tx, {
      name,
      nameFolded: foldName(name),
      idType: idDocument.type,
      idNumber: idDocument.number,
      phone: phoneOf(input),
      birthDay,
      sex,
      region,
      occupation: null,
      platformOrgId: null,
      card: null,
      verified: false,
      synthetic: services.config.demo,
      listed: false,
      createdAt: clock.now(),
    });
  }

  async function ask(session: StaffSession, input: Ask) {
    const { idDocument, name } = checked(input);
    const office = officeOf(session);
    const alike = await db.transaction(systemAccess, async (tx) => {
      const known = await identity.knownByDocument(tx, idDocument);
      const [person] = known ? await identity.knownPeople(tx, [known]) : [];
      // Whoever is known from a list only comes by this registration.
      if (person && !person.listed) throw refuseIdentity('identity.id_taken');
      if (await identity.personByPhone(tx, input.phone)) throw refuseIdentity('identity.phone_taken');
      const found = await alikeIn(tx, input);
      return found.filter((one) => one.personId !== person?.personId);
    });
    const message = { template: 'window_register_code', values: { office: orgs.orgName(office.orgId), name } };
    const purpose = purposeOf(input, session.staff.staffId);
    // Counted for the clerk and not for the window's network, behind which the whole office sits.
    const { waitSeconds } = await identity.requestCode(input.phone, `staff:${session.staff.staffId}`, purpose, message);
    return {
      waitSeconds,
      alike: alike.map((one) => ({
        who: `${fieldKinds.person_name.mask(one.name)} ${idDocumentZh[one.idType]} ${fieldKinds.id_document.mask({ type: one.idType, number: one.idNumber })}`,
        phone: fieldKinds.phone.mask(one.phone),
      })),
      consents: purposes.filter(isAsked).map(({ code, version, zh, words }) => ({
        purpose: code,
        version,
        zh,
        words: [...words],
        required: code === 'identity',
      })),
    };
  }

  async function finish(session: StaffSession, input: Finish) {
    const registration = checked(input);
    const { staffId } = session.staff;
    const personId = madeId(input.requestId, staffId);
    const identityWords = purposes.find(({ code }) => code === 'identity');
    const isAgreed = input.agreed.some((one) => one.purpose === 'identity' && one.version === identityWords?.version);
    if (!isAgreed) throw refuse('window.identity_needed');
    const answer = { name: registration.name, phone: fieldKinds.phone.mask(input.phone) };
    const outcome = await db
      .transaction(systemAccess, async (tx) => {
        if (await wasMade(tx, personId)) return 'done' as const;
        const known = await identity.knownByDocument(tx, registration.idDocument);
        const alike = (await alikeIn(tx, input)).filter((one) => one.personId !== known);
        if (alike.length > 0 && !input.alikeSeen) return 'alike' as const;
        // A wrong try is committed and refused afterwards.
        if (!(await identity.proveCode(tx, input.phone, purposeOf(input, staffId), input.code)))
          // Of two that were sent at once, the second finds the code used and the person made.
          return (await wasMade(tx, personId)) ? ('done' as const) : ('wrong' as const);
        await make(tx, session, input, personId);
        return 'done' as const;
      })
      .catch((error: unknown) => {
        const constraint = brokenConstraint(error);
        if (constraint === 'person_id_number_key') throw refuseIdentity('identity.id_taken');
        if (constraint === 'person_phone_key') throw refuseIdentity('identity.phone_taken');
        throw error;
      });
    if (outcome === 'wrong') throw refuse('window.code_wrong');
    if (outcome === 'alike') throw refuse('window.alike_first');
    return answer;
  }

  async function wasMade(tx: Tx, personId: string): Promise<boolean> {
    return (await identity.personIn(tx, personId)) !== undefined || (await identity.arrivedAs(tx, personId));
  }

  async function make(tx: Tx, session: StaffSession, input: Finish, personId: string): Promise<void> {
    const { staffId, name: agent } = session.staff;
    const office = officeOf(session);
    const clerk = { staffId, orgId: office.orgId };
    const made = await identity.putRegistered(tx, personId, phoneOf(input), checked(input), {}, clerk);
    for (const { purpose, version } of input.agreed) {
      const word = { purpose, version, given: true, requestId: madeId(input.requestId, staffId, purpose) };
      await privacy.decideIn(tx, made, word, { channel: 'window', byId: staffId });
    }
    notices.tell(tx, made, 'window_registered', { office: orgs.orgName(office.orgId), agent });
  }

  return { ask, finish };
}

function officeOf({ staff }: StaffSession) {
  const held = staff.roles.find(({ role }) => assistingRoles.some((one) => one === role));
  if (!held) throw refuseIdentity('identity.not_allowed');
  return held;
}

export function windowRegistrationRoutes(services: Services): HttpPlugin {
  const registration = createWindowRegistration(services);
  const window = { config: { access: assistingRoles } };
  return async (app) => {
    app.post(
      '/api/desk/registrations',
      {
        ...window,
        schema: { summary: '窗口登记：核对并向劳动者的手机发验证码', body: askInput, response: { 200: askAnswer } },
      },
      (request) => registration.ask(requireStaff(request), request.body),
    );
    app.post(
      '/api/desk/registrations/finish',
      {
        ...window,
        schema: { summary: '窗口登记：凭劳动者的验证码登记', body: finishInput, response: { 200: finishAnswer } },
      },
      (request) => registration.finish(requireStaff(request), request.body),
    );
  };
}
