// The desk's smaller routes, each a binding of one module: notices, documents, ratings, the catalogue, cover at an instant, and the
// demonstration's accounts. A route that is only for demonstrations does not exist elsewhere.

import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { roles, type Service } from '#catalog';
import { fieldKind } from '#catalog/fields/index';
import { regionName } from '#catalog/regions';
import { rules } from '#catalog/rules/index';
import type { Access } from '#platform/access';
import { sha256 } from '#platform/crypto';
import type { HttpPlugin } from '#platform/http';
import { pageQuery } from '#platform/page';
import { ratingPage } from '#contract/cases';
import { unitZh, type Actor } from '#modules/cases';
import { describeValues } from './rule-words.ts';
import type { Services } from './services.ts';

export type Asker = (request: FastifyRequest) => { readonly access: Access; readonly actor: Actor };

const staff = { config: { access: 'staff' as const } };
const done = z.object({ done: z.literal(true) });

export function deskRoutes(services: Services, asker: Asker): HttpPlugin {
  const { notices, documents, ratings, catalogue } = services;
  return async (app) => {
    app.get(
      '/api/desk/notices',
      { ...staff, schema: { summary: '单位消息', querystring: z.object({ cursor: z.string().max(512).optional() }) } },
      async (request) => {
        const page = await notices.orgNotices(asker(request).access, request.query.cursor);
        return {
          items: page.items.map((one) => ({
            noticeId: one.noticeId,
            title: one.title,
            text: one.text,
            at: one.at,
            caseId: one.caseId,
            read: one.readAt !== null,
          })),
          nextCursor: page.nextCursor,
        };
      },
    );
    app.post(
      '/api/desk/notices/:noticeId/read',
      { ...staff, schema: { summary: '标为已读', params: z.object({ noticeId: z.uuid() }), response: { 200: done } } },
      async (request) => {
        await notices.markRead(asker(request).access, request.params.noticeId);
        return { done: true as const };
      },
    );
    app.get(
      '/api/documents/:documentId',
      { ...staff, schema: { summary: '文书打印页', params: z.object({ documentId: z.uuid() }) } },
      async (request, reply) => {
        const html = await documents.print(asker(request).access, request.params.documentId);
        return reply
          .pageSecurity({ style: [styleHash(html)] })
          .type('text/html; charset=utf-8')
          .send(html);
      },
    );
    app.get(
      '/api/documents/:documentId/pdf',
      { ...staff, schema: { summary: '文书 PDF', params: z.object({ documentId: z.uuid() }) } },
      async (request, reply) => {
        const pdf = await documents.printPdf(asker(request).access, request.params.documentId);
        return reply
          .header('content-disposition', `attachment; filename="${request.params.documentId}.pdf"`)
          .header('cache-control', 'no-store')
          .type('application/pdf')
          .send(pdf);
      },
    );
    app.get(
      '/api/ratings',
      {
        ...staff,
        schema: {
          summary: '评价',
          querystring: z.object({ due: z.literal('1').optional(), cursor: pageQuery.cursor }),
          response: { 200: ratingPage },
        },
      },
      async (request) => ratings.list(asker(request).access, request.query.due === '1', request.query.cursor),
    );
    app.post(
      '/api/ratings/:caseId/reply',
      {
        // Whoever answers for the service, not everybody who once touched the case.
        config: { access: ['supervisor', 'county_union', 'hrss_window', 'case_dispatcher'] },
        schema: {
          summary: '答复差评',
          params: z.object({ caseId: z.uuid() }),
          body: z.object({ requestId: z.uuid(), reply: z.string().trim().min(4).max(500) }),
          response: { 200: done },
        },
      },
      async (request) => {
        const { access, actor } = asker(request);
        await ratings.reply(access, actor.id ?? '', request.params.caseId, request.body.reply);
        return { done: true as const };
      },
    );
    app.get('/api/catalogue/services', { ...staff, schema: { summary: '已发布的服务和草稿' } }, async () => {
      const row = (service: Service) => ({
        code: service.code,
        zh: service.zh,
        domain: service.domain,
        workflowZh: service.workflow.zh,
        findings: catalogue.findings(service.code).length,
      });
      return [
        ...catalogue.list().map(({ service, hash, publishedAt }) => ({
          ...row(service),
          version: hash.slice(0, 12),
          publishedAt,
          draftWhy: null,
        })),
        ...catalogue
          .drafts()
          .map(({ service, why }) => ({ ...row(service), version: null, publishedAt: null, draftWhy: why })),
      ].toSorted((a, b) => (a.code < b.code ? -1 : 1));
    });
    app.get(
      '/api/catalogue/services/:code',
      { ...staff, schema: { summary: '服务定义', params: z.object({ code: z.string().regex(/^[A-Z]{2}-\d{3}$/) }) } },
      async (request) => {
        const draft = catalogue.drafts().find(({ service }) => service.code === request.params.code);
        const { service, hash, publishedAt } = draft
          ? { service: draft.service, hash: null, publishedAt: null }
          : catalogue.require(request.params.code);
        return {
          ...describe(service),
          version: hash?.slice(0, 12) ?? null,
          publishedAt,
          draftWhy: draft?.why ?? null,
          findings: catalogue.findings(service.code).map(({ severity, zh }) => ({ severity, zh })),
        };
      },
    );
  };
}

/** The print page carries its own style, which the content security policy names by its hash. */
function styleHash(html: string): string {
  const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? '';
  return `'sha256-${sha256(style).toString('base64')}'`;
}

/** A definition as an official reads it. */
function describe(service: Service) {
  const target = (outcome: { next?: readonly string[]; end?: string }) =>
    outcome.end
      ? (service.workflow.ends[outcome.end] ?? outcome.end)
      : (outcome.next ?? []).map((step) => service.workflow.steps[step]?.zh ?? step).join('、');
  return {
    code: service.code,
    zh: service.zh,
    domain: service.domain,
    workflowZh: service.workflow.zh,
    legalBasis: service.legalBasis,
    fields: Object.entries(service.fields).map(([name, field]) => ({
      name,
      zh: field.zh,
      kind: field.kind,
      kindZh: fieldKind(field.kind).zh,
      required: field.required,
      classZh: classZh[field.class],
    })),
    steps: Object.entries(service.workflow.steps).map(([name, step]) => ({
      step: name,
      zh: step.zh,
      kind: step.kind,
      roleZh: (step.actors ?? [step.role]).map((role) => roles[role].zh).join('、'),
      limitText: step.limit && step.limit.value > 0 ? `${step.limit.value}${unitZh[step.limit.unit]}` : null,
      basis: step.limit?.basis ?? null,
      needsCheck: step.limit?.needsCheck ?? false,
      outcomes: Object.values(step.outcomes).map((outcome) => ({ zh: outcome.zh, to: target(outcome) })),
    })),
    rules: service.rules.flatMap(describeRule),
  };
}

const classZh = { public: '公开', internal: '内部', personal: '个人信息', sensitive: '敏感个人信息' } as const;

/** The parameters of a rule in force, with what they stand on and whether that is verified. */
function describeRule(id: string) {
  const rule = rules[id];
  if (!rule) return [{ code: id, zh: '规则值尚未录入', needsCheck: true }];
  return rule.versions.map((version) => ({
    code: id,
    zh: rule.zh,
    values: describeValues(version.values),
    regionZh: version.region ? (regionName(version.region) ?? version.region) : null,
    basis: version.basis,
    needsCheck: version.confidence !== 'verified',
    effectiveFrom: version.from,
  }));
}

export type DemoAccount = {
  readonly login: string;
  readonly name: string;
  /** With 甲 or 乙 where an office has two. */
  readonly roleZh: string;
  /** What it does in the tour of the README; null for accounts that the tour does not need. */
  readonly tour: string | null;
  readonly orgZh: string;
  readonly password: string;
  readonly totp: string;
};

/** Demonstration logins with their current one-time codes; registered in demonstration mode only. */
export function demoRoutes(accounts: () => readonly DemoAccount[]): HttpPlugin {
  return async (app) => {
    app.get('/api/dev/accounts', { config: { access: 'public' }, schema: { hide: true } }, async (_request, reply) =>
      reply.header('cache-control', 'no-store').send(accounts()),
    );
  };
}
