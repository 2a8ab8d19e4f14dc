// Stories of joining the union: one for every step at which an application can rest, for every end, and the ordinary one.

import type { Plot, Move, Story } from './story.ts';
import { caseOf, custom, day, hour, minute, staff, tell, upload, verb, worker } from './story.ts';
import { dayOf } from '#platform/calendar';
import { platforms } from './names.ts';
import type { CaseCommand } from '#contract/cases';
import type { CityPerson } from './people.ts';
import type { World } from './world.ts';

export function application(story: Story): Record<string, unknown> {
  const { world, person } = story;
  const platform = platforms.find((one) => one.code === person.platformCode) ?? platforms[0];
  return {
    occupation: person.occupation,
    main_platform: { name: platform.name, orgId: world.orgs.byCode(`platform-${platform.code}`).org_id },
    start_month: `${dayOf(new Date(person.createdAtMs).toISOString()).slice(0, 8)}01`,
    usual_area: person.district.region,
    education: world.random.pick(['初中及以下', '高中中专', '大专', '本科及以上']),
    accept_charter: 'on',
    applicant_sign: { fileId: upload(story, 'signature') },
    photo: [upload(story, 'photo')],
  };
}

export const apply: Move = custom(0, async (story) => {
  story.cases.set(
    'join',
    await story.world.openCase('UN-001', story.person, story.person.district.region, application(story)),
  );
});

const applyAgain = (afterMs: number): Move =>
  worker(afterMs, 'join', (story) => ({ type: 'act', step: 'apply', outcome: 'submit', data: application(story) }));

type Way = 'enterprise' | 'industry' | 'region';
const reviewOf: Readonly<Record<Way, string>> = {
  enterprise: 'grassroots-review',
  industry: 'industry-review',
  region: 'township-review',
};

const assign = (afterMs: number, way: Way) =>
  staff(afterMs, 'join', 'assign-union', way, { data: { assign_note: '按接单单位和区域归口' } });
const approve = (afterMs: number, way: Way) =>
  staff(afterMs, 'join', reviewOf[way], 'approve', { data: { review_note: '从业情况属实，同意接收' } });
const reject = (afterMs: number, way: Way) =>
  staff(afterMs, 'join', reviewOf[way], 'reject', { reason: '平台接单记录显示已停止接单一年以上' });
const file = (afterMs: number) => staff(afterMs, 'join', 'county-record', 'single');

/** 货车司机: an owner-driver joins the union of the trade. */
const applyAsDriver: Move = custom(0, async (story) => {
  const { world, person } = story;
  const form = {
    plate_number: `闽D${world.random.int(10_000, 99_999)}`,
    vehicle_ownership: '自有',
    qualification_no: `350200${world.random.int(100_000, 999_999)}`,
    main_route: '厦门到泉州',
    monthly_days: '22',
    qualification_cert: [upload(story, 'record')],
    vehicle_licence: [upload(story, 'record')],
  };
  story.cases.set('join', await world.openCase('UN-004', person, person.district.region, form));
});

/** 会员证补换: issued at once, and the old card is void from then on. */
const newCard = (afterMs: number): Move =>
  custom(afterMs, async (story) => {
    const { world, person } = story;
    const [member] = world.by('membership', 'person_id', person.personId);
    const form = {
      card_no: member?.member_no ?? '',
      reissue_reason: '遗失',
      loss_date: dayOf(new Date(world.nowMs() - 2 * day).toISOString()),
      freeze_old: 'on',
      new_photo: [upload(story, 'photo')],
      loss_statement: [upload(story, 'record')],
    };
    story.cases.set('card', await world.openCase('UN-005', person, person.district.region, form));
  });

export const joined = (way: Way): readonly Move[] => [
  apply,
  assign(4 * hour, way),
  approve(22 * hour, way),
  file(6 * hour),
];

const tooSoon = { type: 'withdraw', reason: '我先和站长商量一下再办' } as const;
const missing: CaseCommand = {
  type: 'request_supplement',
  step: 'township-review',
  items: ['一寸免冠照片（近半年）', '平台接单账号截图'],
  note: '照片不清晰，请重新上传',
  days: 15,
};

/** Every resting place of an application, light by light, and every end that one person can come to. */
export const unionPlots: Readonly<Record<string, Plot>> = {
  'assign-union, fresh': { moves: [apply], restMs: 2 * hour },
  'assign-union, late': { moves: [apply], restMs: 9 * day },
  'assign-union, claimed and urged': {
    moves: [
      apply,
      verb(3 * hour, 'join', 'assign-union', { type: 'claim', step: 'assign-union' }),
      worker(20 * hour, 'join', { type: 'urge' }),
    ],
    restMs: 2 * hour,
  },
  'grassroots-review, fresh': { moves: [apply, assign(5 * hour, 'enterprise')], restMs: 20 * hour },
  'grassroots-review, near its end': { moves: [apply, assign(5 * hour, 'enterprise')], restMs: 6.5 * day },
  'industry-review, fresh': { moves: [apply, assign(5 * hour, 'industry')], restMs: 30 * hour },
  'township-review, fresh': { moves: [apply, assign(5 * hour, 'region')], restMs: 10 * hour },
  'township-review, waiting for papers': {
    moves: [apply, assign(5 * hour, 'region'), verb(18 * hour, 'join', 'township-review', missing)],
    restMs: 30 * hour,
  },
  'county-recheck, after a rejection': {
    moves: [apply, assign(5 * hour, 'region'), reject(20 * hour, 'region')],
    restMs: 9 * hour,
  },
  'county-recheck, by the timer': { moves: [apply, assign(5 * hour, 'industry')], restMs: 13 * day },
  'county-record, fresh': {
    moves: [apply, assign(4 * hour, 'industry'), approve(20 * hour, 'industry')],
    restMs: 5 * hour,
  },
  'county-record, late': {
    moves: [apply, assign(4 * hour, 'enterprise'), approve(20 * hour, 'enterprise')],
    restMs: 8 * day,
  },
  'apply, returned': {
    moves: [
      apply,
      assign(5 * hour, 'region'),
      staff(20 * hour, 'join', 'township-review', 'return', { reason: '常接单区域与接单记录不一致，请核对' }),
    ],
    restMs: 20 * hour,
  },
  'second round': {
    moves: [
      apply,
      assign(5 * hour, 'enterprise'),
      staff(20 * hour, 'join', 'grassroots-review', 'return', { reason: '签名不清晰，请重新签名' }),
      applyAgain(30 * hour),
    ],
    restMs: 4 * hour,
  },
  completed: { moves: joined('industry'), restMs: 5 * day },
  rejected: {
    moves: [
      apply,
      assign(5 * hour, 'region'),
      reject(20 * hour, 'region'),
      staff(24 * hour, 'join', 'county-recheck', 'reject', { reason: '经复核，申请人已不从事新就业形态工作' }),
    ],
    restMs: 6 * day,
  },
  overruled: {
    moves: [
      apply,
      assign(5 * hour, 'region'),
      reject(20 * hour, 'region'),
      staff(24 * hour, 'join', 'county-recheck', 'overrule'),
      file(5 * hour),
    ],
    restMs: 8 * day,
  },
  redirected: {
    moves: [...joined('industry'), custom(20 * day, (story) => apply.run(story))],
    restMs: 3 * day,
  },
  withdrawn: { moves: [apply, worker(2 * hour, 'join', tooSoon)], restMs: 4 * day },
  'driver, industry-review': { moves: [applyAsDriver, assign(5 * hour, 'industry')], restMs: 30 * hour },
  'driver, joined': {
    moves: [applyAsDriver, assign(4 * hour, 'industry'), approve(22 * hour, 'industry'), file(6 * hour)],
    restMs: 7 * day,
  },
  'card, replaced': { moves: [...joined('region'), newCard(30 * day)], restMs: 2 * day },
};

/** An ordinary member of the city, who joined at some time in the last ten months. */
export async function tellMember(world: World, person: CityPerson, endMs: number): Promise<Story> {
  const { random } = world;
  const way = random.weighted<Way>([
    ['enterprise', 4],
    ['industry', 4],
    ['region', 2],
  ]);
  const moves = [
    apply,
    assign(random.int(60, 1_500) * minute, way),
    approve(random.int(4, 60) * hour, way),
    file(random.int(2, 30) * hour),
  ];
  return tell(
    world,
    person,
    { moves, restMs: random.int(8, 300) * day + random.int(0, 1_439) * minute, ordinary: true },
    endMs,
  );
}

/** Somebody whose application is on its way. */
export async function tellApplicant(world: World, person: CityPerson, endMs: number): Promise<Story> {
  const { random } = world;
  const way = random.weighted<Way>([
    ['enterprise', 4],
    ['industry', 4],
    ['region', 2],
  ]);
  const moves = [apply, assign(random.int(60, 900) * minute, way), approve(random.int(4, 60) * hour, way)];
  const done = random.int(1, 3);
  return tell(world, person, { moves: moves.slice(0, done), restMs: random.int(20, 4_000) * minute }, endMs);
}

export function isMember(story: Story): boolean {
  return caseOf(story, 'join').state.end === 'completed';
}
