// Subsidies to be returned: the clue looked up in our own ledger, the order with its reference, and the money, which counts when the
// bank states it and for no more than was ordered.

import { yuan } from '#catalog/rules/index';
import { systemAccess } from '#platform/access';
import type { CaseState, Effect } from '#modules/cases';
import type { TakeReceipt } from '#modules/money';
import { newId } from '#platform/ids';
import { refuse } from './contract.ts';
import { readersFor, textIn, wholeIn, type SettlementOptions } from './options.ts';
import * as store from './store.ts';

const policiesMax = 200;

export function createRecovery(options: SettlementOptions) {
  const { db, cases, ledger } = options;

  /** Leaving the registration: the policies that a clue names, as our ledger has them. */
  const clue: Effect = async ({ tx, state }) => {
    const named = textIn(state, 'person_or_org').match(/[A-Z]{2}\d{20}/g) ?? [];
    const policyNos = [...new Set(named)].slice(0, policiesMax);
    const found = policyNos.length > 0 ? await options.policiesOf(tx.asSystem(), policyNos) : [];
    const unknown = policyNos.filter((one) => !found.some((policy) => policy.policy_no === one));
    const line = (zh: string, value: string) => ({ zh, value });
    return {
      clue_explanation: [
        ...(policyNos.length === 0 ? [line('比对', '没有写明保单号，请人工核实')] : []),
        ...found.map((one) => line(one.policy_no, `${one.first_day}起 ${one.days} 天，补贴 ${yuan(one.subsidy_fen)}`)),
        ...unknown.map((one) => line(one, '台账没有这张保单')),
      ],
    };
  };

  /** Whoever the order names; of a settlement it is the insurer that declared it. */
  function debtorOf(state: CaseState): string {
    const named = state.data['recover_from'];
    const orgId =
      typeof named === 'object' && named !== null && 'orgId' in named && typeof named.orgId === 'string'
        ? named.orgId
        : state.applicantOrgId;
    if (!orgId || !options.isInsurer(orgId)) throw refuse('settlement.not_insurer');
    return orgId;
  }

  /** Entering the order: what is to come back becomes a claim of the treasury, once a case. */
  const order: Effect = async (context) => {
    const { tx, state, facts, actor } = context;
    const orgId = debtorOf(state);
    const system = tx.asSystem();
    const amountFen = wholeIn(state, 'recover_fen');
    const reference = `TH${state.caseNo}`;
    const answer = { recover_reference: reference, recover_org_name: options.orgName(orgId) };
    if (await system.maybe(store.recoveryOfCase, [state.caseId])) return answer;
    tx.send(store.lockInsurer, [orgId]);
    const { fen: heldFen } = await system.one(store.heldByInsurer, [orgId]);
    if (amountFen > heldFen) throw refuse('settlement.recover_too_much', { amount: yuan(Math.max(0, heldFen)) });
    const recoveryId = newId();
    const leafId = options.trace.record(tx, {
      eventId: recoveryId,
      type: 'settlement.recovery_ordered',
      at: facts.now,
      region: state.region,
      department: orgId,
      actorId: actor.id,
      subjectId: null,
      body: { case: state.caseNo, reference, amountFen, orgId },
    });
    await tx.run(store.insertRecovery, [
      recoveryId,
      state.caseId,
      reference,
      orgId,
      amountFen,
      facts.now,
      readersFor(context, orgId),
      leafId,
    ]);
    await ledger.post(
      system,
      {
        idem: `recovery:${reference}`,
        debit: 'subsidy_recoverable',
        credit: 'subsidy_spending',
        amountFen,
        code: 'recovery_ordered',
        caseId: state.caseId,
      },
      { region: state.region, actorId: actor.id },
    );
    return answer;
  };

  /** Leaving the order without the money: another body goes after it, and the claim stands in the books. */
  const end: Effect = async ({ tx, state, outcome }) => {
    if (outcome !== 'paid') await tx.asSystem().run(store.transferRecovery, [state.caseId]);
  };

  const takeReceipt: TakeReceipt = (receipt) =>
    db.transaction(systemAccess, async (tx) => {
      const found = await tx.maybe(store.recoveryOfReference, [receipt.reference.trim().toUpperCase()]);
      if (!found) return null;
      await cases.lock(tx, found.case_id);
      const row = await tx.one(store.lockRecovery, [found.recovery_id]);
      if (await tx.maybe(store.receiptExists, [receipt.bankSerial])) return 'taken';
      const openFen = row.amount_fen - row.received_fen;
      if (receipt.amountFen > openFen) return openFen;
      const leafId = options.trace.record(tx, {
        eventId: newId(),
        type: 'settlement.recovery_received',
        at: options.clock.now(),
        region: '',
        department: row.org_id,
        actorId: null,
        subjectId: null,
        body: { ...receipt },
      });
      await tx.run(store.insertReceipt, [
        receipt.bankSerial,
        row.recovery_id,
        receipt.amountFen,
        receipt.bookedAt,
        leafId,
      ]);
      await ledger.post(tx, {
        idem: `receipt:${receipt.bankSerial}`,
        debit: 'treasury_account',
        credit: 'subsidy_recoverable',
        amountFen: receipt.amountFen,
        code: 'recovery_received',
        caseId: row.case_id,
      });
      const after = await tx.one(store.addReceived, [row.recovery_id, receipt.amountFen]);
      if (after.received_fen === after.amount_fen)
        await cases.event(tx, {
          caseId: row.case_id,
          step: 'recover',
          outcome: 'paid',
          data: { recovered_fen: after.received_fen },
        });
      return 'taken';
    });

  return {
    effects: { 'settlement.clue': clue, 'settlement.order_recovery': order, 'settlement.end_recovery': end },
    takeReceipt,
  };
}
