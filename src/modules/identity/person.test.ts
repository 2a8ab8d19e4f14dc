// What is sealed, found, masked and checked of a person, without a database.

import { describe, expect, test } from 'vitest';
import { makeResidentId, syntheticRegion } from '#catalog/fields/index';
import { createCrypto } from '#platform/crypto';
import { newId } from '#platform/ids';
import { checkRegistration, maskPerson, nameIndex, openPerson, personRow, type NewPerson } from './person.ts';

const crypto = createCrypto(Buffer.alloc(32, 3));

function made(overrides: Partial<NewPerson> = {}): NewPerson {
  return {
    personId: newId(),
    name: '张示例',
    idDocument: { type: 'resident_id', number: makeResidentId(syntheticRegion, '1990-05-06', 1) },
    phone: '13800000001',
    birthDay: '1990-05-06',
    sex: 'male',
    region: '350203',
    occupation: null,
    platformOrgId: null,
    card: '6222020000000000000',
    createdAt: '2026-03-02T02:00:00.000Z',
    ...overrides,
  };
}

describe('a row', () => {
  test('holds nothing in the clear, opens to the same person, and only under its own id', () => {
    const person = made();
    const row = personRow(crypto, person);
    const stored = JSON.stringify(row);
    for (const plain of [person.name, person.phone, person.idDocument.number, '6222020000000000000']) {
      expect(stored).not.toContain(plain);
    }
    expect(openPerson(crypto, row)).toMatchObject({ name: person.name, phone: person.phone, card: person.card });
    expect(() => openPerson(crypto, { ...row, person_id: newId() })).toThrow('unable to authenticate');
  });

  test('is found however the name was typed; documents of two kinds with one number are two', () => {
    expect(nameIndex(crypto, '古丽·示例')).toEqual(nameIndex(crypto, '古丽 示例'));
    expect(nameIndex(crypto, 'Li Sample')).toEqual(nameIndex(crypto, 'LI　SAMPLE'));
    const passport = personRow(crypto, made({ idDocument: { type: 'passport', number: '00123456' } }));
    const permit = personRow(crypto, made({ idDocument: { type: 'taiwan_permit', number: '00123456' } }));
    expect(passport.id_number_index).not.toEqual(permit.id_number_index);
  });

  test('masked, it shows no whole identifier', () => {
    const person = openPerson(crypto, personRow(crypto, made()));
    const masked = maskPerson(person);
    const shown = JSON.stringify(masked);
    for (const plain of [person.name, person.phone, person.idNumber, person.card ?? '', person.birthDay]) {
      expect(shown).not.toContain(plain);
    }
    expect(masked.name).toBe('张**');
  });
});

describe('a registration', () => {
  const today = '2026-03-02';
  const form = {
    name: ' 张示例 ',
    idDocument: { type: 'resident_id', number: makeResidentId(syntheticRegion, '2010-03-02', 2) },
    region: '350203',
  };
  const check = (more: object) => checkRegistration({ ...form, ...more }, today, (code) => code === '350203');

  test('takes birth day and sex from the document, whatever is typed beside it', () => {
    const checked = check({ birthDay: '1980-01-01', sex: 'male' });
    expect(checked).toMatchObject({
      ok: true,
      value: { name: '张示例', birthDay: '2010-03-02', sex: 'female', age: 16 },
    });
  });

  test('asks for the birth day where the document has none', () => {
    const passport = { idDocument: { type: 'passport', number: 'X00123456' } };
    expect(check(passport)).toMatchObject({ ok: false, problems: [{ path: 'birthDay' }] });
    expect(check({ ...passport, birthDay: '1990-02-03' })).toMatchObject({
      ok: true,
      value: { birthDay: '1990-02-03', sex: 'unknown', age: 36 },
    });
    expect(check({ ...passport, birthDay: '2027-01-01' })).toMatchObject({
      ok: false,
      problems: [{ path: 'birthDay' }],
    });
  });

  test('names every wrong field', () => {
    const checked = check({ name: '张3', idDocument: { type: 'resident_id', number: '123' }, region: '999999' });
    expect(checked).toMatchObject({
      ok: false,
      problems: [{ path: 'name' }, { path: 'idDocument.number' }, { path: 'region' }],
    });
  });
});
