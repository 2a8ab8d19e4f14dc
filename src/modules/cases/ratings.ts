// 差评整改: bad ratings that wait for an answer, and the answer. A rating itself is an action of its case.

import type { Access } from '#platform/access';
import type { Clock } from '#platform/clock';
import { statement, type Database } from '#platform/db';
import type { Service } from '#catalog';
import { refuse } from './contract.ts';
import type { CaseState } from './model.ts';

type RatingRow = {
  case_id: string;
  stars: number;
  comment: string | null;
  at: string;
  due_rectify_at: string | null;
  reply: string | null;
  replied_at: string | null;
  state: CaseState;
};

const selectRatings = statement<[boolean], RatingRow>(
  'cases.ratings',
  `select r.case_id, r.stars, r.comment, r.at, r.due_rectify_at, r.reply, r.replied_at, s.state
   from rating r join case_state s on s.case_id = r.case_id
   where not $1 or (r.due_rectify_at is not null and r.replied_at is null)
   order by r.due_rectify_at nulls last, r.at desc limit 100`,
);

const replyRating = statement<[string, string, string, string], { case_id: string }>(
  'cases.reply_rating',
  `update rating set reply = $2, replied_by = $3, replied_at = $4 where case_id = $1 and replied_at is null returning case_id`,
);

export type RatingView = {
  readonly caseId: string;
  readonly caseNo: string;
  readonly serviceZh: string;
  readonly stars: number;
  readonly comment: string | null;
  readonly at: string;
  readonly dueRectifyAt: string | null;
  readonly reply: string | null;
};

export function createRatings(options: {
  readonly db: Database;
  readonly clock: Clock;
  readonly byHash: (hash: string) => Service;
}) {
  /** Row-level security shows the ratings of cases that this access may read. */
  async function list(access: Access, dueOnly: boolean): Promise<RatingView[]> {
    const rows = await options.db.transaction(access, (tx) => tx.run(selectRatings, [dueOnly]));
    return rows.map((row) => ({
      caseId: row.case_id,
      caseNo: row.state.caseNo,
      serviceZh: options.byHash(row.state.serviceHash).zh,
      stars: row.stars,
      comment: row.comment,
      at: row.at,
      dueRectifyAt: row.due_rectify_at,
      reply: row.reply,
    }));
  }

  /** The first answer stands; a second is refused, so that nobody rewrites what the citizen was told. */
  async function reply(access: Access, staffId: string, caseId: string, text: string): Promise<void> {
    const row = await options.db.transaction(access, (tx) =>
      tx.maybe(replyRating, [caseId, text, staffId, options.clock.now()]),
    );
    if (!row) throw refuse('cases.rating_answered');
  }

  return { list, reply };
}
