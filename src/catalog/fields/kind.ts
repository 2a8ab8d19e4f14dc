// The shape of a field kind: how raw input becomes a value, and how a value is shown, hidden, described and sampled.
// Types and the list of names only. Runs in a browser: nothing here, or in any file of this folder, does I/O.

export const fieldKindNames = [
  'text',
  'longtext',
  'person_name',
  'id_document',
  'id_number',
  'uscc',
  'bank_card',
  'phone',
  'region',
  'address',
  'location',
  'date',
  'datetime',
  'money',
  'integer',
  'decimal',
  'enum',
  'multi_enum',
  'boolean',
  'icd10',
  'file',
  'signature',
  'consent',
  'person_ref',
  'person_list',
  'roster',
  'org_ref',
  'case_ref',
  'group',
] as const;

export type FieldKindName = (typeof fieldKindNames)[number];

/** From open to closed. 个人信息保护法 article 28 names what is sensitive: identity, health, whereabouts, accounts. */
export type FieldClass = 'public' | 'internal' | 'personal' | 'sensitive';

/** `zh` is a whole sentence: what is wrong and what to do. `path` leads to the place inside a group, a list or an object. */
export type Problem = { code: string; zh: string; path?: readonly (string | number)[] };

export type ParseContext = {
  /** The legal day of the person, YYYY-MM-DD in Asia/Shanghai. */
  today: string;
  /** ISO instant, for the bound `now`; whoever leaves it out checks the day only. */
  now?: string;
  /** The region table, where there is one; the phone has none and leaves the last word to the server. */
  isRegion?(code: string): boolean;
  /** Set by the server after it checked the SMS code itself. Never taken from what the client says about it. */
  smsCodeVerified?: boolean;
};

/** Names that a value holds only as codes; without them the code is shown. */
export type FormatContext = { regionName?(code: string): string | undefined };

export type Parsed<V> =
  | { ok: true; value: V; warnings: readonly Problem[] }
  | { ok: false; problems: readonly Problem[] };

export type InvalidSample = { raw: unknown; code: string };

// Methods, not function properties: they compare bivariantly, so that every kind is also a FieldKind<unknown, object>.
export type FieldKind<V = unknown, O extends object = object> = {
  readonly kind: FieldKindName;
  readonly zh: string;
  /** Class of a field of this kind unless its definition names another. */
  readonly fieldClass: FieldClass;
  /** Every problem code that `parse` can give (those of nested fields not counted). */
  readonly codes: readonly string[];
  /** Accepts anything at all and never throws. An empty answer is the problem 'blank'; see `parseField` for optional fields. */
  parse(raw: unknown, options: O, ctx: ParseContext): Parsed<V>;
  /** For people, in Chinese. */
  format(value: V, options: O, names?: FormatContext): string;
  /** For those who may not see it whole. */
  mask(value: V): string;
  /** JSON Schema 2020-12 of the parsed value. */
  jsonSchema(options: O): Record<string, unknown>;
  /** A valid value on `today` (default 2026-01-05); same seed, same value. */
  example(options: O, seed: number, today?: string): V;
  /** At least one raw input for every problem code that these options allow. */
  invalid(options: O, seed: number, today?: string): readonly InvalidSample[];
};

export type NoOptions = Record<string, never>;

/** A field inside a group, and the least that is needed to parse one. */
export type FieldSpec = { kind: FieldKindName; options?: object; required?: boolean; zh?: string };

export const exampleToday = '2026-01-05';
