// One place where everything that can be thrown becomes an answer: problem+json of RFC 9457, with a Chinese sentence, what to do
// next, and a problem for each field. A bug shows only a number that the person can quote; its detail goes to the log.

import { randomInt } from 'node:crypto';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { sqlState } from './db.ts';
import { Refusal, type FieldProblem } from './errors.ts';
import { refuseHttp } from './http-refusals.ts';

/** disk_full of PostgreSQL: the write came before our own look at the disk. */
const diskFull = '53100';

export const problemSchema = z
  .object({
    type: z.string().describe('问题的类别，urn:gongdun:problem:<code>'),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().describe('给人看的一句话'),
    next: z.string().describe('接下来可以怎么做'),
    code: z.string(),
    incident: z.string().optional().describe('系统出错时的编号，报给客服可以查到原因'),
    problems: z.array(z.object({ path: z.string(), code: z.string(), zh: z.string() })),
  })
  .describe('RFC 9457 problem+json');

export type Problem = z.infer<typeof problemSchema>;

export type ProblemAnswer = {
  readonly problem: Problem;
  readonly retryAfterSeconds: number | null;
  /** Set for what the operator must hear of. */
  readonly bug: unknown;
};

/** The problem as a plain page. Its sentences are ours alone, except the values that a refusal put into them. */
export function pageOf({ title, detail, next, incident }: Problem): string {
  const text = (value: string) => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const number = incident === undefined ? '' : `<p>编号：${text(incident)}</p>`;
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${text(title)}</title></head><body><main><h1>${text(title)}</h1><p>${text(detail)}</p><p>${text(next)}</p>${number}
<p><a href="/">回到首页</a></p></main></body></html>`;
}

const titles: Readonly<Record<number, string>> = {
  400: '请求有误',
  401: '请先登录',
  403: '没有权限',
  404: '没有找到',
  409: '情况已经变化',
  410: '已经失效',
  413: '内容太大',
  415: '格式不支持',
  422: '填写有误',
  423: '暂时锁定',
  429: '操作太频繁',
  500: '系统出错',
  502: '外部系统没有响应',
  503: '系统繁忙',
};

const retryDefaultSeconds: Readonly<Record<number, number>> = { 429: 60, 503: 3 };

export function problemOf(error: unknown): ProblemAnswer {
  const refusal = refusalOf(error);
  if (!refusal) {
    const incident = makeIncident();
    return {
      bug: error,
      retryAfterSeconds: null,
      problem: {
        type: 'urn:gongdun:problem:bug',
        title: titles[500] ?? '',
        status: 500,
        detail: `系统出了问题，这一步没有办成。问题编号 ${incident}。`,
        next: '请稍后再试；仍不行请拨打服务电话并报上问题编号。',
        code: 'bug',
        incident,
        problems: [],
      },
    };
  }
  const wait = refusal.details['waitSeconds'];
  return {
    bug: null,
    retryAfterSeconds: typeof wait === 'number' ? Math.ceil(wait) : (retryDefaultSeconds[refusal.status] ?? null),
    problem: {
      type: `urn:gongdun:problem:${refusal.code}`,
      title: titles[refusal.status] ?? '',
      status: refusal.status,
      detail: refusal.zh,
      next: refusal.next,
      code: refusal.code,
      problems: [...refusal.problems],
    },
  };
}

/** What an error says to the person; undefined for a bug of ours. */
function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  if (hasZodFastifySchemaValidationErrors(error)) return validationRefusal(error);
  if (sqlState(error) === diskFull) return refuseHttp('http.disk_full');
  if (isUnavailable(error)) return refuseHttp('http.unavailable');
  const status = statusOf(error);
  if (status === 413) return refuseHttp('http.too_large');
  if (status === 415) return refuseHttp('http.unsupported_type');
  if (status === 404) return refuseHttp('http.not_found');
  if (status === 503) return refuseHttp('http.busy');
  return status !== undefined && status >= 400 && status < 500 ? refuseHttp('http.bad_request') : undefined;
}

function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined;
}

// Connection exceptions (08), insufficient resources (53, among them disk full), operator intervention (57: shutdown, restart,
// statement timeout). The person may simply try again: a write carries its request id.
const unavailableStates = /^(?:08|53|57)/;
const unavailableCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ETIMEDOUT', 'ENOSPC']);

export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError && error.errors.some(isUnavailable)) return true;
  const state = sqlState(error) ?? '';
  if (/^[0-9A-Z]{5}$/.test(state) && unavailableStates.test(state)) return true;
  if (unavailableCodes.has(state) && isDatabaseCall(error)) return true;
  return /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/.test(
    error.message,
  );
}

/** ENOENT and its like mean our own files too; only a failed connection is the database's. */
function isDatabaseCall(error: Error): boolean {
  const call = 'syscall' in error ? error.syscall : undefined;
  return call === 'connect' || call === 'read' || call === 'write';
}

type Issue = {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message?: string;
  readonly params: Readonly<Record<string, unknown>>;
};

function validationRefusal(error: unknown): Refusal {
  const { validation, validationContext } = error as { validation: readonly Issue[]; validationContext?: string };
  const problems = validation.map((issue): FieldProblem => ({
    path: issue.instancePath.split('/').filter(Boolean).join('.'),
    code: issue.keyword,
    zh: sentenceOf(issue),
  }));
  return validationContext === 'body'
    ? refuseHttp('http.invalid', { count: problems.length }, problems)
    : refuseHttp('http.bad_parameters', {}, problems);
}

/** zod's own messages are English and for programmers; a schema's author may write a Chinese one, which is kept. */
function sentenceOf({ keyword, message = '', params }: Issue): string {
  if (/[\u4e00-\u9fff]/.test(message)) return message;
  const origin = params['origin'];
  switch (keyword) {
    case 'invalid_type':
      return /received undefined/.test(message) ? '这一项没有填写，请填写。' : '这一项的内容类型不对，请重新填写。';
    case 'too_small':
      if (origin === 'string') return `至少填写 ${String(params['minimum'])} 个字。`;
      if (origin === 'array') return `至少要有 ${String(params['minimum'])} 项。`;
      return `不能小于 ${String(params['minimum'])}。`;
    case 'too_big':
      if (origin === 'string') return `最多填写 ${String(params['maximum'])} 个字。`;
      if (origin === 'array') return `最多 ${String(params['maximum'])} 项。`;
      return `不能大于 ${String(params['maximum'])}。`;
    case 'invalid_format':
      return '这一项的格式不对，请核对后重新填写。';
    case 'invalid_value':
    case 'invalid_union':
      return '请从给出的选项中选择。';
    case 'unrecognized_keys':
      return '有系统不认识的内容，请刷新页面后重试。';
    default:
      return '这一项填写不对，请核对。';
  }
}

// Crockford's alphabet: nothing that sounds or looks alike when read out on the phone.
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

function makeIncident(): string {
  return Array.from({ length: 8 }, () => alphabet[randomInt(alphabet.length)]).join('');
}
