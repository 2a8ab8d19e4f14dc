// The register of the older system from which most people of a large city came: who stands in it, with which membership and which
// policies, and the files that an operator would have imported. Nobody real: the people are the city's.

import { addDays } from '#modules/cover';
import type { MemberLine, PolicyLine } from '#modules/imports';
import { occupations } from '#catalog/rules/index';
import { makePerson, type CityPerson } from './people.ts';
import { createRandom, type Random } from './random.ts';

/** People of the register who are made together. Each whole block has as many lines, so that no block asks where another ended. */
export const blockPeople = 2_000;
export const blockLines = { members: 1_000, policies: 2_000 } as const;

export const files = {
  members: { source: '鹭江旧会员系统(虚构)', name: '会员（虚构）.csv' },
  policies: { source: '鹭江旧日保平台(虚构)', name: '保单（虚构）.csv' },
} as const;

const titles = {
  members: '会员编号,姓名,身份证号,手机号,工会编码,入会日期,从业类别\n',
  policies: '保单号,姓名,身份证号,手机号,承保机构编码,地区编码,首日,末日,保费,补贴,从业类别\n',
} as const;

export type Listed = { readonly person: CityPerson; readonly arrived: boolean };
export type MemberOf = { readonly who: Listed; readonly line: MemberLine };
export type PolicyOf = { readonly who: Listed; readonly line: PolicyLine };
export type RegisterLines = { readonly members: readonly MemberOf[]; readonly policies: readonly PolicyOf[] };

/** Of a thousand policies, how many are of so many days: 6,080 days in all. */
const policyDays = [
  [1, 205],
  [2, 160],
  [3, 180],
  [5, 120],
  [7, 170],
  [15, 115],
  [30, 50],
] as const;
/** Places in the block's order: members first, of whom these have cover; everybody else has it, and so many of them twice. */
const coveredMembers = 600;
const coveredTwice = 400;
const arrivedShare = 0.85;
const dayFen = { premium: 80, subsidy: 40 };

/** People number `from` up to, not including, `until`, of block number `block`. `today` is the day of the import. */
export function registerLines(
  given: { readonly seed: number; readonly nowMs: number; readonly today: string },
  block: number,
  from: number,
  until: number,
): RegisterLines {
  const { today } = given;
  const random = createRandom(given.seed, `register/${block}`);
  const order = shuffled(
    random,
    Array.from({ length: blockPeople }, (_, at) => at),
  );
  const days = shuffled(
    random,
    policyDays.flatMap(([count, of]) => Array<number>(2 * of).fill(count)),
  );
  // Drawn for the whole block, whether or not the city ends within it: whoever is there is always the same.
  const drawn = order.map((at) => ({
    at: from + at,
    arrived: random.chance(arrivedShare),
    ofStreet: random.chance(0.6),
    joinedDaysAgo: random.int(30, 1_500),
    firstDay: random.int(-40, 10),
    gap: random.int(1, 14),
  }));
  const listed = new Map(
    drawn
      .filter(({ at }) => at < until)
      .map((one) => [one, { person: makePerson(given.seed, one.at, given.nowMs), arrived: one.arrived }]),
  );
  const members: MemberOf[] = [];
  const policies: PolicyOf[] = [];
  const sell = (one: (typeof drawn)[number], count: number, firstDay: string, nth: number): void => {
    const who = listed.get(one);
    if (who) policies.push({ who, line: policyLine(who.person, { count, firstDay, nth }) });
  };
  for (const one of drawn.slice(0, blockLines.members)) {
    const who = listed.get(one);
    const code = `${one.ofStreet ? 'street-union' : 'station-union'}-${who?.person.district.region}`;
    if (who) members.push({ who, line: memberLine(who.person, code, addDays(today, -one.joinedDaysAgo)) });
  }
  const covered = [...drawn.slice(0, coveredMembers), ...drawn.slice(blockLines.members)];
  const firstOf = (one: (typeof drawn)[number]): string => addDays(today, one.firstDay);
  covered.forEach((one, at) => sell(one, days[at] ?? 1, firstOf(one), 1));
  for (let at = 0; at < coveredTwice; at += 1) {
    const [one, count] = [covered[coveredMembers + at], days[coveredMembers + at] ?? 1];
    if (one) sell(one, days[covered.length + at] ?? 1, addDays(firstOf(one), count + one.gap), 2);
  }
  return { members, policies };
}

function shuffled<Item>(random: Random, items: readonly Item[]): Item[] {
  const list = [...items];
  for (let at = list.length - 1; at > 0; at -= 1) {
    const other = random.int(0, at);
    [list[at], list[other]] = [list[other] as Item, list[at] as Item];
  }
  return list;
}

function personOf({ name, idNumber, phone, birthDay, occupation }: CityPerson): MemberLine['person'] {
  return { name, idDocument: { type: 'resident_id', number: idNumber }, phone, birthDay, occupation };
}

const numberOf = ({ index }: CityPerson): string => String(index).padStart(8, '0');

function memberLine(person: CityPerson, orgCode: string, joinedOn: string): MemberLine {
  return { kind: 'members', number: `LJ-H${numberOf(person)}`, orgCode, person: personOf(person), joinedOn };
}

function policyLine(
  person: CityPerson,
  given: { readonly count: number; readonly firstDay: string; readonly nth: number },
): PolicyLine {
  return {
    kind: 'policies',
    number: `LJ-B${numberOf(person)}-${given.nth}`,
    orgCode: 'insurer',
    person: personOf(person),
    region: person.district.region,
    firstDay: given.firstDay,
    days: given.count,
    startsAt: null,
    premiumFen: given.count * dayFen.premium,
    subsidyFen: given.count * dayFen.subsidy,
    insurerNo: null,
    workType: occupations.find((one) => one === person.occupation) ?? '其他',
  };
}

// ---- the files ---------------------------------------------------------------------------------------------------------------

type FilePart = { readonly text: string; readonly lines: number };
export type RegisterText = { readonly members: FilePart; readonly policies: FilePart };

/** A block's part of the two files; the first part begins with the titles. */
export function textOf({ members, policies }: RegisterLines, block: number): RegisterText {
  const text = { members: block === 0 ? titles.members : '', policies: block === 0 ? titles.policies : '' };
  for (const { line } of members)
    text.members += `${line.number},${cellsOf(line)},${line.orgCode},${line.joinedOn},${line.person.occupation}\n`;
  for (const { line } of policies) {
    const { firstDay, days, premiumFen, subsidyFen } = line;
    text.policies += `${line.number},${cellsOf(line)},${line.orgCode},${line.region},${firstDay},${addDays(firstDay, days - 1)},${yuan(premiumFen)},${yuan(subsidyFen)},${line.person.occupation}\n`;
  }
  return {
    members: { text: text.members, lines: members.length },
    policies: { text: text.policies, lines: policies.length },
  };
}

function cellsOf({ person }: MemberLine | PolicyLine): string {
  return `${person.name},${person.idDocument.number},${person.phone}`;
}

const yuan = (fen: number): string => (fen / 100).toFixed(2);
