// RT-BARG-DELEGATE: whether two bargaining delegations are lawful: equal numbers, outside experts at most a third, one chief each,
// and enough delegates from the front line.

import { z } from 'zod';
import { defineRule, type Rule } from './define.ts';

const side = z.object({
  delegates: z.int().min(0).max(100).describe('代表人数（含首席）'),
  outside: z.int().min(0).max(100).default(0).describe('其中外聘人数'),
  chiefs: z.int().min(0).max(100).describe('首席代表人数'),
});
const input = z.object({
  workers: side.extend({ frontLine: z.int().min(0).max(100).describe('其中一线劳动者人数') }).describe('劳动者方'),
  employer: side.describe('企业方'),
});
export type DelegateInput = z.infer<typeof input>;
export type DelegateParameters = {
  readonly delegatesMin: number;
  readonly outsideThirds: number;
  readonly frontLineBasisPoints: number;
};
export type DelegateAnswer = { readonly lawful: boolean; readonly faults: readonly string[] };

export const delegateRule: Rule<DelegateInput, DelegateParameters, DelegateAnswer> = defineRule<
  DelegateInput,
  DelegateParameters,
  DelegateAnswer
>({
  id: 'RT-BARG-DELEGATE',
  zh: '协商代表规则',
  en: 'Bargaining delegate rules',
  inputs: input,
  parameters: [
    {
      from: '2000-11-08',
      values: { delegatesMin: 3, outsideThirds: 1, frontLineBasisPoints: 5_000 },
      basis: '《工资集体协商试行办法》第九至十二条',
      confidence: 'verified',
      cites: {
        delegatesMin: { basis: '《集体合同规定》第十九条', confidence: 'unverified' },
        frontLineBasisPoints: { basis: '地方要求', confidence: 'unverified' },
      },
    },
  ],
  tables: () => [],
  formulas: [
    {
      from: '2000-11-08',
      calculate: ({ workers, employer }, values, say) => {
        const faults: string[] = [];
        const judge = (zh: string, holds: boolean, value: string, parameter?: keyof DelegateParameters) => {
          if (!holds) faults.push(zh);
          say(zh, `${value}，${holds ? '符合' : '不符合'}`, parameter);
        };
        judge('双方人数对等', workers.delegates === employer.delegates, `${workers.delegates}比${employer.delegates}`);
        for (const [zh, one] of [
          ['劳动者方', workers],
          ['企业方', employer],
        ] as const) {
          judge(`${zh}人数`, one.delegates >= values.delegatesMin, `${one.delegates}人`, 'delegatesMin');
          judge(
            `${zh}外聘不超过三分之一`,
            one.outside * 3 <= one.delegates * values.outsideThirds,
            `${one.outside}人`,
            'outsideThirds',
          );
          judge(`${zh}首席代表一名`, one.chiefs === 1, `${one.chiefs}名`);
        }
        judge(
          '一线劳动者比例',
          workers.frontLine * 10_000 >= workers.delegates * values.frontLineBasisPoints,
          `${workers.frontLine}人`,
          'frontLineBasisPoints',
        );
        return { lawful: faults.length === 0, faults };
      },
    },
  ],
});
