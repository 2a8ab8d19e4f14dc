// The settlement's routes: lists and figures for the insurer and the offices that check it, and files to download. Binding only.

import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Access } from '#platform/access';
import type { HttpPlugin } from '#platform/http';
import { pageOf, pageQuery } from '#platform/page';
import { clueView, differenceView, previewView, refuse, sampleView, settlementView } from './contract.ts';
import { fileZh } from './ledger-file.ts';
import type { Settlement } from './index.ts';

export type SettlementRoutesOptions = {
  readonly settlement: Settlement;
  readonly asker: (request: FastifyRequest) => {
    readonly access: Access;
    readonly actor: { readonly id: string | null };
  };
  /** Opens the number of a person who was drawn, with a reason and a trace. */
  readonly openPhone: (request: FastifyRequest, personId: string, caseId: string, reason: string) => Promise<string>;
};

const checkers = [
  'insurer_finance',
  'hrss_reviewer',
  'hrss_investigator',
  'finance_bureau',
  'risk_analyst',
  'supervisor',
  'audit_officer',
] as const;
const clueRoles = ['risk_analyst', 'hrss_investigator', 'hrss_reviewer', 'audit_officer'] as const;
const caseParams = z.object({ caseId: z.uuid().describe('办件') });
const monthQuery = z.object({
  month: z
    .string()
    .regex(/^20\d{2}-(0[1-9]|1[0-2])$/, '月份应写成 2026-10。')
    .transform((month) => `${month}-01`)
    .describe('月份，如 2026-10'),
});
const kind = z.enum(['ledger', 'flow']).describe('承保明细或个人缴费流水');

export function settlementRoutes({ settlement, asker, openPhone }: SettlementRoutesOptions): HttpPlugin {
  const { reading } = settlement;
  /** The insurer for which somebody works as a settlement officer. */
  const insurerOf = (request: FastifyRequest): string => {
    const held = asker(request).access.grants.find((grant) => grant.startsWith('insurer_finance@'));
    if (!held) throw refuse('settlement.insurer_only');
    return held.slice('insurer_finance@'.length);
  };
  const access = (request: FastifyRequest) => asker(request).access;

  return async (app) => {
    app.get(
      '/api/settlements',
      {
        config: { access: checkers },
        schema: {
          summary: '补贴结算',
          querystring: z.object({ cursor: pageQuery.cursor }),
          response: { 200: pageOf(settlementView) },
        },
      },
      (request) => reading.list(access(request), request.query.cursor).then(whole),
    );
    app.get(
      '/api/settlements/preview',
      {
        config: { access: ['insurer_finance'] },
        schema: { summary: '一个月的台账合计', querystring: monthQuery, response: { 200: previewView } },
      },
      (request) => reading.preview(insurerOf(request), request.query.month),
    );
    app.get(
      '/api/settlements/ledger',
      {
        config: { access: ['insurer_finance'] },
        schema: { summary: '下载一个月的台账明细', querystring: monthQuery.extend({ kind }) },
      },
      async (request, reply) => {
        const { month, kind } = request.query;
        return download(
          reply,
          `${fileZh[kind]}-${month.slice(0, 7)}`,
          await reading.ledgerFile(insurerOf(request), month, kind),
        );
      },
    );
    app.get(
      '/api/settlements/template',
      { config: { access: ['insurer_finance'] }, schema: { summary: '下载模板', querystring: z.object({ kind }) } },
      async (request, reply) =>
        download(reply, `${fileZh[request.query.kind]}模板`, reading.template(request.query.kind)),
    );
    app.get(
      '/api/settlements/clues',
      {
        config: { access: clueRoles },
        schema: {
          summary: '重复或不符的补贴线索',
          querystring: monthQuery,
          response: { 200: z.object({ items: z.array(clueView) }) },
        },
      },
      async (request) => ({ items: [...(await reading.clues(request.query.month))] }),
    );
    app.get(
      '/api/settlements/clues/file',
      { config: { access: clueRoles }, schema: { summary: '下载比对报告', querystring: monthQuery } },
      async (request, reply) =>
        download(
          reply,
          `补贴比对报告-${request.query.month.slice(0, 7)}`,
          await reading.cluesFile(request.query.month),
        ),
    );
    app.get(
      '/api/settlements/:caseId',
      {
        config: { access: checkers },
        schema: { summary: '一次结算', params: caseParams, response: { 200: settlementView } },
      },
      (request) => reading.one(access(request), request.params.caseId),
    );
    app.get(
      '/api/settlements/:caseId/differences',
      {
        config: { access: checkers },
        schema: {
          summary: '逐单差异',
          params: caseParams,
          querystring: z.object({ cursor: pageQuery.cursor }),
          response: { 200: pageOf(differenceView) },
        },
      },
      (request) => reading.differences(access(request), request.params.caseId, request.query.cursor).then(whole),
    );
    app.get(
      '/api/settlements/:caseId/differences/file',
      { config: { access: checkers }, schema: { summary: '下载差异清单', params: caseParams } },
      async (request, reply) =>
        download(reply, '补贴差异清单', await reading.differencesFile(access(request), request.params.caseId)),
    );
    app.get(
      '/api/settlements/:caseId/sample',
      {
        config: { access: ['hrss_investigator'] },
        schema: {
          summary: '抽样名单',
          params: caseParams,
          response: { 200: z.object({ items: z.array(sampleView) }) },
        },
      },
      async (request) => ({ items: [...(await reading.sample(access(request), request.params.caseId))] }),
    );
    app.post(
      '/api/settlements/:caseId/sample/phone',
      {
        config: { access: ['hrss_investigator'] },
        schema: {
          summary: '查看被抽样人的电话，写明理由并留痕',
          params: caseParams,
          body: z.object({
            place: z.int().min(1).describe('名单中的序号'),
            reason: z.string().trim().min(4).max(200).describe('理由'),
          }),
          response: { 200: z.object({ phone: z.string().describe('电话') }) },
        },
      },
      async (request) => {
        const { place, reason } = request.body;
        const { caseId } = request.params;
        const personId = await reading.sampled(access(request), caseId, place);
        return { phone: await openPhone(request, personId, caseId, reason) };
      },
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

/** The API's pages are arrays that may be written to; ours are not. */
function whole<Item>(page: { readonly items: readonly Item[]; readonly nextCursor: string | null }) {
  return { items: [...page.items], nextCursor: page.nextCursor };
}
