// Binding only: the search behind organisation fields. Names of organisations are public.

import type { HttpPlugin } from '#platform/http';
import { z } from 'zod';
import type { FastifyRequest } from 'fastify';
import type { By } from '#modules/administration';
import type { createOrgAdmin } from './admin.ts';
import { adminOrg, moveOrgInput, newOrgInput, orgSearchQuery, orgView, routeInput } from './contract.ts';
import type { Org } from './routing.ts';

export function orgRoutes(orgs: {
  search(text: string, kind?: string, region?: string, role?: string): readonly Org[];
}): HttpPlugin {
  return async (app) => {
    app.get(
      '/api/orgs',
      {
        config: { access: 'public' },
        schema: {
          tags: ['orgs'],
          summary: '按名称查找单位',
          querystring: orgSearchQuery,
          response: { 200: z.object({ items: z.array(orgView) }) },
        },
      },
      async (request) => {
        const { text, kind, region, role } = request.query;
        const items = orgs
          .search(text, kind, region, role)
          .map(({ orgId, name, kind, region, uscc }) => ({ orgId, name, kind, region, uscc }));
        return { items };
      },
    );
  };
}

/** What the system administrator does with organisations; `byOf` refuses everybody else. */
export function orgAdminRoutes(
  admin: ReturnType<typeof createOrgAdmin>,
  byOf: (request: FastifyRequest) => By,
): HttpPlugin {
  const tags = ['administration'];
  const config = { access: ['system_administrator'] };
  const params = z.object({ orgId: z.uuid().describe('单位') });
  const response = { 200: z.object({ orgId: z.string() }) };
  return async (app) => {
    app.get(
      '/api/admin/orgs',
      {
        config: { access: ['system_administrator', 'security_administrator', 'audit_administrator'] },
        schema: {
          tags,
          summary: '单位，带上级和承办的岗位',
          querystring: z.object({
            text: z.string().max(120).default('').describe('名称或代码中的文字'),
            parentId: z.uuid().optional().describe('只看这个单位的下级'),
          }),
          response: { 200: z.object({ items: z.array(adminOrg) }) },
        },
      },
      async (request) => ({ items: await admin.list(request.query.text, request.query.parentId) }),
    );
    app.post(
      '/api/admin/orgs',
      { config, schema: { tags, summary: '设立单位', body: newOrgInput, response } },
      (request) => admin.add(byOf(request), request.body),
    );
    app.post(
      '/api/admin/orgs/:orgId/move',
      { config, schema: { tags, summary: '改名或移到别的上级', params, body: moveOrgInput, response } },
      (request) => admin.move(byOf(request), request.params.orgId, request.body),
    );
    app.post(
      '/api/admin/orgs/:orgId/routes',
      { config, schema: { tags, summary: '承办一个地区的岗位', params, body: routeInput, response } },
      (request) => admin.route(byOf(request), request.params.orgId, request.body),
    );
  };
}
