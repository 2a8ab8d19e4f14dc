// The terms of the daily accident cover in plain words: what the applicant must be told before he or she agrees (保险法第十七条).
// The figures are those of the rules, so that page, policy and calculation cannot differ.

import type { Terms } from '#catalog/define';
import { benefitRule, premiumRule } from '#catalog/rules/index';

/** 30 万元, 100 元, 0.4 元. */
function amount(fen: number): string {
  return fen >= 1_000_000 && fen % 1_000_000 === 0 ? `${fen / 1_000_000} 万元` : `${fen / 100} 元`;
}

const benefit = benefitRule.parameters.at(-1)?.values;
const premium = premiumRule.parameters.at(-1)?.values;
if (!benefit || !premium) throw new Error('the rules of the daily cover have no values');

export const dailyCoverTerms: Terms = {
  zh: '保险条款摘要',
  before: 'read_clause',
  sections: [
    {
      zh: '保什么',
      lines: [
        '从业过程中的意外伤害：身故、伤残、医疗费、住院津贴。',
        `${premium.ageMin} 至 ${premium.ageMax} 周岁都可以买，不分户籍和行业。`,
        `每天 ${amount(premium.rateDailyFen)}，财政补贴 ${premium.subsidyBasisPoints / 100}%。`,
      ],
      basis: '厦门市人社局公开政策',
      confidence: 'verified',
    },
    {
      zh: '最多赔多少',
      lines: [`各项合计，每人每份保单最多 ${amount(benefit.totalLimitFen)}。`],
      basis: '益鹭保公开报道',
      confidence: 'report',
    },
    {
      zh: '各项限额',
      lines: [
        `身故、伤残：最多 ${amount(benefit.lifeLimitFen)}，伤残按等级比例赔。`,
        `医疗费：最多 ${amount(benefit.medicalLimitFen)}，扣除医保等已报的部分后赔 ${benefit.medicalBasisPoints / 100}%。`,
        `住院津贴：每天 ${amount(benefit.allowanceDailyFen)}，一次住院最多 ${benefit.allowanceStayDaysMax} 天，一年最多 ${benefit.allowanceYearDaysMax} 天。`,
      ],
      basis: '公开材料未载明，为暂定值',
      confidence: 'unverified',
    },
    {
      zh: '不赔什么',
      lines: [
        '疾病；故意自伤、自杀；故意犯罪；酒后驾驶、无证驾驶；战争、地震造成的伤害。',
        '不在保障时间内的事故，医保等已经报销的部分。',
      ],
      basis: '同类意外保险的通常约定，以保险公司的条款为准',
      confidence: 'unverified',
    },
    {
      zh: '怎么理赔',
      lines: [
        '先救人，再报案。48 小时内在手机上报案；超过 48 小时，说明原因一样受理。',
        '留好发票、费用清单、病历，可以后补。',
      ],
      basis: '报案时限为地方承诺',
      confidence: 'unverified',
    },
    {
      zh: '多久赔付',
      lines: ['资料齐全后最长 30 天核定；双方同意后 10 天内付款。'],
      basis: '保险法第二十三条',
      confidence: 'verified',
    },
    {
      zh: '谁承保，找谁问',
      lines: ['由{insurer}承保和赔付。急救 120，交通事故 122，人社 12333，工会 12351。'],
      basis: '公开服务电话',
      confidence: 'report',
    },
  ],
};
