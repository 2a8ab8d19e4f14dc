// Reading a case's data and a job's payload, which are JSON of our own making.

import type { CaseState } from '#modules/cases';
import { invariant } from '#platform/errors';

export function fenIn(data: CaseState['data'], name: string): number {
  const value = data[name];
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : 0;
}

export function textIn(payload: unknown, name: string): string {
  invariant(typeof payload === 'object' && payload !== null && name in payload, `a job lacks ${name}`);
  const value = Object.entries(payload).find(([key]) => key === name)?.[1];
  invariant(typeof value === 'string', `a job's ${name} is not text`);
  return value;
}
