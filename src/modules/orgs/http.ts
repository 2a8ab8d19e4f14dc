// Binding only: the search behind organisation fields. Names of organisations are public.

import type { HttpPlugin } from '#platform/http';
import { pageOf, pageQuery } from '#platform/page';
import { z } from 'zod';
import type { FastifyRequest } from 'fastify';
import { adminActItem } from '#contract/administration';
import type { By } from '#modules/administration';
import type { createOrgAdmin } from './admin.ts';
import {
  adminOrg,
  adminOrgDetail,
  adminOrgQuery,
  moveOrgInput,
  newOrgInput,
  orgSearchQuery,
  orgView,
  routeInput,
  unrouteInput,
} from './contract.ts';
import type { Org } from './routing.ts';
import type { createOrgViews } from './views.ts';

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
  views: ReturnType<typeof createOrgViews>,
  byOf: (request: FastifyRequest) => By,
): HttpPlugin {
  const tags = ['administration'];
  const config = { access: ['system_administrator'] };
  const three = { access: ['system_administrator', 'security_administrator', 'audit_administrator'] };
  const params = z.object({ orgId: z.uuid().describe('单位') });
  const response = { 200: z.object({ orgId: z.string() }) };
  return async (app) => {
    app.get(
      '/api/admin/orgs',
      {
        config: three,
        schema: {
          tags,
          summary: '单位，逐级看或查找，带承办的岗位',
          querystring: z.object({ ...adminOrgQuery.shape, ...pageQuery }),
          response: { 200: pageOf(adminOrg) },
        },
      },
      (request) => views.list(request.query),
    );
    app.get(
      '/api/admin/orgs/:orgId',
      { config: three, schema: { tags, summary: '一个单位，带全部上级', params, response: { 200: adminOrgDetail } } },
      (request) => views.one(request.params.orgId),
    );
    app.get(
      '/api/admin/orgs/:orgId/history',
      {
        config: three,
        schema: {
          tags,
          summary: '一个单位的设立、改名、移动和承办记录',
          params,
          querystring: z.object(pageQuery),
          response: { 200: pageOf(adminActItem) },
        },
      },
      (request) => views.history(request.params.orgId, request.query),
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
    app.post(
      '/api/admin/orgs/:orgId/routes/end',
      { config, schema: { tags, summary: '取消承办', params, body: unrouteInput, response } },
      (request) => admin.unroute(byOf(request), request.params.orgId, request.body),
    );
  };
}
