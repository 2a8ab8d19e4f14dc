// What several services say alike: the occupations of the new forms of employment, pictures of an accident, comparisons of answers.

import { choices, type Material } from '#catalog/define';
import { occupations as coveredOccupations } from '#catalog/rules/index';
import type { Condition } from '#platform/condition';

/** RT-ELIG-UNION and the daily cover use the same list; position is stable. */
export const occupations = choices(...coveredOccupations);

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
