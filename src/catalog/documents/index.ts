// Every document template by its code. Data only.

import { bargainingDocuments } from './bargaining.ts';
import { coverDocuments } from './cover.ts';
import { appealDocuments } from './appeal.ts';
import { injuryDocuments } from './injury.ts';
import { settlementDocuments } from './settlement.ts';
import type { DocumentTemplate } from './letter.ts';

export type { Block, DocumentTemplate } from './letter.ts';

export const documents: Readonly<Record<string, DocumentTemplate>> = Object.fromEntries(
  [...coverDocuments, ...injuryDocuments, ...appealDocuments, ...bargainingDocuments, ...settlementDocuments].map(
    (one) => [one.code, one],
  ),
);
