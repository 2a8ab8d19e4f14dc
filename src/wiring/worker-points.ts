// The phone's list of service points on the real module. Translation only.

import type { WorkerBackend } from '#apps/worker/backend';
import { distanceZh } from '#modules/outlets';
import type { Services } from './services.ts';

export function createPoints({ servicePoints }: Pick<Services, 'servicePoints'>): WorkerBackend['servicePoints'] {
  return async (region, near) => {
    const [points, districts] = await Promise.all([servicePoints.list(region, near), servicePoints.districts()]);
    return {
      districts,
      points: points.map(({ name, insurer, place, openHours, hotline, items, metres }) => ({
        name,
        insurer,
        place,
        openHours,
        hotline,
        items,
        far: metres === null ? '' : distanceZh(metres),
      })),
    };
  };
}
