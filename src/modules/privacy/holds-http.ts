// Legal hold at the desk. Binding only.

import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { By } from '#modules/administration';
import type { HttpPlugin } from '#platform/http';
import { pageOf, pageQuery } from '#platform/page';
import {
  caseHold,
  decideLiftInput,
  holdRoles,
  holdView,
  liftHoldInput,
  putHoldInput,
  type PutHoldInput,
} from './holds-contract.ts';
import type { Holds, HoldTarget } from './holds.ts';

export type HoldRoutesOptions = {
  readonly holds: Holds;
  readonly by: (request: FastifyRequest) => By;
  /** What the words mean, found with the asker's own eyes. */
  readonly find: (request: FastifyRequest, input: PutHoldInput) => Promise<HoldTarget>;
  /** Throws where the asker does not see the case. */
  readonly seesCase: (request: FastifyRequest, caseId: string) => Promise<void>;
};

export function holdRoutes({ holds, by, find, seesCase }: HoldRoutesOptions): HttpPlugin {
  const config = { access: [...holdRoles] };
  const tags = ['privacy'];
  const params = z.object({ holdId: z.uuid().describe('保全编号') });
  const answer = { 200: z.object({ holdId: z.string().describe('保全编号') }) };
  return async (app) => {
    app.get(
      '/api/desk/holds',
      {
        config,
        schema: {
          tags,
          summary: '法律保全',
          querystring: z.object({ ...pageQuery, all: z.literal('1').optional().describe('1 为包括已解除的') }),
          response: { 200: pageOf(holdView) },
        },
      },
      (request) => {
        const { cursor, limit, all } = request.query;
        return holds.list(by(request).staffId ?? '', { cursor, limit, all: all === '1' });
      },
    );
    app.post(
      '/api/desk/holds',
      { config, schema: { tags, summary: '登记法律保全', body: putHoldInput, response: answer } },
      async (request) => holds.put(by(request), await find(request, request.body), request.body),
    );
    app.post(
      '/api/desk/holds/:holdId/lift',
      { config, schema: { tags, summary: '提请解除法律保全', params, body: liftHoldInput, response: answer } },
      (request) => holds.propose(by(request), request.params.holdId, request.body),
    );
    app.post(
      '/api/desk/holds/:holdId/decide',
      { config, schema: { tags, summary: '另一人决定是否解除', params, body: decideLiftInput, response: answer } },
      (request) => holds.decide(by(request), request.params.holdId, request.body),
    );
    app.get(
      '/api/cases/:caseId/holds',
      {
        config: { access: 'staff' as const },
        schema: {
          tags,
          summary: '办件上的法律保全',
          params: z.object({ caseId: z.uuid().describe('办件') }),
          response: { 200: z.object({ items: z.array(caseHold) }) },
        },
      },
      async (request) => {
        await seesCase(request, request.params.caseId);
        return { items: [...(await holds.ofCase(request.params.caseId))] };
      },
    );
  };
}
