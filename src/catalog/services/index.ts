// Every service that is authored. Which of them are offered is a matter of publication, kept in the database.

import type { Service } from '#catalog/define';
import { di001 } from './daily-insurance/di-001.ts';
import { di002 } from './daily-insurance/di-002.ts';
import { di003 } from './daily-insurance/di-003.ts';
import { di004 } from './daily-insurance/di-004.ts';
import { di005 } from './daily-insurance/di-005.ts';
import { di006 } from './daily-insurance/di-006.ts';
import { di007 } from './daily-insurance/di-007.ts';
import { di008 } from './daily-insurance/di-008.ts';
import { di009 } from './daily-insurance/di-009.ts';
import { di010 } from './daily-insurance/di-010.ts';
import { di011 } from './daily-insurance/di-011.ts';
import { di012 } from './daily-insurance/di-012.ts';
import { di013 } from './daily-insurance/di-013.ts';
import { ds001 } from './dispute/ds-001.ts';
import { ds002 } from './dispute/ds-002.ts';
import { ds003 } from './dispute/ds-003.ts';
import { ds004 } from './dispute/ds-004.ts';
import { un001 } from './union/un-001.ts';
import { un002 } from './union/un-002.ts';
import { un003 } from './union/un-003.ts';
import { un004 } from './union/un-004.ts';
import { un005 } from './union/un-005.ts';

export const services: readonly Service[] = [
  un001,
  un002,
  un004,
  un005,
  di001,
  di002,
  di003,
  di004,
  di005,
  di006,
  di007,
  di008,
  di009,
  di010,
  di011,
  di012,
  di013,
  ds001,
  ds002,
  ds003,
  ds004,
];

/** Written and verified, not offered: what each still waits for. */
export const drafts: readonly { readonly service: Service; readonly why: string }[] = [
  { service: un003, why: '要同时办参保登记和税务缴费，社会保险的事项发布之后才能开办。' },
];
