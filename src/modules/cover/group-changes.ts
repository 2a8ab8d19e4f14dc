// Changes to a group that is insured: somebody takes the place of another before the first order, and whoever was insured by somebody else
// leaves the cover before it begins. A day is never covered back in time, and never twice; the organisation's money is given back once.

import { ageOn, birthDateOf, fieldKinds } from '#catalog/fields/index';
import { systemAccess, type Access } from '#platform/access';
import { dayOf, startOfDay } from '#platform/calendar';
import type { Tx } from '#platform/db';
import type { FieldProblem } from '#platform/errors';
import { newId } from '#platform/ids';
import { refuse, type ReplaceInput } from './contract.ts';
import { addDays, spansOf } from './days.ts';
import * as changes from './group-change-store.ts';
import { memberNo, priceIn } from './group-price.ts';
import * as store from './group-store.ts';
import { partyAttempts, type CoverOptions } from './options.ts';
import type { Newcomer } from './ports.ts';
import { createPricing } from './purchase.ts';
import { instantOf } from './reports.ts';
import { releaseDays } from './store.ts';
import { tradeOf, tradeOfPost } from './trades.ts';

const reportService = 'DI-006';
/** The refund of those who left waits until nobody can leave any more: a party takes few refunds of one order. */
const afterStartMs = 5 * 60_000;

export function createGroupChanges(options: CoverOptions) {
  const { db, clock, money } = options;
  const { priced } = createPricing(options);

  /** Only the organisation that took the cover out; the insurer reads the group, too. */
  function requireHolder(access: Access, group: store.GroupRow | undefined): store.GroupRow {
    const roles = ['enterprise', 'grassroots_union'].map((role) => `${role}@${group?.org_id}`);
    if (!group || !roles.some((grant) => access.grants.includes(grant))) throw refuse('cover.no_group');
    return group;
  }

  async function replace(access: Access, caseId: string, line: number, input: ReplaceInput): Promise<{ line: number }> {
    const known = await db.transaction(access, (tx) => tx.maybe(changes.byRequest, [caseId, input.requestId]));
    if (known) return known;
    const newcomer = checked(input);
    return db.transaction(access, async (seen) => {
      requireHolder(access, await seen.maybe(store.selectGroup, [caseId]));
      const tx = seen.asSystem();
      const group = await tx.one(store.holdGroup, [caseId]);
      const again = await tx.maybe(changes.byRequest, [caseId, input.requestId]);
      if (again) return again;
      const old = await tx.maybe(changes.selectLine, [caseId, line]);
      if (!old?.policy_no || old.kind !== 'bound') throw refuse('cover.not_replaceable');
      await requireOpen(tx, group, old.person_id);
      const personId = await lists().personOf(tx, newcomer, group.region);
      if (personId === old.person_id) throw refuse('cover.same_person');
      await requireInsurable(tx, group, newcomer, personId);
      const trade = tradeOfPost(input.post) ?? tradeOf(old.work_type);
      if (priceIn(priced, group, trade).payableFen !== priceIn(priced, group, old.work_type).payableFen)
        throw refuse('cover.other_price');
      await release(tx, group, old, 'cover.group_replaced');
      const nextLine = (await tx.one(changes.lastLine, [caseId])).line + 1;
      const policyId = newId();
      tx.send(changes.insertNewcomer, [
        caseId,
        nextLine,
        personId,
        policyId,
        fieldKinds.person_name.mask(newcomer.name),
        trade,
        line,
        input.requestId,
      ]);
      if (!(await bindOne(tx, group, { line: nextLine, personId, policyId, trade })))
        throw refuse('cover.newcomer_covered');
      const org = options.orgName?.(group.org_id) ?? '单位';
      lists().tell(tx, old.person_id, 'group_replaced', { org, day: group.day, policy_no: old.policy_no });
      const policyNo = memberNo(group, nextLine);
      lists().tell(tx, personId, 'group_insured', { org, day: group.day, policy_no: policyNo });
      options.enqueue(tx, 'cover.declare', { policyIds: [policyId] }, { maxAttempts: partyAttempts });
      return { line: nextLine };
    });
  }

  function lists() {
    if (!options.lists) throw refuse('cover.no_group');
    return options.lists;
  }

  function checked(input: ReplaceInput): Newcomer {
    const ctx = { today: dayOf(clock.now()) };
    const problems: FieldProblem[] = [];
    const name = fieldKinds.person_name.parse(input.name, {}, ctx);
    const idDocument = fieldKinds.id_document.parse({ type: 'resident_id', number: input.idNumber }, {}, ctx);
    const phone = fieldKinds.phone.parse(input.phone, {}, ctx);
    for (const [path, parsed] of [
      ['name', name],
      ['idNumber', idDocument],
      ['phone', phone],
    ] as const)
      if (!parsed.ok) problems.push(...parsed.problems.slice(0, 1).map(({ code, zh }) => ({ path, code, zh })));
    const birthDay = idDocument.ok ? birthDateOf(idDocument.value) : undefined;
    if (!name.ok || !idDocument.ok || !phone.ok || birthDay === undefined)
      throw refuse('cover.newcomer_invalid', { count: problems.length }, problems);
    return { name: name.value, idDocument: idDocument.value, phone: phone.value, birthDay };
  }

  /** Before the day begins always; on the day only by the group's own rule, and only while the person has demonstrably not begun to work. */
  async function requireOpen(tx: Tx, group: store.GroupRow, personId: string): Promise<void> {
    const now = clock.now();
    if (now < startOfDay(group.day)) return;
    if (now >= startOfDay(addDays(group.day, 1)) || group.replace_rule === 'none') throw refuse('cover.day_begun');
    const orders = await lists().ordersOn(tx, { orgId: group.org_id, personId, day: group.day });
    if (orders === 'unknown') throw refuse('cover.orders_unknown');
    const reports = await options.cases.openOf(tx, personId, reportService);
    const hurt = reports.some((one) => dayOf(instantOf(one, 'accident_time') ?? now) === group.day);
    if (orders === 'some' || hurt) throw refuse('cover.has_begun_work');
  }

  async function requireInsurable(tx: Tx, group: store.GroupRow, newcomer: Newcomer, personId: string): Promise<void> {
    const { value } = priced(
      { firstDay: group.day, workType: '其他', region: group.region },
      ageOn(newcomer.birthDay, group.day),
      1,
    );
    if (!value.ageAllowed) throw refuse('cover.newcomer_age');
    if ((await tx.run(store.coveredAmong, [group.day, [personId]])).length > 0) throw refuse('cover.newcomer_covered');
    if ((await lists().notInsurable(tx, [personId])).length > 0) throw refuse('cover.newcomer_barred');
  }

  type Held = Pick<changes.LineRow, 'line' | 'person_id' | 'policy_id' | 'policy_no'>;

  async function release(tx: Tx, group: store.GroupRow, old: Held, type: string): Promise<void> {
    const at = clock.now();
    const leafId = options.trace.record(tx, {
      eventId: newId(),
      type,
      at,
      region: group.region,
      department: 'insurer',
      actorId: null,
      subjectId: old.person_id,
      body: { policyNo: old.policy_no, case: group.case_no, day: group.day },
    });
    const readers = [...group.policy_readers, `person:${old.person_id}`];
    const what = at < startOfDay(group.day) ? releaseDays : changes.releaseBegun;
    const released = await tx.run(what, [old.person_id, [group.day], old.policy_id, at, readers, leafId]);
    if (released.length === 0) throw refuse('cover.not_replaceable');
    const days = [group.day];
    options.enqueue(tx, 'cover.endorse', { policyNo: old.policy_no, days }, { maxAttempts: partyAttempts });
  }

  async function bindOne(
    tx: Tx,
    group: store.GroupRow,
    one: { line: number; personId: string; policyId: string; trade: string },
  ): Promise<boolean> {
    const [span] = spansOf([group.day], clock.now());
    if (!span || !group.insurer_org_id) return false;
    const at = clock.now();
    const { grossFen, subsidyFen } = priceIn(priced, group, one.trade);
    const leafId = options.trace.record(tx, {
      eventId: one.policyId,
      type: 'cover.group_bound',
      at,
      region: group.region,
      department: 'insurer',
      actorId: null,
      subjectId: one.personId,
      body: { policyNo: memberNo(group, one.line), case: group.case_no, span },
    });
    const bound = await tx.run(store.bindGroup, [
      group.case_id,
      [one.line],
      [leafId],
      group.policy_readers,
      'person:',
      [one.trade],
      [grossFen],
      [subsidyFen],
      memberNo(group, ''),
      group.org_id,
      group.insurer_org_id,
      group.region,
      span.day,
      span.startsAt,
      span.endsAt,
      at,
      [one.personId],
      [one.policyId],
      [one.trade],
    ]);
    return bound.length === 1;
  }

  /** Whoever did not want this cover leaves it before it begins (保险法第三十四条). Doing so twice is doing so once. */
  async function leave(access: Access, policyNo: string): Promise<void> {
    await db.transaction(access, async (seen) => {
      const mine = await seen.maybe(changes.ownPolicy, [policyNo]);
      if (!mine) throw refuse('cover.no_group');
      const tx = seen.asSystem();
      const group = await tx.one(store.holdGroup, [mine.case_id]);
      const old = await tx.maybe(changes.selectByPolicy, [mine.case_id, mine.policy_id]);
      if (!old) throw refuse('cover.no_group');
      if (old.kind === 'released') return;
      if (clock.now() >= startOfDay(group.day)) throw refuse('cover.leave_too_late');
      await release(tx, group, old, 'cover.group_left');
      if (mine.subsidy_fen > 0)
        await money.ledger.post(
          tx,
          {
            idem: `unsubsidy:${policyNo}`,
            debit: 'premium_payable',
            credit: 'subsidy_receivable',
            amountFen: mine.subsidy_fen,
            code: 'subsidy_reversed',
            caseId: group.case_id,
          },
          { region: group.region, subjectId: old.person_id },
        );
      const runAt = new Date(Date.parse(startOfDay(group.day)) - clock.offsetMs() + afterStartMs).toISOString();
      options.enqueue(
        tx,
        'cover.refund_left',
        { caseId: group.case_id },
        { jobKey: `cover.refund_left:${group.case_id}`, runAt, maxAttempts: partyAttempts },
      );
    });
  }

  /** Once nobody can leave any more, what was paid for those who left goes back to the organisation in one sum. */
  async function refundLeft(caseId: string): Promise<void> {
    await db.transaction(systemAccess, async (tx) => {
      await options.cases.lock(tx, caseId);
      const group = await tx.one(store.holdGroup, [caseId]);
      const { fen } = await tx.one(changes.sumLeft, [caseId]);
      const owedFen = fen - group.left_refunded_fen;
      if (owedFen <= 0) return;
      const orderNo = await money.payments.paidOrderOf(tx, caseId);
      await money.payments.refundOrder(tx, { orderNo, caseId, amountFen: owedFen, from: 'premium_payable' });
      tx.send(changes.addLeftRefund, [caseId, owedFen]);
    });
  }

  /** What a person has of a policy that an organisation took out. */
  async function certificate(access: Access, policyNo: string) {
    const row = await db.transaction(access, (tx) => tx.maybe(changes.ownPolicy, [policyNo]));
    if (!row || !access.grants.some((grant) => grant.startsWith('person:'))) throw refuse('cover.no_group');
    const at = clock.now();
    const orgName = options.orgName ?? ((orgId: string) => orgId);
    const standing =
      row.kind !== 'bound' ? 'released' : at < row.starts_at ? 'ahead' : at < row.ends_at ? 'running' : 'over';
    return {
      policyNo: row.policy_no,
      holder: orgName(row.holder_org_id),
      insurer: orgName(row.insurer_org_id),
      workType: row.work_type,
      startsAt: row.starts_at,
      endsAt: row.ends_at,
      premiumFen: row.premium_fen,
      subsidyFen: row.subsidy_fen,
      standing,
    } as const;
  }

  return { replace, leave, refundLeft, certificate };
}
