// RT-ELIG-UNION and RT-UNION-HOME: who may join the union, and which union takes a member in. An unmet condition names itself and
// goes to a person; the rule refuses nobody.

import { z } from 'zod';
import { defineRule, type Rule } from './define.ts';
import { occupations } from './premium.ts';
import { lookup, type Table } from './table.ts';

const eligibilityInput = z.object({
  age: z.int().min(0).max(150).describe('申请日周岁'),
  occupation: z.string().describe('从业类别'),
  activeMember: z.boolean().describe('已有有效会籍'),
  labourIncome: z.boolean().default(true).describe('以劳动收入为主要生活来源'),
});
export type UnionEligibilityInput = z.infer<typeof eligibilityInput>;
export type UnionEligibilityParameters = { readonly ageMin: number; readonly occupations: readonly string[] };
export type UnionEligibility = { readonly eligible: boolean; readonly unmet: readonly string[] };

const unionLaw = '《工会法》（2021年修正）第三条';

export const unionEligibilityRule: Rule<UnionEligibilityInput, UnionEligibilityParameters, UnionEligibility> =
  defineRule<UnionEligibilityInput, UnionEligibilityParameters, UnionEligibility>({
    id: 'RT-ELIG-UNION',
    zh: '入会资格表',
    en: 'Membership eligibility',
    inputs: eligibilityInput,
    parameters: [
      {
        from: '2022-01-01',
        values: { ageMin: 16, occupations },
        basis: unionLaw,
        confidence: 'verified',
        cites: {
          ageMin: { basis: '《劳动法》第十五条', confidence: 'verified' },
          occupations: { basis: '全总入会重点群体', confidence: 'report' },
        },
      },
    ],
    tables: () => [],
    formulas: [
      {
        from: '2022-01-01',
        calculate: ({ age, occupation, activeMember, labourIncome }, values, say) => {
          const unmet: string[] = [];
          const judge = (zh: string, met: boolean, value: string, parameter?: keyof UnionEligibilityParameters) => {
            if (!met) unmet.push(zh);
            say(zh, `${value}，${met ? '符合' : '不符合'}`, parameter);
          };
          judge('年龄', age >= values.ageMin, `${age}周岁`, 'ageMin');
          judge('从业类别', values.occupations.includes(occupation), occupation, 'occupations');
          judge('重复会籍', !activeMember, activeMember ? '已有有效会籍' : '没有有效会籍');
          judge('劳动收入', labourIncome, labourIncome ? '以劳动收入为主' : '不以劳动收入为主');
          return { eligible: unmet.length === 0, unmet };
        },
      },
    ],
  });

const homeInput = z.object({
  enterpriseUnion: z.boolean().describe('接单单位或站点有工会'),
  industryUnion: z.boolean().describe('本地区有该行业工会联合会'),
});
export type UnionHomeInput = z.infer<typeof homeInput>;
export type UnionHome = { readonly home: 'enterprise' | 'industry' | 'region'; readonly homeZh: string };

const yesNo = ['有', '无'] as const;
const homes: Table<UnionHome['home']> = {
  name: 'union.homes',
  zh: '会籍归口顺序',
  axes: [
    { name: 'enterpriseUnion', kind: 'enum', values: yesNo },
    { name: 'industryUnion', kind: 'enum', values: yesNo },
  ],
  rows: [
    { when: { enterpriseUnion: ['有'] }, value: 'enterprise', zh: '接单单位工会' },
    { when: { enterpriseUnion: ['无'], industryUnion: ['有'] }, value: 'industry', zh: '行业工会联合会' },
    { when: { enterpriseUnion: ['无'], industryUnion: ['无'] }, value: 'region', zh: '常接单区域的乡镇（街道）总工会' },
  ],
};

export const unionHomeRule: Rule<UnionHomeInput, object, UnionHome> = defineRule<UnionHomeInput, object, UnionHome>({
  id: 'RT-UNION-HOME',
  zh: '会籍归口表',
  en: 'Membership home rules',
  inputs: homeInput,
  parameters: [
    {
      from: '2022-01-01',
      values: {},
      basis: '《工会法》第十一条及地方做法',
      confidence: 'report',
    },
  ],
  tables: () => [homes],
  formulas: [
    {
      from: '2022-01-01',
      calculate: (input, _values, say) => {
        const word = (has: boolean) => (has ? '有' : '无');
        const row = lookup(homes, {
          enterpriseUnion: word(input.enterpriseUnion),
          industryUnion: word(input.industryUnion),
        });
        say('接单单位工会', word(input.enterpriseUnion));
        say('行业工会联合会', word(input.industryUnion));
        say('建议加入', row.zh);
        return { home: row.value, homeZh: row.zh };
      },
    },
  ],
});
