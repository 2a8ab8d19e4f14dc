// Binding only: the search behind organisation fields. Names of organisations are public.

import type { HttpPlugin } from '#platform/http';
import { z } from 'zod';
import { orgSearchQuery, orgView } from './contract.ts';
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
