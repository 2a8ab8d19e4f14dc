// The one door to the server. Every answer that is not a success becomes an ApiError here, and here only an error becomes a
// sentence for people. A write keeps its request id until the server has answered for certain, so pressing again after a lost
// connection never does a thing twice.

export type Problem = { readonly path: string; readonly code: string; readonly zh: string };

export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** 0 when no answer came. */
  readonly status: number;
  readonly code: string;
  readonly next: string | null;
  readonly problems: readonly Problem[];

  constructor(status: number, code: string, detail: string, next: string | null, problems: readonly Problem[] = []) {
    super(detail);
    this.status = status;
    this.code = code;
    this.next = next;
    this.problems = problems;
  }
}

const sentences: Readonly<Record<number, readonly [string, string]>> = {
  0: ['没有连上服务器，这次操作可能没有送达。', '请检查网络后再按一次；重复提交不会办两遍。'],
  401: ['登录已经过期。', '请重新登录，填写的内容还在。'],
  403: ['您没有这项权限。', '如需办理，请联系本单位管理员核对岗位。'],
  404: ['没有找到要看的内容，或您无权查看。', '请核对编号，或从列表重新打开。'],
  409: ['内容刚刚被别人改过，您看到的不是最新的。', '请重新载入后再操作。'],
  413: ['文件太大，服务器没有收下。', '请压缩后重新上传。'],
  422: ['有内容填写得不对。', '请按提示修改后再提交。'],
  429: ['操作太频繁。', '请稍等一会儿再试。'],
};
const serverFault: readonly [string, string] = [
  '服务器出了问题，这次没有办成。',
  '请稍后再试；多次出现请联系管理员并告知时间。',
];

/** What went wrong and what to do, for any error at all. */
export function sentenceOf(error: unknown): { readonly what: string; readonly next: string | null } {
  if (error instanceof ApiError) return { what: error.message, next: error.next };
  return { what: '页面出了问题。', next: '请刷新页面；多次出现请联系管理员并告知时间。' };
}

export function isStale(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409;
}

export function isMissing(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401;
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The problem+json of an answer; a proxy's page or an empty body gets our own sentence. */
export function errorOf(status: number, body: unknown): ApiError {
  const said = asRecord(body);
  const [what, next] = sentences[status] ?? serverFault;
  const problems = (Array.isArray(said['problems']) ? said['problems'] : []).map((one) => {
    const problem = asRecord(one);
    return {
      path: textOf(problem['path']) ?? '',
      code: textOf(problem['code']) ?? '',
      zh: textOf(problem['zh']) ?? '这一项需要修改。',
    };
  });
  const detail = textOf(said['detail']);
  return new ApiError(
    status,
    textOf(said['code']) ?? `http.${status}`,
    detail ?? what,
    textOf(said['next']) ?? (detail ? null : next),
    problems,
  );
}

type Listener = () => void;
const signedOut = new Set<Listener>();
let csrf: string | null = null;

export function setCsrf(token: string | null): void {
  csrf = token;
}

export function onSignedOut(listener: Listener): () => void {
  signedOut.add(listener);
  return () => signedOut.delete(listener);
}

async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { credentials: 'same-origin', ...init });
  } catch {
    throw errorOf(0, null);
  }
}

async function bodyOf(response: Response): Promise<unknown> {
  const type = response.headers.get('content-type') ?? '';
  if (!type.includes('json')) return null;
  try {
    return await response.json();
  } catch {
    return null;
  }
}

async function expectOk(response: Response, entering: boolean): Promise<unknown> {
  const body = await bodyOf(response);
  if (response.ok) return body;
  if (response.status === 401 && !entering) for (const listener of signedOut) listener();
  throw errorOf(response.status, body);
}

/** The caller names the shape that the API promises for this address: the parsing boundary of the desk. */
export async function get<Reply>(url: string): Promise<Reply> {
  const response = await send(url, { headers: { accept: 'application/json' } });
  return (await expectOk(response, false)) as Reply;
}

const unanswered = new Map<string, string>();

function headersOfWrite(): Record<string, string> {
  return { accept: 'application/json', ...(csrf ? { 'x-csrf': csrf } : {}) };
}

/** A write that carries a request id; the same content sent again before an answer came carries the same id. */
export async function write<Reply>(url: string, body: Readonly<Record<string, unknown>>): Promise<Reply> {
  const key = `${url} ${JSON.stringify(body)}`;
  const requestId = unanswered.get(key) ?? crypto.randomUUID();
  unanswered.set(key, requestId);
  const response = await send(url, {
    method: 'POST',
    headers: { ...headersOfWrite(), 'content-type': 'application/json' },
    body: JSON.stringify({ requestId, ...body }),
  });
  // After a fault of the server nobody knows whether it was done; after any other answer we do.
  if (response.status < 500) unanswered.delete(key);
  return (await expectOk(response, false)) as Reply;
}

/** Login, code and logout: no request id, and a 401 here means wrong, not expired. */
export async function enter<Reply>(url: string, body: Readonly<Record<string, unknown>>): Promise<Reply> {
  const response = await send(url, {
    method: 'POST',
    headers: { ...headersOfWrite(), 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return (await expectOk(response, true)) as Reply;
}

/** Whether anybody is logged in; asked at the start, so that a 401 is an answer and not an expiry. */
export async function ask<Reply>(url: string): Promise<Reply> {
  return (await expectOk(await send(url, { headers: { accept: 'application/json' } }), true)) as Reply;
}

export async function upload<Reply = { readonly fileId: string }>(url: string, file: File): Promise<Reply> {
  const form = new FormData();
  form.append('file', file);
  const response = await send(url, { method: 'POST', headers: headersOfWrite(), body: form });
  return (await expectOk(response, false)) as Reply;
}

export async function bytes(url: string): Promise<Blob> {
  const response = await send(url, {});
  if (!response.ok) await expectOk(response, false);
  return response.blob();
}
