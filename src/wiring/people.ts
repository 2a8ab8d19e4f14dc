// People and those who act for them, joined: what authorities ask of identity, offices, files, notices and cases.

import type { Field } from '#catalog';
import { codeMessages } from '#catalog/person-notices';
import { fieldKind, fieldKinds } from '#catalog/fields/index';
import { dayOf } from '#platform/calendar';
import type { Clock } from '#platform/clock';
import type { CryptoPort } from '#platform/crypto';
import { statement, type Database, type Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import type { Log } from '#platform/log';
import type { Trace } from '#modules/trace';
import { createAuthorities, type Authorities, type AuthorityOptions } from '#modules/authorities';
import { systemActor, type Actor, type Cases } from '#modules/cases';
import type { CoverOptions } from '#modules/cover';
import type { Catalogue } from '#modules/catalogue';
import type { Files } from '#modules/files';
import type { CodeMessage, Identity } from '#modules/identity';
import type { Notices, NoticesOptions } from '#modules/notices';
import type { Orgs } from '#modules/orgs';
import { selectCaseAgent } from './lookups.ts';
import type { Parties } from './parties.ts';

const selectStaffName = statement<[string], { name: string }>(
  'wiring.agent_staff_name',
  'select name from staff where staff_id = $1',
);

export type PeopleParts = {
  readonly db: Database;
  readonly crypto: CryptoPort;
  readonly clock: Clock;
  readonly trace: Trace;
  readonly identity: Identity;
  readonly orgs: Orgs;
  readonly files: Files;
  readonly notices: Notices;
  readonly catalogue: Pick<Catalogue, 'published'>;
  /** Made later than this; asked only when somebody acts. */
  readonly cases: () => Cases;
};

export function joinAuthorities(parts: PeopleParts) {
  const { identity, orgs } = parts;

  const people: AuthorityOptions['people'] = {
    byPhone: (tx, phone) => identity.personByPhone(tx, phone),
    byIdentity: (tx, name, idNumber) => byIdentity(parts, tx, name, idNumber),
    read: async (tx, personId) => {
      const found = await identity.personIn(tx, personId);
      if (!found) return undefined;
      const { name, phone, region, idType, idNumber } = found;
      return {
        personId,
        name,
        phone,
        region,
        idMasked: fieldKinds.id_document.mask({ type: idType, number: idNumber }),
      };
    },
    sendCode: (phone, address, authorityId, message) =>
      identity.requestCode(phone, address, `authority:${authorityId}`, message),
    proveCode: (tx, phone, authorityId, code) => identity.proveCode(tx, phone, `authority:${authorityId}`, code),
    staffName: async (tx, staffId) => (await tx.maybe(selectStaffName, [staffId]))?.name ?? '经办人',
  };

  return createAuthorities({
    ...parts,
    people,
    serviceZh: (code) => parts.catalogue.published(code)?.service.zh ?? null,
    route: orgs.route,
    orgName: orgs.orgName,
    keepFiles: (tx, fileIds, authorityId, readers) => parts.files.keepForAuthority(tx, fileIds, authorityId, readers),
    tell: parts.notices.tell,
    cases: {
      entrust: (tx, caseId, authorityId, by, personId) =>
        parts
          .cases()
          .entrust(
            tx,
            { caseId, personId, authorityId, note: '窗口审核同意，交代办人一起办理。' },
            { kind: 'staff', id: by.actorId, name: '', grants: by.grants },
          ),
      openOf: (tx, personId) => parts.cases().openOf(tx, personId),
      disown: (tx, personId, authorityId) => parts.cases().disown(tx, personId, authorityId, personActor(personId)),
    },
  });
}

const personActor = (personId: string): Actor => ({ ...systemActor, kind: 'worker', id: personId, name: '' });

/** The person with this ID number, if the name is the same too. */
export async function byIdentity(
  { identity, clock }: Pick<PeopleParts, 'identity' | 'clock'>,
  tx: Tx,
  name: string,
  idNumber: string,
): Promise<string | null> {
  const parsed = fieldKinds.id_number.parse(idNumber, {}, { today: dayOf(clock.now()) });
  const personId = parsed.ok ? await identity.idByNumber(tx, parsed.value) : null;
  const found = personId ? await identity.personIn(tx, personId) : undefined;
  return found && sameName(found.name, name) ? found.personId : null;
}

const plainName = (name: string) => name.normalize('NFKC').replaceAll(/[\s·]/g, '').toLowerCase();
const sameName = (one: string, other: string) => plainName(one) === plainName(other);

/** A code is worth nothing after five minutes: it goes to the provider at once, after the commit, and not through the outbox. */
export function codeSender(sms: Pick<Parties['sms'], 'send'>, log: Pick<Log, 'error'>) {
  async function send(phone: string, code: string, { template, values }: CodeMessage): Promise<void> {
    invariant(template in codeMessages, `message ${template} does not exist`);
    await sms
      .send({ phone, templateCode: template, params: { ...values, code }, bizId: newId() })
      .catch((error: unknown) => log.error({ err: error }, 'a code could not be sent'));
  }
  return (tx: Tx, phone: string, code: string, message: CodeMessage) =>
    tx.onCommit(() => void send(phone, code, message));
}

type Known = { readonly authorities: Authorities; readonly identity: Identity };

/** What cover asks about those who claim for the dead. */
export function joinFamily(parts: Known & { readonly cases: () => Cases }): NonNullable<CoverOptions['family']> {
  return {
    open: (state, name) => parts.cases().unsealed(state, name),
    seal: (...input) => parts.cases().sealed(...input),
    isDead: (tx, personId) => parts.authorities.isDead(tx, personId),
    isIdOf: async (tx, personId, idNumber) => (await parts.identity.personIn(tx, personId))?.idNumber === idNumber,
  };
}

export const noticeTo = (noticeId: string) => `notice:to:${noticeId}`;

/**
 * Where a message goes. Whoever has the phone of the dead, or a number that its owner gave up, is not told: in a case that an agent is
 * trusted with, the agent is.
 */
export async function phoneOf(
  { authorities, identity, crypto, clock }: Known & Pick<PeopleParts, 'crypto' | 'clock'>,
  tx: Tx,
  { personId, caseId, noticeId, toSealed }: Parameters<NoticesOptions['phoneOf']>[1],
): Promise<string | null> {
  if (toSealed !== null) return crypto.open(noticeTo(noticeId), toSealed);
  const phone = (await authorities.isDead(tx, personId)) ? '' : ((await identity.personIn(tx, personId))?.phone ?? '');
  if (phone !== '' || caseId === null) return phone === '' ? null : phone;
  const agent = await tx.maybe(selectCaseAgent, [caseId, personId, clock.now()]);
  return (agent && (await identity.personIn(tx, agent.agent_id))?.phone) || null;
}

/** A sealed value, opened for somebody who may read it: a number as it is, a list of people in words. */
export function plainText(field: Field, value: unknown): string {
  return typeof value === 'string' ? value : fieldKind(field.kind).format(value, field.options);
}

const namesMax = 5_000;
const nameMs = 60_000;

/** A list of cases shows many names; they change seldom, and only their masks and own pages are made from what is kept here. */
export function rememberNames(read: (tx: Tx, personId: string) => Promise<string>) {
  const names = new Map<string, { name: string; untilMs: number }>();
  return async (tx: Tx, personId: string): Promise<string> => {
    const known = names.get(personId);
    if (known && known.untilMs > Date.now()) return known.name;
    const name = await read(tx, personId);
    if (names.size > namesMax) names.clear();
    names.set(personId, { name, untilMs: Date.now() + nameMs });
    return name;
  };
}
