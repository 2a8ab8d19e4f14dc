// The port of the pages on which people look after their own account: proof of the phone. Types only, as in backend.ts.

import type { StepUpReason } from '#contract/identity';
import type { Access } from '#platform/access';

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
