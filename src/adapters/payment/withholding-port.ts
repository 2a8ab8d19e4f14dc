// What Gongdun asks of the payment party about withholding (委托代扣): a contract that the payer signs there, and debits under it.
// A debit is told by its own number: after `OutcomeUnknown` ask `queryDebit`, or repeat it unchanged; never under another number.

export type ContractState = 'unsigned' | 'signed' | 'terminated';

export type ContractStatus = { readonly state: ContractState; readonly contractId?: string };

export type DebitStatus = {
  /** `waiting`: accepted, not done yet. `failed`: the party's final no. `not_found`: it never received the debit. */
  readonly state: 'waiting' | 'paid' | 'failed' | 'not_found';
  readonly amountFen?: number;
  readonly transactionId?: string;
  readonly paidAt?: Date;
  /** In the party's words, where it failed. */
  readonly reason?: string;
};

export type WithholdingPort = {
  /** Where the payer reads and signs the contract. `contractCode` is ours and unique; asking again is safe. */
  preSign(contract: {
    readonly contractCode: string;
    /** Shown to the payer as the account; must not identify anybody else. */
    readonly displayName: string;
    readonly payerRef: string;
    readonly returnUrl?: string;
  }): Promise<{ signUrl: string }>;
  contract(contractCode: string): Promise<ContractStatus>;
  /** Ends the contract; one that is not there or ended already is as good. */
  terminate(contractCode: string, remark: string): Promise<void>;
  /** Accepted is not paid: the callback or `queryDebit` tells. `Refused` is final for this number. */
  debit(debit: {
    readonly orderNo: string;
    readonly contractId: string;
    readonly amountFen: number;
    readonly description: string;
  }): Promise<void>;
  queryDebit(orderNo: string): Promise<DebitStatus>;
};
