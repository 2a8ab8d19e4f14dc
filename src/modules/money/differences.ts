// The comparison of a day of ours with a day of an outside party, pure: what agrees, what differs, and whose turn it is then.

import type { Difference } from './contract.ts';

export type OurLine = { readonly reference: string; readonly amountFen: number };
export type TheirLine = { readonly key: string; readonly reference: string; readonly amountFen: number };

export type Comparison = { readonly matched: readonly TheirLine[]; readonly differences: readonly Difference[] };

export type Words = {
  /** For example 银行对账单. */
  readonly party: string;
  /** For example 付款. */
  readonly what: string;
  readonly ownerRole: string;
};

/** Both sides by reference. A reference that they have twice is a double, whatever the amounts. */
export function compare(ours: readonly OurLine[], theirs: readonly TheirLine[], words: Words): Comparison {
  const matched: TheirLine[] = [];
  const differences: Difference[] = [];
  const byReference = new Map<string, TheirLine[]>();
  for (const line of theirs) byReference.set(line.reference, [...(byReference.get(line.reference) ?? []), line]);
  const differs = (
    kind: Difference['kind'],
    reference: string,
    oursFen: number | null,
    theirsFen: number | null,
    zh: string,
  ) => differences.push({ kind, reference, oursFen, theirsFen, zh, ownerRole: words.ownerRole });

  for (const our of ours) {
    const [their, ...more] = byReference.get(our.reference) ?? [];
    byReference.delete(our.reference);
    if (!their) {
      differs(
        'missing_there',
        our.reference,
        our.amountFen,
        null,
        `系统记有${words.what}${our.reference}，${words.party}没有这一笔，须向对方核实。`,
      );
    } else if (their.amountFen !== our.amountFen) {
      differs(
        'amount_differs',
        our.reference,
        our.amountFen,
        their.amountFen,
        `${words.what}${our.reference}金额不一致，须核对凭证。`,
      );
    } else if (more.length > 0) {
      differs(
        'double',
        our.reference,
        our.amountFen,
        their.amountFen * (more.length + 1),
        `${words.what}${our.reference}在${words.party}出现${more.length + 1}次，可能重复支付。`,
      );
    } else {
      matched.push(their);
    }
  }
  for (const [reference, lines] of byReference) {
    const theirsFen = lines.reduce((fen, line) => fen + line.amountFen, 0);
    differs(
      'missing_here',
      reference,
      null,
      theirsFen,
      `${words.party}有${words.what}${reference}，系统没有对应记录，须查明来源。`,
    );
  }
  return { matched, differences };
}
