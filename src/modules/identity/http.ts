// Binding only: login of workers and staff, who am I, unmasking, who has seen my data.

import { roles } from '#catalog';
import type { Clock } from '#platform/clock';
import type { HttpPlugin } from '#platform/http';
import { pageOf, pageQuery } from '#platform/page';
import { z } from 'zod';
import * as contract from './contract.ts';
import { requireStaff, requireWorker, type Guard } from './guard.ts';
import type { People } from './people.ts';
import type { Sessions, StaffSession } from './sessions.ts';
import type { StaffLogin } from './staff-login.ts';
import type { WorkerLogin } from './worker-login.ts';

export type IdentityRoutesOptions = {
  readonly identity: WorkerLogin & StaffLogin & People;
  readonly sessions: Sessions;
  readonly guard: Guard;
  readonly clock: Clock;
  readonly demo: boolean;
};

const done = z.object({ done: z.literal(true) });
const open = { access: 'public' } as const;

export function identityRoutes(options: IdentityRoutesOptions): HttpPlugin {
  return async (app) => {
    await app.register(workerRoutes(options));
    await app.register(staffRoutes(options));
    await app.register(personRoutes(options));
  };
}

function workerRoutes({ identity, sessions, guard }: IdentityRoutesOptions): HttpPlugin {
  const tags = ['worker'];
  return async (app) => {
    app.post(
      '/api/worker/code',
      {
        config: open,
        schema: { tags, summary: '获取短信验证码', body: contract.codeInput, response: { 200: contract.codeAnswer } },
      },
      (request) => identity.requestCode(request.body.phone, request.ip),
    );
    app.post(
      '/api/worker/login',
      {
        config: open,
        schema: {
          tags,
          summary: '验证码登录',
          body: contract.workerLoginInput,
          response: { 200: contract.workerLoginAnswer },
        },
      },
      async (request, reply) => {
        const { phone, code } = request.body;
        const verified = await identity.verifyCode(phone, code, guard.tokenOf(request, 'worker'), request.ip);
        if (verified.state !== 'in') return verified;
        guard.setSessionCookie(reply, 'worker', verified.token);
        return { state: 'in' as const, csrf: verified.csrf };
      },
    );
    app.post(
      '/api/worker/login/confirm',
      {
        config: open,
        schema: {
          tags,
          summary: '很久没有登录的，核对证件号码后四位',
          body: contract.confirmInput,
          response: { 200: contract.csrfAnswer },
        },
      },
      async (request, reply) => {
        const { token, tail } = request.body;
        const begun = await identity.confirmOwner(token, tail, guard.tokenOf(request, 'worker'));
        guard.setSessionCookie(reply, 'worker', begun.token);
        return { csrf: begun.csrf };
      },
    );
    app.post(
      '/api/worker/register',
      {
        config: open,
        schema: { tags, summary: '登记', body: contract.registerInput, response: { 200: contract.csrfAnswer } },
      },
      async (request, reply) => {
        const begun = await identity.register(request.body, guard.tokenOf(request, 'worker'));
        guard.setSessionCookie(reply, 'worker', begun.token);
        return { csrf: begun.csrf };
      },
    );
    app.post(
      '/api/worker/logout',
      { config: { access: 'worker' }, schema: { tags, summary: '退出', response: { 200: done } } },
      async (request, reply) => {
        await sessions.logout(guard.tokenOf(request, 'worker'));
        guard.clearSessionCookie(reply, 'worker');
        return { done: true as const };
      },
    );
  };
}

function staffRoutes({ identity, sessions, guard, clock, demo }: IdentityRoutesOptions): HttpPlugin {
  const tags = ['staff'];
  return async (app) => {
    app.post(
      '/api/staff/login',
      {
        config: open,
        schema: {
          tags,
          summary: '工作人员口令',
          body: contract.staffLoginInput,
          response: { 200: contract.staffLoginAnswer },
        },
      },
      async (request, reply) => {
        const { login, password } = request.body;
        const pending = await identity.loginStaff(login, password, guard.tokenOf(request, 'staff'));
        guard.setSessionCookie(reply, 'staff', pending.token);
        return { next: 'totp' as const };
      },
    );
    app.post(
      '/api/staff/totp',
      {
        config: open,
        schema: { tags, summary: '工作人员动态码', body: contract.totpInput, response: { 200: contract.csrfAnswer } },
      },
      async (request, reply) => {
        const begun = await identity.confirmTotp(guard.tokenOf(request, 'staff'), request.body.code);
        guard.setSessionCookie(reply, 'staff', begun.token);
        return { csrf: begun.csrf };
      },
    );
    app.post(
      '/api/staff/logout',
      { config: { access: 'staff' }, schema: { tags, summary: '退出', response: { 200: done } } },
      async (request, reply) => {
        await sessions.logout(guard.tokenOf(request, 'staff'));
        guard.clearSessionCookie(reply, 'staff');
        return { done: true as const };
      },
    );
    app.get(
      '/api/staff/me',
      {
        config: { access: 'staff' },
        schema: { tags, summary: '我是谁、有哪些岗位', response: { 200: contract.staffMe } },
      },
      async (request) => ({ ...meOf(requireStaff(request)), demo, now: clock.now() }),
    );
  };
}

function meOf({ staff, csrf }: StaffSession) {
  const { staffId, name, login } = staff;
  const held = staff.roles.map(({ role, orgId, orgName, region, standsInFor }) => ({
    role,
    zh: roles[role].zh,
    orgId,
    orgZh: orgName,
    region,
    standsInFor: standsInFor ?? null,
  }));
  return { staff: { staffId, name, login }, roles: held, csrf };
}

function personRoutes({ identity }: IdentityRoutesOptions): HttpPlugin {
  const tags = ['people'];
  return async (app) => {
    app.post(
      '/api/cases/:caseId/unmask',
      {
        config: { access: 'staff' },
        schema: {
          tags,
          summary: '写明理由后查看一项完整资料',
          params: z.object({ caseId: z.uuid() }),
          body: contract.unmaskInput,
          response: { 200: z.object({ value: z.string() }) },
        },
      },
      async (request) => ({
        value: await identity.unmask(requireStaff(request), { caseId: request.params.caseId, ...request.body }),
      }),
    );
    app.get(
      '/api/me/seen',
      {
        config: { access: 'worker' },
        schema: {
          tags,
          summary: '谁看过我的资料',
          querystring: z.object(pageQuery),
          response: { 200: pageOf(contract.seenItem) },
        },
      },
      async (request) => {
        const { items, nextCursor } = await identity.whoHasSeen(
          requireWorker(request).personId,
          request.query.cursor,
          request.query.limit,
        );
        return { items: [...items], nextCursor };
      },
    );
  };
}
