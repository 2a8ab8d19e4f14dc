// Serves the built desk at /desk. The files are listed once at the start, so no address can name a file outside of them; hashed
// ones are kept for ever, the page itself is asked for every time and gets a fresh nonce for its style sheets.

import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { invariant } from '#platform/errors';

type Encoding = 'br' | 'gzip' | 'identity';
type Asset = { readonly type: string; readonly hashed: boolean; readonly bodies: Partial<Record<Encoding, Buffer>> };

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};
const endings: Readonly<Record<string, Encoding>> = { '.br': 'br', '.gz': 'gzip' };

/** Every file of the build except the page, by its address below /desk/. */
function readAssets(distDir: string): ReadonlyMap<string, Asset> {
  const assets = new Map<string, Asset>();
  for (const entry of readdirSync(distDir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name === 'index.html') continue;
    const path = join(entry.parentPath, entry.name);
    const encoding = endings[extname(entry.name)] ?? 'identity';
    const plain = encoding === 'identity' ? path : path.slice(0, -extname(path).length);
    const name = relative(distDir, plain).split(sep).join('/');
    const known = assets.get(name);
    const type = types[extname(plain)] ?? 'application/octet-stream';
    const bodies = { ...known?.bodies, [encoding]: readFileSync(path) };
    assets.set(name, { type, hashed: name.startsWith('assets/'), bodies });
  }
  return assets;
}

/** The smallest form that the client accepts; `q=0` refuses one. */
export function chooseEncoding(accepted: string | undefined): readonly Encoding[] {
  const wanted = new Set(
    (accepted ?? '')
      .toLowerCase()
      .split(',')
      .map((one) => one.trim())
      .filter((one) => !/;\s*q=0(?:\.0*)?$/.test(one))
      .map((one) => one.split(';')[0]?.trim() ?? ''),
  );
  const order: readonly Encoding[] = ['br', 'gzip'];
  return [...order.filter((one) => wanted.has(one)), 'identity'];
}

function policy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

export const consoleRoutes: FastifyPluginAsync<{ readonly distDir: string }> = async (app, options) => {
  const page = join(options.distDir, 'index.html');
  invariant(existsSync(page), `the desk is not built: ${page} is missing; run npm run build`);
  const html = readFileSync(page, 'utf8');
  const assets = readAssets(options.distDir);

  const sendPage = (reply: FastifyReply): FastifyReply => {
    const nonce = randomBytes(16).toString('base64');
    return reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('content-security-policy', policy(nonce))
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'same-origin')
      .send(html.replaceAll('{{nonce}}', nonce));
  };

  const sendAsset = (request: FastifyRequest, reply: FastifyReply, asset: Asset): FastifyReply => {
    const encoding = chooseEncoding(request.headers['accept-encoding']).find((one) => asset.bodies[one]) ?? 'identity';
    reply
      .header('content-type', asset.type)
      .header('cache-control', asset.hashed ? 'public, max-age=31536000, immutable' : 'public, max-age=3600')
      .header('x-content-type-options', 'nosniff')
      .header('vary', 'accept-encoding');
    if (encoding !== 'identity') reply.header('content-encoding', encoding);
    return reply.send(asset.bodies[encoding]);
  };

  const open = { config: { access: 'public' } } as const;
  app.get('/desk', open, (_request, reply) => sendPage(reply));
  app.get('/desk/*', open, (request, reply) => {
    const name = (request.url.split('?')[0] ?? '').slice('/desk/'.length);
    const asset = assets.get(name);
    if (asset) return sendAsset(request, reply, asset);
    // A missing script is an error; answering with the page would hide that a new version was put in place.
    if (name.startsWith('assets/')) return reply.code(404).header('cache-control', 'no-store').send();
    return sendPage(reply);
  });
};
