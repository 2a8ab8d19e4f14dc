// What the statements of cover and of membership give in memory.

import { renewalStatements as renewal, statements as cover } from '#modules/cover';
import { selectActive } from '#modules/membership';
import type { Memory } from './memory.ts';
import type { Row } from './rows.ts';

export function answerCover({ on, by, rows }: Memory): void {
  /** The last generation of each day of a person, by day. */
  const lastOf = (personId: string): readonly Row<'cover_entry'>[] => {
    const last = new Map<string, Row<'cover_entry'>>();
    for (const entry of by('cover_entry', 'person_id', personId)) last.set(entry.day ?? '', entry);
    return [...last.values()].toSorted((a, b) => ((a.day ?? '') < (b.day ?? '') ? -1 : 1));
  };
  const lastOfDays = (personId: string, days: readonly string[]) =>
    lastOf(personId).filter((entry) => days.includes(entry.day ?? ''));
  const liveClaims = (policyId: string) =>
    by('benefit_claim', 'policy_id', policyId)
      .filter((claim) => claim.state !== 'denied')
      .toSorted((a, b) => ((a.claim_id ?? '') < (b.claim_id ?? '') ? -1 : 1));

  on(selectActive, (personId) => by('membership', 'person_id', personId).filter((member) => member.ended_on === null));
  on(cover.lockPerson, () => {});
  on(cover.lastOfDays, lastOfDays);
  on(cover.lastOfPolicyDays, (personId, policyId) => {
    const entries = by('cover_entry', 'person_id', personId).filter((entry) => entry.policy_id === policyId);
    return lastOfDays(
      personId,
      entries.map((entry) => entry.day ?? ''),
    );
  });
  on(cover.coveredAt, (personId, day) =>
    lastOfDays(personId, [day]).flatMap((entry) =>
      by('cover_policy', 'policy_id', entry.policy_id).map(({ policy_no }) => ({
        ...entry,
        policy_no,
        import_source: null,
        imported_on: null,
      })),
    ),
  );
  on(
    cover.bindDays,
    (
      ...[
        personId,
        days,
        starts,
        ends,
        policyId,
        at,
        readers,
        leafId,
        policyNo,
        caseId,
        insurerOrgId,
        insurerPolicyNo,
        region,
        workType,
        beneficiary,
        premiums,
        subsidies,
      ]
    ) => {
      const taken = lastOfDays(personId, days);
      const bound = days.flatMap((day, index): Row<'cover_entry'>[] => {
        const generation = (taken.find((entry) => entry.day === day)?.generation ?? 0) + 1;
        if (generation % 2 === 0) return [];
        const span = { starts_at: starts[index] ?? null, ends_at: ends[index] ?? null };
        return [
          {
            person_id: personId,
            day,
            generation,
            policy_id: policyId,
            kind: 'bound',
            ...span,
            at,
            readers,
            leaf_id: leafId,
          },
        ];
      });
      rows.cover_entry.push(...bound);
      const first = bound[0];
      if (first) {
        rows.cover_policy.push({
          policy_id: policyId,
          policy_no: policyNo,
          person_id: personId,
          case_id: caseId,
          insurer_org_id: insurerOrgId,
          insurer_policy_no: insurerPolicyNo,
          region,
          work_type: workType,
          first_day: first.day,
          days: bound.length,
          starts_at: first.starts_at,
          ends_at: bound.at(-1)?.ends_at ?? null,
          premium_fen: premiums[bound.length - 1] ?? null,
          subsidy_fen: subsidies[bound.length - 1] ?? null,
          beneficiary,
          issued_at: at,
          readers,
          leaf_id: leafId,
          import_run_id: null,
          holder_org_id: null,
          import_source: null,
          imported_on: null,
        });
      }
      return bound;
    },
  );
  on(cover.releaseDays, (personId, days, policyId, at, readers, leafId) => {
    const released = lastOfDays(personId, days)
      .filter((one) => one.kind === 'bound' && one.policy_id === policyId && (one.starts_at ?? '') > at)
      .map((one) => ({
        ...one,
        generation: (one.generation ?? 0) + 1,
        kind: 'released',
        at,
        readers,
        leaf_id: leafId,
      }));
    rows.cover_entry.push(...released);
    return released;
  });
  // Nobody of the city renews: a case has one policy, and no debit stands behind one.
  on(renewal.orderOfPolicy, () => []);
  on(cover.policyOfCase, (caseId) => by('cover_policy', 'case_id', caseId));

  on(
    cover.insertClaim,
    (claimId, reportCaseId, benefit, caseId, personId, policyId, day, amountFen, state, readers) => {
      const claim = { claim_id: claimId, report_case_id: reportCaseId, benefit, case_id: caseId, person_id: personId };
      rows.benefit_claim.push({
        ...claim,
        policy_id: policyId,
        accident_day: day,
        amount_fen: amountFen,
        state,
        readers,
        ended_at: null,
      });
      return [{ claim_id: claimId }];
    },
  );
  on(cover.claimsOfPolicy, liveClaims);
  on(cover.allowanceOfYear, (personId, year, claimId) => {
    const drawn = by('benefit_claim', 'person_id', personId).filter(
      (claim) =>
        claim.benefit === 'allowance' &&
        (claim.state === 'agreed' || claim.state === 'paid') &&
        claim.claim_id !== claimId &&
        claim.accident_day?.startsWith(year),
    );
    return [{ amount_fen: drawn.reduce((fen, claim) => fen + (claim.amount_fen ?? 0), 0) }];
  });
  on(cover.setClaim, (claimId, amountFen, state, endedAt) => {
    const [claim] = by('benefit_claim', 'claim_id', claimId);
    if (!claim) return [];
    const ended = state === 'paid' || state === 'denied' ? (endedAt ?? claim.ended_at ?? null) : null;
    return [Object.assign(claim, { amount_fen: amountFen, state, ended_at: ended })];
  });
  on(cover.endClaimsOfCase, (caseId, states, state, endedAt) =>
    by('benefit_claim', 'case_id', caseId)
      .filter((claim) => states.includes(claim.state ?? ''))
      .map((claim) => Object.assign(claim, { state, ended_at: endedAt })),
  );
}
