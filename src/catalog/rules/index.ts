// The door of the rules: the registry, and the rules that modules call by their types.

import { benefitRule } from './benefit.ts';
import { delegateRule } from './bargaining.ts';
import { widen, type AnyRule } from './define.ts';
import { disabilityRule } from './disability.ts';
import { injuryScopeRule } from './injury-scope.ts';
import { premiumRule } from './premium.ts';
import { unionEligibilityRule, unionHomeRule } from './union.ts';
import { wageFloorRule } from './wage-floor.ts';

export { benefitOn, benefitRule, type Benefit, type BenefitInput, type BenefitName } from './benefit.ts';
export { delegateRule } from './bargaining.ts';
export {
  defineRule,
  evaluateRule,
  parametersOf,
  RuleNotInForce,
  yuan,
  type AnyRule,
  type Evaluation,
  type ExplanationLine,
  type Rule,
} from './define.ts';
export { disabilityRule } from './disability.ts';
export { injuryScopeRule } from './injury-scope.ts';
export { occupations, premiumOn, premiumRule, splitPremium, type Premium, type PremiumInput, type PremiumOverlay } from './premium.ts';
export { lookup, proveTotal, type Axis, type Table, type TableProblem } from './table.ts';
export { unionEligibilityRule, unionHomeRule } from './union.ts';
export { wageFloorRule } from './wage-floor.ts';

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
  ].map((rule) => [rule.id, rule]),
);
