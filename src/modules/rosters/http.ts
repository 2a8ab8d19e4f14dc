// Lists over HTTP: upload, progress and report, problem lines, the corrected file. Binding only.

import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Access } from '#platform/access';
import type { HttpPlugin } from '#platform/http';
import { pageQuery } from '#platform/page';
import { acceptUploads, uploadOf } from '#modules/files';
import { rosterLines, rosterPeople, rosterView } from './contract.ts';
import type { Rosters } from './index.ts';

export type RosterRoutesOptions = {
  readonly rosters: Rosters;
  readonly asker: (request: FastifyRequest) => { readonly access: Access };
  /** The CSRF token of a multipart body comes in a header. */
  readonly checkCsrf: (request: FastifyRequest) => void;
};

const staff = { config: { access: 'staff' as const } };
const params = z.object({ rosterId: z.uuid().describe('名单编号') });
const uploadQuery = z.object({
  requestId: z.uuid().describe('客户端生成的请求编号，重试时不变'),
  service: z
    .string()
    .regex(/^[A-Z]{2}-\d{3}$/)
    .describe('服务代码'),
  field: z.string().max(60).describe('名单所在的字段'),
  role: z.string().max(60).optional().describe('以什么岗位上传；只有一个可用的岗位时不用写'),
  orgId: z.uuid().optional().describe('代表哪个单位；只有一个可用的单位时不用写'),
  previousId: z.uuid().optional().describe('上一次上传的名单，用来比较差异'),
});

export function rosterRoutes({ rosters, asker, checkCsrf }: RosterRoutesOptions): HttpPlugin {
  return async (app) => {
    await acceptUploads(app);
    app.post(
      '/api/desk/rosters',
      {
        config: { access: 'staff', csrf: 'handler' },
        schema: { summary: '上传名单（Excel 或 CSV）', querystring: uploadQuery },
      },
      async (request, reply) => {
        checkCsrf(request);
        const { service, previousId, role, orgId, ...rest } = request.query;
        const file = await uploadOf(request);
        const serviceCode = service;
        const made = await rosters.upload(asker(request).access, {
          ...rest,
          ...file,
          serviceCode,
          role: role ?? null,
          orgId: orgId ?? null,
          previousId: previousId ?? null,
        });
        return reply.code(201).send(made);
      },
    );
    app.get(
      '/api/desk/rosters/:rosterId',
      { ...staff, schema: { summary: '名单核对的进度与结果', params, response: { 200: rosterView } } },
      (request) => rosters.view(asker(request).access, request.params.rosterId),
    );
    app.get(
      '/api/desk/rosters/:rosterId/lines',
      {
        ...staff,
        schema: {
          summary: '有问题的行',
          params,
          querystring: z.object({ cursor: pageQuery.cursor }),
          response: { 200: rosterLines },
        },
      },
      (request) => rosters.lines(asker(request).access, request.params.rosterId, request.query.cursor),
    );
    app.get(
      '/api/desk/cases/:caseId/people',
      {
        ...staff,
        schema: {
          summary: '名单上的人办到哪一步',
          params: z.object({ caseId: z.uuid().describe('办件') }),
          querystring: z.object({ cursor: pageQuery.cursor }),
          response: { 200: rosterPeople },
        },
      },
      (request) => rosters.people(asker(request).access, request.params.caseId, request.query.cursor),
    );
    app.get(
      '/api/desk/rosters/:rosterId/corrected',
      { ...staff, schema: { summary: '下载标好问题的名单', params } },
      async (request, reply) => {
        const file = await rosters.corrected(asker(request).access, request.params.rosterId);
        return reply
          .type(file.mediaType)
          .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`)
          .header('cache-control', 'private, no-store')
          .send(Readable.from(file.content));
      },
    );
  };
}
