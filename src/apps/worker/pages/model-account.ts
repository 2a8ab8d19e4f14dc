// What the pages of the own account are drawn from. Types only.

import type { AccountView } from '#contract/contacts';

export type AccountBody =
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
