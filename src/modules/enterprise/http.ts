// Binding only: keys and clerks for a company's administrator at the desk, and the interface for its programs.

import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { requestId } from '#contract/administration';
import type { By } from '#modules/administration';
import type { HttpPlugin } from '#platform/http';
import { pageOf, pageQuery, type Page } from '#platform/page';
import * as contract from './contract.ts';
import type { Enterprise } from './keys.ts';
import { refuse } from './contract.ts';
import type { Enterprises } from './index.ts';

declare module 'fastify' {
  // Fastify's way to type what is decorated onto a request.
  interface FastifyRequest {
    /** Set on routes with access `enterprise`. */
    enterprise: Enterprise | null;
  }
}

export type EnterpriseRoutesOptions = {
  readonly enterprises: Enterprises;
  /** In which right the company's administrator acts; refuses everybody else. */
  readonly byOf: (request: FastifyRequest) => By;
  readonly openCase: (
    by: Enterprise,
    input: z.infer<typeof contract.openInput>,
  ) => Promise<z.infer<typeof contract.openAnswer>>;
  readonly listCases: (by: Enterprise, cursor: string | undefined) => Promise<Page<contract.EnterpriseCase>>;
  readonly readCase: (by: Enterprise, caseId: string) => Promise<contract.EnterpriseCase>;
};

const tags = ['enterprise'];
const administrator = { access: ['enterprise_administrator'] };
const program = { access: 'enterprise' } as const;
const oneKey = z.object({ keyId: z.uuid().describe('密钥编号') });

export function enterpriseRoutes(options: EnterpriseRoutesOptions): HttpPlugin {
  return async (app) => {
    await app.register(keyRoutes(options));
    await app.register(programRoutes(options));
  };
}

function keyRoutes({ enterprises: { keys }, byOf }: EnterpriseRoutesOptions): HttpPlugin {
  const hush = (reply: FastifyReply) => void reply.header('cache-control', 'no-store');
  return async (app) => {
    app.get(
      '/api/enterprise/keys',
      {
        config: administrator,
        schema: {
          tags,
          summary: '本企业的接口密钥',
          response: { 200: z.object({ items: z.array(contract.keyItem) }) },
        },
      },
      async (request) => ({ items: await keys.list(byOf(request)) }),
    );
    app.post(
      '/api/enterprise/keys',
      {
        config: administrator,
        schema: { tags, summary: '新建密钥', body: contract.keyInput, response: { 200: contract.keyAnswer } },
      },
      async (request, reply) => {
        hush(reply);
        return keys.make(byOf(request), request.body);
      },
    );
    app.post(
      '/api/enterprise/keys/:keyId/rotate',
      {
        config: administrator,
        schema: {
          tags,
          summary: '更换密钥',
          params: oneKey,
          body: contract.rotateInput,
          response: { 200: contract.keyAnswer },
        },
      },
      async (request, reply) => {
        hush(reply);
        return keys.rotate(byOf(request), request.params.keyId, request.body);
      },
    );
    app.post(
      '/api/enterprise/keys/:keyId/revoke',
      {
        config: administrator,
        schema: {
          tags,
          summary: '停用密钥',
          params: oneKey,
          body: z.object({ requestId }),
          response: { 200: z.object({ done: z.literal(true) }) },
        },
      },
      (request) => keys.revoke(byOf(request), request.params.keyId, request.body.requestId),
    );
    app.get(
      '/api/enterprise/keys/:keyId/uses',
      {
        config: administrator,
        schema: {
          tags,
          summary: '密钥的调用记录',
          params: oneKey,
          querystring: z.object(pageQuery),
          response: { 200: pageOf(contract.keyUseItem) },
        },
      },
      (request) => keys.uses(byOf(request), request.params.keyId, request.query),
    );
  };
}

/** The program behind a request, with the right that the call needs. */
function programOf(request: FastifyRequest, scope: contract.Scope): Enterprise {
  const by = request.enterprise;
  if (!by) throw refuse('enterprise.key_wrong');
  if (!by.scopes.includes(scope)) throw refuse('enterprise.scope_missing', { scope: contract.scopeZh[scope] });
  return by;
}

function programRoutes({ enterprises, openCase, listCases, readCase }: EnterpriseRoutesOptions): HttpPlugin {
  return async (app) => {
    app.decorateRequest('enterprise', null);
    app.addHook('onRequest', async (request) => {
      request.enterprise = await enterprises.keys.admit(request.headers.authorization);
    });
    // The call is in the list before its answer leaves.
    app.addHook('onSend', async (request, reply) => {
      const by = request.enterprise;
      if (!by) return;
      const { method, ip: address } = request;
      const route = request.routeOptions.url ?? '';
      await enterprises.keys.record(by, { method, route, status: reply.statusCode, address });
    });
    app.post(
      '/api/enterprise/v1/cases',
      {
        config: program,
        schema: {
          tags,
          summary: '为本企业发起办件',
          body: contract.openInput,
          response: { 201: contract.openAnswer },
        },
      },
      async (request, reply) => reply.code(201).send(await openCase(programOf(request, 'cases:write'), request.body)),
    );
    app.get(
      '/api/enterprise/v1/cases',
      {
        config: program,
        schema: {
          tags,
          summary: '本企业发起的办件',
          querystring: z.object({ cursor: pageQuery.cursor }),
          response: { 200: pageOf(contract.enterpriseCase) },
        },
      },
      (request) => listCases(programOf(request, 'cases:read'), request.query.cursor),
    );
    app.get(
      '/api/enterprise/v1/cases/:caseId',
      {
        config: program,
        schema: {
          tags,
          summary: '一件办件',
          params: z.object({ caseId: z.uuid().describe('办件编号') }),
          response: { 200: contract.enterpriseCase },
        },
      },
      (request) => readCase(programOf(request, 'cases:read'), request.params.caseId),
    );
    app.post(
      '/api/enterprise/v1/work-signals',
      {
        config: program,
        schema: {
          tags,
          summary: '报送接单信息',
          body: contract.workSignalsInput,
          response: { 200: contract.workSignalsAnswer },
        },
      },
      (request) => enterprises.signals.receive(programOf(request, 'signals:write'), request.body),
    );
  };
}
