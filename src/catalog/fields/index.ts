// The table of field kinds, and the types that let a definition infer its values from the names of kinds.
// The same code on phone and server: nothing here does I/O or reads a clock.

import { file, signature } from './attachment.ts';
import type { FileOptions, FileValue, Signature } from './attachment.ts';
import { boolean, consent, manyOf, oneOf } from './choice.ts';
import type { BooleanOptions, Choice, Consent, ConsentOptions, EnumOptions, MultiEnumOptions } from './choice.ts';
import { icd10 } from './diagnosis.ts';
import type { Icd10Options } from './diagnosis.ts';
import { groupClass, makeGroup, parseSpec, toRaw } from './group.ts';
import type { GroupOptions, Row } from './group.ts';
import { idDocument, idNumber } from './identity.ts';
import type { IdDocument, IdDocumentOptions, IdNumberOptions } from './identity.ts';
import { fieldKindNames } from './kind.ts';
import type { FieldClass, FieldKind, FieldKindName, FieldSpec, NoOptions, Parsed, ParseContext } from './kind.ts';
import { bankCard, decimal, integer, money } from './money.ts';
import type { DecimalOptions, MoneyOptions, NumberOptions } from './money.ts';
import { orgRef, uscc } from './organisation.ts';
import type { OrgRef, OrgRefOptions, UsccOptions } from './organisation.ts';
import { address, location, phone, region } from './place.ts';
import type { Address, AddressOptions, Location, LocationOptions, PhoneOptions, RegionOptions } from './place.ts';
import { caseRef, personList, personRef } from './reference.ts';
import type { Person, PersonListOptions, PersonRef, PersonRefOptions } from './reference.ts';
import { roster } from './roster.ts';
import type { RosterOptions, RosterRef } from './roster.ts';
import { longtext, personName, text } from './text.ts';
import type { LongtextOptions, PersonNameOptions, TextOptions } from './text.ts';
import { date, datetime } from './time.ts';
import type { DateOptions, DatetimeOptions } from './time.ts';

export { acceptDefault, acceptedZh, acceptOf, mediaTypesOf } from './attachment.ts';
export type { FileAccept, FileOptions, FileValue, Signature } from './attachment.ts';
export { consentToken } from './choice.ts';
export type { Choice, Consent, ConsentOptions } from './choice.ts';
export { isDay, resolveBound } from './day.ts';
export type { DateBound } from './day.ts';
export type { Icd10Group } from './diagnosis.ts';
export { personListIn } from './reference.ts';
export type { GroupFields, GroupOptions, Row } from './group.ts';
export * from './identity.ts';
export { fieldKindNames } from './kind.ts';
export type {
  FieldClass,
  FieldKind,
  FieldKindName,
  FieldSpec,
  FormatContext,
  InvalidSample,
  Parsed,
  ParseContext,
  Problem,
} from './kind.ts';
export { formatYuan, makeCardNumber } from './money.ts';
export { makeUscc } from './organisation.ts';
export type { OrgRef } from './organisation.ts';
export type { Address, Location } from './place.ts';
export { isBlank } from './raw.ts';
export type { Person, PersonColumn, PersonListOptions, PersonRef } from './reference.ts';

/** What each kind parses to. */
export type FieldValues = {
  text: string;
  longtext: string;
  person_name: string;
  id_document: IdDocument;
  id_number: string;
  uscc: string;
  bank_card: string;
  phone: string;
  region: string;
  address: Address;
  location: Location;
  date: string;
  datetime: string;
  money: number;
  integer: number;
  decimal: number;
  enum: string;
  multi_enum: string[];
  boolean: boolean;
  icd10: string;
  file: FileValue;
  signature: Signature;
  consent: Consent;
  person_ref: PersonRef;
  person_list: Person[];
  roster: RosterRef;
  org_ref: OrgRef;
  case_ref: string;
  group: Row[];
};

export type FieldOptions = {
  text: TextOptions;
  longtext: LongtextOptions;
  person_name: PersonNameOptions;
  id_document: IdDocumentOptions;
  id_number: IdNumberOptions;
  uscc: UsccOptions;
  bank_card: NoOptions;
  phone: PhoneOptions;
  region: RegionOptions;
  address: AddressOptions;
  location: LocationOptions;
  date: DateOptions;
  datetime: DatetimeOptions;
  money: MoneyOptions;
  integer: NumberOptions;
  decimal: DecimalOptions;
  enum: EnumOptions;
  multi_enum: MultiEnumOptions;
  boolean: BooleanOptions;
  icd10: Icd10Options;
  file: FileOptions;
  signature: NoOptions;
  consent: ConsentOptions;
  person_ref: PersonRefOptions;
  person_list: PersonListOptions;
  roster: RosterOptions;
  org_ref: OrgRefOptions;
  case_ref: NoOptions;
  group: GroupOptions;
};

/** Kinds that mean nothing without options. */
export type KindWithOptions = 'enum' | 'multi_enum' | 'consent' | 'group';

/**
 * The value of a field from its kind and its options: an enum is the union of its values, a group is rows of its fields.
 * `O` must keep its literals (`const` type parameter).
 */
export type ValueOf<K extends FieldKindName, O = object> = K extends 'enum'
  ? O extends { values: readonly Choice<infer T>[] }
    ? T
    : string
  : K extends 'multi_enum'
    ? O extends { values: readonly Choice<infer T>[] }
      ? T[]
      : string[]
    : K extends 'group'
      ? O extends { fields: infer F extends Readonly<Record<string, FieldSpec>> }
        ? RowOf<F>[]
        : Row[]
      : FieldValues[K];

type SpecValue<S extends FieldSpec> = ValueOf<S['kind'], S extends { options: infer O } ? O : object>;
type IsThere<S extends FieldSpec> = S extends { required: true } | { kind: 'boolean' } ? true : false;

export type RowOf<F extends Readonly<Record<string, FieldSpec>>> = {
  [K in keyof F as IsThere<F[K]> extends true ? K : never]: SpecValue<F[K]>;
} & { [K in keyof F as IsThere<F[K]> extends true ? never : K]?: SpecValue<F[K]> };

export type FieldKinds = { readonly [K in FieldKindName]: FieldKind<FieldValues[K], FieldOptions[K]> };

export const fieldKinds: FieldKinds = {
  text,
  longtext,
  person_name: personName,
  id_document: idDocument,
  id_number: idNumber,
  uscc,
  bank_card: bankCard,
  phone,
  region,
  address,
  location,
  date,
  datetime,
  money,
  integer,
  decimal,
  enum: oneOf,
  multi_enum: manyOf,
  boolean,
  icd10,
  file,
  signature,
  consent,
  person_ref: personRef,
  person_list: personList,
  roster,
  org_ref: orgRef,
  case_ref: caseRef,
  group: makeGroup((name) => fieldKind(name)),
};

/** Any kind by its name, for code that walks a compiled definition. */
export function fieldKind(name: FieldKindName): FieldKind {
  return fieldKinds[name];
}

export function isFieldKindName(name: string): name is FieldKindName {
  return fieldKindNames.some((one) => one === name);
}

/** One field of a form: an optional one left empty is `undefined`; a boolean is always parsed. */
export function parseField(spec: FieldSpec, raw: unknown, ctx: ParseContext): Parsed<unknown> {
  return parseSpec(spec, raw, ctx, fieldKind);
}

/** Raw input that `parse` turns into `value` again: for drafts shown once more, and for generated tests. */
export function rawOf(spec: FieldSpec, value: unknown): unknown {
  return toRaw(spec, value);
}

/** The class of a field whose definition names none. */
export function defaultClass(spec: FieldSpec): FieldClass {
  const options = spec.options;
  return spec.kind === 'group' && options && 'fields' in options
    ? groupClass((options as GroupOptions).fields, fieldKind)
    : fieldKind(spec.kind).fieldClass;
}
