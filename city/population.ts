// Who lives in the city: the demonstration's rider, one rider for each story, and ordinary people with ordinary pasts.

import { makePerson, addPerson, type CityPerson } from './people.ts';
import { claimPlots, tellAccident } from './plots-claim.ts';
import { enrolPlots, refundPlots, tellInsured, type CoverPlot } from './plots-cover.ts';
import { isMember, tellApplicant, tellMember, unionPlots } from './plots-union.ts';
import { rateEnded } from './ratings.ts';
import { tell, type Story } from './story.ts';
import type { World } from './world.ts';

/** Somebody whom one can log in as, by SMS code, to see where a story rests. */
export type Rider = { readonly story: string; readonly name: string; readonly phone: string; readonly idNumber: string };

const plots: readonly (readonly [string, CoverPlot])[] = [
  ...Object.entries(unionPlots).map(([name, plot]) => [`union: ${name}`, plot] as const),
  ...Object.entries(enrolPlots).map(([name, plot]) => [`cover: ${name}`, plot] as const),
  ...Object.entries(refundPlots).map(([name, plot]) => [`cover: ${name}`, plot] as const),
  ...Object.entries(claimPlots).map(([name, plot]) => [`claim: ${name}`, plot] as const),
];

/** People whom the stories need; a city has at least these. */
export const storyCount = plots.length + 1;

function settle(world: World, person: CityPerson): CityPerson {
  addPerson(world, person, world.orgs.byCode(`platform-${person.platformCode}`).org_id ?? '');
  return person;
}

export function tellStories(world: World, nowMs: number): readonly Rider[] {
  const rider = settle(world, makePerson(world.random, 0, nowMs));
  const riders: Rider[] = [riderOf('还没有入会、还没有保障', rider)];
  plots.forEach(([name, plot], at) => {
    const birthDay = plot.old ? oldBirthDay(nowMs, at) : undefined;
    const person = settle(world, makePerson(world.random, at + 1, nowMs, birthDay));
    const story = tell(world, person, plot, nowMs);
    if (/completed|paid at the second/.test(name)) rateEnded(story, nowMs, /second benefit/.test(name) ? 1 : 5);
    riders.push(riderOf(name, person));
  });
  return riders;
}

function riderOf(story: string, { name, phone, idNumber }: CityPerson): Rider {
  return { story, name, phone, idNumber };
}

/** Sixty-seven years old: nobody else of the city is. */
function oldBirthDay(nowMs: number, at: number): string {
  return new Date(nowMs - (67 * 366 + at) * 86_400_000).toISOString().slice(0, 10);
}

/** People number `from` up to, not including, `to`. */
export function tellOrdinary(world: World, nowMs: number, from: number, to: number): void {
  const { random } = world;
  for (let index = from; index < to; index += 1) {
    const person = settle(world, makePerson(random, index, nowMs));
    const stories: Story[] = [];
    if (random.chance(0.55)) stories.push(random.chance(0.9) ? tellMember(world, person, nowMs) : tellApplicant(world, person, nowMs));
    const member = stories.some((story) => isMember(story));
    if (random.chance(0.05)) stories.push(tellAccident(world, person, nowMs));
    else if (random.chance(member ? 0.4 : 0.15)) tellInsured(world, person, nowMs);
    for (const story of stories) if (random.chance(0.35)) rateEnded(story, nowMs, random.weighted([[5, 60], [4, 25], [3, 8], [2, 4], [1, 3]]));
  }
}
