// RT-DI-PREM: who may buy daily accident cover, from when, and who pays how much of the premium. Money in whole fen; rounded once,
// half up, and what rounding leaves goes to the subsidy, so that worker's part + subsidy = premium for any number of days.

import { z } from 'zod';
import { defineRule, divideHalfUp, evaluateRule, shareOf, yuan, type Evaluation, type Rule } from './define.ts';
import { lookup, type Table } from './table.ts';

export const occupations = [
  '快递员',
  '网约配送员',
  '网约车司机',
  '货车司机',
  '家政服务员',
  '护工护理员',
  '网络主播',
  '互联网营销师',
  '代驾员',
  '房产中介员',
  '保安员',
  '商场信息员',
  '其他',
] as const;

const input = z.object({
  age: z.int().min(0).max(150).describe('起保日周岁'),
  days: z.int().min(0).max(366).describe('投保天数'),
  workType: z.enum(occupations).describe('当日从业类别'),
});
export type PremiumInput = z.infer<typeof input>;

export type PremiumParameters = {
  readonly ageMin: number;
  readonly ageMax: number;
  readonly daysMax: number;
  readonly rateDailyFen: number;
  /** Public money's share, in basis points of the whole premium. */
  readonly subsidyBasisPoints: number;
  /** gross: the rate is the whole premium. net: the rate is what the worker pays and the subsidy comes on top. */
  readonly rateMeans: 'gross' | 'net';
  /** Cover may start on the day of purchase, from the minute of payment. */
  readonly sameDay: boolean;
};

export type Premium = {
  readonly ageAllowed: boolean;
  readonly daysAllowed: boolean;
  readonly sameDayAllowed: boolean;
  readonly riskClass: number;
  readonly riskZh: '一般' | '较高';
  readonly grossFen: number;
  readonly subsidyFen: number;
  readonly payableFen: number;
};

// 16–65 years, 0.4 yuan a person and day, half of it public money: hrss.xm.gov.cn/gzcy/zxft/ywsh.
const page = '厦门市人社局公开政策';
const citywide = {
  ageMin: 16,
  ageMax: 65,
  daysMax: 31,
  rateDailyFen: 40,
  subsidyBasisPoints: 5_000,
  rateMeans: 'gross',
  sameDay: false,
} as const satisfies PremiumParameters;

const cites = {
  ageMin: { basis: page, confidence: 'verified' },
  ageMax: { basis: page, confidence: 'verified' },
  rateDailyFen: { basis: page, confidence: 'verified' },
  subsidyBasisPoints: { basis: page, confidence: 'verified' },
  rateMeans: {
    basis: '是否含补贴，公开材料未说明',
    confidence: 'unverified',
  },
  daysMax: { basis: '地方承诺', confidence: 'unverified' },
  sameDay: { basis: '地方配置', confidence: 'unverified' },
} as const;

function ages(values: PremiumParameters): Table<boolean> {
  const row = (min: number, max: number, value: boolean, zh: string) =>
    min <= max ? [{ when: { age: { min, max } }, value, zh }] : [];
  return {
    name: 'premium.ages',
    zh: '投保年龄',
    axes: [{ name: 'age', kind: 'integer', min: 0, max: 150 }],
    rows: [
      ...row(0, values.ageMin - 1, false, `不满${values.ageMin}周岁`),
      ...row(values.ageMin, values.ageMax, true, `${values.ageMin}至${values.ageMax}周岁`),
      ...row(values.ageMax + 1, 150, false, `超过${values.ageMax}周岁`),
    ],
  };
}

/** Class of the insurers' occupational scale, 1 (office) to 6 (highest). */
const risks: Table<{ riskClass: number; riskZh: '一般' | '较高' }> = {
  name: 'premium.risks',
  zh: '职业风险类别',
  axes: [{ name: 'workType', kind: 'enum', values: occupations }],
  rows: [
    {
      when: { workType: ['网络主播', '互联网营销师', '房产中介员', '商场信息员'] },
      value: { riskClass: 1, riskZh: '一般' },
      zh: '室内服务',
    },
    { when: { workType: ['家政服务员', '护工护理员'] }, value: { riskClass: 2, riskZh: '一般' }, zh: '居家服务' },
    {
      when: { workType: ['保安员', '网约车司机', '代驾员', '其他'] },
      value: { riskClass: 3, riskZh: '一般' },
      zh: '驾驶与值守',
    },
    { when: { workType: ['快递员', '网约配送员'] }, value: { riskClass: 4, riskZh: '一般' }, zh: '两轮配送' },
    { when: { workType: ['货车司机'] }, value: { riskClass: 5, riskZh: '较高' }, zh: '货运' },
  ],
};

/** The split of a premium, exact to the fen. */
export function splitPremium(
  days: number,
  values: Pick<PremiumParameters, 'rateDailyFen' | 'subsidyBasisPoints' | 'rateMeans'>,
) {
  const ratedFen = values.rateDailyFen * days;
  const workerBasisPoints = 10_000 - values.subsidyBasisPoints;
  // A subsidy of the whole premium leaves no worker's part from which a net rate could start.
  const grossFen =
    values.rateMeans === 'gross' || workerBasisPoints === 0
      ? ratedFen
      : divideHalfUp(ratedFen * 10_000, workerBasisPoints);
  const payableFen =
    values.rateMeans === 'gross' || workerBasisPoints === 0 ? shareOf(ratedFen, workerBasisPoints) : ratedFen;
  return { grossFen, payableFen, subsidyFen: grossFen - payableFen };
}

export const premiumRule: Rule<PremiumInput, PremiumParameters, Premium> = defineRule<
  PremiumInput,
  PremiumParameters,
  Premium
>({
  id: 'RT-DI-PREM',
  zh: '日保保费与补贴表',
  en: 'Daily premium and subsidy',
  inputs: input,
  parameters: [
    { from: '2024-01-01', values: citywide, cites, basis: page, confidence: 'unverified' },
    {
      from: '2024-01-01',
      region: '350200',
      values: { ...citywide, sameDay: true },
      cites,
      basis: page,
      confidence: 'verified',
    },
  ],
  tables: (values) => [ages(values), risks],
  formulas: [
    {
      from: '2024-01-01',
      calculate: ({ age, days, workType }, values, say) => {
        const band = lookup(ages(values), { age });
        const risk = lookup(risks, { workType });
        const split = splitPremium(days, values);
        say('起保日年龄', `${age}周岁（${band.zh}）`, 'ageMin');
        say('投保天数', `${days}天，单次最多${values.daysMax}天`, 'daysMax');
        say(
          '每日保费',
          `${yuan(values.rateDailyFen)}（${values.rateMeans === 'gross' ? '补贴前' : '个人缴纳部分，补贴另加'}）`,
          'rateMeans',
        );
        say('总保费', yuan(split.grossFen), 'rateDailyFen');
        say('财政补贴', `${yuan(split.subsidyFen)}（${values.subsidyBasisPoints / 100}%）`, 'subsidyBasisPoints');
        say('您应付', yuan(split.payableFen), 'subsidyBasisPoints');
        say('最早起保', values.sameDay ? '付款后立即生效（当日）' : '次日零时', 'sameDay');
        return {
          ageAllowed: band.value,
          daysAllowed: days >= 1 && days <= values.daysMax,
          sameDayAllowed: values.sameDay,
          ...risk.value,
          ...split,
        };
      },
    },
  ],
});

/** What an operator may set for a place without a developer. */
export type PremiumOverlay = Partial<Pick<PremiumParameters, 'rateMeans' | 'sameDay'>>;

export function premiumOn(
  day: string,
  premium: PremiumInput,
  region: string,
  overlay: PremiumOverlay = {},
): Evaluation<Premium> {
  return evaluateRule(premiumRule, day, premium, region, overlay);
}
