import { expect, it } from 'vitest';
import { idCheckDigit, makeResidentId, syntheticRegion } from '#catalog/fields/index';
import { aliasesOf } from './aliases.ts';
import { isNear, likenessOf, type Looks } from './likeness.ts';

const person = (over: Partial<Looks> = {}): Looks => ({
  name: '林示范',
  birthDay: '1990-01-02',
  idType: 'resident_id',
  idNumber: makeResidentId(syntheticRegion, '1990-01-02', 123),
  ...over,
});
const nothing = { phoneName: false, card: false };
const whole = (first17: string) => first17 + idCheckDigit(first17);

it('a slip in a number that every check has passed is near, another number is not', () => {
  const right = whole('00000019900102123');
  expect(isNear(right, whole('00000019900102133'))).toBe(true);
  expect(isNear(right, whole('00000019900102213'))).toBe(true);
  expect(isNear(right, whole('00000019900102456'))).toBe(false);
  expect(isNear(right, right)).toBe(false);
  expect(isNear('X001234', 'X001243')).toBe(true);
  expect(isNear('X001234', 'X00123')).toBe(true);
  expect(isNear('X001234', 'X005678')).toBe(false);
});

it('says why, and how strongly; the same name and birthday alone say nothing', () => {
  const near = person({ idNumber: whole('00000019900102133') });
  expect(likenessOf(person(), near, nothing)).toEqual({ reasons: ['id_near'], strength: 'strong' });
  const namesake = person({ idNumber: whole('00000019900102456') });
  expect(likenessOf(person(), namesake, nothing)).toBeNull();
  const passport = person({ idType: 'passport', idNumber: 'X001234' });
  expect(likenessOf(person(), passport, nothing)).toEqual({ reasons: ['id_other_kind'], strength: 'likely' });
  const renewed = person({ idType: 'passport', idNumber: 'X998877' });
  expect(likenessOf(passport, renewed, nothing)).toEqual({ reasons: ['id_renewed'], strength: 'likely' });
  expect(likenessOf(person(), namesake, { phoneName: true, card: false })?.reasons).toEqual(['phone_name']);
  expect(likenessOf(person(), namesake, { phoneName: true, card: true })).toEqual({
    reasons: ['phone_name', 'card_name'],
    strength: 'strong',
  });
  const other = person({ name: '王示范', idNumber: whole('00000019900102456') });
  expect(likenessOf(person(), other, { phoneName: false, card: true })).toEqual({
    reasons: ['card'],
    strength: 'weak',
  });
  expect(likenessOf(person(), { ...near, birthDay: '1990-01-03' }, nothing)).toBeNull();
});

it('whoever is at the top of the merges stands for all below, and a circle ends', () => {
  const edge = (from: string, into: string, at: string) => ({ from, into, at });
  expect(aliasesOf([edge('a', 'b', '1'), edge('b', 'c', '3'), edge('d', 'b', '2')])).toEqual([
    { personId: 'a', rootId: 'c', since: '3' },
    { personId: 'b', rootId: 'c', since: '3' },
    { personId: 'd', rootId: 'c', since: '3' },
  ]);
  expect(aliasesOf([edge('a', 'b', '1'), edge('b', 'a', '2')])).toHaveLength(2);
});
