// The API's description (OpenAPI 3.1) from the schemas that check requests. Only /api is described; pages, files and ports are
// not an API. Errors and access are written in once for all routes.

import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { createJsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problemSchema } from './http-problem.ts';
import type { RouteEntry } from './http.ts';

const transform = createJsonSchemaTransform({});

type Operation = { responses?: Record<string, unknown>; security?: unknown; description?: string };
type Described = {
  paths?: Record<string, Record<string, Operation>>;
  components?: { responses?: Record<string, unknown> };
};

export function apiDescription(entries: readonly RouteEntry[], publicUrl: string): FastifyDynamicSwaggerOptions {
  return {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: '工盾接口',
        version: '1',
        description:
          '新就业形态劳动者权益保障系统。写操作都带请求编号，重试不会重复办理；错误为 RFC 9457 problem+json。',
      },
      servers: [{ url: publicUrl }],
      components: {
        securitySchemes: {
          worker: { type: 'apiKey', in: 'cookie', name: 'gd_worker' },
          staff: { type: 'apiKey', in: 'cookie', name: 'gd_staff' },
          apiKey: { type: 'http', scheme: 'bearer' },
          csrf: { type: 'apiKey', in: 'header', name: 'x-csrf' },
        },
      },
    },
    transform: (input) => {
      const made = transform(input);
      const isApi = input.url.startsWith('/api/');
      return isApi ? made : { ...made, schema: { ...made.schema, hide: true } };
    },
    transformObject: (input) => {
      const made = jsonSchemaTransformObject(input);
      complete(made as Described, entries);
      return made;
    },
  };
}

function complete(described: Described, entries: readonly RouteEntry[]): void {
  const content = { 'application/problem+json': { schema: z.toJSONSchema(problemSchema) } };
  const responses = { Problem: { description: '没有办成：原因与下一步', content } };
  described.components = { ...described.components, responses };
  const accessOf = new Map(entries.map((one) => [`${one.method} ${pathOf(one.url)}`, one.access]));
  for (const [path, operations] of Object.entries(described.paths ?? {})) {
    for (const [method, operation] of Object.entries(operations)) {
      operation.responses = { ...operation.responses, default: { $ref: '#/components/responses/Problem' } };
      const access = accessOf.get(`${method.toUpperCase()} ${path}`);
      if (access === undefined || access === 'public') continue;
      if (access === 'enterprise') {
        operation.security = [{ apiKey: [] }];
        continue;
      }
      const who = access === 'worker' ? 'worker' : 'staff';
      operation.security = [method === 'get' ? { [who]: [] } : { [who]: [], csrf: [] }];
      if (typeof access !== 'string') {
        operation.description = [operation.description, `角色：${access.join('、')}`].filter(Boolean).join('\n');
      }
    }
  }
}

/** `/api/cases/:caseId` → `/api/cases/{caseId}` */
function pathOf(url: string): string {
  return url.replace(/:(\w+)/g, '{$1}');
}
