// Money's routes: payouts and batches for the settlement officers, reconciliation, balances, a payer's own order, and the two
// callbacks, whose raw bytes are proved by signature before anything is read from them. Binding only.

import { z } from 'zod';
import { keyRequest } from '#contract/identity';
import type { Access } from '#platform/access';
import type { HttpPlugin } from '#platform/http';
import { pageOf, pageQuery } from '#platform/page';
import type { FastifyRequest } from 'fastify';
import {
  accountView,
  batchDetail,
  batchView,
  decideBatchInput,
  makeBatchInput,
  party,
  paymentView,
  payoutState,
  payoutView,
  proveBatchInput,
  reconciliationView,
  refuse,
} from './contract.ts';
import type { Money } from './index.ts';
import { isForged } from './ports.ts';

export type MoneyRoutesOptions = {
  readonly money: Money;
  /** Who asks, as the session says; throws its own refusal when nobody is logged in. */
  readonly sessionOf: (request: FastifyRequest) => {
    readonly actor: { readonly id: string | null };
    readonly access: Access;
    /** Of the session, for what a key signs. */
    readonly mark?: string;
  };
};

const finance = ['insurer_finance'] as const;
const payers = ['insurer_finance', 'finance_bureau'] as const;
const overseers = ['insurer_finance', 'finance_bureau', 'supervisor', 'audit_officer'] as const;
/** Nothing was paid before the rules of this system began. */
const firstDay = '2024-01-01';
const day = z.iso.date().refine((one) => one >= firstDay && one < '2100', `日期应从 ${firstDay} 起。`);

export function moneyRoutes({ money, sessionOf }: MoneyRoutesOptions): HttpPlugin {
  const officerOf = (request: FastifyRequest) => {
    const { actor, access, mark = '' } = sessionOf(request);
    return { access, staffId: actor.id ?? '', mark };
  };

  return async (app) => {
    app.get(
      '/api/payouts',
      {
        config: { access: payers },
        schema: {
          summary: '付款单',
          querystring: z.object({
            ...pageQuery,
            state: z
              .array(payoutState)
              .or(payoutState.transform((one) => [one]))
              .optional(),
          }),
          response: { 200: pageOf(payoutView) },
        },
      },
      (request) =>
        money.batches
          .listPayouts(
            officerOf(request),
            request.query.state ?? payoutState.options,
            request.query.cursor,
            request.query.limit,
          )
          .then(whole),
    );

    app.post(
      '/api/payout-batches',
      {
        config: { access: payers },
        schema: { summary: '组批（制单）', body: makeBatchInput, response: { 200: batchDetail } },
      },
      (request) => money.batches.makeBatch(officerOf(request), request.body.payoutIds, request.body.requestId),
    );

    app.get(
      '/api/payout-batches',
      {
        config: { access: payers },
        schema: { summary: '支付批次', querystring: z.object(pageQuery), response: { 200: pageOf(batchView) } },
      },
      (request) => money.batches.listBatches(officerOf(request), request.query.cursor, request.query.limit).then(whole),
    );

    app.get(
      '/api/payout-batches/:id',
      {
        config: { access: payers },
        schema: { summary: '支付批次及明细', params: z.object({ id: z.uuid() }), response: { 200: batchDetail } },
      },
      (request) => money.batches.batch(officerOf(request), request.params.id),
    );

    app.post(
      '/api/payout-batches/:id/prove',
      {
        config: { access: payers },
        schema: {
          summary: '要安全密钥为同意付款签名',
          params: z.object({ id: z.uuid() }),
          body: proveBatchInput,
          response: { 200: keyRequest },
        },
      },
      (request) => money.batches.beginApproval(officerOf(request), request.params.id, request.body.linesHash),
    );

    app.post(
      '/api/payout-batches/:id/decide',
      {
        config: { access: payers },
        schema: {
          summary: '复核批次（复核人不能是制单人）',
          params: z.object({ id: z.uuid() }),
          body: decideBatchInput,
          response: { 200: batchDetail },
        },
      },
      (request) => money.batches.decideBatch(officerOf(request), request.params.id, request.body),
    );

    app.get(
      '/api/reconciliations',
      {
        config: { access: overseers },
        schema: {
          summary: '对账结果',
          querystring: z.object(pageQuery),
          response: { 200: pageOf(reconciliationView) },
        },
      },
      (request) => money.reconcile.listReconciliations(request.query.cursor, request.query.limit).then(whole),
    );

    app.post(
      '/api/reconciliations',
      {
        config: { access: finance },
        schema: {
          summary: '对某一日的账；重复对账不会重复入账',
          body: z.object({ day, party }),
          response: { 200: reconciliationView },
        },
      },
      (request) =>
        money.reconcile.reconcileDay(request.body.day, request.body.party, officerOf(request).staffId || null),
    );

    app.get(
      '/api/ledger/accounts',
      {
        config: { access: overseers },
        schema: { summary: '账户余额', response: { 200: z.object({ items: z.array(accountView) }) } },
      },
      () => money.listAccounts().then((items) => ({ items: [...items] })),
    );

    app.get(
      '/api/me/payments/:caseId',
      {
        config: { access: 'worker' },
        schema: {
          summary: '本人办件的支付单',
          params: z.object({ caseId: z.uuid() }),
          response: { 200: z.object({ payment: paymentView.nullable() }) },
        },
      },
      (request) =>
        money.payments.orderOf(sessionOf(request).access, request.params.caseId).then((payment) => ({ payment })),
    );

    app.get(
      '/api/desk/cases/:caseId/payment',
      {
        config: { access: 'staff' },
        schema: {
          summary: '单位办件的支付单',
          params: z.object({ caseId: z.uuid().describe('单位发起的办件') }),
          response: { 200: z.object({ payment: paymentView.nullable() }) },
        },
      },
      (request) =>
        money.payments.orgOrderOf(sessionOf(request).access, request.params.caseId).then((payment) => ({ payment })),
    );

    app.post(
      '/api/desk/cases/:caseId/payment/check',
      {
        config: { access: 'staff' },
        schema: {
          summary: '向支付平台查这笔钱付了没有',
          params: z.object({ caseId: z.uuid().describe('单位发起的办件') }),
          response: { 200: z.object({ payment: paymentView.nullable() }) },
        },
      },
      async (request) => {
        const { access } = sessionOf(request);
        const { caseId } = request.params;
        if (await money.payments.orgOrderOf(access, caseId)) await money.payments.refreshOrder(access, caseId);
        return { payment: await money.payments.orgOrderOf(access, caseId) };
      },
    );

    await app.register(callbacks(money));
  };
}

/** The API's pages are arrays that may be written to; ours are not. */
function whole<Item>(page: { readonly items: readonly Item[]; readonly nextCursor: string | null }) {
  return { items: [...page.items], nextCursor: page.nextCursor };
}

/** In a scope of their own: bodies stay the bytes that were signed. */
function callbacks(money: Money): HttpPlugin {
  return async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

    const config = { access: 'public', essential: true } as const;
    app.post('/ports/payment/callback', { config, schema: { hide: true } }, async (request, reply) => {
      const event = proved(() => money.payment.parseCallback(request.headers, bytesOf(request.body)));
      await money.payments.handlePaymentEvent(event);
      return reply.code(204).send();
    });

    app.post('/ports/bank/callback', { config, schema: { hide: true } }, async (request, reply) => {
      const event = proved(() => money.bank.verifyCallback(request.headers, bytesOf(request.body)));
      await money.payouts.handleBankEvent(event);
      return reply.code(204).send();
    });
  };
}

function proved<Event>(read: () => Event): Event {
  try {
    return read();
  } catch (error) {
    if (isForged(error)) throw refuse('money.callback_forged');
    throw error;
  }
}

function bytesOf(body: unknown): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}
