// What no route can take, whatever its schema: nesting that would exhaust the stack of whoever walks it, and text that neither UTF-8
// nor PostgreSQL can hold (half a surrogate pair, NUL). Refused before any handler sees it.

import type { FastifyRequest } from 'fastify';
import { refuseHttp } from './http-refusals.ts';

const depthMax = 64;

/** Throws for a body, query or parameters that are too deep or hold text that cannot be kept. */
export function checkInput(request: FastifyRequest): void {
  // Raw bytes and streams are their handler's.
  const { body } = request;
  const isText = typeof body !== 'object' || !(Buffer.isBuffer(body) || (body !== null && 'pipe' in body));
  for (const input of [isText ? body : null, request.query, request.params]) {
    if (!isHoldable(input, depthMax)) throw refuseHttp('http.bad_request');
  }
}

function isHoldable(value: unknown, depthLeft: number): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  if (typeof value !== 'object' || value === null) return true;
  if (depthLeft === 0) return false;
  if (Array.isArray(value)) return value.every((one) => isHoldable(one, depthLeft - 1));
  return Object.entries(value).every(([key, one]) => isHoldable(key, 1) && isHoldable(one, depthLeft - 1));
}
