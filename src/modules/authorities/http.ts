// Binding only: the window that decides about proofs, and the window that handles for a worker who is there.

import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { requireStaff, type Guard } from '#modules/identity';
import type { Access } from '#platform/access';
import type { HttpPlugin } from '#platform/http';
import { pageOf, pageQuery } from '#platform/page';
import { windowOf } from './assist.ts';
import * as contract from './contract.ts';
import { refuse } from './contract.ts';
import type { Authorities } from './index.ts';
import type { Describe } from './proof.ts';
import type { NewSession } from '#modules/identity';
import type { Tx } from '#platform/db';

export type AuthorityRoutesOptions = {
  readonly authorities: Authorities;
  readonly guard: Guard;
  readonly asker: (request: FastifyRequest) => { readonly access: Access };
  readonly describe: Describe;
  readonly beginActing: (
    tx: Tx,
    agent: { staffId: string },
    authorityId: string,
    oldToken: string | null,
  ) => NewSession;
};

const decider = { config: { access: ['hrss_window'] as const } };
const assistant = { config: { access: contract.assistingRoles } };
const params = z.object({ authorityId: z.uuid() });
const done = z.object({ done: z.literal(true) });

export function authorityRoutes(options: AuthorityRoutesOptions): HttpPlugin {
  const { authorities, asker, guard } = options;
  return async (app) => {
    app.get(
      '/api/desk/authorities',
      {
        ...decider,
        schema: {
          summary: '代办授权审核',
          querystring: z.object({
            tab: z.enum(['todo', 'done']).default('todo').describe('待审核，或已审核'),
            cursor: pageQuery.cursor,
          }),
          response: { 200: pageOf(contract.authorityItem) },
        },
      },
      (request) => authorities.list(asker(request).access, request.query.tab === 'done', request.query.cursor),
    );
    app.get(
      '/api/desk/authorities/:authorityId',
      { ...decider, schema: { summary: '代办申请', params, response: { 200: contract.authorityDetail } } },
      (request) => authorities.detail(asker(request).access, request.params.authorityId, options.describe),
    );
    app.post(
      '/api/desk/authorities/:authorityId/decide',
      { ...decider, schema: { summary: '审核代办申请', params, body: contract.decideInput, response: { 200: done } } },
      async (request) => {
        await authorities.decide(asker(request).access, request.params.authorityId, request.body);
        return { done: true as const };
      },
    );
    app.post(
      '/api/desk/assist',
      {
        ...assistant,
        schema: {
          summary: '窗口代办：向劳动者的手机发验证码',
          body: contract.assistInput,
          response: { 200: contract.assistAnswer },
        },
      },
      (request) => authorities.requestAssist(requireWindow(request), request.body),
    );
    app.post(
      '/api/desk/assist/:authorityId/start',
      {
        ...assistant,
        schema: {
          summary: '窗口代办：凭劳动者的验证码开始',
          params,
          body: contract.assistStart,
          response: { 200: contract.assistStarted },
        },
      },
      async (request, reply) => {
        const window = requireWindow(request);
        const { authorityId } = request.params;
        const old = guard.tokenOf(request, 'worker');
        const started = await authorities.startAssist(window, authorityId, request.body.code, (tx) =>
          options.beginActing(tx, { staffId: window.staffId }, authorityId, old),
        );
        guard.setSessionCookie(reply, 'worker', started.begun.token);
        const [only] = started.services;
        const href = started.services.length === 1 && only ? `/m/services/${only}` : '/m';
        return { applicant: started.applicant, href };
      },
    );
  };
}

function requireWindow(request: FastifyRequest) {
  const window = windowOf(requireStaff(request).staff);
  if (!window) throw refuse('authorities.none');
  return window;
}
