// Service points of the insurers (DI-013): checked on the spot, published to everybody, scored each quarter, gone from the list the
// moment they exit. What stands in service_point is public by intent; it holds no personal data.

import { evaluateRule, serviceScoreRule } from '#catalog/rules/index';
import { anonymousAccess } from '#platform/access';
import { dayOf } from '#platform/calendar';
import type { Database } from '#platform/db';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import type { CaseState, Effect } from '#modules/cases';
import type { Trace } from '#modules/trace';
import { refuse, type ServicePointView } from './contract.ts';
import { distanceMetres, pointOf, type Point } from './distance.ts';
import * as store from './store.ts';

export { servicePointRoutes } from './http.ts';
export type { ServicePointView } from './contract.ts';
export { distanceZh, type Point } from './distance.ts';

export type ServicePointsOptions = {
  readonly db: Database;
  readonly trace: Trace;
  readonly isInsurer: (orgId: string) => boolean;
  readonly orgName: (orgId: string) => string;
  readonly regionName: (code: string) => string;
};

const listMax = 200;

export type ServicePoints = ReturnType<typeof createServicePoints>;

export function createServicePoints(options: ServicePointsOptions) {
  const { db } = options;
  const text = (state: CaseState, name: string): string => {
    const value = state.data[name];
    return typeof value === 'string' ? value : '';
  };
  const whole = (state: CaseState, name: string): number => {
    const value = state.data[name];
    return typeof value === 'number' && Number.isSafeInteger(value) ? value : 0;
  };

  /** Leaving the check: how far the officer stood from the place that was filed. Further than a street is refused, not averaged. */
  const check: Effect = async ({ state }) => {
    const [filed, seen] = [pointOf(state.data['outlet_location']), pointOf(state.data['check_spot'])];
    if (!filed || !seen) return {};
    const metres = distanceMetres(filed, seen);
    if (metres > 500) throw refuse('outlets.too_far', { metres });
    return { check_distance: metres };
  };

  const publish: Effect = async ({ tx, state, facts, actor }) => {
    const insurerOrgId = state.applicantOrgId;
    if (!insurerOrgId || !options.isInsurer(insurerOrgId)) throw refuse('outlets.insurer_only');
    const place = pointOf(state.data['outlet_location']);
    const items = state.data['service_items'];
    const row = {
      caseNo: state.caseNo,
      name: text(state, 'outlet_name'),
      place: placeText(state.data['outlet_location']),
      openHours: text(state, 'open_hours'),
      hotline: text(state, 'hotline'),
      items: Array.isArray(items) ? items.filter((one): one is string => typeof one === 'string') : [],
    };
    const leafId = options.trace.record(tx, {
      eventId: newId(),
      type: 'service_point.published',
      at: facts.now,
      region: state.region,
      department: insurerOrgId,
      actorId: actor.id,
      subjectId: null,
      body: { ...row, longitude: place?.longitude ?? null, latitude: place?.latitude ?? null },
    });
    await tx.run(store.publish, [
      newId(),
      state.caseId,
      insurerOrgId,
      regionIn(state.data['outlet_location']) ?? state.region,
      row.name,
      row.place,
      place?.longitude ?? null,
      place?.latitude ?? null,
      row.openHours,
      row.hotline,
      row.items,
      facts.now,
      leafId,
    ]);
  };

  /** The quarter's score by the rule; who appraises decides, but calls nothing good that the rule calls poor. */
  const score: Effect = async ({ tx, state, facts, outcome }) => {
    const ruled = evaluateRule(
      serviceScoreRule,
      dayOf(facts.now),
      {
        onTimePercent: whole(state, 'on_time_percent'),
        complaints: whole(state, 'complaint_count'),
        contentPercent: whole(state, 'content_percent'),
        meets: state.data['outlet_meets'] === true,
      },
      state.region,
    );
    const { points, good } = ruled.value;
    if (outcome === 'good' && !good) throw refuse('outlets.not_good', { points });
    if (outcome === 'poor' && good) throw refuse('outlets.not_poor', { points });
    await tx.run(store.setScore, [state.caseId, points, facts.now]);
    return {
      quarter_score: points,
      score_explanation: ruled.explanation.map(({ zh, value, verified }) => ({
        zh,
        value: verified ? value : `${value}（待核）`,
      })),
    };
  };

  /** Gone from the public list in the transaction of the act. */
  const remove: Effect = async ({ tx, state, facts, actor, outcome }) => {
    const gone = await tx.maybe(store.remove, [state.caseId, facts.now]);
    invariant(gone, `case ${state.caseId} has no published service point`);
    options.trace.record(tx, {
      eventId: newId(),
      type: 'service_point.removed',
      at: facts.now,
      region: state.region,
      department: state.applicantOrgId ?? '',
      actorId: actor.id,
      subjectId: null,
      body: { case: state.caseNo, outcome },
    });
  };

  /** Of a district, or all; the nearest first when the place is known, and those whose place is only told in words last. */
  async function list(region: string | null, near: Point | null): Promise<readonly ServicePointView[]> {
    const rows = await db.transaction(anonymousAccess, (tx) => tx.run(store.listPublished, [region, listMax]));
    const views = rows.map((row) => ({
      pointId: row.point_id,
      name: row.name,
      insurer: options.orgName(row.insurer_org_id),
      region: row.region,
      regionZh: options.regionName(row.region),
      place: row.place,
      longitude: row.longitude,
      latitude: row.latitude,
      openHours: row.open_hours,
      hotline: row.hotline,
      items: row.items,
      metres:
        near && row.longitude !== null && row.latitude !== null
          ? distanceMetres(near, { longitude: row.longitude, latitude: row.latitude })
          : null,
    }));
    return near ? views.toSorted((a, b) => (a.metres ?? Infinity) - (b.metres ?? Infinity)) : views;
  }

  /** Districts that have a point, for the choice. */
  async function districts(): Promise<
    readonly { readonly region: string; readonly zh: string; readonly count: number }[]
  > {
    const rows = await db.transaction(anonymousAccess, (tx) => tx.run(store.countByRegion, []));
    return rows.map((row) => ({ region: row.region, zh: options.regionName(row.region), count: row.count }));
  }

  return {
    effects: {
      'outlets.check': check,
      'outlets.publish': publish,
      'outlets.score': score,
      'outlets.remove': remove,
    },
    list,
    districts,
  };
}

function regionIn(value: unknown): string | null {
  return typeof value === 'object' && value !== null && 'region' in value && typeof value.region === 'string'
    ? value.region
    : null;
}

/** A place in words: what was written, or the position itself. */
function placeText(value: unknown): string {
  if (
    typeof value === 'object' &&
    value !== null &&
    'text' in value &&
    typeof value.text === 'string' &&
    value.text !== ''
  )
    return value.text;
  const point = pointOf(value);
  return point ? `东经${point.longitude.toFixed(5)}，北纬${point.latitude.toFixed(5)}` : '';
}
