// The trade under which somebody is insured, from what a list or an application calls the work. Pure.

import { occupations } from '#catalog/rules/index';

export type Trade = (typeof occupations)[number];

/** As offices write posts; the first that fits. What is not here is not guessed. */
const words: readonly (readonly [RegExp, Trade])[] = [
  [/外卖|骑手|配送/, '网约配送员'],
  [/快递|揽投|派件/, '快递员'],
  [/货运|货车/, '货车司机'],
  [/网约车|专车|快车/, '网约车司机'],
  [/代驾/, '代驾员'],
  [/家政|保洁|保姆/, '家政服务员'],
  [/护工|护理/, '护工护理员'],
  [/主播/, '网络主播'],
  [/中介|经纪/, '房产中介员'],
  [/保安/, '保安员'],
];

/** A trade of the catalogue as it is named there; everything else is 其他. */
export function tradeOf(name: string): Trade {
  return occupations.find((one) => one === name) ?? '其他';
}

/** What a post on a list means; null where the list does not say. */
export function tradeOfPost(post: string): Trade | null {
  return occupations.find((one) => one === post) ?? words.find(([word]) => word.test(post))?.[1] ?? null;
}
