// What the pages of personal information are drawn from. Types only.

import type { Problems } from './model.ts';

export type PurposeModel = {
  readonly code: string;
  readonly zh: string;
  readonly version: string;
  readonly state: 'given' | 'withdrawn' | 'outdated' | 'never' | 'duty';
  readonly stateZh: string;
  readonly at: string | null;
  readonly agreedVersion: string | null;
  /** Who said it, where it was not the person on the phone; begins with a comma. */
  readonly byZh: string;
  readonly words: readonly string[];
  readonly data: string;
  readonly recipients: string;
  readonly law: string;
  /** Names of the services that cannot be done without it. */
  readonly needs: string;
  readonly stops: string;
  readonly remains: string;
};

export type ErasureItem = {
  readonly zh: string;
  readonly verdict: 'erase' | 'keep';
  readonly why: string;
  readonly until: string | null;
  readonly basis: string;
  readonly needsCheck: boolean;
};

export type ErasureModel = {
  readonly items: readonly ErasureItem[];
  readonly waitDays: number;
  /** The last wish, if there was one. */
  readonly last: {
    readonly state: 'waiting' | 'proposed' | 'approved' | 'done' | 'refused' | 'cancelled';
    readonly stateZh: string;
    readonly requestedAt: string;
    readonly dueAt: string;
    readonly reason: string | null;
    readonly doneAt: string | null;
    readonly erasedCount: number | null;
    readonly keptCount: number | null;
  } | null;
};

export type PrivacyBody =
  | ({ readonly page: 'erasure' } & ErasureModel)
  | { readonly page: 'privacy'; readonly purposes: readonly PurposeModel[]; readonly note: string | null }
  | {
      readonly page: 'consent';
      readonly serviceZh: string;
      readonly action: string;
      readonly backHref: string;
      readonly purpose: Omit<PurposeModel, 'state' | 'stateZh' | 'at' | 'agreedVersion' | 'byZh'>;
      /** How many purposes must still be asked, with this one. */
      readonly left: number;
      /** An agent of somebody who can decide for himself may not decide for him. */
      readonly mayAgree: boolean;
      readonly problems: Problems;
    };
