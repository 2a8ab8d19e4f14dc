// The accounts of the ledger, by fixed ids. A balance is credit minus debit: what we hold or are owed is negative, what we owe is
// positive. Each clearing account is the other side of one port and returns to zero once the day is reconciled (T+1).

export type AccountKind = 'clearing' | 'fund' | 'payable' | 'receivable' | 'bank';
export type Account = {
  readonly accountId: string;
  readonly name: string;
  readonly kind: AccountKind;
  /** On which side it grows: what we hold, are owed or have spent is debit, what we owe is credit. Shown positive on its side. */
  readonly side: 'debit' | 'credit';
  readonly floorFen: number | null;
};

export const accounts = [
  { accountId: 'bank_account', name: '银行存款', kind: 'bank', side: 'debit', floorFen: null },
  { accountId: 'payment_clearing', name: '支付通道清算', kind: 'clearing', side: 'debit', floorFen: null },
  { accountId: 'refund_clearing', name: '退款清算', kind: 'clearing', side: 'credit', floorFen: null },
  { accountId: 'bank_clearing', name: '代付银行清算', kind: 'clearing', side: 'credit', floorFen: null },
  // No floor: it would make every purchase wait for every other one. The refunds of an order are held to its amount instead.
  { accountId: 'premium_received', name: '预收保费（未承保）', kind: 'payable', side: 'credit', floorFen: null },
  { accountId: 'premium_payable', name: '应付保险公司保费', kind: 'payable', side: 'credit', floorFen: null },
  { accountId: 'subsidy_receivable', name: '应收财政补贴', kind: 'receivable', side: 'debit', floorFen: null },
  { accountId: 'insurer_claims', name: '保险公司赔款支出', kind: 'fund', side: 'debit', floorFen: null },
  // Holds exactly what was agreed and is not paid; its floor is the proof that no payout passes what was agreed.
  { accountId: 'payout_reserve', name: '已核定待付赔款', kind: 'payable', side: 'credit', floorFen: 0 },
  // Public money. The treasury pays insurers from an account of its own; we keep its book beside ours and never mix the two.
  { accountId: 'treasury_account', name: '国库集中支付账户', kind: 'bank', side: 'debit', floorFen: null },
  { accountId: 'treasury_clearing', name: '国库拨付清算', kind: 'clearing', side: 'credit', floorFen: null },
  { accountId: 'subsidy_spending', name: '财政补贴支出', kind: 'fund', side: 'debit', floorFen: null },
  { accountId: 'subsidy_reserve', name: '已审批待拨补贴', kind: 'payable', side: 'credit', floorFen: 0 },
  { accountId: 'subsidy_recoverable', name: '应收退回补贴', kind: 'receivable', side: 'debit', floorFen: null },
] as const satisfies readonly Account[];

export type AccountId = (typeof accounts)[number]['accountId'];
