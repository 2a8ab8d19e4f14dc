// The port of the pages on which people act for each other and look after their own account. Types only, as in backend.ts.

import type { Access } from '#platform/access';
import type { ActingModel, HelpingModel, ServiceCard } from './pages/model.ts';

export type NewSessionToken = { readonly token: string; readonly maxAgeSeconds: number };

export type PeopleBackend = {
  /** What an agent sees first: for whom, until when, which services and which cases. */
  acting(access: Access): Promise<ActingModel>;
  /** For whom this person acts, and who acts for this person. */
  helping(access: Access): Promise<HelpingModel>;
  /** What can be done for somebody else. */
  helpServices(): readonly ServiceCard[];
  /** The same answer for known and unknown numbers. */
  requestConsent(
    access: Access,
    input: {
      readonly requestId: string;
      readonly phone: string;
      readonly services: readonly string[];
      readonly days: number;
    },
    address: string,
  ): Promise<{ readonly authorityId: string }>;
  confirmConsent(access: Access, authorityId: string, code: string): Promise<void>;
  requestByProof(
    access: Access,
    input: {
      readonly requestId: string;
      readonly kind: string;
      readonly name: string;
      readonly idNumber: string;
      readonly relation: string;
      readonly cause: string;
      readonly services: readonly string[];
      readonly days: number;
      readonly fileIds: readonly string[];
    },
  ): Promise<void>;
  /** The own session ends and the agent's begins. */
  startHelping(access: Access, authorityId: string, oldToken: string | null): Promise<NewSessionToken>;
  /** Back to the own session; null for a window, whose clerk has none here. */
  stopHelping(access: Access, oldToken: string | null): Promise<NewSessionToken | null>;
  endAuthority(access: Access, authorityId: string, disowned: boolean): Promise<void>;
};
