// Who shares what the death of an insured person pays, and what a person has to look at before it is paid. Pure. It decides nobody's
// right: what does not fit is a line for the adjuster (民法典第一千一百二十七条、第一千一百三十条，保险法第四十二条；条文待核).

import { ageOn, birthDateOf } from '#catalog/fields/index';
import { invariant } from '#platform/errors';
import { daysBetween } from './days.ts';

export type Beneficiary = {
  readonly name: string;
  readonly idNumber: string;
  readonly idType: string;
  readonly relation: string;
  /** Of a hundred; nobody has one where all share alike. */
  readonly sharePercent: number | null;
  readonly card: string;
  /** In whose name the card is, where that is somebody else: a guardian. */
  readonly payeeName: string | null;
};

const firstOrder = [
  '配偶',
  '丈夫',
  '妻子',
  '爱人',
  '子女',
  '儿子',
  '女儿',
  '养子',
  '养女',
  '继子',
  '继女',
  '父母',
  '父亲',
  '母亲',
  '养父',
  '养母',
];

/**
 * Each one's part, in order, summing exactly to the whole: parts are rounded down to the fen, and what is left over goes a fen each to
 * those who stand first.
 */
export function split(amountFen: number, shares: readonly (number | null)[]): readonly number[] {
  invariant(shares.length > 0 && Number.isSafeInteger(amountFen) && amountFen >= 0, 'somebody shares an amount');
  // In hundredths of a percent, as a share is told.
  const weights = shares.map((share) => (share === null ? null : Math.round(share * 100)));
  const told = weights.every((weight) => weight !== null) && weights.some((weight) => weight !== 0);
  const parts = told ? weights.map((weight) => weight ?? 0) : weights.map(() => 1);
  const total = parts.reduce((sum, part) => sum + part, 0);
  const whole = parts.map((part) => Math.floor((amountFen * part) / total));
  let left = amountFen - whole.reduce((sum, fen) => sum + fen, 0);
  return whole.map((fen, at) => {
    if (left === 0 || parts[at] === 0) return fen;
    left -= 1;
    return fen + 1;
  });
}

export type Circumstances = {
  readonly beneficiaries: readonly Beneficiary[];
  /** As the policy or an endorsement names them; null where the law does. */
  readonly named: string | null;
  readonly today: string;
  readonly accidentDay: string;
  readonly deathDay: string | null;
  readonly saidInTime: boolean;
  readonly reason: string | null;
  readonly isCriminal: boolean;
  readonly hasAgreement: boolean;
  readonly otherHeirs: string | null;
};

/** What the adjuster has to look at, in words. */
export function doubtsOf(of: Circumstances): string[] {
  const { beneficiaries, named } = of;
  const doubts: string[] = [];
  const days = of.deathDay ? daysBetween(of.accidentDay, of.deathDay) : null;
  if (days === null || days < 0) doubts.push('去世时间早于事故时间，或者没有写明，请核对死亡证明');
  else if (days > 180) doubts.push(`去世在事故后第 ${days} 天，超过 180 天（期限待核）`);
  if (days !== null && days <= 180 !== of.saidInTime) doubts.push('“是否 180 日以内”与所填日期不一致');
  if (of.reason === '猝死' || of.reason === '失踪宣告')
    doubts.push(`死因填“${of.reason}”，请核对是否意外所致（保险条款，待核）`);
  if (of.isCriminal) doubts.push('公安机关在查：受益人故意造成死亡的丧失受益权（保险法第四十三条，待核）');
  if (of.otherHeirs) doubts.push('申请人写明还有没列出的人，请核对是否已去世、放弃或联系不上');
  doubts.push(...(named === null ? heirDoubts(of) : namedDoubts(beneficiaries, named)));
  for (const [at, one] of beneficiaries.entries()) {
    const born = one.idType === 'resident_id' ? birthDateOf({ type: 'resident_id', number: one.idNumber }) : null;
    const isMinor = typeof born === 'string' && ageOn(born, of.today) < 18;
    if (isMinor)
      doubts.push(
        `第${at + 1}位未满十八周岁，${one.payeeName ? '收款账户写的是监护人，请核对监护证明' : '没有写监护人，请核对收款账户由谁管理'}（待核）`,
      );
    else if (one.payeeName) doubts.push(`第${at + 1}位的收款账户不是本人名下，请核对`);
  }
  return doubts;
}

function namedDoubts(beneficiaries: readonly Beneficiary[], named: string): string[] {
  const strangers = beneficiaries.filter(({ name }) => !named.includes(name));
  const missing = beneficiaries.every(({ name }) => !named.includes(name));
  if (missing) return [`保单指定的受益人是“${named}”，申请里没有；指定的人先去世或者放弃的，才按法定继承`];
  return strangers.length > 0 ? [`保单指定的受益人是“${named}”，申请里还有别人`] : [];
}

function heirDoubts({ beneficiaries, hasAgreement }: Circumstances): string[] {
  const doubts: string[] = [];
  const farther = beneficiaries.flatMap(({ relation }, at) =>
    firstOrder.some((word) => relation.includes(word)) && !/祖|外公|外婆|岳|公婆/.test(relation)
      ? []
      : [`第${at + 1}位`],
  );
  if (farther.length > 0)
    doubts.push(`${farther.join('、')}不像第一顺序继承人（配偶、子女、父母），有第一顺序的人时不能继承`);
  const shares = beneficiaries.map((one) => one.sharePercent);
  const isEqual = new Set(split(1_000_000, shares)).size === 1 || shares.every((share) => share === null);
  if (!isEqual && !hasAgreement) doubts.push('份额不相等，又没有全体继承人的书面协议；一般应当均等');
  return doubts;
}

/** 张** (配偶): enough to tell them apart, and no more, on the pages of everybody who sees the sum. */
export function shortly({ name, relation }: Beneficiary): string {
  const [first = '', ...rest] = Array.from(name);
  return `${first}${'*'.repeat(Math.max(1, rest.length))}（${relation}）`;
}
