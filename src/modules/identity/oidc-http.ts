// Binding only: the way to the identity provider and back, which are pages, and the administrators' acts on what is linked.

import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Refusal } from '#platform/errors';
import type { HttpPlugin } from '#platform/http';
import { requireStaff, type Guard } from './guard.ts';
import * as contract from './oidc-contract.ts';
import { oidcTicketSeconds, type StaffOidc } from './staff-oidc.ts';
import type { StaffSubjects } from './staff-subjects.ts';

type Options = {
  readonly oidc: StaffOidc;
  readonly subjects: StaffSubjects;
  readonly guard: Guard;
  readonly isHttps: boolean;
};

const ticketCookie = 'gd_oidc';
const ticketPath = '/api/staff/oidc';
const open = { access: 'public' } as const;
const system = { access: ['system_administrator'] };
const security = { access: ['security_administrator'] };
const either = { access: ['system_administrator', 'security_administrator'] };

export function oidcRoutes(options: Options): HttpPlugin {
  return async (app) => {
    await app.register(loginRoutes(options));
    await app.register(subjectRoutes(options));
  };
}

function loginRoutes({ oidc, guard, isHttps }: Options): HttpPlugin {
  const tags = ['staff'];
  const cookie = { path: ticketPath, httpOnly: true, sameSite: 'lax', secure: isHttps } as const;
  return async (app) => {
    app.get(
      '/api/staff/ways',
      { config: open, schema: { tags, summary: '有哪些登录方式', response: { 200: contract.staffWays } } },
      async () => oidc.staffWays(),
    );
    app.get(
      '/api/staff/oidc/begin',
      { config: open, schema: { tags, summary: '去统一身份认证', querystring: contract.oidcBeginQuery } },
      async (request, reply) => {
        const back = request.query.back ?? '/desk';
        try {
          const { url, ticket } = await oidc.beginOidc(back);
          reply.setCookie(ticketCookie, ticket, { ...cookie, maxAge: oidcTicketSeconds });
          return await reply.redirect(url, 303);
        } catch (error) {
          return refused(reply, error, back);
        }
      },
    );
    app.get(
      '/api/staff/oidc/callback',
      {
        config: open,
        // What a provider adds beside the standard's own is its business: it is handed to the library as it came.
        schema: { tags, summary: '从统一身份认证回来', querystring: z.looseObject({}) },
      },
      async (request, reply) => {
        const query = new URL(request.url, 'http://here.invalid').searchParams;
        reply.clearCookie(ticketCookie, cookie);
        try {
          const ticket = request.cookies[ticketCookie] ?? null;
          const { begun, next, back } = await oidc.finishOidc(query, ticket, guard.tokenOf(request, 'staff'));
          guard.setSessionCookie(reply, 'staff', begun.token);
          const to = next === 'in' ? back : `/desk/login?${new URLSearchParams({ sso: 'totp', back }).toString()}`;
          return await reply.redirect(to, 303);
        } catch (error) {
          return refused(reply, error, '/desk');
        }
      },
    );
  };
}

/** Somebody looks at a browser, not a script at an answer: back to the login page, which says what happened and has the other way. */
function refused(reply: FastifyReply, error: unknown, back: string): FastifyReply {
  if (!(error instanceof Refusal) || !(error.code in contract.oidcRefusals)) throw error;
  const sso = error.code.replace('identity.oidc_', '');
  const { subject } = error.details;
  // Behind the hash sign it reaches no server's log.
  const mark = typeof subject === 'string' ? `#${encodeURIComponent(subject)}` : '';
  return reply.redirect(`/desk/login?${new URLSearchParams({ sso, back }).toString()}${mark}`, 303);
}

function subjectRoutes({ subjects }: Options): HttpPlugin {
  const tags = ['administration'];
  const params = z.object({ staffId: z.uuid().describe('账号') });
  const response = { 200: contract.subjectAnswer };
  return async (app) => {
    app.post(
      '/api/admin/staff/:staffId/subject',
      { config: system, schema: { tags, summary: '登记统一身份认证', params, body: contract.subjectInput, response } },
      (request) => subjects.proposeSubject(requireStaff(request), request.params.staffId, request.body),
    );
    app.post(
      '/api/admin/staff/:staffId/subject/confirm',
      {
        config: security,
        schema: { tags, summary: '确认统一身份认证', params, body: contract.subjectConfirmInput, response },
      },
      (request) => subjects.confirmSubject(requireStaff(request), request.params.staffId, request.body),
    );
    app.post(
      '/api/admin/staff/:staffId/subject/remove',
      {
        config: either,
        schema: { tags, summary: '解除统一身份认证', params, body: contract.subjectRemoveInput, response },
      },
      (request) => subjects.removeSubject(requireStaff(request), request.params.staffId, request.body),
    );
  };
}
