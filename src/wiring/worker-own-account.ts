// The pages of the own account on the real modules. Translation only.

import { z } from 'zod';
import type { AccountBackend } from '#apps/worker/backend-account';
import { fieldKind } from '#catalog/fields/index';
import { refuse } from '#contract/contacts';
import { refuse as refuseIdentity } from '#contract/identity';
import { subjectOf, systemAccess } from '#platform/access';
import { sessionMaxAgeSeconds } from '#modules/identity';
import type { Services } from './services.ts';
import type { createRegistration } from './worker-registration.ts';

const newPhoneContext = 'phone:new:1';
const newPhoneMs = 10 * 60_000;
const newPhoneSchema = z.object({ personId: z.uuid(), phone: z.string(), untilMs: z.number() });

export function createAccountPages(
  { contacts, config, crypto, db, identity, merges }: Services,
  registration: Pick<ReturnType<typeof createRegistration>, 'notOwner'>,
): AccountBackend {
  const { accounts, phones } = contacts;

  function openedPhone(challenge: string, personId: string): string {
    try {
      const read = newPhoneSchema.parse(JSON.parse(crypto.open(newPhoneContext, challenge)));
      if (read.untilMs > Date.now() && read.personId === personId) return read.phone;
    } catch {
      // Not of our making, or of another day.
    }
    throw refuse('contacts.change_gone');
  }

  return {
    coolingHours: config.payoutCoolingHours,
    cards: (access) => accounts.list(subjectOf(access)),
    changeCard: (access, input) => accounts.change(subjectOf(access), input),
    stopCard: (access, accountId) => accounts.stopOwn(subjectOf(access), accountId),
    merged: (access) => merges.ofPerson(subjectOf(access)),
    objectToMerge: (access, mergeId) => merges.object(subjectOf(access), mergeId),
    stopLink: async (token) => {
      const card = await accounts.lookAt(token);
      if (card) return { zh: `有人把收款银行卡换成了尾号 ${card.tail} 的卡。`, stopped: card.stopped };
      const phone = await phones.lookAt(token);
      return phone && { zh: `有人在窗口把登记的手机号换成尾号 ${phone.tail} 的号码。`, stopped: phone.stopped };
    },
    stopByLink: async (token) => {
      if (!(await accounts.stopByLink(token)) && !(await phones.stopByLink(token))) throw refuse('contacts.stop_gone');
    },
    confirmOwner: async (token, tail, oldToken) => {
      const begun = await identity.confirmOwner(token, tail, oldToken);
      return { token: begun.token, maxAgeSeconds: sessionMaxAgeSeconds };
    },
    notOwner: registration.notOwner,
    disownPhone: (access) => identity.disownPhone(subjectOf(access)),
    phone: async (access) => {
      const profile = await identity.profile(subjectOf(access));
      if (!profile) throw refuseIdentity('identity.not_logged_in');
      return { masked: fieldKind('phone').mask(profile.phone), waiting: await phones.waiting(subjectOf(access)) };
    },
    requestNewPhone: async (access, phone) => {
      const personId = subjectOf(access);
      await phones.requestNew(personId, phone);
      return crypto.seal(newPhoneContext, JSON.stringify({ personId, phone, untilMs: Date.now() + newPhoneMs }));
    },
    changePhone: async (access, { challenge, code, requestId }, oldToken) => {
      const personId = subjectOf(access);
      const phone = openedPhone(challenge, personId);
      await phones.changeByCodes(personId, { requestId, phone, code });
      // Everybody is out, this session too; whoever has just proven both phones comes in again.
      const own = await db.transaction(systemAccess, async (tx) =>
        identity.beginSession(tx, 'worker', { personId }, oldToken),
      );
      return { token: own.token, maxAgeSeconds: sessionMaxAgeSeconds };
    },
    stopPhoneChange: (access) => phones.stopOwn(subjectOf(access)),
  };
}
