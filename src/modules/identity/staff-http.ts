// Binding only: accounts, roles, substitutions, and what staff do with a link. Which right each needs is declared here and asked for
// again by the function itself.

import type { HttpPlugin } from '#platform/http';
import { pageOf, pageQuery } from '#platform/page';
import { z } from 'zod';
import { csrfAnswer } from './contract.ts';
import { requireStaff, type Guard } from './guard.ts';
import * as contract from './staff-contract.ts';
import type { StaffAccounts } from './staff-accounts.ts';
import type { StaffClerks } from './staff-clerks.ts';
import type { StaffLinks } from './staff-links.ts';
import type { StaffRoles } from './staff-roles.ts';
import type { Substitutions } from './substitutions.ts';

export type StaffDesk = StaffAccounts & StaffClerks & StaffRoles & StaffLinks & Substitutions;
type Options = { readonly desk: StaffDesk; readonly guard: Guard };

const system = { access: ['system_administrator'] };
const security = { access: ['security_administrator'] };
const three = { access: ['system_administrator', 'security_administrator', 'audit_administrator'] };
const staff = { access: 'staff' } as const;
const open = { access: 'public' } as const;
const one = z.object({ staffId: z.uuid().describe('账号') });
const done = z.object({ done: z.literal(true) });

export function staffRoutes(options: Options): HttpPlugin {
  return async (app) => {
    await app.register(accountRoutes(options));
    await app.register(roleRoutes(options));
    await app.register(clerkRoutes(options));
    await app.register(linkRoutes(options));
    await app.register(ownRoutes(options));
  };
}

function accountRoutes({ desk }: Options): HttpPlugin {
  const tags = ['administration'];
  return async (app) => {
    app.get(
      '/api/admin/staff',
      {
        config: three,
        schema: {
          tags,
          summary: '工作人员',
          querystring: z.object({ ...contract.staffQuery.shape, ...pageQuery }),
          response: { 200: pageOf(contract.staffItem) },
        },
      },
      (request) => desk.listStaff(requireStaff(request), request.query),
    );
    app.get(
      '/api/admin/staff/:staffId',
      {
        config: three,
        schema: { tags, summary: '一个账号', params: one, response: { 200: contract.staffDetail } },
      },
      (request) => desk.staffDetail(requireStaff(request), request.params.staffId),
    );
    app.post(
      '/api/admin/staff',
      {
        config: system,
        schema: { tags, summary: '邀请', body: contract.inviteInput, response: { 200: contract.linkAnswer } },
      },
      async (request, reply) => {
        reply.header('cache-control', 'no-store');
        return desk.inviteStaff(requireStaff(request), request.body);
      },
    );
    app.post(
      '/api/admin/staff/:staffId/link',
      {
        config: system,
        schema: {
          tags,
          summary: '重发邀请，或发重设口令的链接',
          params: one,
          body: contract.linkInput,
          response: { 200: contract.linkAnswer },
        },
      },
      async (request, reply) => {
        reply.header('cache-control', 'no-store');
        return desk.sendStaffLink(requireStaff(request), request.params.staffId, request.body.requestId);
      },
    );
    const verbs = [
      ['suspend', '停用', desk.suspendStaff],
      ['resume', '恢复', desk.resumeStaff],
      ['close', '注销', desk.closeStaff],
    ] as const;
    for (const [verb, summary, work] of verbs) {
      app.post(
        `/api/admin/staff/:staffId/${verb}`,
        {
          config: system,
          schema: { tags, summary, params: one, body: contract.reasonInput, response: { 200: contract.staffAnswer } },
        },
        (request) => work(requireStaff(request), request.params.staffId, request.body),
      );
    }
  };
}

function roleRoutes({ desk }: Options): HttpPlugin {
  const tags = ['administration'];
  const proposal = z.object({ proposalId: z.uuid().describe('待复核的授权') });
  return async (app) => {
    app.post(
      '/api/admin/staff/:staffId/roles',
      {
        config: security,
        schema: {
          tags,
          summary: '授予岗位',
          params: one,
          body: contract.roleInput,
          response: { 200: contract.roleAnswer },
        },
      },
      (request) => desk.giveRole(requireStaff(request), request.params.staffId, request.body),
    );
    app.post(
      '/api/admin/staff/:staffId/roles/take',
      {
        config: security,
        schema: {
          tags,
          summary: '收回岗位',
          params: one,
          body: contract.takeInput,
          response: { 200: contract.roleAnswer },
        },
      },
      (request) => desk.takeRole(requireStaff(request), request.params.staffId, request.body),
    );
    app.post(
      '/api/admin/staff/:staffId/second-factor',
      {
        config: security,
        schema: {
          tags,
          summary: '重置第二验证',
          params: one,
          body: contract.reasonInput,
          response: { 200: contract.codeAnswer },
        },
      },
      async (request, reply) => {
        reply.header('cache-control', 'no-store');
        return desk.resetSecondFactor(requireStaff(request), request.params.staffId, request.body);
      },
    );
    app.get(
      '/api/admin/role-proposals',
      {
        config: { access: ['security_administrator', 'audit_administrator'] },
        schema: {
          tags,
          summary: '待复核的授权',
          querystring: z.object({
            ...pageQuery,
            state: z.enum(contract.proposalStates).optional().describe('状态'),
          }),
          response: { 200: pageOf(contract.proposalItem) },
        },
      },
      (request) => desk.listProposals(requireStaff(request), request.query),
    );
    app.post(
      '/api/admin/role-proposals/:proposalId/decide',
      {
        config: security,
        schema: {
          tags,
          summary: '复核授权',
          params: proposal,
          body: contract.decideInput,
          response: { 200: contract.proposalItem },
        },
      },
      (request) => desk.decideProposal(requireStaff(request), request.params.proposalId, request.body),
    );
    app.post(
      '/api/admin/role-proposals/:proposalId/withdraw',
      {
        config: security,
        schema: {
          tags,
          summary: '撤回提请',
          params: proposal,
          body: contract.linkInput,
          response: { 200: contract.proposalItem },
        },
      },
      (request) => desk.withdrawProposal(requireStaff(request), request.params.proposalId, request.body.requestId),
    );
  };
}

function clerkRoutes({ desk }: Options): HttpPlugin {
  const tags = ['enterprise'];
  const config = { access: ['enterprise_administrator'] };
  return async (app) => {
    app.get(
      '/api/enterprise/clerks',
      {
        config,
        schema: {
          tags,
          summary: '本企业的经办人',
          response: { 200: z.object({ items: z.array(contract.staffItem) }) },
        },
      },
      async (request) => ({ items: await desk.listClerks(requireStaff(request)) }),
    );
    app.post(
      '/api/enterprise/clerks',
      {
        config,
        schema: { tags, summary: '邀请经办人', body: contract.clerkInput, response: { 200: contract.linkAnswer } },
      },
      async (request, reply) => {
        reply.header('cache-control', 'no-store');
        return desk.inviteClerk(requireStaff(request), request.body);
      },
    );
    app.post(
      '/api/enterprise/clerks/:staffId/remove',
      {
        config,
        schema: {
          tags,
          summary: '移除经办人',
          params: one,
          body: contract.reasonInput,
          response: { 200: contract.staffAnswer },
        },
      },
      (request) => desk.removeClerk(requireStaff(request), request.params.staffId, request.body),
    );
  };
}

function linkRoutes({ desk, guard }: Options): HttpPlugin {
  const tags = ['staff'];
  return async (app) => {
    app.post(
      '/api/staff/invitation/look',
      {
        config: open,
        schema: { tags, summary: '看邀请', body: contract.lookInput, response: { 200: contract.lookAnswer } },
      },
      async (request, reply) => {
        reply.header('cache-control', 'no-store');
        return desk.lookAtLink(request.body.token);
      },
    );
    app.post(
      '/api/staff/invitation/accept',
      {
        config: open,
        schema: {
          tags,
          summary: '启用账号，或设新口令',
          body: contract.acceptInput,
          response: { 200: z.object({ login: z.string() }) },
        },
      },
      (request) => desk.acceptLink(request.body),
    );
    app.post(
      '/api/staff/totp/recover',
      {
        config: open,
        schema: {
          tags,
          summary: '口令之后，用重置码换验证器',
          body: contract.recoverInput,
          response: { 200: contract.recoverAnswer },
        },
      },
      async (request, reply) => {
        reply.header('cache-control', 'no-store');
        return desk.recoverLook(guard.tokenOf(request, 'staff'), request.body.recovery);
      },
    );
    app.post(
      '/api/staff/totp/recover/accept',
      {
        config: open,
        schema: {
          tags,
          summary: '确认新的验证器',
          body: contract.recoverAcceptInput,
          response: { 200: csrfAnswer },
        },
      },
      async (request, reply) => {
        const { recovery, code } = request.body;
        const begun = await desk.recoverAccept(guard.tokenOf(request, 'staff'), recovery, code);
        guard.setSessionCookie(reply, 'staff', begun.token);
        return { csrf: begun.csrf };
      },
    );
  };
}

function ownRoutes({ desk, guard }: Options): HttpPlugin {
  const tags = ['staff'];
  return async (app) => {
    app.post(
      '/api/staff/password',
      {
        config: staff,
        schema: { tags, summary: '改口令', body: contract.passwordInput, response: { 200: csrfAnswer } },
      },
      async (request, reply) => {
        const begun = await desk.changePassword(requireStaff(request), request.body, guard.tokenOf(request, 'staff'));
        guard.setSessionCookie(reply, 'staff', begun.token);
        return { csrf: begun.csrf };
      },
    );
    app.get(
      '/api/staff/substitutions',
      {
        config: staff,
        schema: {
          tags,
          summary: '我的代办',
          response: { 200: z.object({ items: z.array(contract.substitutionItem) }) },
        },
      },
      async (request) => ({ items: await desk.mySubstitutions(requireStaff(request)) }),
    );
    app.post(
      '/api/staff/substitutions',
      {
        config: staff,
        schema: { tags, summary: '安排代办', body: contract.standInInput, response: { 200: contract.roleAnswer } },
      },
      (request) => desk.standIn(requireStaff(request), request.body),
    );
    app.post(
      '/api/staff/substitutions/:substitutionId/end',
      {
        config: staff,
        schema: {
          tags,
          summary: '结束代办',
          params: z.object({ substitutionId: z.uuid().describe('代办') }),
          body: contract.linkInput,
          response: { 200: done },
        },
      },
      (request) => desk.endStandIn(requireStaff(request), request.params.substitutionId, request.body.requestId),
    );
    app.get(
      '/api/staff/colleagues',
      {
        config: staff,
        schema: {
          tags,
          summary: '可以代办的同事',
          querystring: z.object({ orgId: z.uuid().describe('单位') }),
          response: { 200: z.object({ items: z.array(contract.colleagueItem) }) },
        },
      },
      async (request) => ({ items: await desk.colleagues(requireStaff(request), request.query.orgId) }),
    );
  };
}
