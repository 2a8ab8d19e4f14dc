// The two kinds of failure. A Refusal is the world saying no: it has a code that its module declared, a Chinese sentence and
// what to do next, and it reaches the person. A Bug is ours: the person sees no detail, the operator sees all of it.
// Nothing here knows HTTP beyond a status number, so that jobs and pages use the same refusals.

export type RefusalSpec = {
  /** HTTP status that the API answers with. */
  readonly status: 400 | 401 | 403 | 404 | 409 | 410 | 413 | 415 | 422 | 423 | 429 | 502 | 503;
  /** Whole Chinese sentence; `{name}` is filled from the details. */
  readonly zh: string;
  /** What the person can do next. */
  readonly next: string;
};

/** A problem of one field of a form; `path` is `field` or `group.0.field`. */
export type FieldProblem = { readonly path: string; readonly code: string; readonly zh: string };

export type RefusalDetails = Readonly<Record<string, string | number | boolean>>;

export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: string;
  readonly status: RefusalSpec['status'];
  readonly zh: string;
  readonly next: string;
  readonly details: RefusalDetails;
  readonly problems: readonly FieldProblem[];

  constructor(code: string, spec: RefusalSpec, details: RefusalDetails, problems: readonly FieldProblem[]) {
    super(`${code} ${JSON.stringify(details)}`);
    this.code = code;
    this.status = spec.status;
    this.zh = fill(spec.zh, details);
    this.next = fill(spec.next, details);
    this.details = details;
    this.problems = problems;
  }
}

export class Bug extends Error {
  override readonly name = 'Bug';
}

function fill(sentence: string, details: RefusalDetails): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => (name in details ? String(details[name]) : whole));
}

const declared = new Map<string, RefusalSpec>();

export type Refuser<Code extends string> = (
  code: Code,
  details?: RefusalDetails,
  problems?: readonly FieldProblem[],
) => Refusal;

/**
 * Declares the refusals of one module, once. The function that comes back builds a refusal to throw; a code that was not
 * declared does not compile.
 */
export function declareRefusals<const Specs extends Record<string, RefusalSpec>>(
  specs: Specs,
): Refuser<keyof Specs & string> {
  for (const [code, spec] of Object.entries(specs)) {
    invariant(!declared.has(code), `refusal ${code} is declared twice`);
    declared.set(code, spec);
  }
  return (code, details = {}, problems = []) => {
    const spec = specs[code];
    invariant(spec, `refusal ${code} is not declared`);
    return new Refusal(code, spec, details, problems);
  };
}

/** Throws a Bug when something that we promised ourselves does not hold. */
export function invariant(condition: unknown, why: string): asserts condition {
  if (!condition) throw new Bug(why);
}
