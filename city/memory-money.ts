// What the statements of money give in memory: the ledger, orders, payouts and their batches.

import {
  accounts,
  ledgerStatements as ledger,
  paymentStatements as payments,
  payoutStatements as payouts,
} from '#modules/money';
import type { Memory } from './memory.ts';
import type { Row } from './rows.ts';

export function answerMoney(memory: Memory): void {
  answerLedger(memory);
  answerPayments(memory);
  answerPayouts(memory);
}

function answerLedger({ on, by, rows }: Memory): void {
  on(ledger.lockKeys, () => {});
  on(ledger.selectFloors, (accountIds) =>
    accounts
      .filter(({ accountId }) => accountIds.includes(accountId))
      .map(({ accountId, name, floorFen }) => ({ account_id: accountId, name, floor_fen: floorFen })),
  );
  on(ledger.selectByIdem, (idem) => by('transfer', 'idem', idem));
  on(ledger.selectTransfer, (transferId) => by('transfer', 'transfer_id', transferId));
  on(ledger.selectResolution, (pendingId) => by('transfer', 'pending_of', pendingId));
  on(ledger.listRefundsOf, (orderNo) =>
    by('transfer', 'code', 'refund')
      .filter(({ idem, pending_of: pendingOf }) => idem?.split(':')[1] === orderNo && pendingOf === null)
      .map((one) => ({ ...one, resolution: by('transfer', 'pending_of', one.transfer_id)[0]?.state ?? null })),
  );
  on(ledger.selectBalance, (accountId) => {
    let postedFen = 0;
    let reservedFen = 0;
    for (const entry of by('entry', 'account_id', accountId)) {
      if (!entry.pending) postedFen += entry.amount_fen ?? 0;
      else if (by('transfer', 'transfer_id', entry.transfer_id)[0]?.debit === accountId)
        reservedFen += entry.amount_fen ?? 0;
    }
    return [{ posted_fen: postedFen, reserved_fen: reservedFen }];
  });
  on(
    ledger.insertTransfers,
    (ids, idems, hashes, debits, credits, amounts, codes, states, pendingOfs, caseIds, reserved, at, leafId) =>
      ids.forEach((transferId, index) => {
        const [debit = '', credit = '', state = ''] = [debits[index], credits[index], states[index]];
        const amountFen = amounts[index] ?? 0;
        const pendingOf = pendingOfs[index] ?? null;
        rows.transfer.push({
          transfer_id: transferId,
          idem: idems[index] ?? null,
          request_hash: hashes[index] ?? Buffer.alloc(0),
          debit,
          credit,
          amount_fen: amountFen,
          code: codes[index] ?? null,
          state,
          pending_of: pendingOf,
          case_id: caseIds[index] ?? null,
          at,
          leaf_id: leafId,
        });
        const move = (fen: number, pending: boolean) =>
          rows.entry.push(
            { transfer_id: transferId, account_id: debit, amount_fen: -fen, pending, at },
            { transfer_id: transferId, account_id: credit, amount_fen: fen, pending, at },
          );
        if (state === 'posted' || state === 'resolved_post') move(amountFen, false);
        if (state === 'pending') move(amountFen, true);
        if (pendingOf) move(-(reserved[index] ?? 0), true);
      }),
  );
}

function answerPayments({ on, by, rows }: Memory): void {
  const order = (orderNo: string) => by('payment_order', 'order_no', orderNo);
  const set = (orderNo: string, change: Partial<Row<'payment_order'>>, states?: readonly string[]) => {
    for (const one of order(orderNo)) if (!states || states.includes(one.state ?? '')) Object.assign(one, change);
  };
  on(payments.selectOrder, order);
  on(payments.lockOrder, order);
  on(payments.listOrdersOfCase, (caseId) =>
    by('payment_order', 'case_id', caseId).toSorted((a, b) =>
      a.created_at === b.created_at
        ? (a.order_no ?? '') < (b.order_no ?? '')
          ? -1
          : 1
        : (a.created_at ?? '') > (b.created_at ?? '')
          ? -1
          : 1,
    ),
  );
  on(payments.openOrder, (orderNo, payUrl) => set(orderNo, { state: 'open', pay_url: payUrl }, ['created']));
  on(payments.payOrder, (orderNo, transactionId, paidAt) =>
    set(orderNo, { state: 'paid', transaction_id: transactionId, paid_at: paidAt }),
  );
  on(payments.closeOrder, (orderNo) => set(orderNo, { state: 'closed' }, ['created', 'open']));
  on(payments.startRefund, (orderNo, refundNo, refundFen) =>
    set(orderNo, { state: 'refunding', refund_no: refundNo, refund_fen: refundFen }),
  );
  on(payments.endRefund, (orderNo, state) => set(orderNo, { state }));
  on(payments.insertEvent, (eventKey, orderNo, kind, body, at) => {
    if (by('payment_event', 'event_key', eventKey).length > 0) return [];
    rows.payment_event.push({ event_key: eventKey, order_no: orderNo, kind, body, at });
    return [{ event_key: eventKey }];
  });
}

function answerPayouts({ on, by, rows }: Memory): void {
  const inOrder = (list: readonly Row<'payout'>[], key: 'payout_id' | 'reference') =>
    list.toSorted((a, b) => ((a[key] ?? '') < (b[key] ?? '') ? -1 : 1));
  const ofBatch = (batchId: string) => rows.payout.filter((one) => one.batch_id === batchId);
  const batch = (batchId: string) => by('payout_batch', 'batch_id', batchId);
  const withPayouts = (ids: readonly string[]) => ids.flatMap((id) => by('payout', 'payout_id', id));
  const unsettled = ['batched', 'submitted', 'unknown'];

  on(payouts.lockLiveOfStep, (caseId, step) =>
    by('payout', 'case_id', caseId).filter(
      (one) => one.step === step && ['drafted', ...unsettled].includes(one.state ?? ''),
    ),
  );
  on(payouts.paidInStep, (caseId, step) => [
    {
      paid_fen: by('payout', 'case_id', caseId)
        .filter((one) => one.step === step && one.state === 'settled')
        .reduce((fen, one) => fen + (one.amount_fen ?? 0), 0),
    },
  ]);
  on(payouts.lockPayouts, (ids) => inOrder(withPayouts(ids), 'payout_id'));
  on(payouts.lockByReference, (reference) => by('payout', 'reference', reference));
  on(payouts.selectByReference, (reference) => by('payout', 'reference', reference));
  on(payouts.listOfBatch, (batchId) => inOrder(ofBatch(batchId), 'reference'));
  on(payouts.lockOfBatch, (batchId) => inOrder(ofBatch(batchId), 'payout_id'));
  on(payouts.setBatch, (ids, batchId) => {
    for (const one of withPayouts(ids)) Object.assign(one, { batch_id: batchId, state: 'batched' });
  });
  on(payouts.releaseBatch, (batchId) => {
    for (const one of ofBatch(batchId))
      if (one.state === 'batched') Object.assign(one, { batch_id: null, state: 'drafted' });
  });
  on(payouts.setReserves, (ids, reserveIds) => {
    ids.forEach((id, index) => withPayouts([id]).forEach((one) => (one.reserve_id = reserveIds[index] ?? null)));
  });
  on(payouts.setStateOfBatch, (batchId, state) => {
    for (const one of ofBatch(batchId)) if (unsettled.includes(one.state ?? '')) one.state = state;
  });
  on(payouts.endPayout, (payoutId, state, bankSerial, settledAt, reason) => {
    for (const one of withPayouts([payoutId]))
      Object.assign(one, { state, bank_serial: bankSerial, settled_at: settledAt, reason });
  });
  on(payouts.lockBatch, batch);
  on(payouts.selectBatch, batch);
  on(payouts.setBatchState, (batchId, state) => {
    for (const one of batch(batchId)) one.state = state;
  });
  on(payouts.countSubmit, (batchId, at) =>
    batch(batchId)
      .filter((one) => one.state === 'approved' || one.state === 'submitted')
      .map((one) =>
        Object.assign(one, { submit_count: (one.submit_count ?? 0) + 1, submitted_at: one.submitted_at ?? at }),
      ),
  );
  on(payouts.finishBatch, (batchId) => {
    if (ofBatch(batchId).some((one) => unsettled.includes(one.state ?? ''))) return;
    for (const one of batch(batchId)) if (one.state === 'approved' || one.state === 'submitted') one.state = 'done';
  });
  on(payouts.listApprovals, (ids) => rows.payout_approval.filter((one) => ids.includes(one.batch_id ?? '')));
}
