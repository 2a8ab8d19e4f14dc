// The language in which workflows and services are written. A definition is a literal: its steps, ends and fields are inferred
// inside the one file that holds it, so a wrong target step, field, enum value or type does not compile; exports widen to
// Workflow and Service. Nothing here runs from the compiled artefact: `compile` turns these literals into data.

import { fieldHandle, type Condition, type FieldHandle } from '#platform/condition';
import type { LimitUnit } from '#platform/calendar';
import {
  defaultClass,
  type FieldClass,
  type FileAccept,
  type FieldKindName,
  type FieldOptions,
  type ValueOf,
} from './fields/index.ts';
import type { Department, OutsideParty, Role } from './roles.ts';

// ---- fields ----------------------------------------------------------------------------------------------------------------

/** How long a value is kept, from the end of the case. `injury` is 50 years (工伤认定办法 24 条), `insurance` 20, `award` 10. */
export type Retention = 'case' | 'five_years' | 'award' | 'insurance' | 'injury' | 'permanent';

export type Field = {
  readonly kind: FieldKindName;
  readonly zh: string;
  readonly options: object;
  readonly required: boolean;
  readonly class: FieldClass;
  readonly retention: Retention;
  /** Fields that hold the same datum share a concept, so that nothing is asked twice. */
  readonly concept?: string;
  readonly help?: string;
  /** Where the value comes from when it is shown and not asked. */
  readonly prefill?: 'shared' | 'rule';
  readonly requiredWhen?: Condition;
  readonly showWhen?: Condition;
  /** What must hold once it is answered, over this and earlier answers; else the sentence is the problem. */
  readonly check?: { readonly when: Condition; readonly zh: string };
};

export type Fields = Readonly<Record<string, Field>>;

type FieldExtras = Partial<
  Pick<Field, 'class' | 'retention' | 'concept' | 'help' | 'prefill' | 'requiredWhen' | 'showWhen' | 'check'>
> & {
  readonly optional?: true;
};

declare const valueType: unique symbol;
/** A field that remembers, for the compiler only, what its value is. */
export type TypedField<Value> = Field & { readonly [valueType]?: Value };

/** A field of a form. Required unless `optional`; class and retention default to the kind's and the service's. */
export function field<const Kind extends FieldKindName, const Options extends FieldOptions[Kind]>(
  kind: Kind,
  zh: string,
  options?: Options,
  extras: FieldExtras = {},
): TypedField<ValueOf<Kind, Options>> {
  const { optional, class: fieldClass, retention, ...rest } = extras;
  return {
    kind,
    zh,
    options: options ?? {},
    required: !optional,
    class: fieldClass ?? defaultClass({ kind, options: options ?? {} }),
    retention: retention ?? 'insurance',
    ...rest,
  };
}

/** Options of an enum whose stored value is its Chinese label, as the catalogue of the field has them; position is stable. */
export function choices<const Values extends readonly string[]>(...values: Values) {
  return { values: values.map((value) => ({ value, zh: value })) } as {
    readonly values: readonly { readonly value: Values[number]; readonly zh: string }[];
  };
}

export type FieldsHandle<Map extends Fields> = <Name extends keyof Map & string>(
  name: Name,
) => FieldHandle<Map[Name] extends TypedField<infer Value> ? Value : never>;

/** Typed access to fields in conditions: `on(fields)('accident_time').hoursAgo().gt(48)`. */
export function on<const Map extends Fields>(_fields: Map): FieldsHandle<Map> {
  return (name) => fieldHandle(name);
}

// ---- limits ----------------------------------------------------------------------------------------------------------------

export type Basis = {
  readonly basis: string;
  readonly basisType: 'statutory' | 'local_promise';
  /** The basis must be verified before release; operators see it marked 待核. */
  readonly needsCheck?: true;
};

export type CountedFrom<Step extends string> =
  | { readonly kind: 'step'; readonly ref: Step; readonly zh: string }
  | { readonly kind: 'event'; readonly ref: string; readonly zh: string; readonly direction?: 'before' };

export type LimitDefinition<Step extends string = string> = Basis & {
  readonly value: number;
  readonly unit: LimitUnit;
  readonly extension?: { readonly value: number; readonly unit: LimitUnit };
  /** Counted from entry into the step unless this names an earlier step or an event (a field that holds a day or an instant). */
  readonly countedFrom?: CountedFrom<Step>;
  /** Silence with a legal effect: at expiry the clock takes this outcome. */
  readonly silence?: { readonly effect: 'deemed_approved' | 'deemed_accepted'; readonly outcome: string };
};

// ---- workflows -------------------------------------------------------------------------------------------------------------

/** Who takes an outcome: a role, the clock at expiry, or an outside party's event (bank, payment, insurer). */
export type Chooser = Role | 'clock' | 'event';

export type AutoAction = {
  readonly action:
    | 'sms'
    | 'doc'
    | 'rule'
    | 'match'
    | 'sign'
    | 'open'
    | 'ocr'
    | 'locate'
    | 'publish'
    | 'pay'
    | 'idcheck'
    | 'chain'
    | 'record'
    | 'count'
    | 'sync'
    | 'accrue';
  readonly targets: readonly string[];
  readonly when: 'enter' | 'exit';
  readonly on?: readonly string[];
  /** Registered effect of a module that does it, in the same transaction; its result is kept in the action's body. */
  readonly effect?: string;
  /** Template of the notice or document. */
  readonly template?: string;
};

export type OutcomeDefinition<Step extends string = string, End extends string = string> = {
  readonly zh: string;
  readonly next?: readonly Step[];
  readonly end?: End;
  readonly by?: readonly Chooser[];
  /** What makes this the outcome, in words; `when` is the same as data, where the facts are in the case. */
  readonly conditionZh?: string;
  readonly when?: Condition;
  readonly parallel?: { readonly join: Step; readonly scope: readonly Step[] };
  /** Filled in by whoever takes this outcome, beyond the step's own form. */
  readonly form?: Fields;
  /** A refusal or a return must give its reasons. */
  readonly reason?: 'required';
};

/** 会签 `all` and 或签 `any` of `count` voters; or `count` of `of` voters (N of M). How many they are is never assumed. */
export type Vote = { readonly count: number; readonly pass: string; readonly fail: string } & (
  | { readonly mode: 'all' | 'any' }
  | { readonly mode: 'count'; readonly of: number }
);

export type StepDefinition<Step extends string = string, End extends string = string> = {
  readonly zh: string;
  readonly kind: 'human' | 'auto' | 'join';
  readonly role: Role;
  /** Every role that may perform the step; the owner alone unless said. */
  readonly actors?: readonly Role[];
  readonly produces: string;
  readonly limit?: LimitDefinition<Step>;
  readonly form?: Fields;
  readonly outcomes: Readonly<Record<string, OutcomeDefinition<Step, End>>>;
  /** Registered decider of an auto step: reads facts in the transaction and names the outcome. Without one the step waits for an event. */
  readonly decide?: string;
  readonly auto?: readonly AutoAction[];
  readonly withdrawable?: true;
  readonly perItem?: { readonly zh: string; readonly items: string };
  /** The organisation that acts is read from a step, a field or the case that this one cites; the role gives the default. */
  readonly orgFrom?: { readonly step: Step } | { readonly field: string } | { readonly original: true };
  readonly waitFor?: 'all_active_branches';
  /** Whoever acted in these steps may not act here (draw-up and review, making and checking a payment). */
  readonly differentFrom?: readonly Step[];
  /** Runs by itself for as long as it likes: what people may do in it is offered, and is nobody's turn. */
  readonly standing?: true;
  readonly vote?: Vote;
  /** Roles that may read the case from this step on, besides its actors. */
  readonly readers?: readonly Role[];
  /** Sensitive fields that the actors of this step may see whole; others are masked. */
  readonly reveals?: readonly string[];
  /** Facts of the case that stand above the buttons, because whoever acts decides by them. */
  readonly shows?: readonly string[];
};

export type TimerDefinition<Step extends string = string> = {
  readonly step: Step;
  readonly after: LimitDefinition<Step>;
  readonly effectZh: string;
  readonly next: Step;
};

export type EntryDefinition<Step extends string = string> = {
  readonly step: Step;
  readonly zh: string;
  readonly caseMode: 'new' | 'attach' | 'attach_or_new' | 'sub_case';
  readonly startedBy: 'service' | 'staff' | 'system';
  /** Steps at which a running case can take this entry (attach); the entry's own step unless said. */
  readonly waits?: readonly Step[];
  /** Steps at which a case of this entry fills in its own form once more (a payment that came back needs another card). */
  readonly again?: readonly Step[];
  /** Offered beside a case of the lifecycle once this step of it came to this outcome; it then opens a case that cites it. */
  readonly after?: { readonly step: Step; readonly outcome: string };
};

export type Domain =
  | 'union'
  | 'bargaining'
  | 'relief'
  | 'mutual-aid'
  | 'daily-insurance'
  | 'occupational-injury'
  | 'social-insurance'
  | 'dispute'
  | 'agreement'
  | 'employment'
  | 'care'
  | 'enterprise-guidance'
  | 'supervision';

export type WorkflowDefinition<Step extends string, End extends string> = {
  readonly code: string;
  readonly zh: string;
  readonly en: string;
  readonly domain: Domain;
  readonly purpose: string;
  readonly entries: Readonly<Record<string, EntryDefinition<NoInfer<Step>>>>;
  readonly steps: Readonly<Record<Step, StepDefinition<NoInfer<Step>, NoInfer<End>>>>;
  readonly timers?: readonly TimerDefinition<NoInfer<Step>>[];
  readonly ends: Readonly<Record<End, string>>;
};

export type Workflow = WorkflowDefinition<string, string>;

export function defineWorkflow<const Step extends string, const End extends string>(
  definition: WorkflowDefinition<Step, End>,
): Workflow {
  return definition;
}

// ---- services --------------------------------------------------------------------------------------------------------------

export type Material = {
  readonly zh: string;
  readonly required: boolean;
  readonly ocr: 'id_card' | 'bank_card' | 'invoice' | 'diagnosis' | 'licence' | 'none';
  /** Not asked for when an electronic licence, shared data or an earlier case already holds it. */
  readonly exemptIfShared?: true;
  readonly requiredWhen?: Condition;
  /** Kinds of files and how many; pictures, PDF and video, nine at most, unless said. */
  readonly accept?: readonly FileAccept[];
  readonly maxCount?: number;
};

/** A contract's terms in plain words, shown before the declaration that they were read. Lines may use `{insurer}`. */
export type Terms = {
  readonly zh: string;
  /** The declaration before which they stand. */
  readonly before: string;
  readonly sections: readonly {
    readonly zh: string;
    readonly lines: readonly string[];
    readonly basis: string;
    readonly confidence: 'verified' | 'report' | 'unverified';
  }[];
};

export type Eligibility = {
  readonly zh: string;
  /** A condition over the form, or the name of a registered fact; not met = a warning and a person decides, never a refusal by itself. */
  readonly when: Condition | { readonly fact: string };
};

export type Service = {
  readonly code: string;
  readonly zh: string;
  readonly en: string;
  readonly domain: Domain;
  readonly workflow: Workflow;
  readonly entry: string;
  readonly audience: readonly ('worker' | 'family' | 'enterprise' | 'union' | 'staff')[];
  readonly lead: Department;
  readonly cooperating: readonly (Department | OutsideParty)[];
  readonly channels: readonly ('mobile' | 'window' | 'enterprise_portal' | 'staff' | 'proactive')[];
  readonly fields: Fields;
  readonly materials: Readonly<Record<string, Material>>;
  readonly terms?: Terms;
  readonly eligibility: readonly Eligibility[];
  readonly statutoryLimit?: Basis & { readonly value: number; readonly unit: LimitUnit };
  readonly promisedLimit: { readonly value: number; readonly unit: LimitUnit };
  /** Opens a dossier (one life event) when the case cites none. */
  readonly dossier?: { readonly kind: string; readonly zh: string; readonly happenedAt?: string };
  readonly outcome: {
    readonly type: 'certificate' | 'document' | 'payment' | 'record' | 'appointment' | 'referral';
    readonly zh: string;
  };
  readonly fee: { readonly charged: boolean; readonly zh: string };
  readonly rules: readonly string[];
  readonly legalBasis: readonly string[];
  /** Words people use for it, for the directory's search. */
  readonly keywords?: readonly string[];
  /** Why one would come here, in a worker's words. */
  readonly summary?: string;
};

export function defineService(definition: Service): Service {
  return definition;
}
