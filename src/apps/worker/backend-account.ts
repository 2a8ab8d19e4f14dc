// The port of the pages on which people look after their own account: proof of the phone. Types only, as in backend.ts.

import type { AccountView } from '#contract/contacts';
import type { StepUpReason } from '#contract/identity';
import type { NewSessionToken } from './backend-people.ts';
import type { Access } from '#platform/access';
import type { MergedView } from './pages/model-account.ts';

export type StepUpBackend = {
  /** The phone to which a code would go. */
  phoneMasked(token: string): Promise<string>;
  /** Seconds until another can be had. */
  request(token: string, reason: StepUpReason): Promise<{ readonly waitSeconds: number }>;
  prove(token: string, reason: StepUpReason, code: string): Promise<void>;
  isFresh(token: string, reason: StepUpReason): Promise<boolean>;
  /** Whether a file or a paper tells of somebody's health, among what this access sees. */
  isHealth(access: Access, of: { readonly fileId: string } | { readonly documentId: string }): Promise<boolean>;
};

export type AccountBackend = {
  /** The card that is paid to, what waits, and what was before. */
  cards(access: Access): Promise<readonly AccountView[]>;
  changeCard(
    access: Access,
    input: { readonly requestId: string; readonly card: string; readonly bankPhone: string | null },
  ): Promise<void>;
  stopCard(access: Access, accountId: string): Promise<void>;
  /** What a link says that somebody was sent; null when it leads nowhere any more. */
  stopLink(token: string): Promise<StopLink | null>;
  stopByLink(token: string): Promise<void>;
  readonly coolingHours: number;

  /** After a long time without a login: the last four of the ID number open the session. */
  confirmOwner(token: string, tail: string, oldToken: string | null): Promise<NewSessionToken>;
  /** The number is somebody else's: a fresh registration begins. */
  notOwner(token: string): Promise<NewSessionToken>;
  disownPhone(access: Access): Promise<void>;
  /** The registered number, masked, and what a window has begun. */
  phone(access: Access): Promise<{ readonly masked: string; readonly waiting: { tail: string; at: string } | null }>;
  /** What the next page carries; sealed. */
  requestNewPhone(access: Access, phone: string): Promise<string>;
  changePhone(
    access: Access,
    input: { readonly challenge: string; readonly code: string; readonly requestId: string },
    oldToken: string | null,
  ): Promise<NewSessionToken>;
  stopPhoneChange(access: Access): Promise<void>;
  /** Registrations of this person that were made one. */
  merged(access: Access): Promise<readonly MergedView[]>;
  objectToMerge(access: Access, mergeId: string): Promise<void>;
};

export type StopLink = { readonly zh: string; readonly stopped: boolean };
