// The outside parties of the city, as the program's ports: they say what the story has them say, at once, and nobody else is asked.

import type { InsurerPort } from '#modules/cover';
import type { BankPort, PaymentPort } from '#modules/money';

/** What each party says next. */
type Says = {
  underwriting: Awaited<ReturnType<InsurerPort['underwrite']>>;
  refund: 'success' | 'closed';
  /** False when the bank takes the batch and its answer is lost. */
  bankAnswers: boolean;
};

type CityParties = {
  readonly says: Says;
  readonly payment: PaymentPort;
  readonly bank: BankPort;
  readonly insurer: InsurerPort;
};

function silent(): never {
  throw new Error('nobody of the city is asked this');
}

/** As the program's clients say it. */
export class AnswerLost extends Error {
  readonly kind = 'outcome_unknown';
}

export function createParties(): CityParties {
  const says: Says = { underwriting: { decision: 'approve' }, refund: 'success', bankAnswers: true };
  return {
    says,
    payment: {
      createOrder: async ({ orderNo }) => ({ payUrl: `https://pay.invalid/${orderNo}` }),
      query: async () => ({ state: 'closed' }),
      close: async () => {},
      refund: async () => ({ state: says.refund }),
      queryRefund: silent,
      dailyBill: silent,
      parseCallback: silent,
    },
    bank: {
      submitBatch: async () => {
        if (!says.bankAnswers) throw new AnswerLost('the answer of the bank was lost');
        return { acceptedAt: new Date(0) };
      },
      queryLine: silent,
      statement: silent,
      verifyCallback: silent,
    },
    insurer: {
      underwrite: async () => says.underwriting,
      declare: async () => ({ refused: [] }),
      endorseRefund: async () => ({ endorsementNo: '' }),
      reportClaim: async () => ({ insurerClaimNo: '' }),
    },
  };
}
