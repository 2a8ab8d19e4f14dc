// Telling people: rows in the transaction of the act, SMS sent later and outside of it, and reading.

import type { Service } from '#catalog';
import { roles, type Role } from '#catalog';
import type { DataSources } from '#catalog/data';
import type { NoticeTemplate, Recipient } from '#catalog/notices';
import { personNotices } from '#catalog/person-notices';
import { fill, namesIn, valuesOf } from '#catalog/values';
import { personGrant, roleGrant, workerAccess, type Access } from '#platform/access';
import { dayOf } from '#platform/calendar';
import type { Clock } from '#platform/clock';
import type { Database, Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import { cutPage, readCursor } from '#platform/page';
import { refuse, type NoticePage } from './contract.ts';
import { createSending, type Sending, type SendingOptions, type SmsSender } from './sending.ts';
import * as store from './store.ts';

/** The part of an effect's context that telling needs. */
export type NoticeContext = {
  readonly tx: Tx;
  readonly service: Service;
  readonly state: {
    readonly caseId: string;
    readonly caseNo: string;
    readonly region: string;
    readonly personId: string | null;
    readonly applicantOrgId: string | null;
    /** In which role the organisation applied. */
    readonly applicantRole?: Role;
    readonly data: Readonly<Record<string, unknown>>;
    readonly end: string | null;
    readonly active: readonly {
      readonly step: string;
      readonly orgId: string | null;
      /** In which role, where a person named who acts. */
      readonly role?: Role;
      readonly dueAt: string | null;
      readonly lastDay: string | null;
      readonly supplement: { readonly dueAt: string } | null;
    }[];
    readonly done: Readonly<Record<string, { readonly orgId: string | null }>>;
  };
  readonly step: string;
  readonly facts: { readonly now: string; route(role: Role, region: string): string | null };
  readonly reason?: string | null;
};

export type NoticesOptions = {
  readonly db: Database;
  readonly clock: Clock;
  readonly sms: SmsSender;
  readonly templates: Readonly<Record<string, NoticeTemplate>>;
  readonly sources: DataSources;
  readonly regionName: (code: string) => string;
  /** Mobile number of a person, opened; null where there is none. */
  readonly phoneOf: SendingOptions['phoneOf'];
  /** Hears of every message that the provider did not take. */
  readonly onFailed?: (error: unknown, about: { readonly template: string; readonly tries: number }) => void;
};

const pageMax = 20;

export type Notices = ReturnType<typeof createNotices>;

export function createNotices(options: NoticesOptions) {
  const { db, clock, templates } = options;

  /** Inserts the notices of one template. */
  function announce(context: NoticeContext, template: string): void {
    const notice = templates[template];
    invariant(notice, `notice template ${template} does not exist`);
    const { tx, state, facts } = context;
    const names = namesIn(notice.title, notice.text);
    const values = valuesOf(
      {
        service: context.service,
        caseNo: state.caseNo,
        regionName: options.regionName(state.region),
        step: context.step,
        data: state.data,
        end: state.end,
        dueDay: dueDayOf(context),
        today: dayOf(facts.now),
        applicant: '申请人',
        reason: context.reason ?? null,
      },
      names,
      options.sources,
    );
    const smsParams = Object.fromEntries(namesIn(notice.text).map((name) => [name, values[name] ?? '']));
    const seen = new Set<string>();
    for (const to of notice.to.flatMap((recipient) => resolve(recipient, context))) {
      const key = 'personId' in to ? to.personId : `${to.role}@${to.orgId}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const isPerson = 'personId' in to;
      const bySms = isPerson && notice.sms && (!notice.smsWhen || state.data[notice.smsWhen] === true);
      tx.add(store.insert, {
        notice_id: newId(),
        person_id: isPerson ? to.personId : null,
        org_id: isPerson ? null : to.orgId,
        role: isPerson ? null : to.role,
        case_id: state.caseId,
        template: notice.code,
        title: fill(notice.title, values),
        text: fill(notice.text, values),
        channels: bySms ? ['app', 'sms'] : ['app'],
        at: facts.now,
        readers: ['*', isPerson ? personGrant(to.personId) : roleGrant(to.role, to.orgId)],
        sms_state: bySms ? 'queued' : 'none',
        sms_next_at: bySms ? facts.now : null,
        sms_to_sealed: null,
        sms_params: bySms ? JSON.stringify(smsParams) : null,
      });
    }
  }

  /** Tells a person something of the own account, in the transaction of the act. */
  function tell(
    tx: Tx,
    personId: string,
    code: string,
    values: Readonly<Record<string, string>>,
    /** A number other than the registered one, sealed for the notice; then the app shows it to nobody. */
    elsewhere?: (noticeId: string) => string,
  ): void {
    const notice = personNotices[code];
    invariant(notice, `person notice ${code} does not exist`);
    const now = clock.now();
    const noticeId = newId();
    tx.add(store.insert, {
      notice_id: noticeId,
      person_id: personId,
      org_id: null,
      role: null,
      case_id: null,
      template: notice.code,
      title: notice.title,
      text: fill(notice.text, values),
      channels: elsewhere ? ['sms'] : notice.sms ? ['app', 'sms'] : ['app'],
      at: now,
      readers: elsewhere ? ['*'] : ['*', personGrant(personId)],
      sms_to_sealed: elsewhere?.(noticeId) ?? null,
      sms_state: notice.sms ? 'queued' : 'none',
      sms_next_at: notice.sms ? now : null,
      sms_params: notice.sms
        ? JSON.stringify(Object.fromEntries(namesIn(notice.text).map((name) => [name, values[name] ?? ''])))
        : null,
    });
  }

  /** A person's own notices, newest first. */
  function list(personId: string, cursor: string | undefined, limit: number = pageMax): Promise<NoticePage> {
    return db.transaction(workerAccess(personId), async (tx) => {
      const [at, id] = readCursor(cursor) ?? [null, null];
      const rows = await tx.run(store.ofPerson, [personId, at, id, limit + 1]);
      const { unread } = await tx.one(store.unreadOfPerson, [personId]);
      return pageOf(rows, unread, limit);
    });
  }

  /** Notices to the organisations and roles that a member of staff holds. */
  function orgNotices(access: Access, cursor: string | undefined, limit: number = pageMax): Promise<NoticePage> {
    const orgIds = access.grants.flatMap((grant) => grant.split('@')[1] ?? []);
    return db.transaction(access, async (tx) => {
      const [at, id] = readCursor(cursor) ?? [null, null];
      const rows = await tx.run(store.ofOrgs, [orgIds, at, id, limit + 1]);
      const { unread } = await tx.one(store.unreadOfOrgs, [orgIds]);
      return pageOf(rows, unread, limit);
    });
  }

  async function markRead(access: Access, noticeId: string): Promise<void> {
    await db.transaction(access, async (tx) => {
      const row = await tx.maybe(store.markRead, [noticeId, clock.now()]);
      if (!row) throw refuse('notices.not_found');
    });
  }

  /** How many a person has not read. */
  function unread(personId: string): Promise<number> {
    return db.transaction(
      workerAccess(personId),
      async (tx) => (await tx.one(store.unreadOfPerson, [personId])).unread,
    );
  }

  /** A person's own notice, marked read by being opened; null when it is not theirs. */
  function open(personId: string, noticeId: string): Promise<NoticeView | null> {
    return db.transaction(workerAccess(personId), async (tx) => {
      const row = await tx.maybe(store.oneOfPerson, [noticeId, personId]);
      if (!row) return null;
      if (row.read_at === null) tx.send(store.markRead, [noticeId, clock.now()]);
      return viewOf(row);
    });
  }

  async function markAllRead(personId: string): Promise<void> {
    await db.transaction(workerAccess(personId), async (tx) => tx.send(store.markAllRead, [personId, clock.now()]));
  }

  const sending: Sending = createSending(options);

  return { announce, tell, ...sending, list, orgNotices, markRead, unread, open, markAllRead };
}

type Addressee = { readonly personId: string } | { readonly orgId: string; readonly role: Role };

function resolve(recipient: Recipient, { state, service, step, facts }: NoticeContext): readonly Addressee[] {
  // A case that the family opened for somebody who died tells the one who acts.
  const contact = state.data['contact_person_id'];
  const personId = typeof contact === 'string' ? contact : state.personId;
  const office = state.applicantOrgId
    ? [{ orgId: state.applicantOrgId, role: state.applicantRole ?? 'enterprise' }]
    : [];
  const applicant: readonly Addressee[] = [...(personId ? [{ personId }] : []), ...(state.personId ? [] : office)];
  if (recipient === 'subject') return applicant;
  if (recipient === 'applicant_org') return office;
  if (recipient === 'step_org') {
    const role = service.workflow.steps[step]?.role;
    invariant(role, `workflow ${service.workflow.code} has no step ${step}`);
    if (roles[role].kind === 'public') return applicant;
    const active = state.active.find((one) => one.step === step);
    const orgId = active?.orgId ?? state.done[step]?.orgId;
    return orgId ? [{ orgId, role: active?.role ?? role }] : [];
  }
  const orgId = facts.route(recipient.role, state.region);
  return orgId ? [{ orgId, role: recipient.role }] : [];
}

/** The day until which something is expected: of the step itself, or of the step that follows it. */
function dueDayOf({ state, step }: NoticeContext): string | null {
  const active = state.active.find((one) => one.step === step) ?? state.active[0];
  const dueAt = active?.supplement?.dueAt ?? active?.dueAt;
  if (active?.lastDay && !active.supplement) return active.lastDay;
  // A due instant is exclusive: midnight belongs to the day before.
  return dueAt ? dayOf(new Date(Date.parse(dueAt) - 1).toISOString()) : null;
}

function pageOf(rows: readonly store.NoticeRow[], unread: number, limit: number): NoticePage {
  const { items, nextCursor } = cutPage(rows, limit, (row) => [row.at, row.notice_id]);
  return {
    items: items.map(viewOf),
    unread,
    nextCursor,
  };
}

type NoticeView = NoticePage['items'][number];

function viewOf(row: store.NoticeRow): NoticeView {
  return {
    noticeId: row.notice_id,
    template: row.template,
    title: row.title,
    text: row.text,
    caseId: row.case_id,
    at: row.at,
    readAt: row.read_at,
  };
}
