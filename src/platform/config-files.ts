// Where files lie and who looks at them first: an S3-compatible store, and clamd.

import { httpUrl, whole, wrong, type Environment } from './config-read.ts';

export type S3PortConfig = {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly keyId: string;
  readonly secret: string;
  readonly virtualHost: boolean;
};

export type ClamdPortConfig = { readonly host: string; readonly port: number } | { readonly path: string };

export function readS3(env: Environment): S3PortConfig | null {
  const set = whole(env, 'S3', ['URL', 'BUCKET', 'KEY_ID', 'SECRET']);
  if (!set) return null;
  const bucket = set('BUCKET');
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
    throw wrong(
      'S3_BUCKET',
      '3 到 63 位小写字母、数字、点和横线',
      '3 to 63 lower-case letters, digits, dots and hyphens',
    );
  const style = (env['S3_STYLE'] ?? '').trim() || 'path';
  if (style !== 'path' && style !== 'host') throw wrong('S3_STYLE', 'path 或 host', 'path or host');
  return {
    endpoint: httpUrl('S3_URL', set('URL')),
    region: (env['S3_REGION'] ?? '').trim() || 'us-east-1',
    bucket,
    keyId: set('KEY_ID'),
    secret: set('SECRET'),
    virtualHost: style === 'host',
  };
}

export function readClamd(env: Environment): ClamdPortConfig | null {
  const text = (env['CLAMD_ADDRESS'] ?? '').trim();
  if (text === '') return null;
  if (text.startsWith('/')) return { path: text };
  const match = /^([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (!match?.[1] || port < 1 || port > 65_535)
    throw wrong('CLAMD_ADDRESS', '主机:端口，或 / 开头的套接字路径', 'host:port, or a socket path that begins with /');
  return { host: match[1].replace(/^\[|\]$/g, ''), port };
}
