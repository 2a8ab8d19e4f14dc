// The rule language: a rule is a dated, cited, pure calculation that explains itself. New law adds a version of parameters or a
// formula beside the old one and never edits it; an event is judged by what was in force on its day. No I/O, no clock.

import type { z } from 'zod';
import type { Table } from './table.ts';

/** `verified`: seen in the text of a public page or law. `report`: stated in a report. `unverified`: a default to be checked. */
export type Confidence = 'verified' | 'report' | 'unverified';

export type Citation = { readonly basis: string; readonly confidence: Confidence };

/** One line of "how did you come to this": what, how much, by which clause, and whether that clause has been checked. */
export type ExplanationLine = {
  readonly zh: string;
  readonly value: string;
  readonly basis: string;
  readonly verified: boolean;
};

export type ParameterVersion<Values> = Citation & {
  /** First day, and the day after the last, of events that it judges. */
  readonly from: string;
  readonly until?: string;
  /** GB/T 2260 code of the place where it holds; everywhere when absent. The most exact place wins. */
  readonly region?: string;
  readonly values: Values;
  /** Where single values have a source of their own. */
  readonly cites?: Partial<Readonly<Record<keyof Values & string, Citation>>>;
};

export type Say<Values> = {
  /** Explains by a parameter's source, by a source given whole, or by the version's when neither is named. */
  (zh: string, value: string, source?: (keyof Values & string) | Citation): void;
};

export type Formula<Input, Values, Value> = {
  readonly from: string;
  readonly until?: string;
  readonly calculate: (input: Input, values: Values, say: Say<Values>, eventDay: string) => Value;
};

export type Rule<Input = unknown, Values = unknown, Value = unknown> = {
  readonly id: string;
  readonly zh: string;
  readonly en: string;
  readonly inputs: z.ZodType<Input>;
  readonly parameters: readonly ParameterVersion<Values>[];
  readonly formulas: readonly Formula<Input, Values, Value>[];
  /** The tables that the formulas look up, for the proof that each is total and without overlap. */
  readonly tables: (values: Values) => readonly Table[];
};

export type Evaluation<Value> = {
  readonly value: Value;
  readonly explanation: readonly ExplanationLine[];
  /** The day from which the parameters used are in force, and where they hold. */
  readonly parametersFrom: string;
  readonly parametersRegion: string | null;
};

/** A rule as the registry holds it: its input is checked before the formula sees it. */
export type AnyRule = Pick<Rule, 'id' | 'zh' | 'en' | 'parameters'> & {
  readonly versions: readonly {
    readonly from: string;
    readonly until?: string;
    readonly region?: string;
    readonly tables: readonly Table[];
    readonly values: unknown;
    readonly basis: string;
    readonly confidence: Confidence;
  }[];
  readonly evaluate: (eventDay: string, input: unknown, region?: string) => Evaluation<unknown>;
};

export class RuleNotInForce extends Error {
  override readonly name = 'RuleNotInForce';
}

export function defineRule<Input, Values, Value>(rule: Rule<Input, Values, Value>): Rule<Input, Values, Value> {
  return rule;
}

/**
 * Judges an event by the parameters and the formula of its day; throws RuleNotInForce before the first version. What an operator
 * configured for the place is laid over the parameters, and the explanation says so.
 */
export function evaluateRule<Input, Values, Value>(
  rule: Rule<Input, Values, Value>,
  eventDay: string,
  input: Input,
  region?: string,
  overlay: Partial<NoInfer<Values>> = {},
): Evaluation<Value> {
  const version = parametersOf(rule, eventDay, region);
  const formula = rule.formulas.find((one) => inForce(one, eventDay));
  if (!version || !formula)
    throw new RuleNotInForce(`${rule.id} has no version for ${eventDay}${region ? ` in ${region}` : ''}`);
  const explanation: ExplanationLine[] = [];
  const citations = new Map(Object.entries((version.cites ?? {}) as Readonly<Record<string, Citation>>));
  for (const name of Object.keys(overlay))
    citations.set(name, { basis: '本地区配置（由运营单位设定）', confidence: 'unverified' });
  const say: Say<Values> = (zh, value, source) => {
    const cited = typeof source === 'object' ? source : (citations.get(source ?? '') ?? version);
    explanation.push({ zh, value, basis: cited.basis, verified: cited.confidence === 'verified' });
  };
  const value = formula.calculate(rule.inputs.parse(input), { ...version.values, ...overlay }, say, eventDay);
  return { value, explanation, parametersFrom: version.from, parametersRegion: version.region ?? null };
}

/** The parameters in force on a day in a place: the most exact place first, then the latest start. */
export function parametersOf<Input, Values, Value>(
  rule: Rule<Input, Values, Value>,
  day: string,
  region?: string,
): ParameterVersion<Values> | undefined {
  return rule.parameters
    .filter(
      (one) => inForce(one, day) && (one.region === undefined || (region !== undefined && liesIn(region, one.region))),
    )
    .toSorted((a, b) => exactness(b.region) - exactness(a.region) || (a.from < b.from ? 1 : -1))[0];
}

function inForce(dated: { readonly from: string; readonly until?: string }, day: string): boolean {
  return dated.from <= day && (dated.until === undefined || day < dated.until);
}

/** By the digits: 350200 holds 350203, 350000 holds both. */
function liesIn(region: string, outer: string): boolean {
  return region.startsWith(outer.replace(/(00)+$/, ''));
}

function exactness(region: string | undefined): number {
  return region === undefined ? 0 : region.replace(/(00)+$/, '').length;
}

/** Widens a rule for the registry. */
export function widen<Input, Values, Value>(rule: Rule<Input, Values, Value>): AnyRule {
  return {
    id: rule.id,
    zh: rule.zh,
    en: rule.en,
    parameters: rule.parameters,
    versions: rule.parameters.map((version) => ({
      from: version.from,
      ...(version.until === undefined ? {} : { until: version.until }),
      ...(version.region === undefined ? {} : { region: version.region }),
      tables: rule.tables(version.values),
      values: version.values,
      basis: version.basis,
      confidence: version.confidence,
    })),
    evaluate: (eventDay, input, region) => evaluateRule(rule, eventDay, rule.inputs.parse(input), region),
  };
}

/** 1,234.50 元 */
export function yuan(fen: number): string {
  const digits = String(Math.abs(fen)).padStart(3, '0');
  return `${fen < 0 ? '-' : ''}${digits.slice(0, -2).replace(/\B(?=(?:\d{3})+$)/g, ',')}.${digits.slice(-2)} 元`;
}

/** Half up, of two whole numbers, without a binary fraction. Both are at most 2^53 together with their product's double. */
export function divideHalfUp(numerator: number, denominator: number): number {
  return Number((2n * BigInt(numerator) + BigInt(denominator)) / (2n * BigInt(denominator)));
}

/** Share in basis points (1/10,000) of an amount, half up to the fen. */
export function shareOf(fen: number, basisPoints: number): number {
  return divideHalfUp(fen * basisPoints, 10_000);
}
