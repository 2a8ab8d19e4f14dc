// Cases over HTTP: a worker's own, and the desk's. Binding only: checks of input are the contract's, decisions the engine's.

import { z } from 'zod';
import type { FastifyRequest } from 'fastify';
import type { Access } from '#platform/access';
import type { HttpPlugin } from '#platform/http';
import { pageQuery, readCursor } from '#platform/page';
import type { Along, Cases } from './actions.ts';
import {
  caseAnswer,
  caseCommand,
  casePage,
  caseView,
  deskPage,
  deskTab,
  openCaseInput,
  requestId,
} from './contract.ts';
import type { Actor } from './model.ts';
import type { Reader } from './reading.ts';

export type CaseHttpOptions = {
  readonly cases: Cases;
  readonly reader: Reader;
  /** Who asks; the routes' declared access has been checked before. */
  readonly asker: (request: FastifyRequest) => { readonly access: Access; readonly actor: Actor };
  /** What must hold when a person opens a case, checked in its transaction. */
  readonly beside: (personId: string, serviceCode: string) => Along;
  /** What a rule makes of a claim, for the adjuster. */
  readonly suggest: (
    access: Access,
    caseId: string,
  ) => Promise<{ amountFen: number; explanation: readonly unknown[] } | null>;
};

const caseParams = z.object({ caseId: z.uuid() });
const commandBody = z.object({ requestId, command: caseCommand });
const ratingBody = z.object({
  requestId,
  stars: z.number().int().min(1).max(5),
  comment: z.string().trim().max(500).default(''),
});

export function caseRoutes(options: CaseHttpOptions): HttpPlugin {
  const { cases, reader, asker } = options;
  return async (app) => {
    const worker = { config: { access: 'worker' as const } };
    const staff = { config: { access: 'staff' as const } };

    app.post(
      '/api/me/cases',
      { ...worker, schema: { summary: '提交申请', body: openCaseInput, response: { 201: caseAnswer } } },
      async (request, reply) => {
        const { access, actor } = asker(request);
        const along = options.beside(actor.id ?? '', request.body.serviceCode);
        const made = await cases.openCase(access, actor, { personId: actor.id, orgId: null }, request.body, {}, along);
        return reply.code(201).send(made);
      },
    );
    app.get(
      '/api/me/cases',
      {
        ...worker,
        schema: {
          summary: '我的办件',
          querystring: z.object({ cursor: pageQuery.cursor }),
          response: { 200: casePage },
        },
      },
      async (request) => {
        const { access, actor } = asker(request);
        return reader.mine(access, actor.id ?? '', readCursor(request.query.cursor));
      },
    );
    app.post(
      '/api/me/cases/:caseId/rating',
      { ...worker, schema: { summary: '评价', params: caseParams, body: ratingBody, response: { 200: caseAnswer } } },
      async (request) => {
        const { actor } = asker(request);
        return cases.rateCase(actor, { ...request.body, caseId: request.params.caseId });
      },
    );

    app.get(
      '/api/desk/tasks',
      {
        ...staff,
        schema: {
          summary: '工作台待办',
          querystring: z.object({
            tab: deskTab.default('todo'),
            light: z.enum(['green', 'yellow', 'red']).optional(),
            service: z
              .string()
              .regex(/^[A-Z]{2}-\d{3}$/)
              .optional(),
            q: z
              .string()
              .regex(/^\d{1,20}$/)
              .optional()
              .describe('办件编号，可只输入前几位'),
            cursor: pageQuery.cursor,
          }),
          response: { 200: deskPage },
        },
      },
      async (request) => {
        const { access, actor } = asker(request);
        const { tab, light, service, q, cursor } = request.query;
        return reader.desk(access, actor.id ?? '', {
          tab,
          light: light ?? null,
          service: service ?? null,
          number: q ?? null,
          cursor,
        });
      },
    );
    app.get(
      '/api/cases/by-no/:no',
      {
        ...staff,
        schema: {
          summary: '按编号找办件',
          params: z.object({ no: z.string().regex(/^\d{20}$/) }),
          response: { 200: z.object({ caseId: z.string() }) },
        },
      },
      async (request) => ({ caseId: await reader.idByNo(asker(request).access, request.params.no) }),
    );
    for (const who of ['worker', 'staff'] as const) {
      const prefix = who === 'worker' ? '/api/me/cases' : '/api/cases';
      const config = { access: who };
      app.get(
        `${prefix}/:caseId`,
        { config, schema: { summary: '办件详情', params: caseParams, response: { 200: caseView } } },
        async (request) => {
          const { access, actor } = asker(request);
          return reader.view(access, actor, request.params.caseId);
        },
      );
      app.post(
        `${prefix}/:caseId/commands`,
        { config, schema: { summary: '办理', params: caseParams, body: commandBody, response: { 200: caseAnswer } } },
        async (request) => {
          const { access, actor } = asker(request);
          return cases.commandCase(access, actor, { ...request.body, caseId: request.params.caseId });
        },
      );
    }
    app.get(
      '/api/cases/:caseId/suggestion',
      {
        ...staff,
        schema: {
          summary: '理算建议',
          params: caseParams,
          response: {
            200: z.union([
              z.object({ none: z.literal(true) }),
              z.object({ amountFen: z.number(), explanation: z.array(z.unknown()) }),
            ]),
          },
        },
      },
      async (request) => {
        const found = await options.suggest(asker(request).access, request.params.caseId);
        return found ? { amountFen: found.amountFen, explanation: [...found.explanation] } : { none: true as const };
      },
    );
  };
}
