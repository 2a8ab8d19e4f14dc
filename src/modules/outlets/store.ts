// Every query on service_point.

import { statement } from '#platform/db';

export const publish = statement<
  [
    string,
    string,
    string,
    string,
    string,
    string,
    number | null,
    number | null,
    string,
    string,
    string[],
    string,
    string,
  ],
  never
>(
  'outlets.publish',
  `insert into service_point (point_id, case_id, insurer_org_id, region, name, place, longitude, latitude, open_hours, hotline, items, state,
     published_at, leaf_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'published', $12, $13)`,
);

export const setScore = statement<[string, number, string], never>(
  'outlets.set_score',
  'update service_point set score = $2, scored_at = $3 where case_id = $1',
);

export const remove = statement<[string, string], { point_id: string }>(
  'outlets.remove',
  `update service_point set state = 'removed', removed_at = $2 where case_id = $1 and state = 'published' returning point_id`,
);

export type PointRow = {
  readonly point_id: string;
  readonly insurer_org_id: string;
  readonly region: string;
  readonly name: string;
  readonly place: string;
  readonly longitude: number | null;
  readonly latitude: number | null;
  readonly open_hours: string;
  readonly hotline: string;
  readonly items: string[];
};

export const listPublished = statement<[string | null, number], PointRow>(
  'outlets.list_published',
  `select point_id, insurer_org_id, region, name, place, longitude, latitude, open_hours, hotline, items from service_point
   where state = 'published' and ($1::text is null or region = $1) order by region, name, point_id limit $2`,
);

export const countByRegion = statement<[], { region: string; count: number }>(
  'outlets.count_by_region',
  `select region, count(*) as count from service_point where state = 'published' group by region order by region`,
);
