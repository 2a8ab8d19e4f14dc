// Reports of accidents: was the person covered at that instant, was the accident reported before, and the report that a claim stands on.

import type { ExplanationLine } from '#catalog/rules/index';
import type { CaseState, Decider } from '#modules/cases';
import { dayOf } from '#platform/calendar';
import type { Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import { isSamePerson } from '#platform/one-person';
import { refuse } from './contract.ts';
import { isRefused, partyAttempts, type CoverOptions } from './options.ts';
import { textOf } from './ports.ts';
import * as store from './store.ts';

const reportHoursMax = 48;
/** Two reports of a person whose times lie closer than this tell of one accident. */
const sameAccidentMs = 2 * 3_600_000;

/** The accident that a case is about: its own report, or the one that it cites. */
export type Report = {
  readonly caseId: string;
  readonly personId: string;
  readonly policyId: string;
  readonly accidentAt: string;
  readonly region: string;
  /** What the insurer decided about being liable, if it did. */
  readonly duty: string | null;
};

export function createReports(options: CoverOptions) {
  const { clock } = options;

  const policyCheck: Decider = async ({ tx, state }) => {
    const accidentAt = instantOf(state, 'accident_time');
    invariant(state.personId && accidentAt, `case ${state.caseId} reports no accident`);
    const row = await tx.maybe(store.coveredAt, [state.personId, dayOf(accidentAt)]);
    const covered = row !== undefined && (holdsAt(row, accidentAt) || holdsAt(row, lastInstantOf(accidentAt)));
    const hours = (Date.parse(clock.now()) - Date.parse(accidentAt)) / 3_600_000;
    const late = hours > reportHoursMax;
    const explanation: ExplanationLine[] = [
      line('事故时间', beijing(accidentAt)),
      line(
        '当日保障',
        row
          ? `${row.policy_no}，${beijing(row.starts_at)}至${beijing(row.ends_at)}${row.kind === 'released' ? '，已退保' : ''}`
          : '没有保障记录',
      ),
      line('出事时有保障', covered ? '是' : '否'),
      line(
        '报案时限',
        `出事后${Math.max(0, Math.floor(hours))}小时，${late ? '超过' : '在'}${reportHoursMax}小时${late ? '' : '以内'}`,
      ),
    ];
    if (!covered) return { outcome: 'miss', data: { covered: false }, explanation };
    const earlier = await earlierReports(tx, state, state.personId, accidentAt);
    if (earlier) explanation.push(line('可能是同一事故', `本人已报案、尚未办结：${earlier}，请核对是否重复`));
    options.enqueue(
      tx,
      'cover.report_claim',
      { claimNo: state.caseNo, policyNo: row.policy_no, accidentAt },
      { maxAttempts: partyAttempts },
    );
    return {
      outcome: late ? 'late' : 'hit',
      data: {
        covered: true,
        policy_id: row.policy_id,
        policy_no: row.policy_no,
        cover_leaf_id: row.leaf_id,
        ...(earlier ? { same_accident_report: earlier } : {}),
      },
      explanation,
    };
  };

  /** Numbers of the person's other open reports of what may be this accident. A clerk looks; people do have two accidents in an hour. */
  async function earlierReports(tx: Tx, state: CaseState, personId: string, accidentAt: string): Promise<string> {
    const open = await options.cases.openOf(tx.asSystem(), personId, state.serviceCode);
    return open
      .filter((one) => one.caseId !== state.caseId && isSameAccident(instantOf(one, 'accident_time'), accidentAt))
      .map((one) => one.caseNo)
      .join('、');
  }

  async function reportClaim(payload: { claimNo: string; policyNo: string; accidentAt: string }): Promise<void> {
    try {
      await options.insurer.reportClaim({ ...payload, accidentAt: new Date(payload.accidentAt) });
    } catch (error) {
      // The insurer's adjuster sees the case in any event; its own number is a convenience.
      if (!isRefused(error)) throw error;
    }
  }

  async function reportOf(tx: Tx, state: CaseState): Promise<Report> {
    const cited = textOf(state, 'policy_id') ? null : textOf(state, 'cited_case_id');
    // Whoever acts on the claim need not see the report: the expert of a disability does not.
    const report = cited ? await options.cases.read(tx.asSystem(), cited) : state;
    const accidentAt = report && instantOf(report, 'accident_time');
    const { personId } = state;
    const isOwn = report && personId && (await isSamePerson(tx.asSystem(), report.personId, personId));
    if (!isOwn || !accidentAt) throw refuse('cover.no_report');
    const policyId = textOf(report, 'policy_id');
    if (!policyId) throw refuse('cover.not_covered');
    const duty = report.done['duty']?.outcome ?? null;
    return { caseId: report.caseId, personId, policyId, accidentAt, region: report.region, duty };
  }

  /** The same, for what only a liable insurer owes. */
  async function liableReportOf(tx: Tx, state: CaseState): Promise<Report> {
    const report = await reportOf(tx, state);
    if (report.duty !== 'yes') throw refuse(report.duty === 'no' ? 'cover.not_liable' : 'cover.duty_open');
    return report;
  }

  return { policyCheck, reportClaim, reportOf, liableReportOf };
}

export function isSameAccident(one: string | null, other: string): boolean {
  return one !== null && Math.abs(Date.parse(one) - Date.parse(other)) < sameAccidentMs;
}

/** People tell a time to the minute or the second, and cover begins with an instant: what is told may have been any instant of it. */
function lastInstantOf(told: string): string {
  return told.replace(/:00\.000Z$/, ':59.999Z').replace(/\.000Z$/, '.999Z');
}

export function holdsAt(row: Pick<store.DayRow, 'kind' | 'starts_at' | 'ends_at'>, instant: string): boolean {
  return row.kind === 'bound' && row.starts_at <= instant && instant < row.ends_at;
}

/** A datum that holds an instant, in the form in which the database gives instants. */
export function instantOf(state: CaseState, name: string): string | null {
  const text = textOf(state, name);
  if (!text || Number.isNaN(Date.parse(text))) return null;
  return new Date(text).toISOString();
}

export function line(zh: string, value: string): ExplanationLine {
  return { zh, value, basis: '日保在保台账与保险条款（报案时限待核）', verified: false };
}

/** 2026-05-03 14:32 */
function beijing(instant: string): string {
  return new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
}
