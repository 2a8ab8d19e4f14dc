// The phone proven once more on the real identity, and what on the phone tells of somebody's health. Translation only.

import type { StepUpBackend } from '#apps/worker/backend-account';
import { fieldKind } from '#catalog/fields/index';
import { purposeOf } from '#catalog/purposes';
import { invariant } from '#platform/errors';
import { statement } from '#platform/db';
import { refuse } from '#contract/identity';
import type { Services } from './services.ts';

const caseOfFile = statement<[string], { case_id: string | null }>(
  'wiring.case_of_file',
  'select case_id from file where file_id = $1',
);
const caseOfDocument = statement<[string], { case_id: string | null }>(
  'wiring.case_of_document',
  'select case_id from case_document where document_id = $1',
);
/** As this access sees it: a stranger's question is answered by whoever serves the file, with no. */
const isCaseOf = statement<[string, string[]], { one: number }>(
  'wiring.case_of_services',
  `select 1 as one from case_state
   where case_id = $1 and (service_code = any($2::text[]) or (state -> 'attached')::jsonb ?| $2::text[])`,
);

const health = purposeOf('health');
invariant(health && health.services !== 'all', 'the services that take health data are named');
const healthServices = [...health.services];

export function createStepUpPages({ identity, db }: Services): StepUpBackend {
  async function sessionOf(token: string) {
    const session = await identity.sessionOf(token, 'worker');
    if (!session) throw refuse('identity.not_logged_in');
    return session;
  }

  return {
    phoneMasked: async (token) => fieldKind('phone').mask(await identity.stepUpPhone(await sessionOf(token))),
    request: async (token, reason) => identity.requestStepUp(await sessionOf(token), reason),
    prove: async (token, reason, code) => identity.proveStepUp(token, await sessionOf(token), reason, code),
    isFresh: (token, reason) => identity.isSteppedUp(token, reason),
    isHealth: (access, of) =>
      db.transaction(access, async (tx) => {
        const found =
          'fileId' in of
            ? await tx.asSystem().maybe(caseOfFile, [of.fileId])
            : await tx.asSystem().maybe(caseOfDocument, [of.documentId]);
        const caseId = found?.case_id ?? null;
        return caseId !== null && Boolean(await tx.maybe(isCaseOf, [caseId, healthServices]));
      }),
  };
}
