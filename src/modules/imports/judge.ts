// Whether a line may be taken: against the lines before it in the file, and against the register. Pure; what the register knows is handed
// in. The same person is linked and never doubled; what contradicts is said and left out.

import { addDays, type KnownPolicy } from '#modules/cover';
import type { KnownNumber } from '#modules/membership';
import type { Org } from '#modules/orgs';
import type { ImportLine, MemberLine, PolicyLine } from './line.ts';

/** What the file said before, by line number. */
export type Seen = {
  readonly numbers: Map<string, number>;
  readonly people: Map<string, { line: number; name: string }>;
  readonly spans: Map<string, { from: string; until: string; line: number }[]>;
};

export const createSeen = (): Seen => ({ numbers: new Map(), people: new Map(), spans: new Map() });

const lastDayOf = (line: PolicyLine): string => addDays(line.firstDay, line.days - 1);

/** Notes the line; says which earlier one it repeats. `person` is the hex of the ID number's index. */
export function repeated(seen: Seen, at: number, line: ImportLine, person: string): string | null {
  const zh = line.kind === 'members' ? '会员编号' : '保单号';
  const number = seen.numbers.get(line.number);
  if (number !== undefined && number !== at) return `与第 ${number} 行的${zh}相同。请删去重复的一行。`;
  seen.numbers.set(line.number, at);
  const same = seen.people.get(person);
  if (same && same.line !== at && line.kind === 'members')
    return `与第 ${same.line} 行的身份证号相同，一个人只能有一份有效会籍。请核对后删去一行。`;
  if (same && same.name !== line.person.name) return `与第 ${same.line} 行的身份证号相同而姓名不同。请对照证件核对。`;
  if (!same) seen.people.set(person, { line: at, name: line.person.name });
  if (line.kind === 'members') return null;
  const spans = seen.spans.get(person) ?? [];
  const until = lastDayOf(line);
  const clash = spans.find((one) => one.line !== at && one.from <= until && line.firstDay <= one.until);
  if (clash) return `与第 ${clash.line} 行的保障日重叠，一个人一天只能有一份保障。请核对后改正。`;
  spans.push({ from: line.firstDay, until, line: at });
  seen.spans.set(person, spans);
  return null;
}

/** The organisation that a code means, if it may hold what is brought. */
export type FindOrg = (code: string) => Org | null;

export type Register = {
  readonly members: ReadonlyMap<string, KnownNumber>;
  readonly active: ReadonlyMap<string, { readonly memberNo: string; readonly unionOrgId: string }>;
  readonly policies: ReadonlyMap<string, KnownPolicy>;
  /** By `<person>/<day>`. */
  readonly days: ReadonlyMap<
    string,
    { readonly generation: number; readonly bound: boolean; readonly policyNo: string }
  >;
};

export type KnownPerson = { readonly personId: string; readonly sameName: boolean };
export type Verdict = { readonly state: 'take' | 'same' } | { readonly state: 'bad'; readonly zh: string };

const bad = (zh: string): Verdict => ({ state: 'bad', zh });

export function judge(
  line: ImportLine,
  org: Org,
  person: KnownPerson | null,
  register: Register,
  given: { readonly source: string; readonly orgName: (orgId: string) => string },
): Verdict {
  if (person && !person.sameName) return bad('姓名与这个证件号码登记的不一致。请对照证件核对。');
  return line.kind === 'members'
    ? judgeMember(line, org, person, register, given)
    : judgePolicy(line, org, person, register, given.source);
}

type Named = { readonly source: string; readonly orgName: (orgId: string) => string };

function judgeMember(
  line: MemberLine,
  org: Org,
  person: KnownPerson | null,
  register: Register,
  given: Named,
): Verdict {
  const known = register.members.get(line.number);
  if (known) {
    if (known.import_source !== given.source) return bad(`会员编号 ${line.number} 已经是另一份会籍的编号。请核对。`);
    const same =
      known.person_id === person?.personId && known.union_org_id === org.orgId && known.joined_on === line.joinedOn;
    return same ? { state: 'same' } : bad('这个会员编号已由这个旧系统导入过，但人、工会或入会日期不同。请核对。');
  }
  const active = person && register.active.get(person.personId);
  if (!active) return { state: 'take' };
  const at = given.orgName(active.unionOrgId);
  return bad(`这个人已有有效会籍（${at}，会员编号 ${active.memberNo}），不能有两份。请核对保留哪一份。`);
}

function judgePolicy(
  line: PolicyLine,
  org: Org,
  person: KnownPerson | null,
  register: Register,
  source: string,
): Verdict {
  const known = register.policies.get(line.number);
  if (known) {
    if (known.import_source !== source) return bad(`保单号 ${line.number} 已经是另一张保单的编号。请核对。`);
    const same =
      known.person_id === person?.personId &&
      known.insurer_org_id === org.orgId &&
      known.first_day === line.firstDay &&
      known.days === line.days &&
      known.premium_fen === line.premiumFen &&
      known.subsidy_fen === line.subsidyFen;
    return same ? { state: 'same' } : bad('这个保单号已由这个旧系统导入过，但人、承保机构、日期或金额不同。请核对。');
  }
  if (!person) return { state: 'take' };
  for (let day = line.firstDay, count = 0; count < line.days; day = addDays(day, 1), count += 1) {
    const one = register.days.get(`${person.personId}/${day}`);
    if (one?.bound) return bad(`${day} 已有保障（保单 ${one.policyNo}），一个人一天只能有一份。请核对后改正。`);
  }
  return { state: 'take' };
}
