// A thread that makes blocks of the register: asked by their number, it hands over their rows written for COPY.

import { parentPort, workerData } from 'node:worker_threads';
import { foundationOf, registerBatch } from './batches.ts';
import type { MadeBlock, MakerInput } from './makers.ts';
import { writeBatch } from './written.ts';

const { basis: given, register } = workerData as MakerInput;
// A Buffer arrives as plain bytes.
const basis = { ...given, masterKey: Buffer.from(given.masterKey) };
const { orgs } = foundationOf(basis);

let before: Promise<unknown> = Promise.resolve();
parentPort?.on('message', (block: number) => {
  // One after the other: ids come from the block that is being made.
  before = before.then(() => make(block));
});

async function make(block: number): Promise<void> {
  const { batch, text } = await registerBatch(basis, orgs, register, block);
  const made: MadeBlock = { batch: writeBatch(batch), text };
  const bytes = made.batch.copies.flatMap(({ chunks }) => chunks.map((chunk) => chunk.buffer as ArrayBuffer));
  parentPort?.postMessage(made, bytes);
}
