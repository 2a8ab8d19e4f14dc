// Drives real cases of the three journey workflows through a whole app: fills in forms, pays at the simulated cashier, lets jobs run,
// has the bank settle, moves the clock. Facts are arranged before, so that the deciders come to what a path wants. Decides nothing.

import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { isRole, type Field, type Fields, type Role, type Service } from '#catalog';
import { choices, field } from '#catalog/define';
import { fieldKind, makeResidentId, rawOf, syntheticRegion } from '#catalog/fields/index';
import { di001 } from '#catalog/services/daily-insurance/di-001';
import { services as authored } from '#catalog/services/index';
import { un001 } from '#catalog/services/union/un-001';
import { readState, type Actor, type CaseState } from '#modules/cases';
import { personGrant, roleGrant, systemAccess, workerAccess, type Access } from '#platform/access';
import { dayOf } from '#platform/calendar';
import { newId } from '#platform/ids';
import type { TestApp } from './app.ts';
import { stepIn, takerOf, walkRegion, type Move } from './walk.ts';

type Person = {
  readonly personId: string;
  readonly access: Access;
  readonly actor: Actor;
  readonly fileId: string;
  readonly card: string;
  readonly name: string;
};
export type Journey = Awaited<ReturnType<typeof createJourney>>;

const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const kinds = field('multi_enum', '拟缴险种', choices('职工养老', '职工医保'), { optional: true });
const withJoint = { ...un001.fields, insurance_kinds: kinds };

/** Entries whose own services are not written yet are walked by services that are nothing but their doors. */
export const doors: readonly Service[] = [
  { ...un001, code: 'UN-902', entry: 'joint', fields: withJoint },
  { ...un001, code: 'UN-904', entry: 'card', fields: {}, materials: {}, eligibility: [] },
  { ...di001, code: 'DI-902', entry: 'group' },
];

/** What a decider is given to come to another outcome than the usual one. */
type Facts = { readonly form: Readonly<Record<string, unknown>> };

export async function createJourney(app: TestApp) {
  const { services, parties } = app;
  const { cases, money, db, clock } = services;
  const owner = new pg.Client({ connectionString: app.database.ownerUrl });
  await owner.connect();
  await owner.query('delete from graphile_worker._private_jobs');
  await db.transaction(systemAccess, (tx) => services.catalogue.publish(tx, [...authored, ...doors], clock.now()));
  await services.catalogue.load();
  // Ten o'clock in China on the next day: no path crosses midnight by chance.
  const morningMs = Date.parse(`${dayOf(clock.now())}T02:00:00Z`) + dayMs;
  const finance = await owner.query<{ staff_id: string }>(
    `select staff_id from staff where login like 'insurer-finance-%' order by login`,
  );
  let people = 0;

  const today = (): string => dayOf(clock.now());
  const daysOn = (days: number): string =>
    new Date(Date.parse(`${today()}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);
  const setNow = (ms: number): void => clock.setOffsetMs(ms - Date.now());
  const pass = (ms: number): void => clock.setOffsetMs(clock.offsetMs() + ms);
  const born = (years: number): string => `${Number(today().slice(0, 4)) - years}-01-15`;

  async function person(birthDay: string): Promise<Person> {
    people += 1;
    const personId = newId();
    const name = '林示范';
    const card = `62000000000000${String(people).padStart(4, '0')}`;
    await db.transaction(systemAccess, (tx) =>
      services.identity.addPerson(tx, {
        personId,
        name,
        idDocument: { type: 'resident_id', number: makeResidentId(syntheticRegion, birthDay, 500 + people) },
        phone: String(13_700_000_000 + people),
        birthDay,
        sex: 'unknown',
        region: walkRegion,
        occupation: '网约配送员',
        platformOrgId: null,
        card,
        verified: true,
        synthetic: true,
        createdAt: clock.now(),
      }),
    );
    const access = workerAccess(personId);
    const fileId = await uploaded(access);
    return {
      personId,
      access,
      actor: { kind: 'worker', id: personId, name, grants: [personGrant(personId)] },
      fileId,
      card,
      name,
    };
  }

  async function uploaded(access: Access): Promise<string> {
    return (await services.files.store(access, { name: '照片.png', bytes: picture })).fileId;
  }

  function clerk(role: Role, staffId: string = newId()): { access: Access; actor: Actor } {
    const orgId = services.orgs.route(role, walkRegion);
    if (!orgId) throw new Error(`nobody acts as ${role}`);
    const grants = [roleGrant(role, orgId)];
    return {
      access: { kind: 'staff', actorId: staffId, grants },
      actor: { kind: 'staff', id: staffId, name: '经办', grants },
    };
  }

  async function state(caseId: string): Promise<CaseState> {
    return (await db.transaction(systemAccess, (tx) => tx.one(readState, [caseId]))).state;
  }

  /** Runs the jobs of one case, or all of them; one that fails waits for the next time. */
  async function drain(only: string | null = null): Promise<void> {
    const tasks: Readonly<Record<string, (payload: unknown) => Promise<void>>> = services.tasks;
    for (let round = 0; round < 4; round += 1) {
      const jobs = await owner.query<{ id: string; identifier: string; payload: unknown }>(
        `select j.id, t.identifier, j.payload from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
         where $1::text is null or j.payload::text like '%' || $1 || '%' order by j.id`,
        [only],
      );
      if (jobs.rows.length === 0) return;
      for (const job of jobs.rows) {
        await tasks[job.identifier]?.(job.payload);
        await owner.query('delete from graphile_worker._private_jobs where id = $1', [job.id]);
      }
    }
  }

  async function until(caseId: string, reached: (found: CaseState) => boolean): Promise<CaseState> {
    for (let tries = 0; tries < 100; tries += 1) {
      const found = await state(caseId);
      if (reached(found)) return found;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const found = await state(caseId);
    throw new Error(`the case stays in ${found.active.map((one) => one.step).join()} (${found.end ?? 'open'})`);
  }

  // ---- forms

  /** A value for every field that must be filled in, as a page would send it. */
  function filled(fields: Fields, who: Person, given: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
    const data: Record<string, unknown> = {};
    for (const [name, field] of Object.entries(fields)) {
      if (name in given) data[name] = given[name];
      else if (field.required) data[name] = sample(field, who);
    }
    return data;
  }

  function sample(field: Field, who: Person): unknown {
    if (field.kind === 'file') return [who.fileId];
    if (field.kind === 'signature') return { fileId: who.fileId };
    if (field.kind === 'bank_card') return who.card;
    if (field.kind === 'region') return walkRegion;
    if (field.kind === 'boolean') return 'on';
    if (field.kind === 'money') return { fen: 10_000 };
    if (field.kind === 'org_ref') return { name: '示例单位' };
    return rawOf(field, fieldKind(field.kind).example(field.options, 7, today()));
  }

  function submission(
    service: Service,
    who: Person,
    given: Readonly<Record<string, unknown>> = {},
  ): Record<string, unknown> {
    const papers = Object.fromEntries(
      Object.entries(service.materials)
        .filter(([, one]) => one.required && !one.exemptIfShared)
        .map(([name]) => [name, [who.fileId]]),
    );
    return { ...filled(service.fields, who, given), ...papers };
  }

  const openAs = (
    who: Person,
    code: string,
    given: Readonly<Record<string, unknown>> = {},
    by: { access: Access; actor: Actor } = who,
  ) => {
    const published = services.catalogue.require(code).service;
    return cases.openCase(
      by.access,
      by.actor,
      { personId: who.personId, orgId: null },
      { requestId: randomUUID(), serviceCode: code, region: walkRegion, data: submission(published, who, given) },
    );
  };

  // ---- what stands before a case

  async function payOrder(who: Person, caseId: string): Promise<void> {
    await drain(caseId);
    const order = await money.payments.orderOf(who.access, caseId);
    await drain(order?.orderNo ?? caseId);
    if (!order || !parties.simulators.payment?.pay(order.orderNo)) throw new Error('the order cannot be paid');
    await until(caseId, (found) => found.done['pay']?.outcome === 'paid');
  }

  async function insured(who: Person, from: string, days = 4): Promise<{ caseId: string; caseNo: string }> {
    const bought = await openAs(who, 'DI-001', { cover_from: from, days: String(days), work_type: '快递员' });
    await payOrder(who, bought.caseId);
    await drain(bought.caseId);
    await until(bought.caseId, (found) => found.active.some((one) => one.step === 'in-force'));
    return bought;
  }

  const accidentIn = (hours: number) => ({
    accident_time: new Date(Date.parse(clock.now()) + (8 - hours) * hourMs).toISOString().slice(0, 16),
    late_reason: '一直在医院',
  });

  /** Facts for the outcomes that only facts decide. */
  async function arrange(
    service: Service,
    path: readonly Move[],
  ): Promise<{ who: Person; facts: Facts; before: (caseId: string) => Promise<void> }> {
    const has = (step: string, outcome?: string) =>
      path.some((move) => move.step === step && (outcome === undefined || move.outcome === outcome));
    setNow(morningMs + people * 60_000);
    const old = has('eligibility', 'fail');
    const who = await person(
      has('auto-check', 'fail') ? `${Number(today().slice(0, 4)) - 15}-01-15` : born(old ? 67 : 33),
    );
    const form: Record<string, unknown> = {};
    let before = async (_caseId: string): Promise<void> => {};
    if (service.workflow.code === 'union-membership-join') {
      if (has('county-record', 'joint')) form['insurance_kinds'] = ['职工养老'];
      if (has('auto-check', 'duplicate')) await joinedAlready(who);
    }
    if (service.workflow.code === 'daily-insurance-enrol') {
      Object.assign(form, {
        cover_from: daysOn(1),
        days: '2',
        work_type: has('underwrite', 'manual') ? '货车司机' : '快递员',
      });
      if (service.entry === 'endorse') {
        const { caseNo } = await insured(who, daysOn(1));
        Object.assign(form, { policy_ref: caseNo, endorse_item: '受益人', value_after: '林示例' });
      }
      if (service.entry === 'auto') form['trigger_mode'] = '每日固定';
      if (service.entry === 'refund') {
        // Where the check is to fail, the first of the days asked for is not the policy's.
        const { caseNo } = await insured(who, daysOn(has('refund-check', 'fail') ? 3 : 1));
        Object.assign(form, {
          policy_ref: caseNo,
          refund_dates: daysOn(2),
          refund_days: '2',
        });
      }
      if (has('issue', 'conflict')) before = async () => void (await insured(who, daysOn(1), 2));
    }
    if (service.workflow.code === 'daily-insurance-claim') {
      if (!has('policy-check', 'miss')) await insured(who, today());
      pass(has('policy-check', 'late') ? 61 * hourMs : 2 * hourMs);
      Object.assign(form, accidentIn(has('policy-check', 'late') ? 60 : 1));
      if (service.entry === 'disability') Object.assign(form, { linked_report: await acceptedReport(who, form) });
    }
    return { who, facts: { form }, before };
  }

  /** An accident for which the insurer is liable, as every further claim needs it. Gives its number. */
  async function acceptedReport(who: Person, given: Readonly<Record<string, unknown>>): Promise<string> {
    const { caseId, caseNo } = await openAs(who, 'DI-006', given);
    for (const [step, outcome] of [
      ['dispatch', 'contact'],
      ['survey', 'done'],
      ['police-doc', 'none'],
      ['duty', 'yes'],
    ] as const)
      await actAs(who, caseId, { kind: 'act', step, outcome, by: 'staff' });
    return caseNo;
  }

  async function joinedAlready(who: Person): Promise<void> {
    const opened = await openAs(who, 'UN-001');
    await actAs(who, opened.caseId, { kind: 'act', step: 'assign-union', outcome: 'region', by: 'staff' });
    await actAs(who, opened.caseId, { kind: 'act', step: 'township-review', outcome: 'approve', by: 'staff' });
    await actAs(who, opened.caseId, { kind: 'act', step: 'county-record', outcome: 'single', by: 'staff' });
  }

  // ---- one move

  async function actAs(who: Person, caseId: string, move: Move): Promise<void> {
    const found = await state(caseId);
    const service = services.catalogue.byHash(found.serviceHash);
    const step = stepIn(service.workflow, move.step);
    const { by, roles } = takerOf(step, move.outcome);
    const active = found.active.find((one) => one.step === move.step);
    const role = roles.find((one) => isRole(one) && one === active?.role) ?? roles[0];
    const someone = by === 'worker' || !role ? who : clerk(role);
    const entering = cases.entryService(service, found, move.step);
    const handsIn = someone === who ? who : { ...who, fileId: await uploaded(someone.access) };
    const own = entering && entering !== 'unnamed' ? submission(entering, handsIn, entered(found, entering)) : {};
    const data = { ...own, ...filled({ ...step.form, ...step.outcomes[move.outcome]?.form }, who, amounts) };
    await cases.commandCase(someone.access, someone.actor, {
      requestId: randomUUID(),
      caseId,
      command: { type: 'act', step: move.step, outcome: move.outcome, data, reason: '理由写在这里' },
    });
  }

  const amounts = { approved_fen: { fen: 50_000 }, prepay_fen: { fen: 20_000 } };
  /** What was filled in before stands. */
  const entered = (found: CaseState, service: Service) => cases.plainData(found, service);

  async function claimPapers(who: Person, caseId: string): Promise<void> {
    const { caseNo } = await state(caseId);
    await openAs(who, 'DI-007', { report_no: caseNo, bill_total: { fen: 100_000 } });
  }

  /** The bank takes the batch that two officers made, and answers. */
  async function bankPays(caseId: string, good: boolean): Promise<void> {
    const drafted = await owner.query<{ payout_id: string; reference: string }>(
      `select payout_id, reference from payout where case_id = $1 and state = 'drafted'`,
      [caseId],
    );
    const [maker, checker] = finance.rows.map((one) => ({
      ...clerk('insurer_finance', one.staff_id),
      staffId: one.staff_id,
    }));
    const payoutId = drafted.rows[0]?.payout_id;
    if (!maker || !checker || !payoutId) throw new Error('no payout is drafted');
    const held = await state(caseId);
    const card = String(cases.unsealed(held, 'payout_card'));
    const name = (await services.identity.profile(held.personId ?? ''))?.name ?? '';
    parties.simulators.bank?.registerCard(card, good ? name : '另一个人');
    const batch = await money.batches.makeBatch(maker, [payoutId], randomUUID());
    await money.batches.decideBatch(checker, batch.batchId, {
      requestId: randomUUID(),
      decision: 'approve',
      reason: '',
      linesHash: batch.linesHash,
    });
    await drain();
    parties.simulators.bank?.settleNow();
  }

  async function event(who: Person, caseId: string, move: Move): Promise<void> {
    const key = `${move.step}/${move.outcome}`;
    const found = await state(caseId);
    const { code } = services.catalogue.byHash(found.serviceHash).workflow;
    if (key === 'pay/paid' && code === 'daily-insurance-enrol') return payOrder(who, caseId);
    if (move.step === 'underwrite') return drain(caseId);
    if (['prepay', 'pay'].includes(move.step) && code === 'daily-insurance-claim')
      return bankPays(caseId, move.outcome === 'paid');
    if (move.step === 'refund-pay') return move.outcome === 'paid' ? drain() : refundCloses(found);
    // Outside parties that this project does not reach yet (the bank's standing orders, order signals) speak through the same door.
    await app.services.db.transaction(systemAccess, (tx) =>
      cases.event(tx, { caseId, step: move.step, outcome: move.outcome }),
    );
  }

  /** The payment party closes a refund instead of paying it. */
  async function refundCloses(found: CaseState): Promise<void> {
    const orders = await owner.query<{ order_no: string; refund_no: string; refund_fen: string }>(
      `select order_no, refund_no, refund_fen from payment_order where person_id = $1 and state = 'refunding'`,
      [found.personId],
    );
    const order = orders.rows[0];
    if (!order) throw new Error('no refund is under way');
    await money.payments.handlePaymentEvent({
      kind: 'refund',
      eventId: randomUUID(),
      refundNo: order.refund_no,
      orderNo: order.order_no,
      refundId: 'closed',
      amountFen: Number(order.refund_fen),
      state: 'closed',
    });
  }

  async function letExpire(caseId: string, step: string): Promise<void> {
    const due = (await state(caseId)).active.find((one) => one.step === step);
    const at = due?.timerAt ?? due?.dueAt;
    if (!at) throw new Error(`${step} has no end`);
    if (Date.parse(at) > Date.parse(clock.now())) setNow(Date.parse(at) + 1_000);
    for (let tries = 0; tries < 4; tries += 1) {
      await cases.runDueDeadlines(5_000);
      if (!(await state(caseId)).active.some((one) => one.step === step && one.round === due?.round)) return;
      // Money may be on its way: the party is asked, and the clock looks again half a minute later.
      await money.payments.settleOpenOrders();
      pass(40_000);
    }
  }

  async function take(who: Person, caseId: string, move: Move, service: Service): Promise<void> {
    if (move.kind === 'clock' || move.kind === 'timer') return letExpire(caseId, move.step);
    if (move.kind === 'back') {
      const found = await state(caseId);
      const { roles } = takerOf(
        stepIn(service.workflow, move.step),
        Object.keys(stepIn(service.workflow, move.step).outcomes)[0] ?? '',
      );
      const [role] = roles;
      const isWorker = found.active.find((one) => one.step === move.step)?.orgId === null;
      const someone = isWorker || !role ? who : clerk(role);
      await cases.commandCase(someone.access, someone.actor, {
        requestId: randomUUID(),
        caseId,
        command: { type: 'return', step: move.step, to: move.to, reason: '请补充后再提交' },
      });
      return;
    }
    if (move.kind === 'act' && move.by === 'event') return event(who, caseId, move);
    const attaches = service.entry === 'report' && ['docs', 'remind-docs'].includes(move.step);
    if (move.outcome === 'submit' && attaches) return claimPapers(who, caseId);
    return actAs(who, caseId, move);
  }

  async function open(service: Service, who: Person, facts: Facts): Promise<string> {
    const first = stepIn(service.workflow, service.workflow.entries[service.entry]?.step ?? '');
    const role = (first.actors ?? [first.role])[0] ?? 'worker';
    const by = takerOf(first, Object.keys(first.outcomes)[0] ?? '').by === 'worker' ? who : clerk(role);
    const form = Object.fromEntries(Object.entries(facts.form).filter(([name]) => name in service.fields));
    // Papers are handed in by whoever uploaded them.
    const fileId = by === who ? who.fileId : await uploaded(by.access);
    const opened = await openAs({ ...who, fileId }, service.code, form, by);
    return opened.caseId;
  }

  return {
    owner,
    arrange,
    open,
    take,
    state,
    until,
    close: async () => {
      await owner.end();
    },
  };
}
