// The workers of the city. Nobody real: names are put together by chance, ID numbers begin with 000000, which is no region of
// GB/T 2260, phones and cards are counted up from the front of blocks, and every row says that it is synthetic.

import { makeResidentId } from '#catalog/fields/identity';
import { maskName, personRow } from '#modules/identity';
import { syntheticRegion } from '#catalog/fields/identity';
import { districts, givenFemale, givenMale, platforms, surnames, type District } from './names.ts';
import { createRandom } from './random.ts';
import type { Row } from './rows.ts';
import type { World } from './world.ts';

export type CityPerson = {
  readonly personId: string;
  readonly index: number;
  readonly name: string;
  readonly maskedName: string;
  readonly idNumber: string;
  readonly phone: string;
  readonly card: string;
  readonly birthDay: string;
  readonly sex: 'male' | 'female';
  readonly district: District;
  readonly occupation: string;
  readonly platformCode: string;
  readonly createdAtMs: number;
};

const dayMs = 86_400_000;
/** Born between 18 and 60 years before the city's now; the few beside that are the stories' own. */
const agesDays = { youngest: 18 * 366, span: 42 * 365 };
const firstPhone = 19_900_000_001;
/** No bank has this issuer number. */
const cardIssuer = '620000';

const genders = { male: 1, female: 0 } as const;

/** Person number `index` of the city; 0 is the demonstration's rider. The same whatever batch it is made in. */
export function makePerson(
  seed: number,
  index: number,
  nowMs: number,
  birthDay = birthDayOf(index, nowMs),
): CityPerson {
  const random = createRandom(seed, `person/${index}`, 512);
  const platform = random.weighted(platforms.map((one, at) => [one, [46, 24, 14, 6, 10][at] ?? 1] as const));
  const sex = random.chance(platform.occupation === '家政服务员' ? 0.1 : 0.84) ? 'male' : 'female';
  const name = random.weighted(surnames) + random.pick(sex === 'male' ? givenMale : givenFemale);
  // Days of birth repeat after `span` people, and the sequence behind them then counts on: no number is made twice.
  const sequence = 2 * Math.floor(index / agesDays.span) + genders[sex];
  return {
    personId: random.id(nowMs - random.int(40, 700) * dayMs),
    index,
    name,
    maskedName: maskName(name),
    idNumber: makeResidentId(syntheticRegion, birthDay, sequence),
    phone: String(firstPhone + index),
    card: withLuhn(`${cardIssuer}${String(index).padStart(12, '0')}`),
    birthDay,
    sex,
    district: random.weighted(districts.map((one) => [one, one.weight] as const)),
    occupation: platform.occupation,
    platformCode: platform.code,
    createdAtMs: nowMs - random.int(330, 700) * dayMs,
  };
}

function birthDayOf(index: number, nowMs: number): string {
  // A stride that shares no factor with the span visits every day once before it comes back.
  const offset = (index * 4_933) % agesDays.span;
  return new Date(nowMs - (agesDays.youngest + offset) * dayMs).toISOString().slice(0, 10);
}

/** The digit that makes a card number pass ISO/IEC 7812-1. */
function withLuhn(body: string): string {
  const sum = body
    .split('')
    .toReversed()
    .reduce((total, digit, at) => {
      const doubled = Number(digit) * (at % 2 === 0 ? 2 : 1);
      return total + (doubled > 9 ? doubled - 9 : doubled);
    }, 0);
  return body + String((10 - (sum % 10)) % 10);
}

export function addPerson(world: World, person: CityPerson, platformOrgId: string): void {
  const row = personRow(world.crypto, {
    personId: person.personId,
    name: person.name,
    idDocument: { type: 'resident_id', number: person.idNumber },
    phone: person.phone,
    birthDay: person.birthDay,
    sex: person.sex,
    region: person.district.region,
    occupation: person.occupation,
    platformOrgId,
    card: person.card,
    verified: true,
    synthetic: true,
    createdAt: new Date(person.createdAtMs).toISOString(),
  });
  const known: Row<'person'> = { ...row, claimed: false, arrived_as: null };
  world.rows.person.push(known);
  world.people.set(person.personId, person);
}
