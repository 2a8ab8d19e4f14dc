// RT-DI-SUBSIDY: what a month's subsidy comes to, how many are drawn for the audit, and when the year's loss ratio is balanced.
// RT-DI-SERVICE: the quarterly score of a service point. None of these figures has been seen in a public text: all are 待核.

import { z } from 'zod';
import { defineRule, divideHalfUp, yuan, type Rule } from './define.ts';

const fen = z.int().min(0);

const subsidyInput = z.object({
  personDays: z.int().min(0).describe('承保人次日'),
  grossFen: fen.describe('总保费（分）'),
  subsidyFen: fen.describe('补贴（分）'),
  excludedDays: z.int().min(0).describe('剔除的人次日'),
  excludedFen: fen.describe('剔除的补贴（分）'),
  offsetFen: z.int().describe('以前月份的冲回（分），负数为补计'),
  carriedFen: fen.describe('以前月份审定未拨的补贴（分）'),
});
export type SubsidyInput = z.infer<typeof subsidyInput>;

export type SubsidyParameters = {
  /** Of the policies of a month, in basis points; at least and at most so many. */
  readonly sampleShareBasisPoints: number;
  readonly sampleMin: number;
  readonly sampleMax: number;
  readonly ageMin: number;
  readonly ageMax: number;
  /** Claims paid in basis points of the premium: below the first is a surplus, above the second a deficit. */
  readonly lossLowBasisPoints: number;
  readonly lossHighBasisPoints: number;
};

export type Subsidy = { readonly claimFen: number; readonly owedBackFen: number; readonly personalFen: number };

export const subsidyRule: Rule<SubsidyInput, SubsidyParameters, Subsidy> = defineRule<
  SubsidyInput,
  SubsidyParameters,
  Subsidy
>({
  id: 'RT-DI-SUBSIDY',
  zh: '补贴结算与去重规则',
  en: 'Settlement of subsidies without duplicates',
  inputs: subsidyInput,
  parameters: [
    {
      from: '2024-01-01',
      values: {
        sampleShareBasisPoints: 10,
        sampleMin: 10,
        sampleMax: 200,
        ageMin: 16,
        ageMax: 65,
        lossLowBasisPoints: 7_000,
        lossHighBasisPoints: 10_000,
      },
      basis: '保险实施方案（补贴结算）',
      confidence: 'unverified',
    },
  ],
  tables: () => [],
  formulas: [
    {
      from: '2024-01-01',
      calculate: (input, _values, say) => {
        const { personDays, grossFen, subsidyFen, excludedDays, excludedFen, offsetFen, carriedFen } = input;
        say('本月承保', `${personDays} 人次日`);
        say('总保费', yuan(grossFen));
        say('个人或单位承担', yuan(grossFen - subsidyFen));
        say('本月补贴', yuan(subsidyFen));
        say('剔除重复和不符的', `${excludedDays} 人次日，${yuan(excludedFen)}`);
        say('以前月份冲回', yuan(offsetFen));
        say('以前月份审定未拨', yuan(carriedFen));
        const due = subsidyFen - excludedFen - offsetFen + carriedFen;
        say('应付补贴', due >= 0 ? yuan(due) : `${yuan(0)}（尚应冲回 ${yuan(-due)}，结转下月）`);
        return { claimFen: Math.max(0, due), owedBackFen: Math.max(0, -due), personalFen: grossFen - subsidyFen };
      },
    },
  ],
});

/** How many policies of a month are drawn. */
export function sampleSize(policies: number, values: SubsidyParameters): number {
  const share = Math.ceil((policies * values.sampleShareBasisPoints) / 10_000);
  return Math.min(policies, Math.max(values.sampleMin, Math.min(values.sampleMax, share)));
}

const serviceInput = z.object({
  onTimePercent: z.int().min(0).max(100).describe('按时办理比例（%）'),
  complaints: z.int().min(0).describe('成立的投诉（件）'),
  contentPercent: z.int().min(0).max(100).describe('回访满意比例（%）'),
  meets: z.boolean().describe('现场达标'),
});
export type ServiceScoreInput = z.infer<typeof serviceInput>;
export type ServiceScoreParameters = {
  readonly onTimePoints: number;
  readonly contentPoints: number;
  readonly sitePoints: number;
  readonly complaintPoints: number;
  readonly goodFrom: number;
};
export type ServiceScore = { readonly points: number; readonly good: boolean };

export const serviceScoreRule: Rule<ServiceScoreInput, ServiceScoreParameters, ServiceScore> = defineRule<
  ServiceScoreInput,
  ServiceScoreParameters,
  ServiceScore
>({
  id: 'RT-DI-SERVICE',
  zh: '承保服务考核表',
  en: 'Appraisal of insurance service',
  inputs: serviceInput,
  parameters: [
    {
      from: '2024-01-01',
      values: { onTimePoints: 40, contentPoints: 40, sitePoints: 20, complaintPoints: 5, goodFrom: 80 },
      basis: '保险实施方案（服务规范）',
      confidence: 'unverified',
    },
  ],
  tables: () => [],
  formulas: [
    {
      from: '2024-01-01',
      calculate: ({ onTimePercent, complaints, contentPercent, meets }, values, say) => {
        const part = (percent: number, points: number) => divideHalfUp(percent * points, 100);
        const onTime = part(onTimePercent, values.onTimePoints);
        const content = part(contentPercent, values.contentPoints);
        const site = meets ? values.sitePoints : 0;
        const lost = complaints * values.complaintPoints;
        say('按时办理', `${onTimePercent}%，得 ${onTime} 分（满分 ${values.onTimePoints}）`, 'onTimePoints');
        say('回访满意', `${contentPercent}%，得 ${content} 分（满分 ${values.contentPoints}）`, 'contentPoints');
        say('现场达标', meets ? `达标，得 ${site} 分` : '不达标，得 0 分', 'sitePoints');
        say('成立的投诉', `${complaints} 件，扣 ${lost} 分`, 'complaintPoints');
        const points = Math.max(0, onTime + content + site - lost);
        say(
          '考核分',
          `${points} 分，${points >= values.goodFrom ? '良好' : '较差'}（${values.goodFrom} 分以上为良好）`,
          'goodFrom',
        );
        return { points, good: points >= values.goodFrom };
      },
    },
  ],
});
