// The claim for a death: who may ask for it, who shares it, and what a death ends. The family asks under an authority that a window gave;
// two who ask for the same death are for a person to judge, and neither is paid while both stand.

import { personListIn, type Person } from '#catalog/fields/index';
import { yuan, type ExplanationLine } from '#catalog/rules/index';
import type { CaseState, Effect, EffectContext } from '#modules/cases';
import type { Share } from '#modules/money';
import { dayOf } from '#platform/calendar';
import type { Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import { z } from 'zod';
import { beneficiaryAt } from './endorsements.ts';
import { doubtsOf, shortly, split, type Beneficiary } from './beneficiaries.ts';
import { refuse } from './contract.ts';
import type { CoverOptions } from './options.ts';
import { textOf, wholeOf } from './ports.ts';
import { instantOf, isSameAccident, line, type Report } from './reports.ts';
import { mandateOf, setMandateState } from './renewal-store.ts';
import * as store from './store.ts';

export const deathClaim = 'DI-010';

const listSchema = z.array(
  z.object({
    name: z.string(),
    idNumber: z.string(),
    idType: z.string(),
    relation: z.string(),
    sharePercent: z.number().nullable(),
    card: z.string(),
    payeeName: z.string().nullable(),
  }),
);
const paidSchema = z.array(z.number().int()).catch([]);

export function createDeaths(options: CoverOptions) {
  const { clock, cases } = options;
  const family = () => {
    invariant(options.family, 'who claims for the dead is known');
    return options.family;
  };

  const paidOf = (state: CaseState) => paidSchema.parse(state.data['paid_payees']);
  const listOf = (state: CaseState): Beneficiary[] =>
    'beneficiaries' in state.data ? listSchema.parse(family().open(state, 'beneficiaries')) : [];

  /** Handing in the papers: by the family, for this person, with a list that can be paid. Gives what the case keeps. */
  async function admit({ tx, state, actor }: EffectContext): Promise<Record<string, unknown>> {
    const { personId } = state;
    const by = actor.onBehalf;
    const isFamily = by?.personId === personId && (by?.kind === 'kinship' || by?.kind === 'guardianship');
    if (!personId || !isFamily || !(await family().isDead(tx.asSystem(), personId))) throw refuse('cover.not_family');
    if (!(await family().isIdOf(tx.asSystem(), personId, String(family().open(state, 'insured_id')))))
      throw refuse('cover.other_insured', {}, [
        { path: 'insured_id', code: 'differs', zh: '与您代办的人的证件号码不一致，请核对。' },
      ]);
    const given = personListIn(family().open(state, 'claimants')).map(beneficiaryOf);
    if (given.some((one) => one.idNumber === family().open(state, 'insured_id')))
      throw sharesRefused('被保险人本人不能是受益人，请删去这一行。');
    const list = mergedList(state, given);
    return {
      beneficiaries: family().seal(state.caseId, 'beneficiaries', list, `${list.length} 位受益人`),
      // Whoever asked is told; the phone of the dead is not.
      contact_person_id: actor.id,
    };
  }

  /** Once somebody has been paid, who shares is settled: only the card of one who is still waiting may be given anew. */
  function mergedList(state: CaseState, given: readonly Beneficiary[]): readonly Beneficiary[] {
    const paid = paidOf(state);
    if (paid.length === 0) {
      const told = given.filter((one) => one.sharePercent !== null).length;
      if (told > 0 && told < given.length) throw sharesRefused('份额要么每个人都填，要么都不填（不填就是均分）。');
      return given;
    }
    const before = listOf(state);
    if (given.some((one) => !before.some((known) => known.idNumber === one.idNumber)))
      throw refuse('cover.shares_settled');
    return before.map((known, at) => {
      const again = given.find((one) => one.idNumber === known.idNumber);
      return again && !paid.includes(at + 1) ? { ...known, card: again.card, payeeName: again.payeeName } : known;
    });
  }

  /** Other open claims for this person's death in this accident; one that was denied stands in nobody's way. */
  async function rivalsOf(tx: Tx, state: CaseState, report: Report): Promise<string[]> {
    const open = await cases.openOf(tx.asSystem(), report.personId, deathClaim);
    const others = open.filter((one) => one.caseId !== state.caseId && !one.active.some(({ step }) => step === 'deny'));
    const reports = await Promise.all(
      others.map(async (one) => {
        const cited = textOf(one, 'cited_case_id');
        return cited ? cases.read(tx.asSystem(), cited) : null;
      }),
    );
    return others.flatMap((one, at) => {
      const cited = reports[at];
      return cited && isSameAccident(instantOf(cited, 'accident_time'), report.accidentAt) ? [one.caseNo] : [];
    });
  }

  /** Before the amount is agreed: two people look at it, nobody else asks, and what was paid to some is not changed under them. */
  async function requireAgreeable(
    { tx, state, outcome }: EffectContext,
    report: Report,
    enteredFen: number,
  ): Promise<void> {
    if (outcome !== 'high') throw refuse('cover.death_dual');
    const [rival] = await rivalsOf(tx, state, report);
    if (rival) throw refuse('cover.claimants_conflict', { other: rival });
    requireUnpaid(state, enteredFen);
  }

  function requireUnpaid(state: CaseState, amountFen: number | null): void {
    if (paidOf(state).length === 0 || amountFen === wholeOf(state, 'agreed_fen')) return;
    throw refuse('cover.shares_settled');
  }

  const partsOf = (state: CaseState, amountFen: number) => {
    const list = listOf(state);
    return {
      list,
      parts: split(
        amountFen,
        list.map((one) => one.sharePercent),
      ),
    };
  };

  /** Who gets what, for the letter and for whoever agrees to it. */
  function shareLines(state: CaseState, amountFen: number): ExplanationLine[] {
    const { list, parts } = partsOf(state, amountFen);
    return list.map((one, at) => ({
      ...line(`第${at + 1}位受益人`, `${shortly(one)}，${yuan(parts[at] ?? 0)}`),
      basis: '民法典第一千一百三十条、保险法第四十二条（待核）；除不尽的分，从第一位起每人一分',
    }));
  }

  /** For the adjuster: who gets what, and what has to be looked at by a person first. */
  async function lines(tx: Tx, state: CaseState, report: Report, amountFen: number): Promise<ExplanationLine[]> {
    const died = instantOf(state, 'death_time');
    const doubts = doubtsOf({
      beneficiaries: listOf(state),
      named: await beneficiaryAt(tx.asSystem(), report.policyId, report.accidentAt),
      today: dayOf(clock.now()),
      accidentDay: dayOf(report.accidentAt),
      deathDay: died ? dayOf(died) : null,
      saidInTime: state.data['within_180_days'] === true,
      reason: textOf(state, 'death_reason'),
      isCriminal: state.data['criminal_case'] === true,
      hasAgreement: 'share_agreement' in state.data,
      otherHeirs: textOf(state, 'other_heirs'),
    });
    const rivals = await rivalsOf(tx, state, report);
    return [
      ...shareLines(state, amountFen),
      ...doubts.map((doubt) => line('须人工核对', doubt)),
      ...rivals.map((other) =>
        line('须人工核对', `另有家人提出身故理赔（${other}）；核定一件之前，须对另一件作出决定`),
      ),
      ...(await unstartedLine(tx, report)),
    ];
  }

  async function unstartedLine(tx: Tx, { personId }: Report): Promise<ExplanationLine[]> {
    const now = clock.now();
    const rows = await tx.asSystem().run(store.lastFromDay, [personId, dayOf(now)]);
    const days = rows.filter((row) => row.kind === 'bound' && row.starts_at > now);
    if (days.length === 0) return [];
    return [line('还没有开始的保障日', `${days.length} 天，请告知家属办理退保（DI-005），钱原路退回`)];
  }

  /** The papers are complete: what renews by itself for the dead ends. Days that were charged stay until the family gives them back. */
  const register: Effect = async ({ tx, state }) => {
    if (textOf(state, 'benefit') !== 'death' || !state.personId) return;
    const eyes = tx.asSystem();
    const mandate = await eyes.maybe(mandateOf, [state.personId]);
    if (!mandate || mandate.state === 'ended') return;
    for (const step of ['auto-run', 'auto-pause'])
      if (await cases.event(eyes, { caseId: mandate.case_id, step, outcome: 'stop', data: {} })) return;
    await eyes.run(setMandateState, [mandate.case_id, 'ended', ['signing', 'active', 'paused'], null]);
  };

  /** For the payment of a death claim: a line for each who shares it. */
  function sharesOf(state: CaseState, step: string, amountFen: number): readonly Share[] | null {
    if (step !== 'pay' || textOf(state, 'benefit') !== 'death') return null;
    const { list, parts } = partsOf(state, amountFen);
    return list.map((one, at) => ({
      payee: at + 1,
      name: one.payeeName ?? one.name,
      card: one.card,
      amountFen: parts[at] ?? 0,
    }));
  }

  const isPartlyPaid = (state: CaseState) => paidOf(state).length > 0;
  return { admit, rivalsOf, requireAgreeable, requireUnpaid, isPartlyPaid, shareLines, lines, sharesOf, register };
}

function beneficiaryOf(person: Person): Beneficiary {
  const { name, idDocument, relation, sharePercent, cardNumber, note } = person;
  invariant(idDocument && relation && cardNumber, 'the columns of the list are required');
  return {
    name,
    idNumber: idDocument.number,
    idType: idDocument.type,
    relation,
    sharePercent: sharePercent ?? null,
    card: cardNumber,
    payeeName: note ?? null,
  };
}

function sharesRefused(zh: string): Error {
  return refuse('cover.shares_wrong', {}, [{ path: 'claimants', code: 'shares', zh }]);
}
