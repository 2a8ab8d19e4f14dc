// Files over HTTP for the desk: upload and reading. The phone's pages have their own way in, to the same store.

import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Access } from '#platform/access';
import type { HttpPlugin } from '#platform/http';
import { fileBytesMax, refuse } from './contract.ts';

export type FileRoutesOptions = {
  readonly files: {
    store(
      access: Access,
      upload: { name: string; bytes: Buffer },
    ): Promise<{ fileId: string; name: string; mediaType: string; bytes: number }>;
    read(access: Access, fileId: string): Promise<{ name: string; mediaType: string; content: Buffer }>;
  };
  readonly asker: (request: FastifyRequest) => { readonly access: Access };
  /** The CSRF token of a multipart body comes in a header; checked by whoever knows the session. */
  readonly checkCsrf: (request: FastifyRequest) => void;
};

export function fileRoutes({ files, asker, checkCsrf }: FileRoutesOptions): HttpPlugin {
  return async (app) => {
    await acceptUploads(app);
    app.post(
      '/api/files',
      { config: { access: 'staff', csrf: 'handler' }, schema: { summary: '上传文件' } },
      async (request, reply) => {
        checkCsrf(request);
        const stored = await files.store(asker(request).access, await uploadOf(request));
        return reply.code(201).send(stored);
      },
    );
    app.get(
      '/api/files/:fileId',
      { config: { access: 'staff' }, schema: { summary: '查看文件', params: z.object({ fileId: z.uuid() }) } },
      async (request, reply) => {
        const found = await files.read(asker(request).access, request.params.fileId);
        return reply
          .type(found.mediaType)
          .header('content-disposition', `inline; filename*=UTF-8''${encodeURIComponent(found.name)}`)
          .header('cache-control', 'private, no-store')
          .send(found.content);
      },
    );
  };
}

/** Lets the routes of this scope take one file. */
export async function acceptUploads(app: FastifyInstance): Promise<void> {
  await app.register(multipart, { limits: { fileSize: fileBytesMax, files: 1, fields: 5, fieldSize: 1024 } });
}

/** The one file of a multipart body, whole. */
export async function uploadOf(request: FastifyRequest): Promise<{ name: string; bytes: Buffer }> {
  const part = await request.file();
  if (!part) throw refuse('files.empty');
  return { name: part.filename, bytes: await readWhole(part) };
}

async function readWhole(part: { toBuffer(): Promise<Buffer> }): Promise<Buffer> {
  try {
    return await part.toBuffer();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'FST_REQ_FILE_TOO_LARGE') {
      throw refuse('files.too_large', { mb: fileBytesMax / 1024 / 1024 });
    }
    throw error;
  }
}
