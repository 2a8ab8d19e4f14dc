// What a company's program may do with cases: open one as its company, where a clerk of it could at the desk, and read how far its
// own have come. Only what the company itself handed in or may know is answered.

import type { FastifyRequest } from 'fastify';
import type { EnterpriseRoutesOptions, Enterprise } from '#modules/enterprise';
import { refuse, type EnterpriseCase } from '#contract/enterprise';
import { refuse as refuseCases } from '#contract/cases';
import { refuse as refuseIdentity } from '#contract/identity';
import type { Actor, CaseState } from '#modules/cases';
import { requireStaff } from '#modules/identity';
import { roleGrant } from '#platform/access';
import { statement } from '#platform/db';
import { cutPage, readCursor } from '#platform/page';
import { startingRoles } from './starting-roles.ts';
import type { Services } from './services.ts';

type Row = { case_id: string; state: CaseState; updated_at: string };

const listOwn = statement<[string, string, string, number], Row>(
  'wiring.enterprise_cases',
  `select case_id, state, updated_at from case_state where applicant_org_id = $1 and (opened_at, case_id) < ($2::timestamptz, $3::uuid)
   order by opened_at desc, case_id desc limit $4`,
);
const oneOwn = statement<[string, string], Row>(
  'wiring.enterprise_case',
  'select case_id, state, updated_at from case_state where case_id = $2 and applicant_org_id = $1',
);

const pageSize = 50;
const lastId = 'ffffffff-ffff-7fff-bfff-ffffffffffff';

export function enterpriseBindings(services: Services): Omit<EnterpriseRoutesOptions, 'enterprises'> {
  const { catalogue, cases, db } = services;

  function viewOf({ state, updated_at }: Row): EnterpriseCase {
    const service = catalogue.byHash(state.serviceHash);
    return {
      caseId: state.caseId,
      caseNo: state.caseNo,
      serviceCode: service.code,
      serviceZh: service.zh,
      status: state.status,
      end: state.end === null ? null : (service.workflow.ends[state.end] ?? state.end),
      steps: state.active.map(({ step, dueAt }) => ({ step, zh: service.workflow.steps[step]?.zh ?? step, dueAt })),
      openedAt: state.openedAt,
      updatedAt: updated_at,
    };
  }

  return {
    byOf: (request: FastifyRequest) => {
      const { staff } = requireStaff(request);
      const held = staff.roles.find((one) => one.role === 'enterprise_administrator' && !one.standsInFor);
      if (!held) throw refuseIdentity('identity.not_allowed');
      return { staffId: staff.staffId, role: held.role, orgId: held.orgId, region: held.region };
    },
    openCase: async (by: Enterprise, input) => {
      const published = catalogue.published(input.serviceCode);
      const starting = published ? startingRoles(published.service) : [];
      const role = by.roles.find((one) => starting.includes(one));
      if (!role) throw refuse('enterprise.not_for_companies', { code: input.serviceCode });
      const grants = [roleGrant(role, by.orgId)];
      const actor: Actor = { kind: 'staff', id: by.keyId, name: `接口：${by.name}`, grants };
      const applicant = { personId: null, orgId: by.orgId };
      const { caseId, caseNo, status } = await cases.openCase({ ...by.access, grants }, actor, applicant, input);
      return { caseId, caseNo, status };
    },
    listCases: async (by, cursor) => {
      const [at, id] = readCursor(cursor) ?? ['infinity', lastId];
      const rows = await db.transaction(by.access, (tx) => tx.run(listOwn, [by.orgId, at, id, pageSize + 1]));
      const page = cutPage(rows, pageSize, (last) => [last.state.openedAt, last.case_id]);
      return { ...page, items: page.items.map(viewOf) };
    },
    readCase: async (by, caseId) => {
      const row = await db.transaction(by.access, (tx) => tx.maybe(oneOwn, [by.orgId, caseId]));
      if (!row) throw refuseCases('cases.not_found');
      return viewOf(row);
    },
  };
}
