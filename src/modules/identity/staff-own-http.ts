// Binding only: one's own account at the desk, one's keys, and the security administrator's reset of somebody's keys.

import { z } from 'zod';
import type { HttpPlugin } from '#platform/http';
import { requireStaff } from './guard.ts';
import * as contract from './staff-keys-contract.ts';
import { codeAnswer } from './staff-contract.ts';
import type { StaffKeys } from './staff-keys.ts';
import type { StaffOwn } from './staff-own.ts';

type Options = { readonly own: StaffOwn; readonly keys: StaffKeys };

const staff = { access: 'staff' } as const;
const done = z.object({ done: z.literal(true) });

export function ownRoutes({ own, keys }: Options): HttpPlugin {
  const tags = ['staff'];
  return async (app) => {
    app.get(
      '/api/staff/account',
      { config: staff, schema: { tags, summary: '我的账户', response: { 200: contract.ownAccount } } },
      (request) => own.ownAccount(requireStaff(request)),
    );
    app.post(
      '/api/staff/sessions/end',
      {
        config: staff,
        schema: { tags, summary: '退出其他地方的登录', response: { 200: z.object({ ended: z.number() }) } },
      },
      (request) => own.endOtherSessions(requireStaff(request)),
    );
    app.post(
      '/api/staff/keys/begin',
      {
        config: staff,
        schema: {
          tags,
          summary: '开始登记安全密钥',
          body: contract.keyBeginInput,
          response: { 200: contract.keyBeginAnswer },
        },
      },
      async (request, reply) => {
        reply.header('cache-control', 'no-store');
        return keys.beginKey(requireStaff(request), request.body);
      },
    );
    app.post(
      '/api/staff/keys',
      {
        config: staff,
        schema: { tags, summary: '登记安全密钥', body: contract.keyEnrolInput, response: { 200: done } },
      },
      (request) => keys.enrolKey(requireStaff(request), request.body),
    );
    app.post(
      '/api/staff/keys/:keyId/remove',
      {
        config: staff,
        schema: {
          tags,
          summary: '移除安全密钥',
          params: z.object({ keyId: z.uuid().describe('安全密钥') }),
          body: contract.keyRemoveInput,
          response: { 200: done },
        },
      },
      (request) => keys.removeKey(requireStaff(request), request.params.keyId, request.body),
    );
    app.post(
      '/api/admin/staff/:staffId/keys/reset',
      {
        config: { access: ['security_administrator'] },
        schema: {
          tags: ['administration'],
          summary: '重置安全密钥',
          params: z.object({ staffId: z.uuid().describe('账号') }),
          body: contract.keyResetInput,
          response: { 200: codeAnswer },
        },
      },
      async (request, reply) => {
        reply.header('cache-control', 'no-store');
        return keys.resetKeys(requireStaff(request), request.params.staffId, request.body);
      },
    );
  };
}
