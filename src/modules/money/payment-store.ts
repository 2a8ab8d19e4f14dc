// Every query on payment_order and payment_event.

import { statement } from '#platform/db';

export type OrderState = 'created' | 'open' | 'paid' | 'closed' | 'refunding' | 'refunded';

export type OrderRow = {
  readonly order_no: string;
  readonly case_id: string;
  /** Who pays: a person, or the organisation that pays for many. */
  readonly person_id: string | null;
  readonly org_id?: string | null;
  readonly amount_fen: number;
  readonly description: string;
  readonly state: OrderState;
  readonly pay_url: string | null;
  readonly transaction_id: string | null;
  readonly refund_no: string | null;
  readonly refund_fen: number | null;
  readonly expires_at: string;
  readonly paid_at: string | null;
  /** The withholding contract of a debit; null where the payer pays by hand. */
  readonly contract_code: string | null;
};

const columns = `order_no, case_id, person_id, org_id, amount_fen, description, state, pay_url, transaction_id, refund_no, refund_fen,
  expires_at, paid_at, contract_code`;

export const insertOrder = statement<[string, string, string, number, string, string, string, string[]], never>(
  'money.insert_order',
  `insert into payment_order (order_no, case_id, person_id, amount_fen, description, state, expires_at, created_at, readers)
   values ($1, $2, $3, $4, $5, 'created', $6, $7, $8)`,
);

export const insertOrgOrder = statement<[string, string, string, number, string, string, string, string[]], never>(
  'money.insert_org_order',
  `insert into payment_order (order_no, case_id, org_id, amount_fen, description, state, expires_at, created_at, readers)
   values ($1, $2, $3, $4, $5, 'created', $6, $7, $8)`,
);

export const selectOrder = statement<[string], OrderRow>(
  'money.order',
  `select ${columns} from payment_order where order_no = $1`,
);

export const lockOrder = statement<[string], OrderRow>(
  'money.order_for_update',
  `select ${columns} from payment_order where order_no = $1 for update`,
);

export const listOrdersOfCase = statement<[string], OrderRow>(
  'money.orders_of_case',
  `select ${columns} from payment_order where case_id = $1 order by created_at desc, order_no`,
);

/** Orders that wait for the party, the ones not asked about for longest first. */
export const listWaiting = statement<[string, number], OrderRow>(
  'money.orders_waiting',
  `select ${columns} from payment_order
   where (state = 'refunding' or (contract_code is null and state in ('created', 'open'))) and coalesce(checked_at, created_at) < $1
   order by coalesce(checked_at, created_at) limit $2`,
);

export const touchOrder = statement<[string, string], never>(
  'money.touch_order',
  'update payment_order set checked_at = $2 where order_no = $1',
);

export const openOrder = statement<[string, string], never>(
  'money.open_order',
  `update payment_order set state = 'open', pay_url = $2 where order_no = $1 and state = 'created'`,
);

export const payOrder = statement<[string, string, string], never>(
  'money.pay_order',
  `update payment_order set state = 'paid', transaction_id = $2, paid_at = $3 where order_no = $1`,
);

export const closeOrder = statement<[string], never>(
  'money.close_order',
  `update payment_order set state = 'closed' where order_no = $1 and state in ('created', 'open')`,
);

export const startRefund = statement<[string, string, number], never>(
  'money.start_refund',
  `update payment_order set state = 'refunding', refund_no = $2, refund_fen = $3 where order_no = $1`,
);

export const endRefund = statement<[string, string], never>(
  'money.end_refund',
  'update payment_order set state = $2 where order_no = $1',
);

export const insertEvent = statement<[string, string, string, string, string], { event_key: string }>(
  'money.insert_payment_event',
  `insert into payment_event (event_key, order_no, kind, body, at) values ($1, $2, $3, $4::jsonb, $5)
   on conflict do nothing returning event_key`,
);

export const listPaidBetween = statement<[string, string], OrderRow>(
  'money.orders_paid_between',
  `select ${columns} from payment_order where paid_at >= $1 and paid_at < $2 order by order_no`,
);

export const listOrders = statement<[string[]], OrderRow>(
  'money.orders_by_no',
  `select ${columns} from payment_order where order_no = any($1)`,
);

export const listRefusedEvents = statement<
  [string, string],
  { order_no: string; kind: string; body: { amountFen?: number } }
>(
  'money.refused_events',
  `select order_no, kind, body from payment_event where kind in ('paid_differs', 'paid_unknown') and at >= $1 and at < $2 order by event_key`,
);
