// Merges, joined: where two registrations differ in what must be one for a person, what each of them has, and what follows from being
// one. No module owns these questions; every one of them names what happens afterwards, so that nothing is dropped unseen.

import { purposeOf } from '#catalog/purposes';
import { fieldKinds, type IdDocument } from '#catalog/fields/index';
import { regionName } from '#catalog/regions';
import type { Authorities } from '#modules/authorities';
import type { CaseState } from '#modules/cases';
import type { Identity, KnownPerson } from '#modules/identity';
import { createMerges, type Conflict, type MergesOptions } from '#modules/merges';
import type { Notices } from '#modules/notices';
import type { Orgs } from '#modules/orgs';
import type { Privacy } from '#modules/privacy';
import { dayOf } from '#platform/calendar';
import type { Clock } from '#platform/clock';
import { statement, type Tx } from '#platform/db';
import { idsOf } from '#platform/one-person';

const membershipsOf = statement<[string[]], { member_no: string; union_name: string }>(
  'wiring.merge_memberships',
  `select m.member_no, o.name as union_name from membership m join org o on o.org_id = m.union_org_id
   where m.person_id = any($1::uuid[]) and m.ended_on is null order by m.joined_on`,
);

/** Days that are bound under both, and how many of them have not begun. */
const doubleDays = statement<[string[], string[], string], { days: number; ahead: number; first: string | null }>(
  'wiring.merge_double_days',
  `with last as (select distinct on (person_id, day) person_id, day, kind from cover_entry
     where person_id = any($1::uuid[] || $2::uuid[]) order by person_id, day, generation desc)
   select count(distinct a.day)::int as days, (count(distinct a.day) filter (where a.day > $3::date))::int as ahead, min(a.day) as first
   from last a join last b on b.day = a.day and b.kind = 'bound'
   where a.kind = 'bound' and a.person_id = any($1::uuid[]) and b.person_id = any($2::uuid[])`,
);

const reportsOf = statement<[string[]], { case_no: string; state: CaseState }>(
  'wiring.merge_reports',
  `select case_no, state from case_state where person_id = any($1::uuid[]) and service_code = 'DI-006' and status = 'open'
   order by opened_at desc limit 50`,
);

const mandatesOf = statement<[string[]], { case_no: string }>(
  'wiring.merge_mandates',
  `select case_no from renewal_mandate where person_id = any($1::uuid[]) and state <> 'ended' order by case_no`,
);

const wordsOf = statement<[string[]], { purpose: string; state: 'given' | 'withdrawn' }>(
  'wiring.merge_consents',
  `select distinct on (purpose) purpose, state from (
     select distinct on (person_id, purpose) person_id, purpose, state, at from consent
     where person_id = any($1::uuid[]) order by person_id, purpose, seq desc) c
   order by purpose, (state = 'withdrawn') desc`,
);

const authoritiesOf = statement<[string[], string[], string], { own: number; between: number }>(
  'wiring.merge_authorities',
  `select count(*)::int as own,
     (count(*) filter (where agent_id = any($1::uuid[] || $2::uuid[]) and principal_id = any($1::uuid[] || $2::uuid[])))::int as between
   from authority where state = 'active' and until_at > $3::timestamptz and (agent_id = any($1::uuid[]) or principal_id = any($1::uuid[]))`,
);

const countsOf = statement<
  [string],
  { cases: number; running: number; policies: number; claims: number; notices: number }
>(
  'wiring.merge_counts',
  `select (select count(*) from case_state where person_id = $1)::int as cases,
     (select count(*) from case_state where person_id = $1 and status = 'open')::int as running,
     (select count(*) from cover_policy where person_id = $1)::int as policies,
     (select count(*) from benefit_claim where person_id = $1 and state <> 'denied')::int as claims,
     (select count(*) from notice where person_id = $1)::int as notices`,
);

/** A document as its kind of number is written, or null where it cannot be one. */
export function readDocument(clock: Clock) {
  return (type: string, number: string): IdDocument | null => {
    const read = fieldKinds.id_document.parse({ type, number }, {}, { today: dayOf(clock.now()) });
    return read.ok ? read.value : null;
  };
}

const sameAccidentMs = 2 * 3_600_000;

export type MergeParts = Pick<MergesOptions, 'db' | 'crypto' | 'clock' | 'acts' | 'trace'> & {
  readonly identity: Identity;
  readonly orgs: Pick<Orgs, 'route'>;
  readonly notices: Pick<Notices, 'tell'>;
  readonly authorities: Pick<Authorities, 'isDead'>;
  readonly privacy: Pick<Privacy, 'renewed'>;
};

export function joinMerges(parts: MergeParts) {
  const { identity, orgs, notices, privacy } = parts;
  return createMerges({
    ...parts,
    people: {
      read: identity.knownPeople,
      after: identity.knownAfter,
      byDocument: identity.knownByDocument,
      openField: identity.openField,
      forgetSessions: identity.forgetSessions,
    },
    regionName: (code) => regionName(code) ?? code,
    route: orgs.route,
    tell: notices.tell,
    conflictsOf: (tx, one, other) => conflictsOf(parts, tx, one, other),
    countsOf: async (tx, personId) => {
      const row = await tx.one(countsOf, [personId]);
      const [member] = await tx.run(membershipsOf, [[personId]]);
      return [
        { zh: '会籍', text: member ? `${member.member_no}（${member.union_name}）` : '没有' },
        { zh: '办件', text: `${row.cases} 件，在办 ${row.running} 件` },
        { zh: '保单', text: `${row.policies} 份` },
        { zh: '理赔', text: `${row.claims} 项` },
      ];
    },
    onChanged: async (tx, personIds) => {
      for (const personId of personIds) await privacy.renewed(tx, personId);
    },
  });
}

async function conflictsOf(
  parts: MergeParts,
  tx: Tx,
  one: KnownPerson,
  other: KnownPerson,
): Promise<readonly Conflict[]> {
  const groups = await groupsOf(tx, one.personId, other.personId);
  return [
    ...facts(one, other),
    ...(await deaths(parts, tx, groups)),
    ...(await memberships(tx, groups)),
    ...(await cover(parts, tx, groups)),
    ...(await claims(tx, groups)),
    ...(await consents(tx, groups)),
    ...(await authorities(parts, tx, groups)),
  ];
}

type Groups = readonly [string[], string[]];

/** All ids on each side; of two that are one already, the two rows themselves. */
async function groupsOf(tx: Tx, one: string, other: string): Promise<Groups> {
  const ids = await idsOf(tx, one);
  if (ids.includes(other)) return [[one], [other]];
  return [[...ids], [...(await idsOf(tx, other))]];
}

function facts(one: KnownPerson, other: KnownPerson): Conflict[] {
  const kept = '以保留的登记为准，另一个原样留着';
  const differs = (code: string, zh: string, a: string, b: string, after = kept): Conflict[] => [
    { code, zh, one: a, other: b, after },
  ];
  const year = (day: string) => `${day.slice(0, 4)} 年`;
  return [
    ...(one.nameFolded === other.nameFolded
      ? []
      : differs('name', '姓名不同', fieldKinds.person_name.mask(one.name), fieldKinds.person_name.mask(other.name))),
    ...(one.birthDay === other.birthDay
      ? []
      : differs('birth_day', '出生日期不同（月、日可以写明理由后查看）', year(one.birthDay), year(other.birthDay))),
    ...(one.sex === other.sex || one.sex === 'unknown' || other.sex === 'unknown'
      ? []
      : differs('sex', '性别不同', one.sex === 'male' ? '男' : '女', other.sex === 'male' ? '男' : '女')),
    ...(one.card !== null && other.card !== null && one.card !== other.card
      ? differs(
          'card',
          '收款卡不同',
          `尾号 ${one.card.slice(-4)}`,
          `尾号 ${other.card.slice(-4)}`,
          '办件里填好的卡不变，以后用保留的登记的卡',
        )
      : []),
  ];
}

async function deaths(parts: MergeParts, tx: Tx, groups: Groups): Promise<Conflict[]> {
  const [one, other] = await Promise.all(
    groups.map(async (ids) => {
      for (const id of ids) if (await parts.authorities.isDead(tx, id)) return true;
      return false;
    }),
  );
  if (one === other) return [];
  const word = (dead: boolean | undefined) => (dead ? '窗口核对过：已去世' : '没有去世的记录');
  return [
    {
      code: 'dead',
      zh: '一方登记为已去世',
      one: word(one),
      other: word(other),
      after: '合并后按已去世办理，请先向家属核实',
    },
  ];
}

async function memberships(tx: Tx, [one, other]: Groups): Promise<Conflict[]> {
  const [a, b] = await Promise.all([tx.run(membershipsOf, [one]), tx.run(membershipsOf, [other])]);
  if (a.length === 0 || b.length === 0) return [];
  const words = (rows: typeof a) => rows.map((row) => `${row.member_no}（${row.union_name}）`).join('、');
  return [
    {
      code: 'membership',
      zh: '两个有效会籍',
      one: words(a),
      other: words(b),
      after: '两个会籍都保留，办事用先入会的那个，多出的请工会办理注销',
    },
  ];
}

async function cover(parts: MergeParts, tx: Tx, [one, other]: Groups): Promise<Conflict[]> {
  const today = dayOf(parts.clock.now());
  const [double, a, b] = await Promise.all([
    tx.one(doubleDays, [one, other, today]),
    tx.run(mandatesOf, [one]),
    tx.run(mandatesOf, [other]),
  ]);
  const conflicts: Conflict[] = [];
  if (double.days > 0) {
    const text = `${double.days} 天，从 ${double.first ?? ''} 起，其中 ${double.ahead} 天还没开始`;
    const after = '两份保单都保留，同一次事故每一项只赔一次；还没开始的请本人退保，补贴由结算追回';
    conflicts.push({ code: 'double_cover', zh: '同一天有两份日保', one: text, other: text, after });
  }
  if (a.length > 0 && b.length > 0) {
    const words = (rows: typeof a) => rows.map((row) => row.case_no).join('、');
    const after = '同一天只续一次、只扣一次；请本人停掉一份';
    conflicts.push({ code: 'mandate', zh: '两份自动续保', one: words(a), other: words(b), after });
  }
  return conflicts;
}

async function claims(tx: Tx, [one, other]: Groups): Promise<Conflict[]> {
  const [a, b] = await Promise.all([tx.run(reportsOf, [one]), tx.run(reportsOf, [other])]);
  const at = ({ state }: (typeof a)[number]) => {
    const told = state.data['accident_time'];
    return typeof told === 'string' ? Date.parse(told) : Number.NaN;
  };
  return a.flatMap((left) =>
    b.flatMap((right): Conflict[] =>
      Math.abs(at(left) - at(right)) < sameAccidentMs
        ? [
            {
              code: 'accident',
              zh: '两件在办的报案像是同一次事故',
              one: left.case_no,
              other: right.case_no,
              after: '两件都继续办，查勘员会看到；同一项只赔一次',
            },
          ]
        : [],
    ),
  );
}

async function consents(tx: Tx, [one, other]: Groups): Promise<Conflict[]> {
  const [a, b] = await Promise.all([tx.run(wordsOf, [one]), tx.run(wordsOf, [other])]);
  const word = { given: '同意', withdrawn: '已撤回' } as const;
  return a.flatMap((left): Conflict[] => {
    const right = b.find((row) => row.purpose === left.purpose);
    if (!right || right.state === left.state) return [];
    const zh = `“${purposeOf(left.purpose)?.zh ?? left.purpose}”的同意不一致`;
    const after = '有一个撤回就算撤回，需要时再问本人';
    return [{ code: `consent_${left.purpose}`, zh, one: word[left.state], other: word[right.state], after }];
  });
}

async function authorities(parts: MergeParts, tx: Tx, [one, other]: Groups): Promise<Conflict[]> {
  const now = parts.clock.now();
  const [a, b] = await Promise.all([
    tx.one(authoritiesOf, [one, other, now]),
    tx.one(authoritiesOf, [other, one, now]),
  ]);
  const conflicts: Conflict[] = [];
  if (a.between > 0) {
    const text = '有';
    const after = '自己不用替自己代办，这项授权请本人停止；也请想一想是不是两个人';
    conflicts.push({ code: 'authority_between', zh: '一方正在替另一方代办', one: text, other: text, after });
  }
  if (a.own - a.between > 0 || b.own - b.between > 0)
    conflicts.push({
      code: 'authority',
      zh: '有效的代办授权',
      one: `${a.own} 项`,
      other: `${b.own} 项`,
      after: '照旧有效，本人在一处都能看到、停止；代办人只看得到原来能看的',
    });
  return conflicts;
}
