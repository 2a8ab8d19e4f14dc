// How the built desk is served: only its own files, hashed ones for ever, the page never kept, the smallest form that the
// client takes.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chooseEncoding, consoleRoutes } from './routes.ts';

let folder: string;
let app: FastifyInstance;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gongdun-desk-'));
  const dist = join(folder, 'dist');
  mkdirSync(join(dist, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'never to be served');
  writeFileSync(join(dist, 'index.html'), '<meta name="csp-nonce" content="{{nonce}}">desk');
  writeFileSync(join(dist, 'assets', 'main-abc.js'), 'plain');
  writeFileSync(join(dist, 'assets', 'main-abc.js.br'), 'brotli');
  writeFileSync(join(dist, 'assets', 'main-abc.js.gz'), 'gzip');
  app = Fastify();
  await app.register(consoleRoutes, { distDir: dist });
});

afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true });
});

const load = (url: string, encoding = '') => app.inject({ url, headers: { 'accept-encoding': encoding } });

describe('the page', () => {
  test.each(['/desk', '/desk/', '/desk/cases/1', '/desk/?tab=done'])(
    '%s is the page, with a nonce of its own',
    async (url) => {
      const [one, other] = [await load(url), await load(url)];
      expect(one.statusCode).toBe(200);
      expect(one.headers['cache-control']).toBe('no-store');
      const nonce = /content="([^"]+)"/.exec(one.body)?.[1] ?? '';
      expect(one.headers['content-security-policy']).toContain(`'nonce-${nonce}'`);
      expect(other.body).not.toBe(one.body);
    },
  );
});

describe('files', () => {
  test.each([
    ['br, gzip', 'brotli', 'br'],
    ['gzip', 'gzip', 'gzip'],
    ['', 'plain', undefined],
  ])('accept-encoding %s gets %s', async (accepted, body, encoding) => {
    const reply = await load('/desk/assets/main-abc.js', accepted);
    expect(reply.body).toBe(body);
    expect(reply.headers['content-encoding']).toBe(encoding);
    expect(reply.headers['cache-control']).toContain('immutable');
    expect(reply.headers['content-type']).toContain('text/javascript');
  });

  test.each(['/desk/assets/missing.js', '/desk/assets/../../secret.txt', '/desk/assets/..%2f..%2fsecret.txt'])(
    '%s is not there',
    async (url) => {
      const reply = await load(url);
      expect(reply.body).not.toContain('never to be served');
      expect(reply.statusCode).toBe(404);
    },
  );
});

test('q=0 refuses an encoding', () => {
  expect(chooseEncoding('br;q=0, gzip;q=0.5')).toEqual(['gzip', 'identity']);
});

test('a desk that was not built is said at the start', async () => {
  const bare = Fastify();
  await expect(bare.register(consoleRoutes, { distDir: join(folder, 'nowhere') })).rejects.toThrow('npm run build');
});
