// RT-DI-BEN: what daily accident cover pays: medical, hospital allowance, disability, death, and what may be paid ahead. The item
// limits are placeholders marked unverified. All limits are those of one policy, which insures one person: the 400,000 yuan hold over
// all benefits and all accidents under it together.

import { z } from 'zod';
import { defineRule, evaluateRule, shareOf, yuan, type Evaluation, type Rule, type Say } from './define.ts';
import { disabilityRule } from './disability.ts';
import { lookup, type Table } from './table.ts';

const fen = z.int().min(0).max(100_000_000_000);
const before = z
  .object({
    /** Agreed before under the same policy, over all benefits and accidents. */
    totalFen: fen.default(0),
    /** Of that, under the same item limit. */
    itemFen: fen.default(0),
    /** Paid ahead and not yet set against a benefit. */
    prepaidFen: fen.default(0),
  })
  .default({ totalFen: 0, itemFen: 0, prepaidFen: 0 });

const medical = z.object({
  benefit: z.literal('medical'),
  billFen: fen.describe('票据总额'),
  medicareFen: fen.default(0).describe('医保已报'),
  injuryFen: fen.default(0).describe('职业伤害保障已报'),
  selfPayFen: fen.default(0).describe('自费药'),
  before,
});
const input = z.discriminatedUnion('benefit', [
  medical,
  z.object({
    benefit: z.literal('allowance'),
    stayDays: z.int().min(0).max(3_660).describe('住院天数，出院日减入院日'),
    leaveDays: z.int().min(0).max(3_660).default(0).describe('请假外出天数'),
    usedDaysYear: z.int().min(0).max(3_660).default(0).describe('本年度已给付天数'),
    before,
  }),
  z.object({ benefit: z.literal('disability'), grade: z.int().min(1).max(10).describe('伤残等级'), before }),
  z.object({ benefit: z.literal('death'), before }),
  z.object({ benefit: z.literal('prepay'), estimateFen: fen.describe('预计赔款'), before }),
]);
export type BenefitInput = z.infer<typeof input>;

export type BenefitParameters = {
  readonly totalLimitFen: number;
  readonly lifeLimitFen: number;
  readonly medicalLimitFen: number;
  readonly medicalDeductibleFen: number;
  readonly medicalBasisPoints: number;
  readonly allowanceDailyFen: number;
  readonly allowanceStayDaysMax: number;
  readonly allowanceYearDaysMax: number;
  readonly prepayBasisPoints: number;
  /** After the accident a disability is claimed within these days; later claims are looked at by a person. */
  readonly disabilityDaysMax: number;
};

export type Benefit = {
  readonly amountFen: number;
  /** Days that the allowance counted. */
  readonly days: number;
  /** What was paid ahead and is set against this benefit. */
  readonly offsetFen: number;
  readonly limited: boolean;
};

// No public page names the limits of the single benefits: these are ours, and every line says that they are not checked.
const noItem = '分项限额暂定值';

/** Which item limit a benefit draws on. */
const items: Table<'life' | 'medical' | 'rest'> = {
  name: 'benefit.items',
  zh: '责任与分项限额',
  axes: [{ name: 'benefit', kind: 'enum', values: ['medical', 'allowance', 'disability', 'death', 'prepay'] }],
  rows: [
    { when: { benefit: ['disability', 'death'] }, value: 'life', zh: '身故伤残限额' },
    { when: { benefit: ['medical'] }, value: 'medical', zh: '医疗限额' },
    { when: { benefit: ['allowance', 'prepay'] }, value: 'rest', zh: '只受总限额' },
  ],
};

type Entitlement = { readonly fen: number; readonly days: number };

function entitlement(
  claim: BenefitInput,
  values: BenefitParameters,
  say: Say<BenefitParameters>,
  day: string,
): Entitlement {
  if (claim.benefit === 'medical') {
    const baseFen = Math.max(
      0,
      claim.billFen - claim.medicareFen - claim.injuryFen - claim.selfPayFen - values.medicalDeductibleFen,
    );
    say(
      '可赔医疗费',
      `${yuan(claim.billFen)} − 医保${yuan(claim.medicareFen)} − 职业伤害${yuan(claim.injuryFen)} − 自费${yuan(claim.selfPayFen)} − 免赔${yuan(values.medicalDeductibleFen)} ＝ ${yuan(baseFen)}`,
      'medicalDeductibleFen',
    );
    say('给付比例', `${values.medicalBasisPoints / 100}%`, 'medicalBasisPoints');
    return { fen: shareOf(baseFen, values.medicalBasisPoints), days: 0 };
  }
  if (claim.benefit === 'allowance') {
    const yearLeft = Math.max(0, values.allowanceYearDaysMax - claim.usedDaysYear);
    const days = Math.min(Math.max(0, claim.stayDays - claim.leaveDays), values.allowanceStayDaysMax, yearLeft);
    say(
      '计津贴天数',
      `住院${claim.stayDays}天 − 请假${claim.leaveDays}天，每次最多${values.allowanceStayDaysMax}天，本年度还可${yearLeft}天 ＝ ${days}天`,
      'allowanceStayDaysMax',
    );
    say('每日津贴', yuan(values.allowanceDailyFen), 'allowanceDailyFen');
    return { fen: days * values.allowanceDailyFen, days };
  }
  if (claim.benefit === 'disability') {
    const share = evaluateRule(disabilityRule, day, { grade: claim.grade });
    for (const line of share.explanation)
      say(line.zh, line.value, { basis: line.basis, confidence: line.verified ? 'verified' : 'unverified' });
    return { fen: shareOf(values.lifeLimitFen, share.value.basisPoints), days: 0 };
  }
  if (claim.benefit === 'death') return { fen: values.lifeLimitFen, days: 0 };
  say('预付比例', `预计赔款${yuan(claim.estimateFen)}的${values.prepayBasisPoints / 100}%以内`, 'prepayBasisPoints');
  return { fen: shareOf(claim.estimateFen, values.prepayBasisPoints), days: 0 };
}

function calculate(claim: BenefitInput, values: BenefitParameters, say: Say<BenefitParameters>, day: string): Benefit {
  const entitled = entitlement(claim, values, say, day);
  const item = lookup(items, { benefit: claim.benefit });
  const itemLimitFen = { life: values.lifeLimitFen, medical: values.medicalLimitFen, rest: values.totalLimitFen }[
    item.value
  ];
  const itemLeftFen = Math.max(0, itemLimitFen - claim.before.itemFen);
  if (item.value !== 'rest')
    say(
      item.zh,
      `${yuan(itemLimitFen)}，已用${yuan(claim.before.itemFen)}`,
      item.value === 'life' ? 'lifeLimitFen' : 'medicalLimitFen',
    );
  const itemFen = Math.min(entitled.fen, itemLeftFen);
  // What was paid ahead counts already in the total; it comes off the benefit that it anticipated.
  const offsetFen = claim.benefit === 'prepay' ? 0 : Math.min(claim.before.prepaidFen, itemFen);
  if (offsetFen > 0) say('扣除已预付', yuan(offsetFen), 'prepayBasisPoints');
  const totalLeftFen = Math.max(0, values.totalLimitFen - claim.before.totalFen);
  const amountFen = Math.min(itemFen - offsetFen, totalLeftFen);
  say('每人每份保单总限额', `${yuan(values.totalLimitFen)}，已用${yuan(claim.before.totalFen)}`, 'totalLimitFen');
  say('应赔金额', yuan(amountFen), 'totalLimitFen');
  return { amountFen, days: entitled.days, offsetFen, limited: amountFen < entitled.fen - offsetFen };
}

export const benefitRule: Rule<BenefitInput, BenefitParameters, Benefit> = defineRule<
  BenefitInput,
  BenefitParameters,
  Benefit
>({
  id: 'RT-DI-BEN',
  zh: '日保责任与限额表',
  en: 'Daily insurance benefits',
  inputs: input,
  parameters: [
    {
      from: '2024-01-01',
      values: {
        totalLimitFen: 40_000_000,
        lifeLimitFen: 30_000_000,
        medicalLimitFen: 8_000_000,
        medicalDeductibleFen: 0,
        medicalBasisPoints: 9_000,
        allowanceDailyFen: 10_000,
        allowanceStayDaysMax: 90,
        allowanceYearDaysMax: 180,
        prepayBasisPoints: 5_000,
        disabilityDaysMax: 180,
      },
      basis: noItem,
      confidence: 'unverified',
      cites: { totalLimitFen: { basis: '益鹭保公开报道；按每份保单累计', confidence: 'report' } },
    },
  ],
  tables: () => [items],
  formulas: [{ from: '2024-01-01', calculate }],
});

/** What a claim gives for an accident of a day. */
export function benefitOn(accidentDay: string, claim: BenefitInput, region: string): Evaluation<Benefit> {
  return evaluateRule(benefitRule, accidentDay, claim, region);
}
