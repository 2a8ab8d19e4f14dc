// RT-DI-DIS: the share of the disability limit that each grade gives (JR/T 0083-2013: grade 1 is 100 %, each grade 10 % less).

import { z } from 'zod';
import { defineRule, type Rule } from './define.ts';
import { lookup, type Table } from './table.ts';

const input = z.object({ grade: z.int().min(1).max(10).describe('伤残等级') });
export type DisabilityInput = z.infer<typeof input>;
export type DisabilityParameters = { readonly stepBasisPoints: number };
export type DisabilityShare = { readonly basisPoints: number };

function grades(values: DisabilityParameters): Table<number> {
  return {
    name: 'disability.grades',
    zh: '伤残等级给付比例',
    axes: [{ name: 'grade', kind: 'integer', min: 1, max: 10 }],
    rows: Array.from({ length: 10 }, (_, index) => ({
      when: { grade: { min: index + 1, max: index + 1 } },
      value: 10_000 - index * values.stepBasisPoints,
      zh: `${index + 1}级`,
    })),
  };
}

export const disabilityRule: Rule<DisabilityInput, DisabilityParameters, DisabilityShare> = defineRule<
  DisabilityInput,
  DisabilityParameters,
  DisabilityShare
>({
  id: 'RT-DI-DIS',
  zh: '日保伤残比例表',
  en: 'Daily insurance disability scale',
  inputs: input,
  parameters: [
    {
      from: '2024-01-01',
      values: { stepBasisPoints: 1_000 },
      basis: '《人身保险伤残评定标准》JR/T 0083',
      confidence: 'unverified',
    },
  ],
  tables: (values) => [grades(values)],
  formulas: [
    {
      from: '2024-01-01',
      calculate: ({ grade }, values, say) => {
        const row = lookup(grades(values), { grade });
        say('伤残给付比例', `${row.zh}，${row.value / 100}%`, 'stepBasisPoints');
        return { basisPoints: row.value };
      },
    },
  ],
});
