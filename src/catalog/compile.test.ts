// Compiled artefacts: the same definition gives the same bytes and hash, whatever the order of its keys; what comes back says
// the same as what went in; nothing but data gets through.

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { canonicalText, compile, readCompiled } from './compile.ts';
import { defineService, field, type Service } from './define.ts';
import { services } from './services/index.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const first = services[0];
if (!first) throw new Error('no service is authored');

/** The same object with its keys the other way round, at the levels where order has no meaning. */
function turned<Value extends object>(value: Value): Value {
  return Object.fromEntries(Object.entries(value).toReversed()) as Value;
}

describe.each(services.map((service) => [service.code, service] as const))('%s', (_code, service) => {
  const compiled = compile(service, sha256);

  it('reads back as the definition it was made from', () => {
    expect(readCompiled(compiled.json)).toEqual(structuredClone(service));
    expect(Object.keys(compiled.service.fields)).toEqual(Object.keys(service.fields));
    expect(Object.keys(compiled.service.workflow.steps)).toEqual(Object.keys(service.workflow.steps));
  });

  it('survives a store that sorts the keys of objects', () => {
    const stored: unknown = JSON.parse(compiled.json, (_key, value: unknown) =>
      typeof value === 'object' && value !== null && !Array.isArray(value) ? turned(value) : value,
    );
    expect(typeof stored === 'object' && stored !== null && readCompiled(stored)).toEqual(compiled.service);
    expect(sha256(canonicalText(stored))).toBe(compiled.hash);
  });
});

describe('compile', () => {
  const compiled = compile(first, sha256);

  it('does not depend on the order of keys', () => {
    expect(compile(turned(first), sha256).hash).toBe(compiled.hash);
    expect(compile({ ...first, workflow: turned(first.workflow), outcome: turned(first.outcome) }, sha256).json).toBe(
      compiled.json,
    );
  });

  it('depends on the order of a form, which people see', () => {
    expect(compile({ ...first, fields: turned(first.fields) }, sha256).hash).not.toBe(compiled.hash);
  });

  it('is 64 hex digits of what it names, and frozen', () => {
    expect(compiled.hash).toBe(sha256(compiled.json));
    expect(() => Object.assign(compiled.service.workflow.ends, { other: '别的' })).toThrow(TypeError);
  });

  it('keeps the order of fields inside a repeated group', () => {
    const rows = field('group', '明细', {
      fields: { zone: { kind: 'text', zh: '区' }, amount: { kind: 'money', zh: '金额' } },
    });
    const made = compile(defineService({ ...first, fields: { rows } }), sha256);
    expect(made.json.indexOf('"zone"')).toBeLessThan(made.json.indexOf('"amount"'));
    expect(made.service.fields['rows']?.options).toEqual(rows.options);
  });

  const wrong: readonly (readonly [string, object, RegExp])[] = [
    ['a function', { summary: () => '' }, /holds data only/],
    ['a class instance', { summary: new Date(0) }, /instance of a class/],
    ['an infinite number', { promisedLimit: { value: Infinity, unit: 'hour' } }, /finite/],
    ['an unknown property', { colour: 'red' }, /colour/],
    ['a code of another shape', { code: 'un-1' }, /code/],
    ['an unknown department', { lead: 'post_office' }, /lead/],
  ];
  it.each(wrong)('refuses %s', (_what, change, message) => {
    expect(() => compile({ ...first, ...change }, sha256)).toThrow(message);
  });

  it('refuses a definition that contains itself', () => {
    const loop: Record<string, unknown> = { ...first };
    loop['summary'] = loop;
    expect(() => compile(loop as unknown as Service, sha256)).toThrow(/contains itself/);
  });
});

/** Every object schema inside, found by walking zod's own description. */
describe('schema', () => {
  it('describes every property', async () => {
    const { serviceSchema } = await import('./schema.ts');
    const { z } = await import('zod');
    const json: unknown = z.toJSONSchema(serviceSchema, { io: 'input', unrepresentable: 'any' });
    const silent: string[] = [];
    const walk = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      if ('properties' in node && typeof node.properties === 'object' && node.properties !== null) {
        for (const [key, part] of Object.entries(node.properties)) {
          if (typeof part === 'object' && part !== null && !('description' in part) && !('$ref' in part))
            silent.push(`${path}.${key}`);
        }
      }
      for (const [key, part] of Object.entries(node)) walk(part, `${path}.${key}`);
    };
    walk(json, '');
    expect(silent).toEqual([]);
  });
});
