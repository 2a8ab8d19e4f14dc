// The public list of service points. Binding only.

import { z } from 'zod';
import type { HttpPlugin } from '#platform/http';
import { servicePointQuery, servicePointView, type ServicePointView } from './contract.ts';
import type { Point } from './distance.ts';

export function servicePointRoutes(points: {
  list(region: string | null, near: Point | null): Promise<readonly ServicePointView[]>;
}): HttpPlugin {
  return async (app) => {
    app.get(
      '/api/service-points',
      {
        config: { access: 'public' },
        schema: {
          summary: '已公布的日保服务网点',
          querystring: servicePointQuery,
          response: { 200: z.object({ items: z.array(servicePointView) }) },
        },
      },
      async (request) => {
        const { region, lat, lng } = request.query;
        const near = lat === undefined || lng === undefined ? null : { latitude: lat, longitude: lng };
        const items = await points.list(region ?? null, near);
        return { items: items.map((one) => ({ ...one, items: [...one.items] })) };
      },
    );
  };
}
