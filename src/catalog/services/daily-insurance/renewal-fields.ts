// What a person says of an auto-renewal when it is signed and whenever it is changed: when it renews, and the most of a month.

import { choices, field } from '#catalog/define';

export const otherPlatform = '其他';
/** By name, as a rider knows them; a company of another name is one of the others. */
export const linkedPlatforms = ['美团', '饿了么', '滴滴', '货拉拉', '顺丰同城', otherPlatform] as const;

export const renewalTerms = {
  trigger_mode: field('enum', '什么时候自动买', choices('每日固定', '接单日自动', '周一至周五'), {
    help: '接单日自动：当天第一次接单时买，从扣款成功那一刻起保障；平台接单信号没有接入的地方选不了',
  }),
  monthly_cap: field(
    'money',
    '每月最多扣多少',
    { minFen: 1, maxFen: 100_000 },
    { help: '到了上限，当月不再扣，也没有保障；下月自动恢复' },
  ),
};
