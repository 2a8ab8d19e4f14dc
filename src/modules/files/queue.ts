// Whose file is taken in now. To decode a photo takes up to a second of a processor and 150 MB, so two files are at work at once,
// a few wait, and one person cannot take all the places; whoever comes beyond that is asked to come again.

import { refuse } from './contract.ts';

const runningMax = 2;
const waitingMax = 12;
const perPersonMax = 4;
const waitSeconds = 5;

export type Queue = <Result>(person: string, work: () => Promise<Result>) => Promise<Result>;

export function createQueue(): Queue {
  const waiting: (() => void)[] = [];
  const inside = new Map<string, number>();
  let running = 0;

  async function enter(): Promise<void> {
    if (running < runningMax) {
      running += 1;
      return;
    }
    // Whoever leaves hands its place over, so `running` does not change.
    await new Promise<void>((resolve) => waiting.push(resolve));
  }

  function leave(): void {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }

  return async (person, work) => {
    const own = inside.get(person) ?? 0;
    if (own >= perPersonMax || (running >= runningMax && waiting.length >= waitingMax)) {
      throw refuse('files.busy', { waitSeconds });
    }
    inside.set(person, own + 1);
    try {
      await enter();
      try {
        return await work();
      } finally {
        leave();
      }
    } finally {
      const left = (inside.get(person) ?? 1) - 1;
      if (left > 0) inside.set(person, left);
      else inside.delete(person);
    }
  };
}
