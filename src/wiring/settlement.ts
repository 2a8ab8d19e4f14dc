// The subsidy settlement and the service points, joined to the modules that they stand on. Wiring only.

import { regionName } from '#catalog/regions';
import { systemAccess } from '#platform/access';
import type { Clock } from '#platform/clock';
import type { Config } from '#platform/config';
import type { CryptoPort } from '#platform/crypto';
import type { Database, Tx } from '#platform/db';
import { enqueue } from '#platform/jobs';
import { months } from '#modules/cover';
import type { Files } from '#modules/files';
import type { Money } from '#modules/money';
import type { Notices } from '#modules/notices';
import type { Orgs } from '#modules/orgs';
import { createServicePoints } from '#modules/outlets';
import { createSettlement, type SettlementOptions } from '#modules/settlement';
import type { Trace } from '#modules/trace';

type Parts = {
  readonly config: Pick<Config, 'region'>;
  readonly db: Database;
  readonly clock: Clock;
  readonly crypto: CryptoPort;
  readonly trace: Trace;
  readonly money: Pick<Money, 'ledger'>;
  readonly cases: SettlementOptions['cases'];
  readonly orgs: Pick<Orgs, 'get' | 'orgsOf' | 'orgName'>;
  readonly files: Pick<Files, 'read'>;
  readonly notices: Pick<Notices, 'announce'>;
  readonly nameOf: (tx: Tx, personId: string) => Promise<string>;
};

export function createSettlementParts({
  config,
  db,
  clock,
  crypto,
  trace,
  money,
  cases,
  orgs,
  files,
  ...parts
}: Parts) {
  const isInsurer = (orgId: string) => orgs.get(orgId)?.kind === 'insurer';
  const settlement = createSettlement({
    db,
    clock,
    crypto,
    trace,
    enqueue,
    ledger: money.ledger,
    months,
    claimsPaid: months.claimsPaid,
    policiesOf: months.policiesByNo,
    cases,
    insurers: () => orgs.orgsOf('insurer').map((one) => one.orgId),
    isInsurer,
    orgName: orgs.orgName,
    readFile: async (fileId) => (await files.read(systemAccess, fileId)).content,
    // The case is nobody's own: each person who was drawn is told as if it were his.
    tellSampled: (context, personId) =>
      parts.notices.announce({ ...context, state: { ...context.state, personId } }, 'subsidy_sampled'),
    nameOf: parts.nameOf,
    region: config.region,
  });
  const servicePoints = createServicePoints({
    db,
    trace,
    isInsurer,
    orgName: orgs.orgName,
    regionName: (code) => regionName(code) ?? code,
  });
  return { settlement, servicePoints };
}
