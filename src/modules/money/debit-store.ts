// Every query on withholding_contract, and those on payment_order that are about debits.

import { rowsStatement, statement } from '#platform/db';

export type ContractRow = {
  readonly contract_code: string;
  readonly case_id: string;
  readonly person_id: string;
  readonly state: 'created' | 'open' | 'signed' | 'ended';
  readonly contract_id: string | null;
  readonly sign_url: string | null;
};

const contractColumns = 'contract_code, case_id, person_id, state, contract_id, sign_url';

export const insertContract = statement<[string, string, string, string, string[]], never>(
  'money.insert_contract',
  `insert into withholding_contract (contract_code, case_id, person_id, state, created_at, readers)
   values ($1, $2, $3, 'created', $4, $5)`,
);

export const selectContract = statement<[string], ContractRow>(
  'money.contract',
  `select ${contractColumns} from withholding_contract where contract_code = $1`,
);

export const lockContract = statement<[string], ContractRow>(
  'money.contract_for_update',
  `select ${contractColumns} from withholding_contract where contract_code = $1 for update`,
);

export const contractOfCase = statement<[string], ContractRow>(
  'money.contract_of_case',
  `select ${contractColumns} from withholding_contract where case_id = $1 order by created_at desc limit 1`,
);

export const openContract = statement<[string, string], never>(
  'money.open_contract',
  `update withholding_contract set state = 'open', sign_url = $2 where contract_code = $1 and state = 'created'`,
);

export const signContract = statement<[string, string, string], never>(
  'money.sign_contract',
  `update withholding_contract set state = 'signed', contract_id = $2, signed_at = $3 where contract_code = $1`,
);

export const endContract = statement<[string, string], never>(
  'money.end_contract',
  `update withholding_contract set state = 'ended', ended_at = $2 where contract_code = $1 and state <> 'ended'`,
);

/** Contracts that wait for the party's word, the ones not asked about for longest first. */
export const takeWaitingContracts = statement<[string, string, number], ContractRow>(
  'money.take_waiting_contracts',
  `update withholding_contract set checked_at = $2 where contract_code in (
     select contract_code from withholding_contract where state in ('created', 'open') and coalesce(checked_at, created_at) < $1
     order by coalesce(checked_at, created_at) limit $3 for update skip locked)
   returning ${contractColumns}`,
);

export type NewDebit = {
  order_no: string;
  case_id: string;
  person_id: string;
  amount_fen: number;
  description: string;
  state: 'created';
  expires_at: string;
  created_at: string;
  contract_code: string;
  readers: readonly string[];
};

export const insertDebit = rowsStatement<NewDebit>(
  'money.insert_debit',
  {
    order_no: 'text',
    case_id: 'uuid',
    person_id: 'uuid',
    amount_fen: 'bigint',
    description: 'text',
    state: 'text',
    expires_at: 'timestamptz',
    created_at: 'timestamptz',
    contract_code: 'text',
    readers: 'text[]',
  },
  {
    payment_order: [
      'order_no',
      'case_id',
      'person_id',
      'amount_fen',
      'description',
      'state',
      'expires_at',
      'created_at',
      'contract_code',
      'readers',
    ],
  },
);

export type DueDebit = {
  readonly order_no: string;
  readonly amount_fen: number;
  readonly description: string;
  readonly contract_id: string;
};

/** Takes debits that are to be sent, and those whose sender never came back, for a minute. A debit whose contract ended stays. */
export const takeDueDebits = statement<[string, string, number], DueDebit>(
  'money.take_due_debits',
  `with taken as (
     select o.order_no, c.contract_id from payment_order o join withholding_contract c on c.contract_code = o.contract_code
     where o.state = 'created' and (o.checked_at is null or o.checked_at < $1) and c.state = 'signed'
     order by coalesce(o.checked_at, o.created_at) limit $3 for update of o skip locked)
   update payment_order o set checked_at = $2 from taken where o.order_no = taken.order_no
   returning o.order_no, o.amount_fen, o.description, taken.contract_id`,
);

export const openDebits = statement<[string[]], never>(
  'money.open_debits',
  `update payment_order set state = 'open' where order_no = any($1) and state = 'created'`,
);

/** Debits whose end is not known, the ones not asked about for longest first. */
export const takeOpenDebits = statement<[string, string, number], { order_no: string; state: string }>(
  'money.take_open_debits',
  `update payment_order o set checked_at = $2 where order_no in (
     select p.order_no from payment_order p left join withholding_contract c on c.contract_code = p.contract_code
     where p.contract_code is not null and coalesce(p.checked_at, p.created_at) < $1
       and (p.state = 'open' or (p.state = 'created' and c.state = 'ended'))
     order by coalesce(p.checked_at, p.created_at) limit $3 for update of p skip locked)
   returning o.order_no, o.state`,
);

export type DebitRow = {
  readonly order_no: string;
  readonly case_id: string;
  readonly person_id: string;
  readonly amount_fen: number;
  readonly state: string;
  readonly contract_code: string;
};

/** In one order, so that two who settle the same debits never wait for each other in a ring. */
export const lockDebits = statement<[string[]], DebitRow>(
  'money.lock_debits',
  `select order_no, case_id, person_id, amount_fen, state, contract_code from payment_order
   where order_no = any($1) and contract_code is not null order by order_no for update`,
);

export const payDebits = statement<[string[], string[], string[]], never>(
  'money.pay_debits',
  `update payment_order o set state = 'paid', transaction_id = p.transaction_id, paid_at = p.paid_at
   from unnest($1::text[], $2::text[], $3::timestamptz[]) as p (order_no, transaction_id, paid_at) where o.order_no = p.order_no`,
);

export const closeDebits = statement<[string[]], never>(
  'money.close_debits',
  `update payment_order set state = 'closed' where order_no = any($1) and state in ('created', 'open')`,
);

/** Debits that nobody has sent yet, of a mandate that ended: they are never sent. */
export const cancelUnsent = statement<[string], { order_no: string }>(
  'money.cancel_unsent_debits',
  `update payment_order set state = 'closed'
   where case_id = $1 and contract_code is not null and state = 'created' and checked_at is null returning order_no`,
);
