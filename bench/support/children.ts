// Processes of a bench: started with a message, answered by messages, ended by their own id.

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export type Child = {
  readonly pid: number;
  /** The next message; an error when the process ends before it. */
  message(): Promise<unknown>;
  /** Asks it to end, and makes sure. */
  stop(): Promise<void>;
};

const graceMs = 10_000;

export function startChild(file: string, input: unknown, execArgv: readonly string[] = []): Child {
  const child = fork(join(import.meta.dirname, file), { execArgv: [...execArgv], stdio: ['ignore', 2, 2, 'ipc'] });
  child.send({ start: input });
  return {
    pid: child.pid ?? 0,
    message: () => nextMessage(child, file),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      if (child.connected) child.send({ stop: true });
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

function nextMessage(child: ChildProcess, file: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const end = (code: number | null): void => reject(new Error(`${file} ended with code ${code}`));
    child.once('exit', end);
    child.once('message', (message) => {
      child.off('exit', end);
      resolve(message);
    });
  });
}

/** The child's side: gives its input to `work`, which answers with `say`; what it returns is run when it must stop. */
export function asChild(work: (input: unknown, say: (message: unknown) => void) => Promise<() => Promise<void>>): void {
  let stop: Promise<() => Promise<void>> | undefined;
  const end = async (): Promise<void> => {
    await (
      await stop
    )?.();
    process.exit(0);
  };
  process.on('disconnect', () => void end());
  process.on('message', (message: unknown) => {
    if (typeof message !== 'object' || message === null) return;
    if ('start' in message) {
      stop = work(message.start, (answer) => process.send?.(answer));
      stop.catch((error: unknown) => {
        console.error(error);
        process.exit(1);
      });
    }
    if ('stop' in message) void end();
  });
}
