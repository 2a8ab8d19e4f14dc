// The door of appeals: what an appeal is about and how urgent, who should lead, whether it repeats an open one, and what becomes of
// repeats. It suggests; a dispatcher decides. No words of an appeal are kept here.

import {
  appealSubjects,
  dispatchRule,
  evaluateRule,
  foldAccount,
  likenessPercent,
  parametersOf,
  subjectOfCause,
  type AppealSubject,
  type DispatchParameters,
} from '#catalog/rules/index';
import { personGrant } from '#platform/access';
import { dayOf } from '#platform/calendar';
import type { Tx } from '#platform/db';
import type { Announcer, CaseState, Decider, Effect, EffectContext } from '#modules/cases';
import { refuse } from './contract.ts';
import { daysToLongHoliday } from './holiday.ts';
import { mainOf, mergedInto } from './merged.ts';
import * as store from './store.ts';

/** For the synthetic city, which answers them from memory. */
export * as statements from './store.ts';
export type { MainView, MergedView } from './merged.ts';

export type AppealsOptions = {
  readonly cases: {
    /** Holds a case and gives it as it stands. */
    lock(tx: Tx, caseId: string): Promise<CaseState>;
    byNo(tx: Tx, caseNo: string): Promise<CaseState | null>;
    link(tx: Tx, fromCaseId: string, toCaseId: string, kind: 'merged'): void;
    remark(tx: Tx, caseId: string, note: string, data: Readonly<Record<string, unknown>>): Promise<void>;
  };
  readonly announce: Announcer;
  readonly occupationOf: (tx: Tx, personId: string) => Promise<string>;
  readonly orgName: (orgId: string) => string;
};

const candidatesMax = 50;
const similarShown = 5;
const dayMs = 86_400_000;
const workflowCode = 'rights-appeal-dispatch';

export type Appeals = ReturnType<typeof createAppeals>;

export function createAppeals(options: AppealsOptions) {
  const { cases } = options;

  const register: Effect = async ({ tx, state }) => {
    const readers = ['*', ...(state.personId ? [personGrant(state.personId)] : [])];
    tx.send(store.putAppeal, [
      state.caseId,
      state.personId,
      againstKey(state),
      subjectOf(state),
      state.region,
      state.openedAt,
      readers,
    ]);
  };

  const classify: Decider = async ({ tx, service, state, facts }) => {
    const day = dayOf(facts.now);
    const subject = subjectOf(state);
    const account = accountOf(state);
    const occupation = state.personId ? await options.occupationOf(tx, state.personId) : '';
    const ruled = evaluateRule(dispatchRule, day, {
      subject,
      occupation,
      text: `${account}\n${textIn(state.data['expectation'])}`,
      people: wholeIn(state.data['people_count']) ?? 1,
      daysToHoliday: daysToLongHoliday(day),
    });
    const { urgency, lead, question } = ruled.value;
    const orgId = facts.route(lead, state.region) ?? facts.route('hrss_reviewer', state.region);
    const same = service.entry === 'consult' ? [] : await likes(tx, state, account, day);
    const found = same.slice(0, similarShown);
    const explanation = [
      ...ruled.explanation,
      ...found.map(({ caseNo, why }) => ({
        zh: `与${caseNo}相似`,
        value: why,
        basis: ruled.explanation[0]?.basis ?? '',
        verified: false,
      })),
    ];
    const main = same.find((one) => one.repeat);
    const data = {
      appeal_subject: subject,
      urgency,
      ...(orgId ? { lead_org: { name: options.orgName(orgId), orgId } } : {}),
      ...(found.length > 0 ? { similar_cases: found.map((one) => `${one.caseNo}（${one.why}）`).join('；') } : {}),
      ...(main ? { main_case: main.caseNo } : {}),
      class_explanation: explanation,
    };
    const outcome =
      service.entry === 'consult' || question
        ? 'consult'
        : urgency === '特急'
          ? 'urgent'
          : main
            ? 'repeat'
            : urgency === '紧急'
              ? 'urgent'
              : 'case';
    return { outcome, data, explanation };
  };

  /** Open appeals that are much the same, the likest first; repeats are those over the line for one person or for two. */
  async function likes(tx: Tx, state: CaseState, account: string, day: string) {
    const { values } = parametersOf(dispatchRule, day) ?? {};
    const lines: DispatchParameters | undefined = values;
    if (!lines || foldAccount(account) === '') return [];
    const since = new Date(Date.parse(state.openedAt) - lines.repeatDaysMax * dayMs).toISOString();
    const key = againstKey(state);
    const rows = await tx
      .asSystem()
      .run(store.selectCandidates, [state.caseId, state.personId, key, state.region, since, candidatesMax]);
    return rows
      .filter((row) => row.against_key === key)
      .map((row) => {
        const { own } = row;
        const percent = likenessPercent(account, row.account ?? '');
        const least = own ? lines.samePersonPercentMin : lines.otherPersonPercentMin;
        const who = own ? '同一人' : '不同的人';
        return {
          caseNo: row.case_no,
          percent,
          repeat: percent >= least && row.subject === subjectOf(state),
          why: `${who}反映同一单位，内容${percent}%相同`,
        };
      })
      .filter(({ percent, repeat }) => repeat || percent >= lines.samePersonPercentMin)
      .toSorted((a, b) => Number(b.repeat) - Number(a.repeat) || b.percent - a.percent);
  }

  /**
   * Ties a repeat to its main case, which is held meanwhile: what ends first is seen by the other. A main case is one that is being
   * worked on, so that no chain can come about.
   */
  const merge: Effect = async (context) => {
    const { tx, state } = context;
    const system = tx.asSystem();
    const no = textIn(state.data['main_case']).trim();
    const known = no === '' ? null : await cases.byNo(system, no);
    if (!known || !isOfCentre(known, context)) throw refuse('appeals.main_unknown');
    if (known.caseId === state.caseId) throw refuse('appeals.main_is_this');
    const main = await cases.lock(system, known.caseId);
    if (main.status === 'ended') throw refuse('appeals.main_ended', { no });
    if (main.active.some((one) => one.step === 'merge')) throw refuse('appeals.main_is_this');
    cases.link(tx, state.caseId, main.caseId, 'merged');
    const count = (wholeIn(main.data['merged_count']) ?? 0) + 1;
    await cases.remark(system, main.caseId, `并入1件同类诉求（${state.caseNo}），共${count}件`, {
      merged_count: count,
    });
    return { main_case: main.caseNo };
  };

  /** Of this lifecycle, and routed to the centre of whoever merges. */
  function isOfCentre(main: CaseState, { state, facts }: EffectContext): boolean {
    const centre = facts.route('case_dispatcher', state.region);
    return (
      textIn(main.data['appeal_subject']) !== '' &&
      centre !== null &&
      facts.route('case_dispatcher', main.region) === centre
    );
  }

  /** Whoever was merged into this case hears that it moved, in the words of his or her own case. */
  const tellMerged: Effect = async (context) => {
    const rows = await context.tx.asSystem().run(store.selectMerged, [context.state.caseId]);
    for (const { state } of rows) {
      options.announce({ ...context, state, reason: null }, 'appeal_main_moved');
    }
  };

  return {
    deciders: { 'appeals.classify': classify } satisfies Record<string, Decider>,
    effects: {
      'appeals.register': register,
      'appeals.merge': merge,
      'appeals.tell_merged': tellMerged,
    } satisfies Record<string, Effect>,
    /** For whoever reads a case of this lifecycle: its main case, or what was merged into it. */
    mainOf,
    mergedInto,
    workflowCode,
  };
}

const textIn = (value: unknown): string => (typeof value === 'string' ? value : '');
const wholeIn = (value: unknown): number | null => (Number.isInteger(value) ? Number(value) : null);

/** What was said of the matter, whichever form it was said in. */
function accountOf({ data }: CaseState): string {
  return textIn(data['facts']) || textIn(data['demand']) || textIn(data['question']);
}

function subjectOf({ data }: CaseState): AppealSubject {
  const named = textIn(data['appeal_kind']);
  return appealSubjects.find((one) => one === named) ?? subjectOfCause[textIn(data['common_cause'])] ?? '其他';
}

/** The organisation appealed against, by its name: a platform is written in many ways. */
function againstKey({ data }: CaseState): string {
  const value = data['against'] ?? data['target_org'] ?? data['involved_platform'];
  const name = typeof value === 'object' && value !== null && 'name' in value ? textIn(value.name) : '';
  return foldAccount(name.replaceAll(/[（(][^）)]*[）)]/g, '')).replace(/(股份)?有限(责任)?公司$/, '');
}
