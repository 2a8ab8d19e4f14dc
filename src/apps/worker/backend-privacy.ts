// The port of the pages of personal information. Types only, as in backend.ts.

import type { Access } from '#platform/access';
import type { ErasureModel, PrivacyBody, PurposeModel } from './pages/model-privacy.ts';

export type AskedPurpose = Extract<PrivacyBody, { page: 'consent' }>['purpose'];

export type PrivacyBackend = {
  purposes(access: Access): Promise<readonly PurposeModel[]>;
  /** The purposes that must be agreed to before this service; the first one is asked first. */
  missing(access: Access, serviceCode: string): Promise<readonly AskedPurpose[]>;
  /** Whether whoever is here may say yes: not an agent of somebody who can do so. */
  mayAgree(access: Access): boolean;
  decide(
    access: Access,
    word: { readonly purpose: string; readonly version: string; readonly given: boolean; readonly requestId: string },
  ): Promise<void>;
  /** What would be erased and what must be kept, and how far the last wish has come. */
  erasure(personId: string): Promise<ErasureModel>;
  askErasure(personId: string, requestId: string): Promise<void>;
  cancelErasure(personId: string): Promise<void>;
};
