// Conditions as data: a closed, typed expression tree that a builder makes and one forward pass evaluates, alike on server
// and phone. No strings of code, no recursion beyond the tree, no I/O. A value that is missing makes a comparison false.

export type Scalar = string | number | boolean | null;

export type Expression =
  | { readonly op: 'field'; readonly name: string }
  | { readonly op: 'const'; readonly value: Scalar }
  /** Numbers added up; one that is missing counts as nothing. */
  | { readonly op: 'sum'; readonly of: readonly Expression[] }
  /** Hours between an instant and now; the only reading of time. */
  | { readonly op: 'hours_since'; readonly of: Expression };

export type Condition =
  | { readonly op: 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte'; readonly a: Expression; readonly b: Expression }
  | { readonly op: 'in'; readonly a: Expression; readonly values: readonly Scalar[] }
  | { readonly op: 'present'; readonly a: Expression }
  | { readonly op: 'and' | 'or'; readonly of: readonly Condition[] }
  | { readonly op: 'not'; readonly of: Condition };

export type ConditionInput = {
  readonly fields: Readonly<Record<string, unknown>>;
  /** ISO instant. */
  readonly now: string;
};

export function evaluate(condition: Condition, input: ConditionInput): boolean {
  switch (condition.op) {
    case 'and':
      return condition.of.every((part) => evaluate(part, input));
    case 'or':
      return condition.of.some((part) => evaluate(part, input));
    case 'not':
      return !evaluate(condition.of, input);
    case 'present':
      return !isBlank(valueOf(condition.a, input));
    case 'in': {
      const value = valueOf(condition.a, input);
      return condition.values.some((candidate) => candidate === value);
    }
    default:
      return compare(condition.op, valueOf(condition.a, input), valueOf(condition.b, input));
  }
}

function compare(op: 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte', a: unknown, b: unknown): boolean {
  if (op === 'eq') return a === b;
  if (op === 'ne') return a !== b;
  const comparable =
    (typeof a === 'number' && typeof b === 'number') || (typeof a === 'string' && typeof b === 'string');
  if (!comparable) return false;
  if (op === 'lt') return a < b;
  if (op === 'lte') return a <= b;
  if (op === 'gt') return a > b;
  return a >= b;
}

function valueOf(expression: Expression, input: ConditionInput): unknown {
  if (expression.op === 'const') return expression.value;
  if (expression.op === 'field') return input.fields[expression.name];
  if (expression.op === 'sum') {
    const parts = expression.of.map((part) => valueOf(part, input) ?? 0);
    return parts.every((part) => typeof part === 'number') ? parts.reduce((sum, part) => sum + part, 0) : undefined;
  }
  const instant = valueOf(expression.of, input);
  if (typeof instant !== 'string') return undefined;
  const hours = (Date.parse(input.now) - Date.parse(instant)) / 3_600_000;
  return Number.isNaN(hours) ? undefined : hours;
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

/** Names of the fields that a condition reads. */
export function fieldsRead(condition: Condition): readonly string[] {
  const names = new Set<string>();
  const expression = (part: Expression): void => {
    if (part.op === 'field') names.add(part.name);
    else if (part.op === 'hours_since') expression(part.of);
    else if (part.op === 'sum') part.of.forEach(expression);
  };
  const walk = (part: Condition): void => {
    switch (part.op) {
      case 'and':
      case 'or':
        part.of.forEach(walk);
        return;
      case 'not':
        walk(part.of);
        return;
      case 'in':
      case 'present':
        expression(part.a);
        return;
      default:
        expression(part.a);
        expression(part.b);
    }
  };
  walk(condition);
  return [...names];
}

/** A typed handle on one field: comparing it with a value of another type does not compile. */
export type FieldHandle<Value> = {
  eq(value: Value & Scalar): Condition;
  ne(value: Value & Scalar): Condition;
  in(values: readonly (Value & Scalar)[]): Condition;
  present(): Condition;
} & (Value extends number | string
  ? {
      lt(value: Value): Condition;
      lte(value: Value): Condition;
      gt(value: Value): Condition;
      gte(value: Value): Condition;
    }
  : unknown) &
  (Value extends string ? { hoursAgo(): { gt(hours: number): Condition; lte(hours: number): Condition } } : unknown);

export function fieldHandle(name: string): FieldHandle<never> {
  const a: Expression = { op: 'field', name };
  const against =
    (op: 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte', left: Expression) =>
    (value: Scalar): Condition => ({
      op,
      a: left,
      b: { op: 'const', value },
    });
  const hours: Expression = { op: 'hours_since', of: a };
  const handle = {
    eq: against('eq', a),
    ne: against('ne', a),
    lt: against('lt', a),
    lte: against('lte', a),
    gt: against('gt', a),
    gte: against('gte', a),
    in: (values: readonly Scalar[]): Condition => ({ op: 'in', a, values }),
    present: (): Condition => ({ op: 'present', a }),
    hoursAgo: () => ({ gt: against('gt', hours), lte: against('lte', hours) }),
  };
  return handle as unknown as FieldHandle<never>;
}
