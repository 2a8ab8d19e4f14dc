// The rules as situations that a lawyer can read: facts, day and place, and what must come of them. Each file of
// test/situations is a list; `expect` names the parts of the answer that matter, `says` words that the explanation must hold.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { RuleNotInForce, rules } from '#catalog/rules/index';

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const situations = z.array(
  z
    .strictObject({
      title: z.string().min(4),
      rule: z.string().refine((id) => id in rules, 'no such rule'),
      day,
      region: z
        .string()
        .regex(/^\d{6}$/)
        .optional(),
      input: z.record(z.string(), z.unknown()),
      expect: z.record(z.string(), z.unknown()).optional(),
      says: z.array(z.string()).default([]),
      parametersFrom: day.optional(),
      notInForce: z.literal(true).optional(),
    })
    .refine((one) => one.notInForce === true || one.expect !== undefined, 'a situation expects something'),
);

const folder = join(import.meta.dirname, 'situations');
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => ({ name, items: situations.parse(parse(readFileSync(join(folder, name), 'utf8'))) }));

test('there are situations for every rule, each with a title of its own', () => {
  const all = files.flatMap((file) => file.items);
  expect(new Set(all.map((one) => one.rule))).toEqual(new Set(Object.keys(rules)));
  expect(new Set(all.map((one) => one.title)).size).toBe(all.length);
  expect(all.length).toBeGreaterThanOrEqual(25);
});

describe.each(files)('$name', ({ items }) => {
  test.each(items)('$title', (situation) => {
    const rule = rules[situation.rule];
    const judge = () => rule?.evaluate(situation.day, situation.input, situation.region);
    if (situation.notInForce) {
      expect(judge).toThrow(RuleNotInForce);
      return;
    }
    const answer = judge();
    expect(answer?.value).toMatchObject(situation.expect ?? {});
    const words = answer?.explanation.map((line) => `${line.zh} ${line.value}`).join('\n');
    for (const word of situation.says) expect(words).toContain(word);
    if (situation.parametersFrom) expect(answer?.parametersFrom).toBe(situation.parametersFrom);
  });
});
