// What the pages of the own account are drawn from. Types only.

import type { AccountView } from '#contract/contacts';

/** Two registrations that were made one, as the person sees it. */
export type MergedView = {
  readonly mergeId: string;
  /** Last four digits of either phone. */
  readonly phones: readonly string[];
  readonly at: string;
  readonly objectedAt: string | null;
};

export type AccountBody =
  | { readonly page: 'merged'; readonly merged: readonly MergedView[] }
  | {
      readonly page: 'cards';
      readonly cards: readonly AccountView[];
      readonly coolingHours: number;
      readonly note: string | null;
    }
  | {
      readonly page: 'phone-number';
      readonly masked: string;
      readonly waiting: { readonly tail: string; readonly at: string } | null;
      readonly note: string | null;
    }
  | { readonly page: 'stop'; readonly action: string; readonly zh: string; readonly stopped: boolean };
