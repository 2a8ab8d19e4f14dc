// The register's blocks made by threads beside this one, given in their order. A thread is asked for the next block only when one of
// its own was taken, so that what is made and not yet loaded stays a few blocks, however large the city.

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { invariant } from '#platform/errors';
import type { Basis } from './batches.ts';
import type { RegisterText } from './register-lines.ts';
import { blocksOf, type Register } from './register.ts';
import type { WrittenBatch } from './written.ts';

export type MakerInput = { readonly basis: Basis; readonly register: Register };
export type MadeBlock = { readonly batch: WrittenBatch; readonly text: RegisterText };

const threadsMost = 3;
/** Blocks that a thread has been asked for and nobody has taken. */
const aheadEach = 2;
const youngMb = 192;

/** One core is PostgreSQL's. */
const threadsUsual = (): number => Math.min(threadsMost, Math.max(1, availableParallelism() - 1));

export async function* writtenBlocks(
  basis: Basis,
  register: Register | null,
  threads = threadsUsual(),
): AsyncGenerator<MadeBlock> {
  if (!register) return;
  const count = blocksOf(register);
  const makers = Array.from({ length: Math.min(threads, count) }, () => startMaker({ basis, register }));
  try {
    const made: Promise<MadeBlock>[] = [];
    const ask = (block: number): void => {
      const maker = makers[block % makers.length];
      invariant(maker, 'a block has a thread');
      if (block < count) made.push(maker.make(block));
    };
    for (let block = 0; block < aheadEach * makers.length; block += 1) ask(block);
    for (let block = 0; block < count; block += 1) {
      const next = await made.shift();
      invariant(next, 'every block was asked for');
      yield next;
      ask(block + aheadEach * makers.length);
    }
  } finally {
    await Promise.all(makers.map(({ stop }) => stop()));
  }
}

type Maker = { make(block: number): Promise<MadeBlock>; stop(): Promise<unknown> };

function startMaker(input: MakerInput): Maker {
  const worker = new Worker(join(import.meta.dirname, 'register-maker.ts'), {
    workerData: input,
    // A block's rows are short-lived: they should not be copied about before they are thrown away.
    resourceLimits: { maxYoungGenerationSizeMb: youngMb },
  });
  let failure: Error | null = null;
  const waiting: { resolve(made: MadeBlock): void; reject(error: Error): void }[] = [];
  const fail = (error: Error): void => {
    failure ??= error;
    for (const one of waiting.splice(0)) one.reject(failure);
  };
  worker.on('message', (made: MadeBlock) => waiting.shift()?.resolve(made));
  worker.on('error', (error) => fail(error instanceof Error ? error : new Error(String(error))));
  worker.on('exit', (code) => fail(new Error(`a thread that makes the city ended with code ${code}`)));
  return {
    make: (block) => {
      const made = new Promise<MadeBlock>((resolve, reject) => {
        if (failure) reject(failure);
        else waiting.push({ resolve, reject });
      });
      // Awaited in the order of the blocks, perhaps long after it failed.
      made.catch(() => {});
      // eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      worker.postMessage(block);
      return made;
    },
    stop: () => worker.terminate(),
  };
}
