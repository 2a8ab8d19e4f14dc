// Cover's routes: was this person covered at this instant, for those who decide on it; and a worker's own cover. Binding only.

import type { Access } from '#platform/access';
import type { HttpPlugin } from '#platform/http';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { pageQuery } from '#platform/page';
import { coveredAnswer, groupView, insuredPage, myCoverView, replaceInput, refusalRate } from './contract.ts';
import type { Cover } from './index.ts';

export type CoverRoutesOptions = {
  readonly cover: Pick<Cover, 'coveredAt' | 'myCover' | 'oversight' | 'groups'>;
  readonly sessionOf: (request: FastifyRequest) => { readonly access: Access };
  /** Whom a question is about: by a case that the asker sees, or by ID number among the people whose cases the asker sees. */
  readonly personFor: (
    access: Access,
    query: { caseId?: string | undefined; idNumber?: string | undefined },
  ) => Promise<string>;
};

const askers = ['insurer_adjuster', 'hrss_window', 'supervisor', 'hrss_investigator'] as const;
const overseers = ['supervisor', 'hrss_window', 'insurer_adjuster', 'insurer_finance'] as const;
const ofCase = z.object({ caseId: z.uuid().describe('团体投保的办件') });
const question = z
  .object({
    caseId: z.uuid().optional().describe('提问者能看到的办件'),
    idNumber: z.string().max(20).optional().describe('证件号码；只在提问者能看到其办件的人中查找'),
    at: z.iso.datetime({ offset: true }).describe('所问的时点'),
  })
  .refine((query) => query.caseId !== undefined || query.idNumber !== undefined, '须写明办件或证件号码');

export function coverRoutes({ cover, sessionOf, personFor }: CoverRoutesOptions): HttpPlugin {
  return async (app) => {
    app.get(
      '/api/cover/at',
      {
        config: { access: askers },
        schema: {
          summary: '某人在某一时点是否有保障，附台账依据',
          querystring: question,
          response: { 200: coveredAnswer },
        },
      },
      (request) =>
        personFor(sessionOf(request).access, request.query).then((personId) =>
          cover.coveredAt(personId, request.query.at),
        ),
    );
    app.get(
      '/api/cover/refusals',
      {
        config: { access: overseers },
        schema: {
          summary: '各保险公司每月的理赔结果和拒赔率',
          response: { 200: z.object({ items: z.array(refusalRate) }) },
        },
      },
      async (request) => ({ items: [...(await cover.oversight.refusals(sessionOf(request).access))] }),
    );
    app.get(
      '/api/desk/cases/:caseId/group',
      {
        config: { access: 'staff' },
        schema: { summary: '团体投保办到哪一步', params: ofCase, response: { 200: groupView } },
      },
      (request) => cover.groups.view(sessionOf(request).access, request.params.caseId),
    );
    app.get(
      '/api/desk/cases/:caseId/insured',
      {
        config: { access: 'staff' },
        schema: {
          summary: '团体投保的人员清单，姓名已遮盖',
          params: ofCase,
          querystring: z.object({
            cursor: pageQuery.cursor,
            out: z.literal('1').optional().describe('只看没有承保的人'),
          }),
          response: { 200: insuredPage },
        },
      },
      (request) =>
        cover.groups.insured(sessionOf(request).access, request.params.caseId, {
          leftOut: request.query.out === '1',
          cursor: request.query.cursor,
        }),
    );
    app.post(
      '/api/desk/cases/:caseId/insured/:line/replace',
      {
        config: { access: ['enterprise', 'grassroots_union'] },
        schema: {
          summary: '换人：换下清单上的一个人，换上另一个人',
          params: ofCase.extend({ line: z.coerce.number().int().positive().describe('换下的人的名单行号') }),
          body: replaceInput,
          response: { 200: z.object({ line: z.number().describe('换上的人的行号') }) },
        },
      },
      (request) =>
        cover.groups.replace(sessionOf(request).access, request.params.caseId, request.params.line, request.body),
    );
    app.get(
      '/api/me/cover',
      { config: { access: 'worker' }, schema: { summary: '我的保障', response: { 200: myCoverView } } },
      (request) => cover.myCover(sessionOf(request).access),
    );
  };
}
