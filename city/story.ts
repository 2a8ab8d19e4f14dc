// How the city tells a life: moves one after the other, each some hours after the last, the last of them so long ago that the case
// now rests where the story leaves it. The clock's own acts happen in between by themselves.

import { dayOf, statutoryCalendar } from '#platform/calendar';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import type { CaseCommand } from '#contract/cases';
import type { CityPerson } from './people.ts';
import type { Held, World } from './world.ts';

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** Cases of the story by the name that its moves call them. */
export type Story = { readonly world: World; readonly person: CityPerson; readonly cases: Map<string, Held> };

export type Move = {
  readonly afterMs: number;
  /** Done at a desk. */
  readonly office: boolean;
  /** The case and the step at which somebody acts. */
  readonly at?: { readonly name: string; readonly step: string };
  readonly run: (story: Story) => Promise<void>;
};

/** An ordinary plot keeps office hours where it leaves time for them, and stops where its case went another way. */
export type Plot = { readonly moves: readonly Move[]; readonly restMs: number; readonly ordinary?: boolean };

export function caseOf(story: Story, name: string): Held {
  const held = story.cases.get(name);
  invariant(held, `the story has no case ${name}`);
  return held;
}

export function custom(afterMs: number, run: (story: Story) => Promise<void>): Move {
  return { afterMs, office: false, run };
}

type StaffExtras = {
  readonly data?: Readonly<Record<string, unknown>>;
  readonly reason?: string;
  readonly which?: number;
};

/** Whoever the step waits for takes an outcome. */
export function staff(afterMs: number, name: string, step: string, outcome: string, extras: StaffExtras = {}): Move {
  return {
    afterMs,
    office: true,
    at: { name, step },
    run: (story) => {
      const { data = {}, reason, which = 0 } = extras;
      return perform(story, name, step, which, { type: 'act', step, outcome, data, ...(reason ? { reason } : {}) });
    },
  };
}

/** One of the clerk's verbs, by whoever the step waits for. */
export function verb(afterMs: number, name: string, step: string, input: CaseCommand, which = 0): Move {
  return { afterMs, office: true, run: (story) => perform(story, name, step, which, input) };
}

async function perform(story: Story, name: string, step: string, which: number, input: CaseCommand): Promise<void> {
  const held = caseOf(story, name);
  const active = held.state.active.find((one) => one.step === step);
  invariant(
    active?.orgId,
    `case ${name} does not wait at ${step} but at ${held.state.active.map((one) => one.step).join()}`,
  );
  // A step that names its office is done by whichever of its roles works there.
  const { role, orgId } = active;
  const roles = [role, ...(held.service.workflow.steps[step]?.actors ?? [])];
  const acting = roles.find((one) => story.world.works(one, orgId)) ?? role;
  await story.world.perform(held, story.world.staffActor(acting, orgId, which), input);
}

export function worker(afterMs: number, name: string, input: CaseCommand | ((story: Story) => CaseCommand)): Move {
  return custom(afterMs, async (story) => {
    const command = typeof input === 'function' ? input(story) : input;
    await story.world.perform(caseOf(story, name), story.world.workerActor(story.person), command);
  });
}

export function event(
  afterMs: number,
  name: string,
  step: string,
  outcome: string,
  data: Readonly<Record<string, unknown>> = {},
): Move {
  return custom(afterMs, (story) => story.world.happen(caseOf(story, name), step, outcome, data));
}

/** Tells a story so that it rests `restMs` before the city's now. Gives its cases. */
export async function tell(world: World, person: CityPerson, plot: Plot, endMs: number): Promise<Story> {
  const story: Story = { world, person, cases: new Map() };
  const total = plot.moves.reduce((sum, move) => sum + move.afterMs, plot.restMs);
  world.setNow(endMs - total);
  for (const move of plot.moves) {
    let at = world.nowMs() + move.afterMs;
    if (plot.ordinary && move.office) at = inOffice(at, world);
    if (at > endMs) break;
    await world.goTo(at, [...story.cases.values()]);
    // An ordinary story ends where the clock or a rule took its case elsewhere.
    if (plot.ordinary && move.at && !waitsAt(story, move.at.name, move.at.step)) break;
    await move.run(story);
  }
  await world.goTo(endMs, [...story.cases.values()]);
  return story;
}

function waitsAt(story: Story, name: string, step: string): boolean {
  return caseOf(story, name).state.active.some((one) => one.step === step);
}

/** The same instant, or the next morning of a working day. China has no summer time. */
function inOffice(atMs: number, world: World): number {
  let at = atMs;
  for (let tries = 0; tries < 15; tries += 1) {
    const today = dayOf(new Date(at).toISOString());
    const opens = Date.parse(`${today}T09:00:00+08:00`);
    if (statutoryCalendar.isWorkingDay(today)) {
      if (at < opens) return opens + world.random.int(0, 90) * minute;
      if (at < opens + 8.5 * hour) return at;
    }
    at = Date.parse(`${today}T00:00:00+08:00`) + day;
  }
  return atMs;
}

/** A paper or photo that the person uploaded. */
export function upload(story: Story, name: string): string {
  const { world, person } = story;
  const blob = world.blobs[name] ?? world.blobs['photo'];
  invariant(blob, 'the city has pictures');
  const fileId = newId();
  world.rows.file.push({
    file_id: fileId,
    person_id: person.personId,
    case_id: null,
    name: `${name}（虚构）.png`,
    media_type: 'image/png',
    bytes: blob.plainBytes,
    address: blob.address,
    key_sealed: world.crypto.seal(`file:key_sealed:${fileId}`, blob.key),
    authority_id: null,
    plain_index: blob.plainIndex,
    state: 'clean',
    readers: ['*', `person:${person.personId}`],
    at: world.now(),
  });
  return fileId;
}
