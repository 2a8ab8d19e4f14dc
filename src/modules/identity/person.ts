// Pure: a person's identifiers as they are checked, normalised, sealed, found and masked. The keys are the crypto port's.

import {
  ageOn,
  birthDateOf,
  fieldKinds,
  parseResidentId,
  type IdDocument,
  type IdDocumentType,
  type Problem,
  type Sex,
} from '#catalog/fields/index';
import { personGrant } from '#platform/access';
import type { CryptoPort } from '#platform/crypto';
import type { FieldProblem } from '#platform/errors';

export type NewPerson = {
  readonly personId: string;
  readonly name: string;
  readonly idDocument: IdDocument;
  readonly phone: string;
  readonly birthDay: string;
  readonly sex: Sex | 'unknown';
  readonly region: string;
  readonly occupation: string | null;
  readonly platformOrgId: string | null;
  readonly card?: string | null;
  readonly verified?: boolean;
  readonly synthetic?: boolean;
  readonly createdAt: string;
};

/** The row of `person`, as a statement or COPY writes it. */
export type PersonRow = {
  readonly person_id: string;
  readonly name_sealed: string;
  readonly name_index: Buffer;
  readonly id_type: string;
  readonly id_number_sealed: string;
  readonly id_number_index: Buffer;
  readonly phone_sealed: string;
  readonly phone_index: Buffer;
  readonly birth_day: string;
  readonly sex: string;
  readonly region: string;
  readonly occupation: string | null;
  readonly platform_org_id: string | null;
  readonly card_sealed: string | null;
  readonly card_tail: string | null;
  readonly verified: boolean;
  readonly synthetic: boolean;
  readonly readers: string[];
  readonly created_at: string;
};

export type SealedColumn = 'name_sealed' | 'id_number_sealed' | 'phone_sealed' | 'card_sealed';

/** What a sealed column of a person is bound to, so that a value moved to another row does not open. */
export function personContext(column: SealedColumn, personId: string): string {
  return `person:${column}:${personId}`;
}

export function personRow(crypto: CryptoPort, person: NewPerson): PersonRow {
  const seal = (column: SealedColumn, plain: string) => crypto.seal(personContext(column, person.personId), plain);
  const card = person.card ?? null;
  return {
    person_id: person.personId,
    name_sealed: seal('name_sealed', person.name),
    name_index: nameIndex(crypto, person.name),
    id_type: person.idDocument.type,
    id_number_sealed: seal('id_number_sealed', person.idDocument.number),
    id_number_index: idNumberIndex(crypto, person.idDocument),
    phone_sealed: seal('phone_sealed', person.phone),
    phone_index: crypto.blindIndex('phone', person.phone),
    birth_day: person.birthDay,
    sex: person.sex,
    region: person.region,
    occupation: person.occupation,
    platform_org_id: person.platformOrgId,
    card_sealed: card === null ? null : seal('card_sealed', card),
    card_tail: card === null ? null : card.slice(-4),
    verified: person.verified ?? false,
    synthetic: person.synthetic ?? false,
    readers: ['*', personGrant(person.personId)],
    created_at: person.createdAt,
  };
}

/** Numbers of other documents can equal each other, so their kind is part of what is found. */
export function idNumberIndex(crypto: CryptoPort, document: IdDocument): Buffer {
  return crypto.blindIndex('id_number', numberOf(document));
}

/** For finding; what is written is `idNumberIndex`. */
export function idNumberIndexes(crypto: CryptoPort, document: IdDocument): readonly Buffer[] {
  return crypto.blindIndexes('id_number', numberOf(document));
}

const numberOf = ({ type, number }: IdDocument): string => (type === 'resident_id' ? number : `${type}:${number}`);

/** Blanks and dots are written in many ways; the same name must be found however it was typed. */
export function nameIndex(crypto: CryptoPort, name: string): Buffer {
  return crypto.blindIndex('name', foldName(name));
}

export function foldName(name: string): string {
  return name.normalize('NFKC').replaceAll(/[\s·]/g, '').toLowerCase();
}

/** Whether an index that is kept is this name's. */
export function isNameOf(crypto: CryptoPort, name: string, index: Buffer): boolean {
  return crypto.blindIndexes('name', foldName(name)).some((one) => one.equals(index));
}

export type Person = {
  readonly personId: string;
  readonly name: string;
  readonly idType: IdDocumentType;
  readonly idNumber: string;
  readonly phone: string;
  readonly birthDay: string;
  readonly sex: string;
  readonly region: string;
  readonly occupation: string | null;
  readonly platformOrgId: string | null;
  readonly card: string | null;
  readonly verified: boolean;
  readonly synthetic: boolean;
};

type StoredPerson = Omit<PersonRow, 'name_index' | 'id_number_index' | 'phone_index' | 'readers' | 'created_at'>;

export function openPerson(crypto: CryptoPort, row: StoredPerson): Person {
  const open = (column: SealedColumn, sealed: string) => crypto.open(personContext(column, row.person_id), sealed);
  return {
    personId: row.person_id,
    name: open('name_sealed', row.name_sealed),
    idType: row.id_type as IdDocumentType,
    idNumber: open('id_number_sealed', row.id_number_sealed),
    phone: open('phone_sealed', row.phone_sealed),
    birthDay: row.birth_day,
    sex: row.sex,
    region: row.region,
    occupation: row.occupation,
    platformOrgId: row.platform_org_id,
    card: row.card_sealed === null ? null : open('card_sealed', row.card_sealed),
    verified: row.verified,
    synthetic: row.synthetic,
  };
}

/** For whoever may know that the person exists, and no more. */
export function maskPerson(person: Person): Person {
  return {
    ...person,
    name: maskName(person.name),
    idNumber: fieldKinds.id_document.mask({ type: person.idType, number: person.idNumber }),
    phone: fieldKinds.phone.mask(person.phone),
    birthDay: `${person.birthDay.slice(0, 4)}-**-**`,
    card: person.card === null ? null : fieldKinds.bank_card.mask(person.card),
  };
}

export function maskName(name: string): string {
  return fieldKinds.person_name.mask(name);
}

export type RegistrationForm = {
  readonly name: string;
  readonly idDocument: { readonly type: string; readonly number: string };
  readonly region: string;
  readonly birthDay?: string | undefined;
  readonly sex?: Sex | 'unknown' | undefined;
};

export type Registration = {
  readonly name: string;
  readonly idDocument: IdDocument;
  readonly birthDay: string;
  readonly sex: Sex | 'unknown';
  readonly region: string;
  readonly age: number;
};

export type CheckedRegistration =
  | { readonly ok: true; readonly value: Registration }
  | { readonly ok: false; readonly problems: readonly FieldProblem[] };

/** Checks what a new person says of themselves. What the document itself says wins over what was typed beside it. */
export function checkRegistration(
  form: RegistrationForm,
  today: string,
  isRegion: (code: string) => boolean,
): CheckedRegistration {
  const ctx = { today, isRegion };
  const problems: FieldProblem[] = [];
  const note = (field: string, found: readonly Problem[]) => {
    problems.push(...found.map(({ code, zh, path }) => ({ path: [field, ...(path ?? [])].join('.'), code, zh })));
  };
  const name = fieldKinds.person_name.parse(form.name, {}, ctx);
  if (!name.ok) note('name', name.problems);
  const idDocument = fieldKinds.id_document.parse(form.idDocument, {}, ctx);
  if (!idDocument.ok) note('idDocument', idDocument.problems);
  const region = fieldKinds.region.parse(form.region, {}, ctx);
  if (!region.ok) note('region', region.problems);
  const fromDocument = idDocument.ok ? birthDateOf(idDocument.value) : undefined;
  const typed =
    fromDocument === undefined && idDocument.ok
      ? fieldKinds.date.parse(form.birthDay, { max: 'today' }, ctx)
      : undefined;
  if (typed && !typed.ok) note('birthDay', typed.problems);
  const birthDay = fromDocument ?? (typed?.ok ? typed.value : undefined);
  if (!name.ok || !idDocument.ok || !region.ok || birthDay === undefined) return { ok: false, problems };
  const sex = parseResidentId(idDocument.value.number)?.sex ?? form.sex ?? 'unknown';
  const age = ageOn(birthDay, today);
  return {
    ok: true,
    value: { name: name.value, idDocument: idDocument.value, birthDay, sex, region: region.value, age },
  };
}
