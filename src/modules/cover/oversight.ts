// Claims as those who watch over the insurers see them: how many were decided in a month of accidents, and how many refused. Counted
// from the claims that the asker may read, so that an insurer sees itself only. Nothing is changed here.

import type { Access } from '#platform/access';
import { dayOf } from '#platform/calendar';
import type { Clock } from '#platform/clock';
import { statement, type Database } from '#platform/db';
import type { RefusalRate } from './contract.ts';

/** Under so many decisions a share says little: it is not shown as one. */
export const fewDecisions = 20;
const monthsBack = 12;

type Counted = {
  readonly insurer_org_id: string;
  readonly month: string;
  readonly open: number;
  readonly paid: number;
  readonly denied: number;
  readonly paid_fen: number;
};

const countClaims = statement<[string], Counted>(
  'cover.count_claims',
  `select p.insurer_org_id, to_char(c.accident_day, 'YYYY-MM') as month,
     count(*) filter (where c.state in ('open', 'agreed'))::int as open,
     count(*) filter (where c.state = 'paid')::int as paid,
     count(*) filter (where c.state = 'denied')::int as denied,
     coalesce(sum(c.amount_fen) filter (where c.state = 'paid'), 0)::bigint as paid_fen
   from benefit_claim c join cover_policy p on p.policy_id = c.policy_id
   where c.accident_day >= $1 and c.benefit <> 'prepay'
   group by 1, 2 order by 2 desc, 1`,
);

export function createOversight(options: {
  readonly db: Database;
  readonly clock: Clock;
  readonly orgName: (orgId: string) => string;
}) {
  async function refusals(access: Access): Promise<readonly RefusalRate[]> {
    const first = new Date(`${dayOf(options.clock.now()).slice(0, 7)}-01T00:00:00Z`);
    first.setUTCMonth(first.getUTCMonth() - monthsBack + 1);
    const rows = await options.db.transaction(access, (tx) => tx.run(countClaims, [first.toISOString().slice(0, 10)]));
    return rows.map((row) => {
      const decided = row.paid + row.denied;
      return {
        insurer: options.orgName(row.insurer_org_id),
        month: row.month,
        open: row.open,
        decided,
        denied: row.denied,
        refusalBasisPoints: decided < fewDecisions ? null : Math.round((row.denied * 10_000) / decided),
        paidFen: row.paid_fen,
      };
    });
  }

  return { refusals };
}
