// The work of a group (DI-002), by a job: it looks at the people, tells the insurer of them and binds them, some at a time, each time behind
// the last line that was kept: an interruption loses nothing and does nothing twice, and two workers at once do each part once.

import { ageOn } from '#catalog/fields/index';
import type { CaseState } from '#modules/cases';
import { systemAccess } from '#platform/access';
import { startOfDay } from '#platform/calendar';
import type { Tx } from '#platform/db';
import { newId } from '#platform/ids';
import { spansOf } from './days.ts';
import { anyAge, listsOf, memberNo, quoteOf } from './group-price.ts';
import * as store from './group-store.ts';
import { isRefused, partyAttempts, policyNoOf, type CoverOptions } from './options.ts';
import { textOf, type ListedPerson } from './ports.ts';
import { createPricing } from './purchase.ts';
import { tradeOf, tradeOfPost } from './trades.ts';

const listMax = 2_000;
const declareMax = 500;
const bindMax = 2_000;

export function createGroupWork(options: CoverOptions) {
  const { db, clock } = options;
  const { priced } = createPricing(options);
  const lists = () => listsOf(options);
  const priceOf = (group: Pick<store.GroupRow, 'day' | 'region'>, trade: string) => quoteOf(priced, group, trade);

  async function goOn(caseId: string, step: string): Promise<void> {
    const state = await db.transaction(systemAccess, (tx) => options.cases.read(tx, caseId));
    if (!state?.active.some((one) => one.step === step)) return;
    if (step === 'eligibility') await list(state);
    if (step === 'underwrite') await declare(state);
    if (step === 'issue') await bind(state);
  }

  const groupOf = (caseId: string) => db.transaction(systemAccess, (tx) => tx.one(store.selectGroup, [caseId]));

  /** One part, by whoever holds the group while it still stands where the part begins; false where somebody else has gone on. */
  function keeping(
    caseId: string,
    state: store.GroupState,
    standsAt: (group: store.GroupRow) => boolean,
    work: (tx: Tx, group: store.GroupRow) => Promise<void>,
  ): Promise<boolean> {
    return db.transaction(systemAccess, async (tx) => {
      const group = await tx.one(store.holdGroup, [caseId]);
      if (group.state !== state || !standsAt(group)) return false;
      await work(tx, group);
      return true;
    });
  }

  async function list(state: CaseState): Promise<void> {
    const { caseId } = state;
    const fallback = tradeOf(textOf(state, 'work_type') ?? '');
    for (;;) {
      const { state: stage, listed_line: from, region } = await groupOf(caseId);
      if (stage !== 'listing') break;
      await inTurn(from, {
        prepare: (after) => db.transaction(systemAccess, (tx) => lists().peopleOf(tx, caseId, after, listMax, region)),
        keep: (part, after) =>
          keeping(
            caseId,
            'listing',
            (group) => group.listed_line === after,
            async (tx, group) => {
              const people = await part.keep(tx);
              const refusals = await refusalsOf(tx, group, people);
              tx.send(store.insertInsured, [
                caseId,
                people.map((one) => one.line),
                people.map((one) => one.personId),
                people.map(() => newId()),
                people.map((one) => one.nameMask),
                people.map((one) => tradeOfPost(one.post) ?? fallback),
                refusals,
              ]);
              const refused = refusals.filter((one) => one !== null).length;
              tx.send(store.advanceListed, [caseId, part.last, people.length, refused]);
            },
          ),
        end: (after) =>
          keeping(
            caseId,
            'listing',
            (group) => group.listed_line === after,
            async (tx) => void (await tx.run(store.moveGroup, [caseId, 'listing', 'listed'])),
          ),
      });
    }
    await db.transaction(systemAccess, async (tx) => {
      const group = await tx.one(store.selectGroup, [caseId]);
      const insurable = group.listed_count - group.refused_count;
      const doubts = doubtsOf(group, insurable);
      const outcome = doubts.length > 0 ? 'fail' : group.refused_count > 0 ? 'partial' : 'pass';
      const data = {
        insurable_count: insurable,
        not_insurable_count: group.refused_count,
        ...(doubts.length > 0 ? { eligibility_doubts: doubts } : {}),
      };
      await options.cases.event(tx, { caseId, step: 'eligibility', outcome, data });
    });
  }

  async function refusalsOf(
    tx: Tx,
    { day, region }: store.GroupRow,
    people: readonly ListedPerson[],
  ): Promise<(store.Refusal | null)[]> {
    const ids = people.map((one) => one.personId);
    const covered = new Set((await tx.run(store.coveredAmong, [day, ids])).map((row) => row.person_id));
    const barred = new Set(await lists().notInsurable(tx, ids));
    return people.map(({ personId, birthDay }) => {
      if (barred.has(personId)) return 'not_insurable';
      const age = ageOn(birthDay, day);
      const { value } = priced({ firstDay: day, workType: '其他', region }, age, 1);
      if (!value.ageAllowed) return age < anyAge ? 'too_young' : 'too_old';
      return covered.has(personId) ? 'covered' : null;
    });
  }

  function doubtsOf(group: store.GroupRow, insurable: number): string[] {
    return [
      ...(insurable === 0 ? ['名单上没有可以投保的人'] : []),
      ...(group.insurer_org_id === null ? ['所在地区没有保险公司承保'] : []),
      ...(clock.now() >= startOfDay(group.day) ? ['已过前一日24时的截止时间'] : []),
    ];
  }

  /** The insurer hears of everybody before anybody is bound, and whom it declines is not. Its numbers are ours, so repeats change nothing. */
  async function declare(state: CaseState): Promise<void> {
    const { caseId } = state;
    await db.transaction(systemAccess, (tx) => tx.run(store.moveGroup, [caseId, 'listed', 'declaring']));
    for (;;) {
      const group = await groupOf(caseId);
      if (group.state !== 'declaring') break;
      await inTurn(group.declared_line, {
        prepare: async (after) => {
          const people = await db.transaction(systemAccess, (tx) =>
            tx.run(store.toDeclareAfter, [caseId, after, declareMax]),
          );
          const last = people.at(-1)?.line;
          return last === undefined ? null : { last, declined: await declinedAmong(group, people) };
        },
        keep: ({ last, declined }, after) =>
          keeping(
            caseId,
            'declaring',
            (held) => held.declared_line === after,
            async (tx) => {
              const lines = declined.length > 0 ? await tx.run(store.declineLines, [caseId, declined]) : [];
              tx.send(store.advanceDeclared, [caseId, last, lines.length]);
            },
          ),
        end: (after) =>
          keeping(
            caseId,
            'declaring',
            (held) => held.declared_line === after,
            async (tx) => void (await tx.run(store.moveGroup, [caseId, 'declaring', 'declared'])),
          ),
      });
    }
    await db.transaction(systemAccess, async (tx) => {
      await options.cases.event(tx, { caseId, step: 'underwrite', outcome: 'approve' });
    });
  }

  async function declinedAmong(group: store.GroupRow, people: readonly store.ToDeclare[]): Promise<number[]> {
    const startsAt = new Date(startOfDay(group.day));
    const lineOf = new Map(people.map((one) => [memberNo(group, one.line), one.line]));
    const policies = people.map((one) => {
      const { value } = priceOf(group, one.work_type);
      return {
        policyNo: memberNo(group, one.line),
        idNumberHash: one.id_number_index.toString('hex'),
        age: ageOn(one.birth_day, group.day),
        occupation: one.work_type,
        riskClass: value.riskClass,
        days: [group.day],
        startsAt,
        premiumFen: value.grossFen,
        subsidyFen: value.subsidyFen,
      };
    });
    const batchNo = `${policyNoOf({ caseNo: group.case_no })}B${people[0]?.line ?? 0}`;
    try {
      const { refused } = await options.insurer.declare({ batchNo, policies });
      return refused.flatMap(({ policyNo }) => lineOf.get(policyNo) ?? []);
    } catch (error) {
      if (!isRefused(error)) throw error;
      return people.map((one) => one.line);
    }
  }

  /** Everybody whom nobody else has insured meanwhile is bound: the ledger's own key holds a person to one cover a day. */
  async function bind(state: CaseState): Promise<void> {
    const { caseId } = state;
    await db.transaction(systemAccess, (tx) => tx.run(store.moveGroup, [caseId, 'declared', 'binding']));
    for (;;) {
      const group = await groupOf(caseId);
      if (group.state !== 'binding') break;
      await inTurn(group.bound_line, {
        prepare: (after) => preparePolicies(group, after),
        keep: (part, after) =>
          keeping(
            caseId,
            'binding',
            (held) => held.bound_line === after,
            async (tx, held) => tx.send(store.advanceBound, [caseId, part.last, await bindSome(tx, held, part)]),
          ),
        end: (after) =>
          keeping(
            caseId,
            'binding',
            (held) => held.bound_line === after,
            async (tx) => void (await tx.run(store.moveGroup, [caseId, 'binding', 'bound'])),
          ),
      });
    }
    await db.transaction(systemAccess, async (tx) => {
      const group = await tx.one(store.selectGroup, [caseId]);
      const insured = group.listed_count - group.refused_count - group.declined_count;
      if (group.bound_count < insured)
        options.enqueue(tx, 'cover.undeclare_group', { caseId }, { maxAttempts: partyAttempts });
      const outcome = group.bound_count > 0 ? 'group_done' : 'conflict';
      await options.cases.event(tx, { caseId, step: 'issue', outcome });
    });
  }

  type Part = Awaited<ReturnType<typeof preparePolicies>>;

  /** Some of those who are to be bound, with the leaves that will prove it; null behind the last. */
  async function preparePolicies(group: store.GroupRow, after: number) {
    const people = await db.transaction(systemAccess, (tx) =>
      tx.run(store.insuredAfter, [group.case_id, after, bindMax]),
    );
    const last = people.at(-1)?.line;
    if (last === undefined) return null;
    const [span] = spansOf([group.day], group.paid_at ?? clock.now());
    const isLate = span?.startsAt !== startOfDay(group.day) && !priceOf(group, '其他').value.sameDayAllowed;
    if (!span || isLate || !group.insurer_org_id) return { last, people, span: null, leaves: [], at: '' };
    const at = clock.now();
    const prefix = memberNo(group, '');
    const leaves = people.map((one) =>
      options.trace.make({
        eventId: one.policy_id,
        type: 'cover.group_bound',
        at,
        region: group.region,
        department: 'insurer',
        actorId: null,
        subjectId: one.person_id,
        body: { policyNo: `${prefix}${one.line}`, case: group.case_no, span },
      }),
    );
    return { last, people, span, leaves, at };
  }

  /** How many of these people are bound. */
  async function bindSome(tx: Tx, group: store.GroupRow, part: NonNullable<Part>): Promise<number> {
    const { people, span, leaves, at } = part;
    if (!span || !group.insurer_org_id) return 0;
    for (const leaf of leaves) options.trace.add(tx, leaf);
    tx.send(store.holdMerged, [group.case_id, people.map((one) => one.line)]);
    const trades = [...new Set(people.map((one) => one.work_type))];
    const prices = trades.map((trade) => priceOf(group, trade).value);
    const bound = await tx.run(store.bindGroup, [
      group.case_id,
      people.map((one) => one.line),
      leaves.map((one) => one.leaf_id),
      group.policy_readers,
      'person:',
      trades,
      prices.map((one) => one.grossFen),
      prices.map((one) => one.subsidyFen),
      memberNo(group, ''),
      group.org_id,
      group.insurer_org_id,
      group.region,
      span.day,
      span.startsAt,
      span.endsAt,
      at,
      people.map((one) => one.person_id),
      people.map((one) => one.policy_id),
      people.map((one) => one.work_type),
    ]);
    return bound.length;
  }

  /** The insurer takes back whom it had accepted and whom we could not bind. */
  async function undeclare(caseId: string): Promise<void> {
    for (let after = 0; ;) {
      const from = after;
      const { group, lines } = await db.transaction(systemAccess, async (tx) => ({
        group: await tx.one(store.selectGroup, [caseId]),
        lines: await tx.run(store.declaredUnbound, [caseId, from, declareMax]),
      }));
      for (const { line } of lines) {
        await options.insurer
          .endorseRefund({ policyNo: memberNo(group, line), days: [group.day] })
          .catch((error: unknown) => {
            // The insurer counts otherwise, or has heard it before: the monthly settlement goes by our ledger.
            if (!isRefused(error)) throw error;
          });
        after = line;
      }
      if (lines.length < declareMax) return;
    }
  }

  return { goOn, undeclare };
}

type Turn<Part> = {
  readonly prepare: (after: number) => Promise<Part | null>;
  /** False where somebody else has gone on. */
  readonly keep: (part: Part, after: number) => Promise<boolean>;
  readonly end: (after: number) => Promise<boolean>;
};

/** While one part is being kept the next is prepared, so that the database and this process do not wait for each other. */
async function inTurn<Part extends { readonly last: number }>(from: number, turn: Turn<Part>): Promise<void> {
  let after = from;
  let next = turn.prepare(after);
  for (let part = await next; part; part = await next) {
    next = turn.prepare(part.last);
    // Should keeping fail, what was prepared is not missed.
    next.catch(() => undefined);
    if (!(await turn.keep(part, after))) return;
    after = part.last;
  }
  await turn.end(after);
}
