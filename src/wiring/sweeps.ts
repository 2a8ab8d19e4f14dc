// What is deleted by age, and work that is given back by those who may not do it any more, once an hour and in batches; safe to run in several processes at once.

import type { Services } from './services.ts';

export async function sweepAll(
  services: Pick<Services, 'identity' | 'cases' | 'files' | 'notices' | 'releaseStranded' | 'rosters' | 'imports'>,
): Promise<void> {
  await services.identity.sweep();
  await services.cases.sweep();
  await services.files.sweep();
  await services.files.sweepOrphans();
  await services.notices.sweep();
  await services.releaseStranded(null);
  await services.rosters.sweep();
  await services.imports.sweep();
}
