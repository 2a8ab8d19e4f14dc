// What several services say alike: the occupations of the new forms of employment, pictures of an accident, comparisons of answers.

import { choices, type Material } from '#catalog/define';
import type { Condition } from '#platform/condition';

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

/** Asked for with the report and again with the claim; never a condition of either. */
export const sceneMedia: Material = {
  zh: '现场照片或视频',
  required: false,
  ocr: 'none',
  accept: ['image', 'video'],
  maxCount: 9,
};

/** Compares with an earlier answer, and says nothing while that one is missing. */
export const unlessMissing = (name: string, condition: Condition): Condition => ({
  op: 'or',
  of: [{ op: 'not', of: { op: 'present', a: { op: 'field', name } } }, condition],
});
