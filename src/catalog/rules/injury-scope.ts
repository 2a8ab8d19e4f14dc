// RT-OI-SCOPE: whether an injury is confirmed, deemed or not an occupational injury of platform work. The article numbers of the
// 2025 measures could not be read, so the lines mirror 工伤保险条例 14 to 16 and are marked; a person decides in every case.

import { z } from 'zod';
import { defineRule, type Citation, type Rule } from './define.ts';
import { lookup, type Table } from './table.ts';

const causes = ['accident', 'violence', 'missing', 'sudden_illness', 'rescue', 'commute', 'other'] as const;
const exclusions = ['none', 'crime', 'drunk_or_drugs', 'self_harm', 'not_registered_person'] as const;

const input = z.object({
  exclusion: z.enum(exclusions).default('none').describe('排除情形'),
  cause: z.enum(causes).describe('受伤原因'),
  onOrder: z.boolean().describe('执行平台订单任务期间'),
  hoursToDeath: z.number().min(0).nullable().default(null).describe('突发疾病至死亡的小时数；当场死亡为0，未死亡为空'),
  mainlyResponsible: z.boolean().default(false).describe('交通事故中负主要责任以上'),
});
export type InjuryScopeInput = z.infer<typeof input>;
export type InjuryScopeParameters = { readonly deathHoursMax: number };
export type InjuryScope = { readonly scope: 'confirm' | 'deemed' | 'deny' | 'unclear'; readonly zh: string };

const mirror = (article: string): Citation => ({
  basis: `参照《工伤保险条例》第${article}条`,
  confidence: 'unverified',
});

type Answer = { readonly scope: InjuryScope['scope']; readonly cite: Citation };
const excluded = exclusions.filter((one) => one !== 'none');
const flag = ['是', '否'] as const;

const scopes: Table<Answer> = {
  name: 'injury.scopes',
  zh: '职业伤害情形',
  axes: [
    { name: 'exclusion', kind: 'enum', values: exclusions },
    { name: 'cause', kind: 'enum', values: causes },
    { name: 'onOrder', kind: 'enum', values: flag },
    { name: 'diedInTime', kind: 'enum', values: flag },
    { name: 'mainlyResponsible', kind: 'enum', values: flag },
  ],
  rows: [
    {
      when: { exclusion: excluded },
      value: { scope: 'deny', cite: mirror('十六') },
      zh: '故意犯罪、醉酒吸毒、自残自杀或非本人接单',
    },
    {
      when: { exclusion: ['none'], cause: ['accident', 'violence', 'missing'], onOrder: ['是'] },
      value: { scope: 'confirm', cite: mirror('十四') },
      zh: '执行订单期间因工受到伤害',
    },
    {
      when: { exclusion: ['none'], cause: ['sudden_illness'], onOrder: ['是'], diedInTime: ['是'] },
      value: { scope: 'deemed', cite: mirror('十五') },
      zh: '执行订单期间突发疾病，死亡或48小时内抢救无效死亡',
    },
    {
      when: { exclusion: ['none'], cause: ['sudden_illness'], onOrder: ['是'], diedInTime: ['否'] },
      value: { scope: 'deny', cite: mirror('十五') },
      zh: '突发疾病，未在48小时内死亡',
    },
    {
      when: { exclusion: ['none'], cause: ['rescue'] },
      value: { scope: 'deemed', cite: mirror('十五') },
      zh: '抢险救灾等维护公共利益中受伤',
    },
    {
      when: { exclusion: ['none'], cause: ['commute'], mainlyResponsible: ['否'] },
      value: { scope: 'deemed', cite: mirror('十四') },
      zh: '往返首末单合理路线，非本人主要责任的交通事故',
    },
    {
      when: { exclusion: ['none'], cause: ['commute'], mainlyResponsible: ['是'] },
      value: { scope: 'deny', cite: mirror('十四') },
      zh: '往返途中，本人负主要责任以上',
    },
    {
      when: { exclusion: ['none'], cause: ['accident', 'violence', 'missing', 'sudden_illness'], onOrder: ['否'] },
      value: { scope: 'unclear', cite: mirror('十四') },
      zh: '不在执行订单期间，须调查核实',
    },
    {
      when: { exclusion: ['none'], cause: ['other'] },
      value: { scope: 'unclear', cite: mirror('十四') },
      zh: '其他情形，须调查核实',
    },
  ],
};

export const injuryScopeRule: Rule<InjuryScopeInput, InjuryScopeParameters, InjuryScope> = defineRule<
  InjuryScopeInput,
  InjuryScopeParameters,
  InjuryScope
>({
  id: 'RT-OI-SCOPE',
  zh: '职业伤害情形判定表',
  en: 'Injury scope decision table',
  inputs: input,
  parameters: [
    {
      from: '2022-07-01',
      until: '2025-05-01',
      values: { deathHoursMax: 48 },
      basis: '人社部发〔2021〕110号',
      confidence: 'unverified',
    },
    {
      // The revised measures are dated 2025-04-22; the day of effect is not in the text that was seen.
      from: '2025-05-01',
      values: { deathHoursMax: 48 },
      basis: '人社部发〔2025〕24号',
      confidence: 'unverified',
    },
  ],
  tables: () => [scopes],
  formulas: [
    {
      from: '2022-07-01',
      calculate: (claim, values, say) => {
        const word = (yes: boolean) => (yes ? '是' : '否');
        const diedInTime = claim.hoursToDeath !== null && claim.hoursToDeath <= values.deathHoursMax;
        const row = lookup(scopes, {
          exclusion: claim.exclusion,
          cause: claim.cause,
          onOrder: word(claim.onOrder),
          diedInTime: word(diedInTime),
          mainlyResponsible: word(claim.mainlyResponsible),
        });
        say('执行平台订单任务期间', word(claim.onOrder));
        if (claim.cause === 'sudden_illness')
          say(`${values.deathHoursMax}小时内死亡`, word(diedInTime), 'deathHoursMax');
        say('判定', row.zh, row.value.cite);
        return { scope: row.value.scope, zh: row.zh };
      },
    },
  ],
});
