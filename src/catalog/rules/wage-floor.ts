// RT-WAGE-FLOOR: the minimum wage of a place, monthly and hourly. A place without figures says so; it never borrows another's.

import { z } from 'zod';
import { defineRule, yuan, type Rule } from './define.ts';

const input = z.object({
  offeredFen: z.int().min(0).nullable().default(null).describe('约定工资（分）'),
  per: z.enum(['month', 'hour']).describe('按月或按小时'),
});
export type WageFloorInput = z.infer<typeof input>;
export type WageFloorParameters = { readonly monthlyFen: number | null; readonly hourlyFen: number | null };
export type WageFloor = { readonly floorFen: number | null; readonly met: boolean | null };

export const wageFloorRule: Rule<WageFloorInput, WageFloorParameters, WageFloor> = defineRule<
  WageFloorInput,
  WageFloorParameters,
  WageFloor
>({
  id: 'RT-WAGE-FLOOR',
  zh: '最低工资表',
  en: 'Minimum wage table',
  inputs: input,
  parameters: [
    {
      from: '2004-03-01',
      values: { monthlyFen: null, hourlyFen: null },
      basis: '《最低工资规定》',
      confidence: 'unverified',
    },
    {
      from: '2022-04-01',
      until: '2025-01-01',
      region: '350200',
      values: { monthlyFen: 203_000, hourlyFen: 2_100 },
      basis: '福建省最低工资标准',
      confidence: 'unverified',
    },
    {
      from: '2025-01-01',
      region: '350200',
      values: { monthlyFen: 226_500, hourlyFen: 2_350 },
      basis: '福建省最低工资标准',
      confidence: 'unverified',
    },
  ],
  tables: () => [],
  formulas: [
    {
      from: '2004-03-01',
      calculate: ({ offeredFen, per }, values, say) => {
        const floorFen = per === 'month' ? values.monthlyFen : values.hourlyFen;
        const name = per === 'month' ? '月最低工资' : '小时最低工资';
        say(
          name,
          floorFen === null ? '本地区标准尚未配置' : yuan(floorFen),
          per === 'month' ? 'monthlyFen' : 'hourlyFen',
        );
        const met = floorFen === null || offeredFen === null ? null : offeredFen >= floorFen;
        if (offeredFen !== null)
          say('约定工资', `${yuan(offeredFen)}${met === null ? '，无法比较' : met ? '，不低于标准' : '，低于标准'}`);
        return { floorFen, met };
      },
    },
  ],
});
