// Files in quarantine are looked at again; whoever's case holds one that did not pass is told.

import { systemAccess } from '#platform/access';
import { readState } from '#modules/cases';
import type { Services } from './services.ts';

type Needed = Pick<Services, 'files' | 'db' | 'catalogue' | 'notices' | 'clock' | 'orgs' | 'metrics'>;

export function scanWaitingFiles({ files, db, catalogue, notices, clock, orgs, metrics }: Needed): () => Promise<void> {
  let waiting = 0;
  metrics.gauge('gongdun_files_waiting', 'Files that no scanner has looked at yet', () => waiting);

  return async () => {
    const looked = await files.scanWaiting();
    waiting = looked.waiting;
    for (const { caseId } of looked.rejected) {
      if (!caseId) continue;
      await db.transaction(systemAccess, async (tx) => {
        const state = (await tx.maybe(readState, [caseId]))?.state;
        if (!state) return;
        const service = catalogue.byHash(state.serviceHash);
        const facts = { now: clock.now(), route: orgs.route };
        notices.announce({ tx, service, state, step: state.active[0]?.step ?? '', facts }, 'file_rejected');
      });
    }
  };
}
