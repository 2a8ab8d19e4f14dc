// Who lives in the city: the demonstration's rider, one rider for each story, and ordinary people with ordinary pasts.

import { makePerson, addPerson, type CityPerson } from './people.ts';
import { appealPlots, ordinaryAppeal } from './plots-appeal.ts';
import { claimPlots, tellAccident } from './plots-claim.ts';
import { enrolPlots, refundPlots, tellInsured, type CoverPlot } from './plots-cover.ts';
import { isMember, tellApplicant, tellMember, unionPlots } from './plots-union.ts';
import { rateEnded } from './ratings.ts';
import { tell, type Story } from './story.ts';
import type { World } from './world.ts';

/** Somebody whom one can log in as, by SMS code, to see where a story rests. */
export type Rider = {
  readonly story: string;
  readonly name: string;
  readonly phone: string;
  readonly idNumber: string;
};

const plots: readonly (readonly [string, CoverPlot])[] = [
  ...Object.entries(unionPlots).map(([name, plot]) => [`union: ${name}`, plot] as const),
  ...Object.entries(enrolPlots).map(([name, plot]) => [`cover: ${name}`, plot] as const),
  ...Object.entries(refundPlots).map(([name, plot]) => [`cover: ${name}`, plot] as const),
  ...Object.entries(claimPlots).map(([name, plot]) => [`claim: ${name}`, plot] as const),
  ...Object.entries(appealPlots).map(([name, plot]) => [`appeal: ${name}`, plot] as const),
];

/** People whom the stories need; a city has at least these. */
export const storyCount = plots.length + 1;

function settle(world: World, person: CityPerson): CityPerson {
  addPerson(world, person, world.orgs.byCode(`platform-${person.platformCode}`).org_id ?? '');
  return person;
}

export async function tellStories(world: World, seed: number, nowMs: number): Promise<void> {
  settle(world, makePerson(seed, 0, nowMs));
  for (const [at, [name, plot]] of plots.entries()) {
    const story = await tell(world, settle(world, personOf(plot, seed, at, nowMs)), plot, nowMs);
    if (/completed|paid at the second/.test(name)) await rateEnded(story, nowMs, /second benefit/.test(name) ? 1 : 5);
  }
}

function personOf(plot: CoverPlot, seed: number, at: number, nowMs: number): CityPerson {
  return makePerson(seed, at + 1, nowMs, plot.old ? oldBirthDay(nowMs, at) : undefined);
}

/** The demonstration's rider first, then whoever each story is told of. */
export function ridersOf(seed: number, nowMs: number): readonly [Rider, ...Rider[]] {
  const riderOf = (story: string, { name, phone, idNumber }: CityPerson): Rider => ({ story, name, phone, idNumber });
  const first = riderOf('还没有入会、还没有保障', makePerson(seed, 0, nowMs));
  return [first, ...plots.map(([name, plot], at) => riderOf(name, personOf(plot, seed, at, nowMs)))];
}

/** Sixty-seven years old: nobody else of the city is. */
function oldBirthDay(nowMs: number, at: number): string {
  return new Date(nowMs - (67 * 366 + at) * 86_400_000).toISOString().slice(0, 10);
}

/** People number `from` up to, not including, `to`. */
export async function tellOrdinary(world: World, seed: number, nowMs: number, from: number, to: number): Promise<void> {
  const { random } = world;
  for (let index = from; index < to; index += 1) {
    const person = settle(world, makePerson(seed, index, nowMs));
    const stories: Story[] = [];
    if (random.chance(0.5)) stories.push(await (random.chance(0.9) ? tellMember : tellApplicant)(world, person, nowMs));
    const member = stories.some((story) => isMember(story));
    if (random.chance(0.05)) stories.push(await tellAccident(world, person, nowMs));
    else if (random.chance(member ? 0.36 : 0.12)) await tellInsured(world, person, nowMs);
    if (random.chance(0.04)) stories.push(await tell(world, person, ordinaryAppeal(random), nowMs));
    for (const story of stories)
      if (random.chance(0.35))
        await rateEnded(
          story,
          nowMs,
          random.weighted([
            [5, 60],
            [4, 25],
            [3, 8],
            [2, 4],
            [1, 3],
          ]),
        );
  }
}
