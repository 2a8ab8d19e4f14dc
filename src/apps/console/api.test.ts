// One place where errors become sentences, and writes that can be sent again.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ApiError, ask, errorOf, get, onSignedOut, sentenceOf, setCsrf, write } from './api.ts';

type Sent = { readonly url: string; readonly headers: Headers; readonly body: Record<string, unknown> };
let sent: Sent[] = [];
let answers: (() => Response)[] = [];

beforeEach(() => {
  sent = [];
  answers = [];
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const body: Record<string, unknown> = typeof init.body === 'string' ? JSON.parse(init.body) : {};
    sent.push({ url, headers: new Headers(init.headers), body });
    const answer = answers.shift();
    if (!answer) throw new TypeError('no network');
    return answer();
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

const json = (status: number, body: unknown) => () =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/problem+json' } });

describe('sentences', () => {
  test("the server's own words come first", () => {
    const error = errorOf(409, {
      code: 'cases.stale',
      detail: '已被别人处理。',
      next: '请刷新。',
      problems: [{ path: 'a', code: 'x', zh: '错' }],
    });
    expect(sentenceOf(error)).toEqual({ what: '已被别人处理。', next: '请刷新。' });
    expect(error.problems).toEqual([{ path: 'a', code: 'x', zh: '错' }]);
  });

  test.each([0, 401, 403, 404, 409, 413, 422, 429, 500, 502])('status %i alone still says what to do', (status) => {
    const { what, next } = sentenceOf(errorOf(status, '<html>'));
    expect(what).toMatch(/。$/);
    expect(next).toMatch(/。$/);
  });

  test('a fault of ours says nothing of its inside', () => {
    expect(sentenceOf(new TypeError('x is undefined')).what).not.toContain('undefined');
  });
});

describe('writes', () => {
  test('carry the csrf mark and a request id', async () => {
    setCsrf('mark');
    answers = [json(200, {})];
    await write('/api/x', { a: 1 });
    expect(sent[0]?.headers.get('x-csrf')).toBe('mark');
    expect(sent[0]?.body['requestId']).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('keep the id until an answer is certain, then take a new one', async () => {
    answers = [];
    await expect(write('/api/y', { a: 1 })).rejects.toThrow(ApiError);
    answers = [json(502, {}), json(200, {}), json(200, {})];
    await expect(write('/api/y', { a: 1 })).rejects.toThrow(ApiError);
    await write('/api/y', { a: 1 });
    await write('/api/y', { a: 1 });
    const ids = sent.map(({ body }) => body['requestId']);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).toBe(ids[0]);
    expect(ids[3]).not.toBe(ids[0]);
  });
});

test('an expired login is told to the page, an absent one at the start is not', async () => {
  let told = 0;
  const stop = onSignedOut(() => {
    told += 1;
  });
  answers = [json(401, {}), json(401, {})];
  await expect(get('/api/z')).rejects.toMatchObject({ status: 401 });
  expect(told).toBe(1);
  await expect(ask('/api/z')).rejects.toMatchObject({ status: 401 });
  expect(told).toBe(1);
  stop();
});
