// Pure: whether two registrations look like one person, why, and how strongly. Nothing here decides anything: a person looks at it.

import type { IdDocumentType } from '#catalog/fields/index';
import type { Reason, Strength } from './contract.ts';

export type Looks = {
  /** Folded, as the index of names folds them. */
  readonly name: string;
  readonly birthDay: string;
  readonly idType: IdDocumentType;
  readonly idNumber: string;
};

/** What the keyed indexes of two persons have in common, former phones and cards too. */
export type Shared = { readonly phoneName: boolean; readonly card: boolean };

export type Likeness = { readonly reasons: readonly Reason[]; readonly strength: Strength };

export function likenessOf(one: Looks, other: Looks, shared: Shared): Likeness | null {
  const sameName = one.name === other.name;
  const sameBirth = sameName && one.birthDay === other.birthDay;
  const reasons: Reason[] = [];
  if (sameBirth && one.idType === other.idType && isNear(one.idNumber, other.idNumber)) reasons.push('id_near');
  if (sameBirth && one.idType !== other.idType) reasons.push('id_other_kind');
  if (sameBirth && one.idType === other.idType && one.idType !== 'resident_id' && !reasons.includes('id_near'))
    reasons.push('id_renewed');
  if (shared.phoneName) reasons.push('phone_name');
  if (shared.card) reasons.push(sameName ? 'card_name' : 'card');
  if (reasons.length === 0) return null;
  const isStrong = reasons.some((reason) => reason === 'id_near' || reason === 'card_name') || reasons.length > 1;
  return { reasons, strength: isStrong ? 'strong' : reasons[0] === 'card' ? 'weak' : 'likely' };
}

/**
 * One character wrong, left out or too many, or two neighbours exchanged. The last character of an ID card follows from the others
 * (GB 11643), so a slip that every check has passed differs there too.
 */
export function isNear(one: string, other: string): boolean {
  const [a, b] = [bare(one), bare(other)];
  if (a === b) return one !== other;
  if (a.length === b.length) {
    const at = a.split('').flatMap((digit, index) => (digit === b[index] ? [] : [index]));
    const [first = 0, second = 0] = at;
    if (at.length === 1) return true;
    return at.length === 2 && second === first + 1 && a[first] === b[second] && a[second] === b[first];
  }
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  if (long.length - short.length !== 1) return false;
  return long.split('').some((_, index) => long.slice(0, index) + long.slice(index + 1) === short);
}

function bare(number: string): string {
  return /^\d{17}[\dX]$/.test(number) ? number.slice(0, 17) : number;
}
