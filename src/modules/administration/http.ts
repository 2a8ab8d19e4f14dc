// Binding only: the audit administrator's list of all administrative acts.

import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Access } from '#platform/access';
import type { HttpPlugin } from '#platform/http';
import { pageOf, pageQuery } from '#platform/page';
import type { Acts } from './acts.ts';
import { adminActDetail, adminActItem } from './contract.ts';

export function adminRoutes(acts: Acts, accessOf: (request: FastifyRequest) => Access): HttpPlugin {
  const tags = ['administration'];
  const audit = { access: ['audit_administrator'] };
  return async (app) => {
    app.get(
      '/api/admin/acts',
      {
        config: audit,
        schema: {
          tags,
          summary: '全部管理行为',
          querystring: z.object({
            ...pageQuery,
            staffId: z.uuid().optional().describe('只看这个人做的或涉及这个人的'),
            orgId: z.uuid().optional().describe('只看涉及这个单位的'),
            type: z.string().max(40).optional().describe('行为代码的开头，如 role'),
          }),
          response: { 200: pageOf(adminActItem) },
        },
      },
      (request) => acts.list(accessOf(request), request.query),
    );
    app.get(
      '/api/admin/acts/:actId',
      {
        config: audit,
        schema: {
          tags,
          summary: '一条管理行为的全部内容',
          params: z.object({ actId: z.uuid().describe('行为编号') }),
          response: { 200: adminActDetail },
        },
      },
      (request) => acts.one(accessOf(request), request.params.actId),
    );
  };
}
