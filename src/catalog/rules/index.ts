// The door of the rules: the registry, and the rules that modules call by their types.

import { benefitRule } from './benefit.ts';
import { delegateRule } from './bargaining.ts';
import { widen, type AnyRule } from './define.ts';
import { disabilityRule } from './disability.ts';
import { dispatchRule } from './dispatch.ts';
import { injuryScopeRule } from './injury-scope.ts';
import { premiumRule } from './premium.ts';
import { serviceScoreRule, subsidyRule } from './subsidy.ts';
import { unionEligibilityRule, unionHomeRule } from './union.ts';
import { wageFloorRule } from './wage-floor.ts';

export { benefitOn, benefitRule, type BenefitInput } from './benefit.ts';
export {
  appealSubjects,
  dispatchRule,
  foldAccount,
  likenessPercent,
  subjectOfCause,
  urgencies,
  type AppealSubject,
  type DispatchParameters,
} from './dispatch.ts';
export { evaluateRule, parametersOf, RuleNotInForce, yuan, type AnyRule, type ExplanationLine } from './define.ts';
export { occupations, premiumOn, premiumRule, splitPremium, type Premium, type PremiumOverlay } from './premium.ts';
export { sampleSize, serviceScoreRule, subsidyRule, type ServiceScoreInput, type SubsidyInput } from './subsidy.ts';
export { proveTotal, type Table, type TableProblem } from './table.ts';
export { unionEligibilityRule } from './union.ts';

export const rules: Readonly<Record<string, AnyRule>> = Object.fromEntries(
  [
    widen(premiumRule),
    widen(benefitRule),
    widen(disabilityRule),
    widen(unionEligibilityRule),
    widen(unionHomeRule),
    widen(injuryScopeRule),
    widen(delegateRule),
    widen(wageFloorRule),
    widen(dispatchRule),
    widen(subsidyRule),
    widen(serviceScoreRule),
  ].map((rule) => [rule.id, rule]),
);
