// What several services say alike: the occupations of the new forms of employment, and the clauses a purchase must accept.

import { choices } from '#catalog/define';

/** RT-ELIG-UNION and the daily cover use the same list; position is stable. */
export const occupations = choices(
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
);
