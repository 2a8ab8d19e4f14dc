// Whose money a payout moves: an insurer's claims, or the treasury's subsidies. Each has accounts of its own, so that no sum of one
// can cover a hole in the other.

import type { AccountId } from './accounts.ts';

export type PayoutBook = {
  /** Who may make and approve its batches. */
  readonly officer: 'insurer_finance' | 'finance_bureau';
  readonly fund: AccountId;
  readonly reserve: AccountId;
  readonly clearing: AccountId;
  readonly bank: AccountId;
};

export const claimBook: PayoutBook = {
  officer: 'insurer_finance',
  fund: 'insurer_claims',
  reserve: 'payout_reserve',
  clearing: 'bank_clearing',
  bank: 'bank_account',
};

export const subsidyBook: PayoutBook = {
  officer: 'finance_bureau',
  fund: 'subsidy_spending',
  reserve: 'subsidy_reserve',
  clearing: 'treasury_clearing',
  bank: 'treasury_account',
};
