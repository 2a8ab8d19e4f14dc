// 好差评: the rating of a case that has ended, by the page of the case or by the service for it, and the case of rectification that a
// poor one opens by itself. A rating is an action of the rated case and a row; both doors write the same, once.

import type { Service } from '#catalog';
import { dueAt, type WorkingCalendar } from '#platform/calendar';
import { workerAccess } from '#platform/access';
import type { Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import { refuse, type Answer } from './contract.ts';
import { open } from './decide.ts';
import type { Effect, Engine, Request } from './engine.ts';
import { isRateable, systemActor, type Actor, type CaseState } from './model.ts';
import * as store from './store.ts';
import { rate as decideRate } from './verbs.ts';

/** 差评整改: within 15 working days (政务服务好差评). */
const rectifyLimit = { value: 15, unit: 'working_day' } as const;
const poorStarsMax = 2;
/** The service whose case a poor rating is; where it is not published, a poor rating waits for an answer and nothing else. */
const ratingService = 'DS-004';
const scores = ['非常不满意', '不满意', '基本满意', '满意', '非常满意'] as const;

/** End of the time to rectify after a bad rating. */
export function rectifyBy(calendar: WorkingCalendar, at: string): string {
  return dueAt(calendar, at, rectifyLimit).dueAt;
}

type Said = { readonly stars: number; readonly comment: string; readonly rectifyCaseId: string | null };
type Rectify = {
  readonly opens: { readonly service: Service; readonly hash: string };
  readonly caseNo: string;
  readonly caseId: string;
};
type Row = { readonly state: CaseState; readonly head: Buffer };

export function createRating({ options, numbers, factsAt, carry, once, load, answerOf }: Engine) {
  const now = () => options.clock.now();

  async function rateCase(
    actor: Actor,
    input: { requestId: string; caseId: string; stars: number; comment: string },
  ): Promise<Answer> {
    invariant(actor.id, 'only a person rates');
    const opens = input.stars <= poorStarsMax ? options.published(ratingService) : undefined;
    const region = opens ? await regionOf(actor.id, input.caseId) : null;
    const caseNo = region === null ? null : await numbers(region, now());
    return once(workerAccess(actor.id), input.requestId, input, async (tx, request) => {
      const row = await load(tx, input.caseId);
      const rectify = opens && caseNo !== null ? { opens, caseNo, caseId: newId() } : null;
      const state = await rateIn(tx, row, actor, { ...input, rectifyCaseId: rectify?.caseId ?? null }, request);
      if (rectify) await openRectification(tx, rectify, state, input);
      return answerOf(options.byHash(state.serviceHash), state);
    });
  }

  const regionOf = (personId: string, caseId: string) =>
    options.db.transaction(workerAccess(personId), async (tx) => {
      const row = await tx.maybe(store.readState, [caseId]);
      if (!row) throw refuse('cases.not_found');
      // What cannot be rated takes no number; whether it can is asked again under its lock.
      return isRateable(row.state) ? row.state.region : null;
    });

  async function rateIn(
    tx: Tx,
    row: Row,
    actor: Actor,
    { stars, comment, rectifyCaseId }: Said,
    request: Request | null,
  ): Promise<CaseState> {
    const service = options.byHash(row.state.serviceHash);
    const facts = factsAt(now());
    const decision = decideRate(row.state, stars, comment, actor, facts, service.workflow);
    const { caseId, personId } = row.state;
    const state = await carry(tx, { service, before: row, caseId, decision, actor, facts, request });
    const leafId = options.trace.record(tx, {
      eventId: newId(),
      type: 'rating',
      at: facts.now,
      region: state.region,
      department: service.lead,
      actorId: actor.id,
      subjectId: personId,
      body: { case: state.caseNo, stars },
    });
    tx.send(store.insertRating, [
      caseId,
      personId ?? actor.id,
      stars,
      comment || null,
      facts.now,
      stars <= poorStarsMax ? rectifyBy(options.calendar(), facts.now) : null,
      [...state.readers],
      leafId,
      rectifyCaseId,
    ]);
    return state;
  }

  /** The case of a poor rating, opened by the program in the applicant's name: nobody has to complain twice. */
  async function openRectification(
    tx: Tx,
    { opens, caseNo, caseId }: Rectify,
    rated: CaseState,
    { stars, comment }: { stars: number; comment: string },
  ): Promise<void> {
    const { service, hash } = opens;
    const facts = factsAt(now());
    const data = {
      rated_case: rated.caseNo,
      score: scores[stars - 1],
      ...(comment ? { comment } : {}),
      contact_back: true,
      cited_case_id: rated.caseId,
    };
    const { region, personId, applicantOrgId, dossierId, caseId: parentCaseId } = rated;
    const opening = {
      caseId,
      caseNo,
      serviceCode: service.code,
      serviceHash: hash,
      region,
      personId,
      applicantOrgId,
      dossierId,
      parentCaseId,
      data,
      readers: [],
    };
    const decision = open(service, opening, systemActor, facts);
    tx.send(store.insertLink, [caseId, rated.caseId, 'cites', facts.now]);
    await carry(tx, { service, before: null, caseId, decision, actor: systemActor, facts, request: null });
  }

  /** A rating that came by its own service is kept with the rated case. The program's own opening has kept it already. */
  const take: Effect = async ({ tx, state, actor }) => {
    if (actor.kind === 'system') return;
    const rated = await ratedBy(tx, state);
    const stars = scores.findIndex((one) => one === state.data['score']) + 1;
    invariant(stars > 0, 'the form has asked for a score');
    const { comment } = state.data;
    const said = { stars, comment: typeof comment === 'string' ? comment : '' };
    const rectifyCaseId = stars <= poorStarsMax ? state.caseId : null;
    await rateIn(tx, rated, actor, { ...said, rectifyCaseId }, null);
  };

  /** What the rectification came to is the answer to the rating. */
  const answer: Effect = async ({ tx, state, actor, facts }) => {
    const rated = await ratedBy(tx.asSystem(), state);
    const said = state.data['rectify_text'] ?? state.data['contact_record'];
    tx.asSystem().send(store.answerRating, [
      rated.state.caseId,
      typeof said === 'string' ? said : '',
      actor.kind === 'staff' ? actor.id : null,
      facts.now,
    ]);
  };

  async function ratedBy(tx: Tx, { data }: CaseState): Promise<Row> {
    const id = data['cited_case_id'];
    if (typeof id !== 'string') throw refuse('cases.not_found');
    return load(tx, id);
  }

  return { rateCase, effects: { 'ratings.take': take, 'ratings.answer': answer } satisfies Record<string, Effect> };
}
