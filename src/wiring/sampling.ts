// The check of ended claims, joined to the modules that it stands on: what a checker sees of a case, and how an insurer hears of it.

import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { benefitZh } from '#contract/cover';
import type { Access } from '#platform/access';
import { statement, type Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import type { HttpPlugin } from '#platform/http';
import { readState, type CaseState } from '#modules/cases';
import { endedClaims } from '#modules/cover';
import { actingAs, maskName, requireStaff } from '#modules/identity';
import { createSampling, samplingRoutes, type Sampling, type SamplingOptions } from '#modules/sampling';
import type { Services } from './services.ts';

/** Why a claim was denied, as the adjuster wrote it when deciding. */
const selectDenial = statement<[string], { reason: string | null }>(
  'wiring.denial_reason',
  `select b.body ->> 'reason' as reason from case_action a join case_body b on b.action_id = a.action_id
   where a.case_id = $1 and a.actor_kind = 'staff' and a.outcome is not null and b.body ->> 'reason' is not null order by a.seq desc limit 1`,
);

const lines = z.array(z.object({ zh: z.string(), value: z.string() }));
const withFiles = z.object({ fileIds: z.array(z.string()) });

export type SamplingServices = Pick<
  Services,
  | 'db'
  | 'clock'
  | 'calendar'
  | 'crypto'
  | 'trace'
  | 'acts'
  | 'orgs'
  | 'catalogue'
  | 'identity'
  | 'accesses'
  | 'cases'
  | 'notices'
>;

export function joinSampling(services: SamplingServices): Sampling {
  const { db, clock, calendar, crypto, trace, acts, orgs, catalogue, identity, accesses, cases, notices } = services;

  async function stateOf(tx: Tx, caseId: string): Promise<CaseState> {
    const row = await tx.maybe(readState, [caseId]);
    invariant(row, `case ${caseId} of a claim exists`);
    return row.state;
  }

  /** Names of papers and how many there are: what is in them opens only on the case, for whoever may read it. */
  function papersOf(state: CaseState): { zh: string; files: number }[] {
    const attached = state.attached.flatMap((code) => catalogue.published(code)?.service ?? []);
    const named = new Map(
      [catalogue.byHash(state.serviceHash), ...attached].flatMap((service) =>
        Object.entries(service.materials).map(([name, material]) => [name, material.zh] as const),
      ),
    );
    return [...named].flatMap(([name, zh]) => {
      const held = withFiles.safeParse(state.data[name]).data;
      return held && held.fileIds.length > 0 ? [{ zh, files: held.fileIds.length }] : [];
    });
  }

  const details: SamplingOptions['details'] = async (tx, access, { caseId, outcome }) => {
    const state = await stateOf(tx, caseId);
    accesses.note(tx, access, { personId: state.personId, caseId, kind: 'case' });
    const person = state.personId ? await identity.personIn(tx, state.personId) : undefined;
    const denial = outcome === 'denied' ? await tx.maybe(selectDenial, [caseId]) : undefined;
    return {
      serviceZh: catalogue.byHash(state.serviceHash).zh,
      applicant: person ? maskName(person.name) : '',
      denial: denial?.reason ?? null,
      calculation: lines.safeParse(state.data['benefit_explanation']).data ?? [],
      papers: papersOf(state),
    };
  };

  const tellWrong: SamplingOptions['tellWrong'] = async (tx, { caseId, insurerOrgId, note }) => {
    await cases.remark(tx, caseId, note, {});
    const state = await stateOf(tx, caseId);
    const service = catalogue.byHash(state.serviceHash);
    // The insurer that decided, whoever serves the region now.
    const facts = { now: clock.now(), route: () => insurerOrgId };
    notices.announce({ tx, state, service, facts, step: '', reason: note }, 'claim_found_wrong');
  };

  return createSampling({
    db,
    clock,
    calendar,
    crypto,
    trace,
    acts,
    claims: endedClaims,
    route: orgs.route,
    orgName: orgs.orgName,
    details,
    mayOpen: async (tx: Tx, access: Access, caseId: string) =>
      (await stateOf(tx, caseId)).readers.some((reader) => access.grants.includes(reader)),
    tellWrong,
    benefitZh: (benefit) => (Object.entries(benefitZh).find(([code]) => code === benefit) ?? [])[1] ?? benefit,
  });
}

export function joinedSamplingRoutes(services: SamplingServices): HttpPlugin {
  return samplingRoutes({
    sampling: joinSampling(services),
    asker: (request: FastifyRequest, roles) => {
      const session = requireStaff(request);
      return { by: actingAs(session, ...roles), access: session.access };
    },
  });
}
