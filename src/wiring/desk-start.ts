// Applying at the desk: companies, unions, insurers and departments start the services that their roles may enter. What may be started
// is read off the catalogue (channel, entry, who acts in its first step); nothing here knows a service.

import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { isRole, roles, type Service } from '#catalog';
import { allFields } from '#catalog/form';
import { childrenOf, isWithin, regionName } from '#catalog/regions';
import { roleGrant, type Access } from '#platform/access';
import { declareRefusals } from '#platform/errors';
import type { HttpPlugin } from '#platform/http';
import {
  caseAnswer,
  startable,
  startDraftInput,
  startForm,
  startInput,
  type StartCapacity,
  type StartForm,
  type Startable,
} from '#contract/cases';
import { toFormFields, unitZh, type Actor } from '#modules/cases';
import type { Asker } from './desk-routes.ts';
import type { Services } from './services.ts';
import { startingRoles } from './starting-roles.ts';

const refuse = declareRefusals({
  'start.not_yours': {
    status: 403,
    zh: '这项服务不能由您的岗位发起。',
    next: '请核对登录的单位和岗位；需要增加岗位的，请联系本单位管理员。',
  },
});

const staff = { config: { access: 'staff' as const } };
const serviceParams = z.object({
  code: z
    .string()
    .regex(/^[A-Z]{2}-\d{3}$/)
    .describe('服务代码'),
});

export function deskStartRoutes(services: Services, asker: Asker): HttpPlugin {
  const { catalogue, cases, deskDrafts, orgs } = services;

  /** In which of the person's offices a service may be started. */
  function capacitiesOf(service: Service, access: Access): StartCapacity[] {
    const starting = startingRoles(service);
    return access.grants.flatMap((grant) => {
      const [role = '', orgId = ''] = grant.split('@');
      if (!isRole(role) || !starting.includes(role)) return [];
      return [{ role, orgId, roleZh: roles[role].zh, orgZh: orgs.orgName(orgId) }];
    });
  }

  function toStartable(service: Service, as: StartCapacity[]): Startable {
    const { value, unit } = service.promisedLimit;
    const { code, zh, summary, outcome, fee } = service;
    const limitText = `承诺 ${value} ${unitZh[unit]}内办结`;
    return { code, zh, summary: summary ?? outcome.zh, limitText, feeZh: fee.zh, as };
  }

  /** The organisation's own region and, where it serves a whole city, the places in it. */
  function regionsOf(as: readonly StartCapacity[]): StartForm['regions'] {
    const orgIds = [...new Set(as.map(({ orgId }) => orgId))];
    return orgIds.flatMap((orgId) => {
      const own = orgs.get(orgId)?.region ?? services.region;
      const within = isWithin(own, services.region) ? own : services.region;
      const codes = [within, ...childrenOf(within).map(({ code }) => code)];
      return codes.map((code) => ({ orgId, code, zh: regionName(code) ?? code }));
    });
  }

  function require(request: FastifyRequest, code: string) {
    const published = catalogue.require(code);
    const { access, actor } = asker(request);
    const as = capacitiesOf(published.service, access);
    if (as.length === 0) throw refuse('start.not_yours');
    return { ...published, access, actor, as };
  }

  /** The session narrowed to the office in which the person applies. */
  function inCapacity(
    { access, actor, as }: { access: Access; actor: Actor; as: readonly StartCapacity[] },
    given: { role: string; orgId: string },
  ) {
    if (!as.some(({ role, orgId }) => role === given.role && orgId === given.orgId)) throw refuse('start.not_yours');
    const grants = [roleGrant(given.role, given.orgId)];
    return { access: { ...access, grants }, actor: { ...actor, grants } };
  }

  return async (app) => {
    app.get(
      '/api/desk/services',
      { ...staff, schema: { summary: '可以发起的服务', response: { 200: z.object({ items: z.array(startable) }) } } },
      async (request) => {
        const { access } = asker(request);
        const items = catalogue.list().map(({ service }) => toStartable(service, capacitiesOf(service, access)));
        return { items: items.filter(({ as }) => as.length > 0) };
      },
    );
    app.get(
      '/api/desk/services/:code',
      { ...staff, schema: { summary: '发起办件的表单', params: serviceParams, response: { 200: startForm } } },
      async (request) => {
        const { service, access, as } = require(request, request.params.code);
        const draft = await deskDrafts.find(access, service.code);
        const stillHeld = draft && as.some(({ role, orgId }) => role === draft.role && orgId === draft.orgId);
        return {
          ...toStartable(service, as),
          outcomeZh: service.outcome.zh,
          fields: toFormFields(allFields(service)),
          eligibility: service.eligibility.map(({ zh }) => zh),
          legalBasis: [...service.legalBasis],
          terms: (service.terms?.sections ?? []).map(({ zh, lines, basis }) => ({
            zh,
            lines: lines.map((line) => line.replaceAll('{insurer}', '承保机构')),
            basis,
          })),
          regions: regionsOf(as),
          draft: stillHeld ? draft : null,
        };
      },
    );
    app.post(
      '/api/desk/services/:code/draft',
      {
        ...staff,
        schema: {
          summary: '保存没有填完的表单',
          params: serviceParams,
          body: startDraftInput,
          response: { 200: z.object({ at: z.string() }) },
        },
      },
      async (request) => {
        const found = require(request, request.params.code);
        const { access } = inCapacity(found, request.body);
        const { role, orgId, region, values } = request.body;
        const { hash, service } = found;
        return { at: await deskDrafts.save(access, { code: service.code, hash }, { role, orgId, region, values }) };
      },
    );
    app.post(
      '/api/desk/services/:code/start',
      {
        ...staff,
        schema: { summary: '发起办件', params: serviceParams, body: startInput, response: { 201: caseAnswer } },
      },
      async (request, reply) => {
        const { body, params } = request;
        const { access, actor } = inCapacity(require(request, params.code), body);
        const { requestId, region, data } = body;
        const made = await cases.openCase(
          access,
          actor,
          { personId: null, orgId: body.orgId },
          { requestId, serviceCode: params.code, region, data },
          {},
          async (tx, caseId) => deskDrafts.finish(tx, actor.id ?? '', params.code, caseId),
        );
        return reply.code(201).send(made);
      },
    );
  };
}
