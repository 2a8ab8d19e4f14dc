// The places at the decoder: two at work, twelve waiting, four a person, and every place given back.

import { expect, it } from 'vitest';
import { Refusal } from '#platform/errors';
import { createQueue } from './queue.ts';

function gate() {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

it('lets two at work, a few wait and turns the rest away, one person sooner than all', async () => {
  const queue = createQueue();
  const { opened, open } = gate();
  let running = 0;
  let most = 0;
  const work = async (): Promise<string> => {
    running += 1;
    most = Math.max(most, running);
    await opened;
    running -= 1;
    return 'done';
  };
  const enter = (person: string) =>
    queue(person, work).catch((error: unknown) => (error instanceof Refusal ? error.code : 'a bug'));
  const greedy = Array.from({ length: 9 }, () => enter('one'));
  expect(await Promise.all(greedy.slice(4))).toEqual(Array.from({ length: 5 }, () => 'files.busy'));
  const others = Array.from({ length: 14 }, (_, n) => enter(`other ${n}`));
  expect(await Promise.all(others.slice(10))).toEqual(Array.from({ length: 4 }, () => 'files.busy'));
  open();
  expect(new Set(await Promise.all([...greedy.slice(0, 4), ...others.slice(0, 10)]))).toEqual(new Set(['done']));
  expect(most).toBe(2);
  expect(await enter('one')).toBe('done');
});

it('gives the place back when the work fails', async () => {
  const queue = createQueue();
  for (let n = 0; n < 20; n += 1) {
    await expect(queue('one', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  }
  expect(await queue('one', async () => 'done')).toBe('done');
});
