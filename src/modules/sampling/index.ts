// The door of the check of ended claims: months that are closed and drawn, and the sheets of what was drawn.

import { createMonths } from './months.ts';
import type { SamplingOptions } from './options.ts';
import { createSheets } from './sheets.ts';

export { samplingRoutes } from './http.ts';
export { seedContext } from './months.ts';
export type { SamplingOptions } from './options.ts';

export type Sampling = ReturnType<typeof createSampling>;

export function createSampling(options: SamplingOptions & { readonly benefitZh: (benefit: string) => string }) {
  return { months: createMonths(options), sheets: createSheets(options) };
}
