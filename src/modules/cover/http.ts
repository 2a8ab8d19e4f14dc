// Cover's route for a worker's own cover. Binding only; the question about another person is bound where people are found.

import type { Access } from '#platform/access';
import type { HttpPlugin } from '#platform/http';
import type { FastifyRequest } from 'fastify';
import { myCoverView } from './contract.ts';
import type { Cover } from './index.ts';

export type CoverRoutesOptions = {
  readonly cover: Pick<Cover, 'myCover'>;
  readonly sessionOf: (request: FastifyRequest) => { readonly access: Access };
  /** Whom a question is about: by a case that the asker sees, or by ID number among the people whose cases the asker sees. */
  readonly personFor: (access: Access, query: { caseId?: string | undefined; idNumber?: string | undefined }) => Promise<string>;
};

export function coverRoutes({ cover, sessionOf, personFor }: CoverRoutesOptions): HttpPlugin {
  return async (app) => {
    app.get(
      '/api/me/cover',
      { config: { access: 'worker' }, schema: { summary: '我的保障', response: { 200: myCoverView } } },
      (request) => cover.myCover(sessionOf(request).access),
    );
  };
}
