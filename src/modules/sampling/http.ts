// The check of ended claims at the desk. Binding only.

import type { HttpPlugin } from '#platform/http';
import { pageOf, pageQuery } from '#platform/page';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import {
  assignInput,
  checkRoles,
  concludeInput,
  confirmInput,
  doneAnswer,
  drawInput,
  monthParam,
  samplingView,
  sheetItem,
  sheetView,
  takeInput,
} from './contract.ts';
import type { Sampling } from './index.ts';
import type { Asker } from './sheets.ts';

export type SamplingRoutesOptions = {
  readonly sampling: Sampling;
  /** Who asks, in the first of these roles that he or she holds. */
  readonly asker: (request: FastifyRequest, roles: readonly (typeof checkRoles)[number][]) => Asker;
};

const sheetsQuery = z.object({
  ...pageQuery,
  month: monthParam.optional(),
  mine: z.literal('1').optional().describe('1 为只看自己领取的'),
  show: z
    .enum(['open', 'done', 'overdue', 'to_confirm', 'all'])
    .default('open')
    .describe('未完成、已完成、超期、待复核、全部'),
});

export function samplingRoutes({ sampling, asker }: SamplingRoutesOptions): HttpPlugin {
  const { months, sheets } = sampling;
  const config = { access: [...checkRoles] };
  const tags = ['sampling'];
  const ofMonth = z.object({ month: monthParam });
  const ofSheet = z.object({ sheetId: z.uuid().describe('检查单') });
  const who = (request: FastifyRequest) => asker(request, checkRoles);
  const answer = { 200: doneAnswer };
  const url = '/api/sampling/sheets/:sheetId';

  return async (app) => {
    app.get(
      '/api/sampling/months',
      {
        config,
        schema: {
          tags,
          summary: '封存和抽取的月份',
          querystring: z.object(pageQuery),
          response: { 200: pageOf(samplingView) },
        },
      },
      (request) => months.list(request.query.cursor, request.query.limit),
    );
    app.post(
      '/api/sampling/months/:month/draw',
      {
        config: { access: ['supervisor'] },
        schema: { tags, summary: '抽取一个月办结的理赔', params: ofMonth, body: drawInput, response: answer },
      },
      (request) => months.draw(asker(request, ['supervisor']).by, request.params.month, request.body),
    );
    app.get(
      '/api/sampling/months/:month/pool',
      { config, schema: { tags, summary: '下载封存的名单，不含个人信息', params: ofMonth } },
      async (request, reply) =>
        download(reply, `理赔封存名单-${request.params.month}`, await months.poolFile(request.params.month)),
    );
    app.get(
      '/api/sampling/months/:month/sheets',
      { config, schema: { tags, summary: '下载检查单清单', params: ofMonth } },
      async (request, reply) =>
        download(reply, `理赔抽查-${request.params.month}`, await sheets.file(who(request), request.params.month)),
    );
    app.get(
      '/api/sampling/sheets',
      { config, schema: { tags, summary: '检查单', querystring: sheetsQuery, response: { 200: pageOf(sheetItem) } } },
      (request) => sheets.list(who(request), { ...request.query, mine: request.query.mine === '1' }),
    );
    app.get(
      url,
      { config, schema: { tags, summary: '一张检查单', params: ofSheet, response: { 200: sheetView } } },
      (request) => sheets.one(who(request), request.params.sheetId),
    );
    app.post(
      `${url}/take`,
      { config, schema: { tags, summary: '领取检查单', params: ofSheet, body: takeInput, response: answer } },
      (request) => sheets.take(who(request), request.params.sheetId, request.body),
    );
    app.post(
      `${url}/conclude`,
      { config, schema: { tags, summary: '填写检查结论', params: ofSheet, body: concludeInput, response: answer } },
      (request) => sheets.conclude(who(request), request.params.sheetId, request.body),
    );
    app.post(
      `${url}/confirm`,
      { config, schema: { tags, summary: '复核“有误”的结论', params: ofSheet, body: confirmInput, response: answer } },
      (request) => sheets.confirm(who(request), request.params.sheetId, request.body),
    );
    app.post(
      `${url}/assign`,
      {
        config: { access: ['supervisor'] },
        schema: { tags, summary: '改派检查单', params: ofSheet, body: assignInput, response: answer },
      },
      (request) => sheets.assign(asker(request, ['supervisor']), request.params.sheetId, request.body),
    );
  };
}

function download(reply: FastifyReply, name: string, text: string) {
  return reply
    .type('text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(`${name}.csv`)}`)
    .header('cache-control', 'no-store')
    .send(text);
}
