// What the statements of appeals and of membership cards give in memory.

import { statements as appeals } from '#modules/appeals';
import { cardStatements as cards } from '#modules/membership';
import type { Held } from './memory-cases.ts';
import type { Memory } from './memory.ts';

export function answerAppeals({ on, by, rows }: Memory, held: ReadonlyMap<string, Held>): void {
  on(appeals.putAppeal, (caseId, personId, againstKey, subject, region, openedAt, readers) => {
    const [known] = by('appeal', 'case_id', caseId);
    if (known) Object.assign(known, { against_key: againstKey, subject });
    else
      rows.appeal.push({
        case_id: caseId,
        person_id: personId,
        against_key: againstKey,
        subject,
        region,
        opened_at: openedAt,
        readers,
      });
  });
  on(appeals.selectCandidates, (caseId, personId, againstKey, region, since) =>
    rows.appeal.flatMap((one) => {
      const state = held.get(one.case_id ?? '')?.state;
      const own = one.person_id !== null && one.person_id === personId;
      const near = one.against_key === againstKey && one.region === region;
      if (one.case_id === caseId || state?.status !== 'open' || (one.opened_at ?? '') < since || !(own || near))
        return [];
      const account = state.data['facts'] ?? state.data['demand'];
      const text = typeof account === 'string' ? account : null;
      return [{ ...one, case_no: state.caseNo, own, account: text }];
    }),
  );
  on(appeals.selectMerged, (caseId) =>
    by('case_link', 'to_case_id', caseId)
      .filter((one) => one.kind === 'merged')
      .flatMap((one) => held.get(one.from_case_id ?? '') ?? []),
  );
}

/** A card is the newest of the one membership that has not ended. */
export function answerCards({ on, by }: Memory): void {
  on(cards.holdCard, (personId) =>
    by('membership', 'person_id', personId)
      .filter((one) => one.ended_on === null)
      .slice(0, 1),
  );
  on(cards.issueCard, (membershipId, serial, since) => {
    for (const one of by('membership', 'membership_id', membershipId))
      Object.assign(one, { card_serial: serial, card_since: since });
  });
}
