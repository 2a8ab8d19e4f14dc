// What the three ways to an authority share: the row, its leaf, what is stated under seal, and how it ends.

import { z } from 'zod';
import type { CodeMessage } from '#modules/identity';
import type { Trace } from '#modules/trace';
import { personGrant, systemAccess, workerAccess, type Access, type OnBehalf } from '#platform/access';
import { dayOf } from '#platform/calendar';
import type { Clock } from '#platform/clock';
import type { CryptoPort } from '#platform/crypto';
import { brokenConstraint, type Database, type Tx } from '#platform/db';
import { Refusal } from '#platform/errors';
import { newId } from '#platform/ids';
import { idsOf, isSamePerson } from '#platform/one-person';
import { refuse, type AuthorityKind } from './contract.ts';
import * as store from './store.ts';

/** What authorities ask of people, codes, offices and cases; given where the modules are joined. */
export type AuthorityOptions = {
  readonly db: Database;
  readonly crypto: CryptoPort;
  readonly clock: Clock;
  readonly trace: Trace;
  readonly people: {
    readonly byPhone: (tx: Tx, phone: string) => Promise<string | null>;
    /** The person with this ID number if the name is the same too. */
    readonly byIdentity: (tx: Tx, name: string, idNumber: string) => Promise<string | null>;
    readonly read: (tx: Tx, personId: string) => Promise<AuthorityPerson | undefined>;
    /** Sends a code, or nothing where `message` is null; counted and answered alike. */
    readonly sendCode: (
      phone: string,
      address: string,
      authorityId: string,
      message: CodeMessage | null,
    ) => Promise<{ readonly waitSeconds: number }>;
    readonly proveCode: (tx: Tx, phone: string, authorityId: string, code: string) => Promise<boolean>;
    readonly staffName: (tx: Tx, staffId: string) => Promise<string>;
  };
  readonly serviceZh: (code: string) => string | null;
  readonly route: (role: string, region: string) => string | null;
  readonly orgName: (orgId: string) => string;
  readonly keepFiles: (
    tx: Tx,
    fileIds: readonly string[],
    authorityId: string,
    readers: readonly string[],
  ) => Promise<void>;
  readonly tell: (tx: Tx, personId: string, template: string, values: Readonly<Record<string, string>>) => void;
  readonly cases: {
    readonly entrust: (tx: Tx, caseId: string, authorityId: string, by: Access, personId: string) => Promise<void>;
    /** The open cases of a person, for the office that decides. */
    readonly openOf: (tx: Tx, personId: string) => Promise<readonly OpenCase[]>;
    /** The person says that what was done under this authority was not theirs. */
    readonly disown: (tx: Tx, personId: string, authorityId: string) => Promise<void>;
  };
};

export type AuthorityPerson = {
  readonly personId: string;
  readonly name: string;
  readonly phone: string;
  readonly region: string;
  readonly idMasked: string;
};
export type OpenCase = {
  readonly caseId: string;
  readonly caseNo: string;
  readonly serviceZh: string;
  readonly openedAt: string;
};

const statedSchema = z.object({
  phone: z.string().optional(),
  name: z.string().optional(),
  idNumber: z.string().optional(),
  relation: z.string().optional(),
  cause: z.string().optional(),
});
export type Stated = z.infer<typeof statedSchema>;

export type NewAuthority = {
  readonly kind: AuthorityKind;
  readonly principalId: string | null;
  readonly agent: { readonly personId: string } | { readonly staffId: string };
  readonly orgId: string | null;
  readonly region: string;
  readonly services: readonly string[];
  readonly stated: Stated;
  readonly fileIds?: readonly string[];
  readonly untilAt: string;
  readonly requestId: string;
  readonly readers: readonly string[];
};

const dayMs = 86_400_000;
/** A code is good for five minutes; who reads it out over the phone needs a little more than that to begin. */
export const requestMinutes = 15;
export const requestsADay = 10;

export type Base = ReturnType<typeof createBase>;

export function createBase(options: AuthorityOptions) {
  const { db, crypto, clock, trace } = options;

  const statedContext = (authorityId: string) => `authority:stated_sealed:${authorityId}`;
  const statedOf = (row: store.AuthorityRow): Stated =>
    statedSchema.parse(JSON.parse(crypto.open(statedContext(row.authority_id), row.stated_sealed)));

  /** The same request again finds what the first one made. */
  async function make(tx: Tx, input: NewAuthority): Promise<store.AuthorityRow> {
    const known = await tx.maybe(store.byRequest, [input.requestId]);
    const agentId = 'personId' in input.agent ? input.agent.personId : null;
    const staffId = 'staffId' in input.agent ? input.agent.staffId : null;
    if (known) {
      if (known.agent_id !== agentId || known.agent_staff_id !== staffId) throw refuse('authorities.none');
      return known;
    }
    const authorityId = newId();
    const now = clock.now();
    const leafId = record(tx, 'authority.requested', authorityId, agentId ?? staffId, input.principalId, input.region, {
      kind: input.kind,
      services: input.services,
      until_at: input.untilAt,
      files: input.fileIds ?? [],
    });
    await tx.run(store.insert, [
      authorityId,
      input.kind,
      input.principalId,
      agentId,
      staffId,
      input.orgId,
      [...input.services],
      crypto.seal(statedContext(authorityId), JSON.stringify(input.stated)),
      [...(input.fileIds ?? [])],
      now,
      input.untilAt,
      input.requestId,
      ['*', ...input.readers],
      leafId,
    ]);
    return tx.one(store.select, [authorityId]);
  }

  /** Two of the same request at once: the second finds the first one's row. */
  async function once<T>(requestId: string, work: () => Promise<T>, known: (row: store.AuthorityRow) => T): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (brokenConstraint(error) !== 'authority_request_key') throw error;
      const row = await db.transaction(systemAccess, (tx) => tx.maybe(store.byRequest, [requestId]));
      if (!row) throw error;
      return known(row);
    }
  }

  /** The same request sent again finds its code on the way already. */
  async function sendCode(
    phone: string,
    address: string,
    row: store.AuthorityRow,
    message: CodeMessage | null,
  ): Promise<{ readonly waitSeconds: number }> {
    try {
      return await options.people.sendCode(phone, address, row.authority_id, message);
    } catch (error) {
      const isRepeat = Date.parse(clock.now()) > Date.parse(row.created_at);
      if (!isRepeat || !(error instanceof Refusal) || error.code !== 'identity.code_too_soon') throw error;
      return { waitSeconds: Number(error.details['waitSeconds']) };
    }
  }

  function record(
    tx: Tx,
    type: string,
    authorityId: string,
    actorId: string | null,
    subjectId: string | null,
    region: string,
    body: Readonly<Record<string, unknown>>,
  ): string {
    const at = clock.now();
    const what = { authority_id: authorityId, ...body };
    return trace.record(tx, { eventId: newId(), type, at, region, department: '', actorId, subjectId, body: what });
  }

  function activate(
    tx: Tx,
    row: store.AuthorityRow,
    principal: AuthorityPerson,
    untilAt: string,
    services: readonly string[],
  ) {
    const readers = [...new Set([...row.readers, personGrant(principal.personId)])];
    const actor = row.agent_id ?? row.agent_staff_id;
    record(tx, 'authority.granted', row.authority_id, actor, principal.personId, principal.region, {
      kind: row.kind,
      services,
      until_at: untilAt,
    });
    tx.send(store.activate, [row.authority_id, principal.personId, clock.now(), untilAt, readers, [...services]]);
  }

  function checkedServices(codes: readonly string[]): readonly string[] {
    const wanted = [...new Set(codes)];
    if (wanted.length === 0 || wanted.length > 20 || wanted.some((code) => options.serviceZh(code) === null))
      throw refuse('authorities.services_wrong');
    return wanted;
  }

  function untilIn(days: number, max: number): string {
    if (!Number.isInteger(days) || days < 1 || days > max) throw refuse('authorities.days_wrong', { days: max });
    const lastDay = dayOf(new Date(Date.parse(clock.now()) + days * dayMs).toISOString());
    return endOfDay(lastDay);
  }

  const isLive = (row: store.AuthorityRow) => row.state === 'active' && row.until_at > clock.now();

  function servicesText(codes: readonly string[]): string {
    const first = options.serviceZh(codes[0] ?? '') ?? '';
    return codes.length === 1 ? first : `${first}等${codes.length}项`;
  }

  /** Ended by the agent or by the principal; by the principal also with the word that it was never theirs. */
  async function end(personId: string, authorityId: string, disowned: boolean): Promise<void> {
    await db.transaction(workerAccess(personId), async (tx) => {
      const row = await tx.maybe(store.hold, [authorityId]);
      const ids = await idsOf(tx, personId);
      const isPrincipal = row?.principal_id != null && ids.includes(row.principal_id);
      if (!row || (!isPrincipal && !(row.agent_id && ids.includes(row.agent_id)))) throw refuse('authorities.none');
      const by = isPrincipal ? (disowned ? 'disowned' : 'principal') : 'agent';
      const ended = await tx.maybe(store.end, [authorityId, clock.now(), by]);
      if (by === 'disowned') await options.cases.disown(tx.asSystem(), personId, authorityId);
      if (!ended) return;
      record(tx, 'authority.ended', authorityId, personId, row.principal_id, '', { by });
      await tellOfEnd(tx.asSystem(), row, personId);
    });
  }

  async function tellOfEnd(tx: Tx, row: store.AuthorityRow, endedBy: string): Promise<void> {
    if (row.state !== 'active' || !row.principal_id) return;
    const principal = await options.people.read(tx, row.principal_id);
    const agent = await agentNameOf(tx, row);
    const values = { services: servicesText(row.services) };
    if (row.agent_id && row.agent_id !== endedBy)
      options.tell(tx, row.agent_id, 'authority_ended', { ...values, who: principal?.name ?? '' });
    if (row.principal_id !== endedBy) options.tell(tx, row.principal_id, 'authority_ended', { ...values, who: agent });
  }

  async function agentNameOf(tx: Tx, row: store.AuthorityRow): Promise<string> {
    if (row.agent_id) return (await options.people.read(tx, row.agent_id))?.name ?? '';
    const name = row.agent_staff_id ? await options.people.staffName(tx, row.agent_staff_id) : '';
    return row.org_id ? `${options.orgName(row.org_id)} ${name}` : name;
  }

  /** An authority in use, for its session; null once it is over. */
  async function onBehalfOf(tx: Tx, authorityId: string): Promise<OnBehalf | null> {
    const row = await tx.maybe(store.select, [authorityId]);
    if (!row || !isLive(row) || row.principal_id === null) return null;
    const principal = await options.people.read(tx, row.principal_id);
    if (!principal) return null;
    return {
      authorityId,
      kind: row.kind,
      personId: row.principal_id,
      principalName: principal.name,
      agentKind: row.agent_staff_id ? 'staff' : 'worker',
      agentName: await agentNameOf(tx, row),
      untilAt: row.until_at,
      services: row.services,
    };
  }

  async function requireAgent(tx: Tx, authorityId: string, agentId: string): Promise<void> {
    const row = await tx.maybe(store.select, [authorityId]);
    if (!row || !(await isSamePerson(tx, row.agent_id, agentId))) throw refuse('authorities.none');
    if (!isLive(row)) throw refuse('authorities.over');
  }

  /** Inside of the transaction that opens a case: refused when the authority ended a moment ago. */
  async function hold(tx: Tx, authorityId: string): Promise<void> {
    if (!(await tx.asSystem().maybe(store.holdInForce, [authorityId, clock.now()]))) throw refuse('authorities.over');
  }

  /** Whether this person may act for that one in this service now. */
  async function mayAct(
    tx: Tx,
    asked: { readonly agentId: string; readonly principalId: string; readonly serviceCode: string },
  ): Promise<boolean> {
    const { agentId, principalId, serviceCode } = asked;
    return (await tx.asSystem().maybe(store.mayAct, [agentId, principalId, serviceCode, clock.now()])) !== undefined;
  }

  /** A window approved that somebody acts for this person because he or she is dead; its term does not matter for that. */
  async function isDead(tx: Tx, personId: string): Promise<boolean> {
    const rows = await tx.run(store.approvedFor, [personId]);
    return rows.some((row) => statedOf(row).cause === 'dead');
  }

  /** The same, of many people at once. */
  async function deadAmong(tx: Tx, personIds: readonly string[]): Promise<readonly string[]> {
    const rows = await tx.run(store.approvedForAny, [[...personIds]]);
    return rows.flatMap((row) => (statedOf(row).cause === 'dead' && row.principal_id ? [row.principal_id] : []));
  }

  return {
    options,
    isDead,
    deadAmong,
    sendCode,
    make,
    once,
    record,
    activate,
    checkedServices,
    untilIn,
    isLive,
    servicesText,
    statedOf,
    agentNameOf,
    end,
    onBehalfOf,
    requireAgent,
    hold,
    mayAct,
  };
}

/** The first instant after a legal day: what ends with a day holds to its last second. */
export function endOfDay(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00+08:00`) + dayMs).toISOString();
}
