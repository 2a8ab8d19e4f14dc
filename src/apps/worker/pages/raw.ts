// Reading what a form post holds, and options of a field kind, for drawing. Never throws; what does not fit is empty. Pure.

import { resolveBound } from '#catalog/fields/index';
import type { DateBound } from '#catalog/fields/index';

export function part(raw: unknown, key: string): unknown {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return undefined;
  return Object.entries(raw).find(([name]) => name === key)?.[1];
}

export function textOf(raw: unknown): string {
  if (typeof raw === 'string') return raw;
  if (typeof raw === 'number' || typeof raw === 'boolean') return String(raw);
  return Array.isArray(raw) && raw.length > 0 ? textOf(raw[raw.length - 1]) : '';
}

export function texts(raw: unknown): readonly string[] {
  if (Array.isArray(raw)) return raw.map(textOf);
  return typeof raw === 'string' && raw !== '' ? [raw] : [];
}

/** Rows of a repeated group, from a list or from an object whose keys are row numbers. */
export function list(raw: unknown): readonly unknown[] {
  if (Array.isArray(raw)) return raw;
  if (typeof raw !== 'object' || raw === null) return [];
  const entries = Object.entries(raw);
  return entries.every(([key]) => /^\d{1,3}$/.test(key)) ? entries.map(([, row]: [string, unknown]) => row) : [];
}

export function flag(options: object, key: string): boolean {
  return part(options, key) === true;
}

export function numberOf(options: object, key: string): number | null {
  const value = part(options, key);
  return typeof value === 'number' ? value : null;
}

export function unitOf(options: object): string {
  return textOf(part(options, 'unit'));
}

export function labelsOf(options: object): readonly { readonly value: string; readonly zh: string }[] {
  return list(part(options, 'values')).map((choice) => ({
    value: textOf(part(choice, 'value')),
    zh: textOf(part(choice, 'zh')),
  }));
}

function isBound(text: string): text is DateBound {
  return /^today(?:[+-]\d+)?$|^\d+-\d+-\d+$/.test(text);
}

function bound(options: object, key: 'min' | 'max', today: string): string | undefined {
  const text = textOf(part(options, key));
  return isBound(text) ? resolveBound(text, today) : undefined;
}

/** `min` and `max` of an input of date, month, or date and time. */
export function dateBounds(
  options: object,
  today: string,
  type: string,
): { min: string | undefined; max: string | undefined } {
  const fit = (day: string | undefined, time: string): string | undefined => {
    if (day === undefined) return undefined;
    return type === 'month' ? day.slice(0, 7) : type === 'date' ? day : `${day}T${time}`;
  };
  return { min: fit(bound(options, 'min', today), '00:00'), max: fit(bound(options, 'max', today), '23:59') };
}
