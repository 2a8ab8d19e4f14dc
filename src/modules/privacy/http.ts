// A person's own consents, for programs of phones. Binding only.

import { z } from 'zod';
import type { FastifyRequest } from 'fastify';
import type { Access } from '#platform/access';
import type { HttpPlugin } from '#platform/http';
import { consentInput, consentView } from './contract.ts';
import type { Privacy } from './index.ts';

const answer = z.object({ items: z.array(consentView) });

export function privacyRoutes(options: {
  readonly privacy: Pick<Privacy, 'list' | 'decide'>;
  readonly worker: (request: FastifyRequest) => { readonly access: Access; readonly personId: string };
}): HttpPlugin {
  const { privacy, worker } = options;
  return async (app) => {
    const config = { access: 'worker' as const };
    app.get(
      '/api/me/consents',
      { config, schema: { summary: '我对个人信息用途的选择', response: { 200: answer } } },
      async (request) => ({ items: [...(await privacy.list(worker(request).personId))] }),
    );
    app.post(
      '/api/me/consents',
      { config, schema: { summary: '同意或撤回一项用途', body: consentInput, response: { 200: answer } } },
      async (request) => {
        const { access, personId } = worker(request);
        await privacy.decide(access, personId, request.body);
        return { items: [...(await privacy.list(personId))] };
      },
    );
  };
}
