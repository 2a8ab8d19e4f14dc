// Binding only: what is suspected, two registrations beside each other, merges and their ends.

import { z } from 'zod';
import type { IdDocument } from '#catalog/fields/index';
import type { HttpPlugin } from '#platform/http';
import { pageOf, pageQuery } from '#platform/page';
import { requireStaff } from '#modules/identity';
import * as contract from './contract.ts';
import { refuse } from './contract.ts';
import type { Merges } from './index.ts';

const looks = { config: { access: contract.mergingRoles } };
const proposes = { config: { access: contract.proposingRoles } };
const decides = { config: { access: contract.decidingRoles } };
const tags = ['merges'];
const suspicion = z.object({ suspicionId: z.uuid().describe('疑似重复的编号') });
const merge = z.object({ mergeId: z.uuid().describe('合并的编号') });

export type MergeRoutesOptions = {
  readonly merges: Merges;
  /** A document as its kind of number is written, or null where it cannot be one. */
  readonly document: (type: string, number: string) => IdDocument | null;
};

export function mergeRoutes({ merges, document }: MergeRoutesOptions): HttpPlugin {
  return async (app) => {
    await app.register(suspicionRoutes(merges, document));
    await app.register(decisionRoutes(merges));
  };
}

function suspicionRoutes(merges: Merges, document: MergeRoutesOptions['document']): HttpPlugin {
  return async (app) => {
    app.get(
      '/api/desk/duplicates',
      {
        ...looks,
        schema: {
          tags,
          summary: '疑似重复人员',
          querystring: z.object({
            state: z.enum(['open', 'different', 'all']).default('open').describe('待处理、认定不是同一人，或全部'),
            strength: z.enum(['strong', 'likely', 'weak']).optional().describe('有多像'),
            ...pageQuery,
          }),
          response: { 200: pageOf(contract.suspicionItem) },
        },
      },
      async (request) => copied(await merges.suspicions(requireStaff(request), request.query)),
    );
    app.get(
      '/api/desk/duplicates/:suspicionId',
      {
        ...looks,
        schema: { tags, summary: '两个登记并排看', params: suspicion, response: { 200: contract.pairView } },
      },
      (request) => merges.pair(requireStaff(request), request.params.suspicionId),
    );
    app.post(
      '/api/desk/duplicates/:suspicionId/different',
      {
        ...looks,
        schema: {
          tags,
          summary: '认定不是同一人',
          params: suspicion,
          body: contract.settleInput,
          response: { 200: contract.done },
        },
      },
      (request) => merges.settleDifferent(requireStaff(request), request.params.suspicionId, request.body),
    );
    app.post(
      '/api/desk/duplicates/:suspicionId/unmask',
      {
        ...looks,
        schema: {
          tags,
          summary: '写明理由后查看一项完整资料',
          params: suspicion,
          body: contract.unmaskInput,
          response: { 200: z.object({ value: z.string().describe('完整的值') }) },
        },
      },
      async (request) => ({
        value: await merges.unmask(requireStaff(request), request.params.suspicionId, request.body),
      }),
    );
    app.post(
      '/api/desk/duplicates',
      {
        ...proposes,
        schema: {
          tags,
          summary: '按两个证件号码提出核对',
          body: contract.compareInput,
          response: { 200: contract.found },
        },
      },
      (request) => {
        const { requestId, note, oneType, oneNumber, otherType, otherNumber } = request.body;
        const [one, other] = [document(oneType, oneNumber), document(otherType, otherNumber)];
        if (!one || !other) throw refuse('merges.same_number');
        return merges.compare(requireStaff(request), { requestId, note, documents: [one, other] });
      },
    );
  };
}

function decisionRoutes(merges: Merges): HttpPlugin {
  return async (app) => {
    app.get(
      '/api/desk/merges',
      {
        ...looks,
        schema: {
          tags,
          summary: '合并',
          querystring: z.object({
            tab: z.enum(['proposed', 'active', 'over']).default('proposed').describe('等待复核、已合并，或已了结'),
            objected: z.stringbool().default(false).describe('只看本人有异议的'),
            ...pageQuery,
          }),
          response: { 200: pageOf(contract.mergeItem) },
        },
      },
      async (request) => {
        const { tab, objected, cursor, limit } = request.query;
        const states = {
          proposed: ['proposed'],
          active: ['active'],
          over: ['refused', 'withdrawn', 'undone'],
        } as const;
        return copied(await merges.merges(requireStaff(request), { states: states[tab], objected, cursor, limit }));
      },
    );
    app.get(
      '/api/desk/merges/:mergeId',
      { ...looks, schema: { tags, summary: '一件合并', params: merge, response: { 200: contract.mergeView } } },
      (request) => merges.merge(requireStaff(request), request.params.mergeId),
    );
    app.post(
      '/api/desk/merges',
      {
        ...proposes,
        schema: { tags, summary: '提请合并', body: contract.proposeInput, response: { 200: contract.made } },
      },
      (request) => merges.propose(requireStaff(request), request.body),
    );
    app.post(
      '/api/desk/merges/:mergeId/decide',
      {
        ...decides,
        schema: {
          tags,
          summary: '复核合并',
          params: merge,
          body: contract.decideInput,
          response: { 200: contract.done },
        },
      },
      (request) => merges.decide(requireStaff(request), request.params.mergeId, request.body),
    );
    app.post(
      '/api/desk/merges/:mergeId/withdraw',
      {
        ...proposes,
        schema: {
          tags,
          summary: '撤回提请',
          params: merge,
          body: contract.withdrawInput,
          response: { 200: contract.done },
        },
      },
      (request) => merges.withdraw(requireStaff(request), request.params.mergeId, request.body),
    );
    app.post(
      '/api/desk/merges/:mergeId/undo',
      {
        ...decides,
        schema: {
          tags,
          summary: '撤销合并',
          params: merge,
          body: contract.undoInput,
          response: { 200: contract.done },
        },
      },
      (request) => merges.undo(requireStaff(request), request.params.mergeId, request.body),
    );
  };
}

function copied<Item>(page: { readonly items: readonly Item[]; readonly nextCursor: string | null }) {
  return { items: [...page.items], nextCursor: page.nextCursor };
}
