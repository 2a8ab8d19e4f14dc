// 差评整改: bad ratings that wait for an answer, and the answer. A rating itself is an action of its case.

import type { Access } from '#platform/access';
import type { Clock } from '#platform/clock';
import { statement, type Database } from '#platform/db';
import type { Service } from '#catalog';
import { cutPage, readCursor } from '#platform/page';
import { refuse, type RatingPage } from './contract.ts';
import { lastId, pageSize, zeroId } from './desk.ts';

type RatingRow = {
  case_id: string;
  case_no: string;
  service_hash: string;
  stars: number;
  comment: string | null;
  at: string;
  due_rectify_at: string | null;
  reply: string | null;
  rectify_case_id: string | null;
};

/** The page is cut before the cases are joined: whoever sees a rating sees its case, for readers are only ever added. */
const pageOf = (
  page: string,
) => `select r.case_id, s.case_no, s.service_hash, r.stars, r.comment, r.at, r.due_rectify_at, r.reply, r.rectify_case_id
   from (select * from rating ${page} limit $3) r join case_state s on s.case_id = r.case_id`;

/** Newest first. */
const selectRatings = statement<[string, string, number], RatingRow>(
  'cases.ratings',
  `${pageOf('where (at, case_id) < ($1::timestamptz, $2::uuid) order by at desc, case_id desc')}
   order by r.at desc, r.case_id desc`,
);

/** Bad ones without an answer, the nearest limit first. */
const selectRatingsDue = statement<[string, string, number], RatingRow>(
  'cases.ratings_due',
  `${pageOf(`where due_rectify_at is not null and replied_at is null
     and (due_rectify_at, case_id) > ($1::timestamptz, $2::uuid) order by due_rectify_at, case_id`)}
   order by r.due_rectify_at, r.case_id`,
);

const replyRating = statement<[string, string, string, string], { case_id: string }>(
  'cases.reply_rating',
  `update rating set reply = $2, replied_by = $3, replied_at = $4 where case_id = $1 and replied_at is null
     and rectify_case_id is null returning case_id`,
);

export function createRatings(options: {
  readonly db: Database;
  readonly clock: Clock;
  readonly byHash: (hash: string) => Service;
}) {
  /** Row-level security shows the ratings of cases that this access may read. */
  async function list(access: Access, dueOnly: boolean, cursor?: string): Promise<RatingPage> {
    const from = readCursor(cursor) ?? (dueOnly ? ['-infinity', zeroId] : ['infinity', lastId]);
    const [key, id] = from;
    const what = dueOnly ? selectRatingsDue : selectRatings;
    const rows = await options.db.transaction(access, (tx) => tx.run(what, [key, id, pageSize + 1]));
    const page = cutPage(rows, pageSize, (last) => [dueOnly ? last.due_rectify_at : last.at, last.case_id]);
    return {
      ...page,
      items: page.items.map((row) => ({
        caseId: row.case_id,
        caseNo: row.case_no,
        serviceZh: options.byHash(row.service_hash).zh,
        stars: row.stars,
        comment: row.comment,
        at: row.at,
        dueRectifyAt: row.due_rectify_at,
        reply: row.reply,
        rectifyCaseId: row.rectify_case_id,
      })),
    };
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
