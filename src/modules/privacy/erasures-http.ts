// Wishes to be erased, at the desk. Binding only.

import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { By } from '#modules/administration';
import type { HttpPlugin } from '#platform/http';
import { pageOf, pageQuery } from '#platform/page';
import { decideErasureInput, erasureView, planItem, proposeErasureInput } from './erasure-contract.ts';
import type { Erasures } from './erasures.ts';
import { holdRoles } from './holds-contract.ts';

export function erasureRoutes(options: {
  readonly erasures: Erasures;
  readonly by: (request: FastifyRequest) => By;
}): HttpPlugin {
  const { erasures, by } = options;
  const config = { access: [...holdRoles] };
  const tags = ['privacy'];
  const params = z.object({ erasureId: z.uuid().describe('申请编号') });
  const answer = { 200: z.object({ erasureId: z.string().describe('申请编号') }) };
  return async (app) => {
    app.get(
      '/api/desk/erasures',
      {
        config,
        schema: {
          tags,
          summary: '删除个人信息的申请',
          querystring: z.object({ ...pageQuery, all: z.literal('1').optional().describe('1 为包括已办结的') }),
          response: { 200: pageOf(erasureView) },
        },
      },
      (request) => {
        const { cursor, limit, all } = request.query;
        return erasures.list(by(request).staffId ?? '', { cursor, limit, all: all === '1' });
      },
    );
    app.get(
      '/api/desk/erasures/:erasureId/plan',
      {
        config,
        schema: {
          tags,
          summary: '今天能删什么、要留什么',
          params,
          response: { 200: z.object({ items: z.array(planItem) }) },
        },
      },
      async (request) => ({ items: [...(await erasures.planFor(request.params.erasureId))] }),
    );
    app.post(
      '/api/desk/erasures/:erasureId/propose',
      {
        config,
        schema: { tags, summary: '提出删除或者不予删除', params, body: proposeErasureInput, response: answer },
      },
      (request) => erasures.propose(by(request), request.params.erasureId, request.body),
    );
    app.post(
      '/api/desk/erasures/:erasureId/decide',
      { config, schema: { tags, summary: '另一人决定', params, body: decideErasureInput, response: answer } },
      (request) => erasures.decide(by(request), request.params.erasureId, request.body),
    );
  };
}
