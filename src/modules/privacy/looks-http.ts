// Looks at people's data, for the audit administrator. Binding only.

import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { HttpPlugin } from '#platform/http';
import { pageOf, pageQuery } from '#platform/page';
import { lookItem, looksFilter, personAsked, personFound, unusualAnswer, type PersonFound } from './looks-contract.ts';
import type { Looks } from './looks.ts';

export function looksRoutes(options: {
  readonly looks: Looks;
  readonly today: () => string;
  readonly findPerson: (request: FastifyRequest, asked: z.infer<typeof personAsked>) => Promise<PersonFound>;
}): HttpPlugin {
  const { looks } = options;
  const config = { access: ['audit_administrator'] };
  const tags = ['privacy'];
  return async (app) => {
    app.get(
      '/api/admin/looks',
      {
        config,
        schema: {
          tags,
          summary: '谁看过谁的资料',
          querystring: looksFilter.extend(pageQuery),
          response: { 200: pageOf(lookItem) },
        },
      },
      (request) => looks.list(request.query),
    );
    app.get(
      '/api/admin/looks/unusual',
      {
        config,
        schema: {
          tags,
          summary: '一天里异常的查看',
          querystring: z.object({ day: z.iso.date().optional().describe('哪一天，不填为今天') }),
          response: { 200: unusualAnswer },
        },
      },
      (request) => looks.unusual(request.query.day ?? options.today()),
    );
    app.post(
      '/api/admin/looks/person',
      {
        config,
        schema: { tags, summary: '按完整证件号码找人', body: personAsked, response: { 200: personFound } },
      },
      (request) => options.findPerson(request, request.body),
    );
  };
}
