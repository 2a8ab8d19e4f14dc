// The breaker's states under an injected clock.
import { expect, test } from 'vitest';
import { BreakerOpen, createBreaker } from './breaker.ts';

const fail = async (): Promise<never> => await Promise.reject(new Error('down'));
const ok = async (): Promise<string> => await Promise.resolve('ok');

function clocked(options: Parameters<typeof createBreaker>[0] = {}) {
  const clock = { ms: 1_000 };
  const breaker = createBreaker({
    failuresToOpen: 3,
    windowMs: 1_000,
    openMs: 500,
    clockMs: () => clock.ms,
    ...options,
  });
  return { clock, breaker };
}

async function failTimes(breaker: ReturnType<typeof createBreaker>, times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) await expect(breaker.run(fail)).rejects.toThrow('down');
}

test('opens after the failures of one window and then does not call', async () => {
  const { breaker } = clocked();
  await failTimes(breaker, 2);
  expect(breaker.state()).toBe('closed');
  await failTimes(breaker, 1);
  expect(breaker.state()).toBe('open');
  let called = false;
  const run = breaker.run(async () => {
    called = true;
    return await ok();
  });
  await expect(run).rejects.toBeInstanceOf(BreakerOpen);
  expect(called).toBe(false);
});

test('failures spread wider than the window do not open it', async () => {
  const { breaker, clock } = clocked();
  for (let n = 0; n < 6; n += 1) {
    await failTimes(breaker, 1);
    clock.ms += 600;
  }
  expect(breaker.state()).toBe('closed');
});

test('a few failures among many successes do not open it', async () => {
  const { breaker } = clocked();
  for (let n = 0; n < 10; n += 1) await breaker.run(ok);
  await failTimes(breaker, 5);
  expect(breaker.state()).toBe('closed');
  await failTimes(breaker, 5);
  expect(breaker.state()).toBe('open');
});

test('half-open lets exactly one probe through; success closes, failure opens again', async () => {
  const { breaker, clock } = clocked();
  await failTimes(breaker, 3);
  clock.ms += 500;
  expect(breaker.state()).toBe('half_open');
  const { promise, resolve } = Promise.withResolvers<string>();
  const probe = breaker.run(async () => await promise);
  await expect(breaker.run(ok)).rejects.toBeInstanceOf(BreakerOpen);
  resolve('back');
  expect(await probe).toBe('back');
  expect(breaker.state()).toBe('closed');

  await failTimes(breaker, 3);
  clock.ms += 500;
  await failTimes(breaker, 1);
  expect(breaker.state()).toBe('open');
});

test('a refusal is an answer: it never opens and it closes a half-open breaker', async () => {
  const refusal = new RangeError('no');
  const { breaker, clock } = clocked({ isFailure: (error) => !(error instanceof RangeError) });
  const refuse = async (): Promise<never> => await Promise.reject(refusal);
  for (let n = 0; n < 10; n += 1) await expect(breaker.run(refuse)).rejects.toBe(refusal);
  expect(breaker.state()).toBe('closed');
  await failTimes(breaker, 10);
  expect(breaker.state()).toBe('open');
  clock.ms += 500;
  await expect(breaker.run(refuse)).rejects.toBe(refusal);
  expect(breaker.state()).toBe('closed');
});

test('a call begun before it opened does not close it when it ends well', async () => {
  const { breaker } = clocked();
  const { promise, resolve } = Promise.withResolvers<string>();
  const early = breaker.run(async () => await promise);
  await failTimes(breaker, 3);
  resolve('late');
  expect(await early).toBe('late');
  expect(breaker.state()).toBe('open');
});

test('a clock set back by days does not hold it open', async () => {
  const { breaker, clock } = clocked();
  await failTimes(breaker, 3);
  clock.ms -= 3 * 86_400_000;
  expect(await breaker.run(ok)).toBe('ok');
});
