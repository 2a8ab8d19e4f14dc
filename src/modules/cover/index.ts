// The door of cover: deciders and effects of buying and claiming, and the question "was this person covered at this instant".

import { personGrant, systemAccess, workerAccess, type Access } from '#platform/access';
import { dayOf } from '#platform/calendar';
import { invariant } from '#platform/errors';
import { cutPage, decodeCursor, type Page } from '#platform/page';
import { z } from 'zod';
import { createClaims } from './claims.ts';
import type { CoveredAnswer, MyCoverView } from './contract.ts';
import { addDays, unbrokenUntil } from './days.ts';
import { createEndorsements } from './endorsements.ts';
import { createEnrolment } from './enrolment.ts';
import { createGroup } from './group.ts';
import { createGroupChanges } from './group-changes.ts';
import { createGroupReading } from './group-reading.ts';
import type { CoverOptions } from './options.ts';
import { createMandates } from './mandates.ts';
import { createOversight } from './oversight.ts';
import { createRelease } from './release.ts';
import { createRenewals } from './renewals.ts';
import { holdsAt } from './reports.ts';
import * as store from './store.ts';

export type { CoverOptions } from './options.ts';
export { addDays } from './days.ts';
export { endedClaims, type EndedClaim } from './ended.ts';
export { months, type Clue, type MonthQuery } from './months.ts';
export type { InsurerPort, ListsPort } from './ports.ts';
export { coverRoutes } from './http.ts';
export * as imported from './imported.ts';
export type { ImportedEntryRow, ImportedPolicyRow, KnownPolicy } from './imported.ts';
/** For the synthetic city, which answers them from memory. */
export * as statements from './store.ts';
export * as renewalStatements from './renewal-store.ts';

const policiesMax = 50;

export type CoverDay = {
  readonly day: string;
  readonly policyNo: string;
  /** Beijing time of day. */
  readonly from: string;
  readonly to: string;
  readonly stateZh: string;
  readonly refundable: boolean;
  readonly caseId: string | null;
  /** The older system from which it was brought over, unverified. */
  readonly importedFrom: string | null;
  /** The organisation that took it out for the person; null where the person did. */
  readonly holder: string | null;
};

export type Cover = ReturnType<typeof createCover>;

export function createCover(options: CoverOptions) {
  const { db, clock } = options;
  const group = createGroup(options);
  const changes = createGroupChanges(options);
  const enrolment = createEnrolment(options, group);
  const release = createRelease(options);
  const claims = createClaims(options);
  const mandates = createMandates(options);
  const endorsements = createEndorsements(options);
  const renewals = createRenewals(options);

  /** The answer and the ledger entry that it stands on. Whoever may not see the person's cover gets "no record". */
  async function coveredAt(personId: string, instant: string, access: Access = systemAccess): Promise<CoveredAnswer> {
    const at = new Date(instant).toISOString();
    const row = await db.transaction(access, (tx) => tx.maybe(store.coveredAt, [personId, dayOf(at)]));
    if (!row)
      return { covered: false, at, policyNo: null, startsAt: null, endsAt: null, evidence: null, imported: null };
    return {
      covered: holdsAt(row, at),
      at,
      policyNo: shownNumber(row),
      startsAt: row.starts_at,
      endsAt: row.ends_at,
      evidence: { day: row.day, generation: row.generation, leafId: row.leaf_id, recordedAt: row.at },
      imported:
        row.import_source !== null && row.imported_on !== null
          ? { source: row.import_source, on: row.imported_on }
          : null,
    };
  }

  /** For the worker's home: covered now, until when, which days are bought ahead, the policies. */
  async function myCover(access: Access): Promise<MyCoverView> {
    const personId = access.actorId;
    invariant(
      access.kind === 'worker' && personId && access.grants.includes(personGrant(personId)),
      'only a worker has cover of his own',
    );
    const at = clock.now();
    const today = dayOf(at);
    return db.transaction(access, async (tx) => {
      const policies = await tx.run(store.policiesOf, [personId, policiesMax]);
      const earliest = policies.reduce(
        (day, policy) => (policy.first_day < day ? policy.first_day : day),
        addDays(today, -1),
      );
      const bound = (await tx.run(store.lastFromDay, [personId, earliest])).filter((row) => row.kind === 'bound');
      const spans = bound.map((row) => ({ startsAt: row.starts_at, endsAt: row.ends_at }));
      const now = bound.find((row) => holdsAt(row, at));
      const next = bound
        .filter((row) => row.starts_at > at)
        .map((row) => row.starts_at)
        .toSorted()[0];
      const caseNos = new Map(policies.map((policy) => [policy.policy_id, policy.policy_no]));
      return {
        at,
        coveredNow: now !== undefined,
        policyNo: (now && caseNos.get(now.policy_id)) ?? null,
        until: unbrokenUntil(spans, at),
        nextStart: now ? null : (next ?? null),
        daysAhead: [...new Set(bound.filter((row) => row.day > today).map((row) => row.day))],
        policies: policies.map((policy) => {
          const days = bound.filter((row) => row.policy_id === policy.policy_id);
          return {
            policyNo: policy.policy_no,
            // The case of a group is its organisation's.
            caseId: policy.holder_org_id === null ? policy.case_id : null,
            caseNo:
              policy.case_id === null || policy.holder_org_id !== null ? null : policy.policy_no.replace(/^GD/, ''),
            holder: holderOf(policy),
            importedFrom: policy.import_source,
            insurerPolicyNo: policy.insurer_policy_no,
            workType: policy.work_type,
            firstDay: policy.first_day,
            days: policy.days,
            startsAt: policy.starts_at,
            endsAt: policy.ends_at,
            premiumFen: policy.premium_fen,
            subsidyFen: policy.subsidy_fen,
            boundDays: days.map((row) => row.day),
            // What was sold elsewhere is given back there, and what somebody else paid for is not the insured person's to be paid for.
            refundableDays:
              policy.case_id === null || policy.holder_org_id !== null
                ? []
                : days.filter((row) => row.starts_at > at).map((row) => row.day),
          };
        }),
      };
    });
  }

  /** A worker's days of cover, the newest first, as the pages show them. */
  async function days(personId: string, cursor: string | null, limit = 31): Promise<Page<CoverDay>> {
    const before = decodeCursor(z.iso.date(), cursor ?? undefined) ?? '9999-12-31';
    const at = clock.now();
    const rows = await db.transaction(workerAccess(personId), (tx) =>
      tx.run(store.listDays, [personId, before, limit + 1]),
    );
    const page = cutPage(rows, limit, (last) => last.day);
    return {
      nextCursor: page.nextCursor,
      items: page.items.map((row) => ({
        day: row.day,
        policyNo: shownNumber(row),
        from: clockTime(row.starts_at),
        to: '24:00',
        stateZh: stateZh(row, at),
        refundable: row.kind === 'bound' && row.starts_at > at && row.case_id !== null && row.holder_org_id === null,
        caseId: row.holder_org_id === null ? row.case_id : null,
        importedFrom: row.import_source,
        holder: holderOf(row),
      })),
    };
  }

  function holderOf({ holder_org_id: orgId }: { readonly holder_org_id: string | null }): string | null {
    return orgId === null ? null : (options.orgName?.(orgId) ?? '单位');
  }

  const endorsePayload = z.object({ policyNo: z.string(), days: z.array(z.string()) });
  const reportPayload = z.object({ claimNo: z.string(), policyNo: z.string(), accidentAt: z.string() });
  const tasks = {
    ...renewals.tasks,
    ...group.tasks,
    'cover.refund_left': (payload: unknown) =>
      changes.refundLeft(z.object({ caseId: z.string() }).parse(payload).caseId),
    'cover.underwrite': (payload: unknown) =>
      enrolment.underwrite(z.object({ caseId: z.string() }).parse(payload).caseId),
    'cover.endorse': (payload: unknown) => release.endorse(endorsePayload.parse(payload)),
    'cover.report_claim': (payload: unknown) => claims.reportClaim(reportPayload.parse(payload)),
  };

  return {
    deciders: { ...mandates.deciders, ...enrolment.deciders, ...release.deciders, ...claims.deciders },
    effects: {
      ...mandates.effects,
      ...endorsements.effects,
      ...group.effects,
      ...enrolment.effects,
      ...release.effects,
      ...claims.effects,
    },
    tasks,
    coveredAt,
    myCover,
    days,
    suggest: claims.suggest,
    sharesOf: claims.sharesOf,
    renewals,
    groups: {
      ...createGroupReading(options),
      replace: changes.replace,
      leave: changes.leave,
      certificate: changes.certificate,
    },
    oversight: createOversight({ db, clock, orgName: options.orgName ?? ((orgId) => orgId) }),
  };
}

function clockTime(instant: string): string {
  return new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().slice(11, 16);
}

/** Without the mark that an undone import leaves. */
function shownNumber(row: { readonly policy_no: string; readonly import_source: string | null }): string {
  return row.import_source === null ? row.policy_no : row.policy_no.replace(/~\w+$/, '');
}

function stateZh(
  row: Pick<store.DayRow, 'kind' | 'starts_at' | 'ends_at'> & { readonly import_source: string | null },
  at: string,
): string {
  if (row.kind === 'released') return row.import_source === null ? '已退保' : '导入已撤销';
  if (at < row.starts_at) return '未开始';
  return at < row.ends_at ? '在保' : '已结束';
}
