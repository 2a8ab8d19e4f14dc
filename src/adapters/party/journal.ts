// The memory of a simulated party: one JSON record a line, replayed at start. A bank does not forget when our server is
// killed, so each record is handed to the operating system before the party answers.
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

export type Journal<R> = {
  append(record: R): void;
  close(): void;
};

export type JournalOptions<R> = {
  /** Undefined keeps nothing. */
  readonly path: string | undefined;
  readonly parse: (value: unknown) => R;
  readonly replay: (record: R) => void;
  /** After the replay, what is worth keeping; the file is rewritten with it. */
  readonly compact?: () => readonly R[];
};

export function openJournal<R>(options: JournalOptions<R>): Journal<R> {
  const { path } = options;
  if (path === undefined) return { append: () => undefined, close: () => undefined };
  mkdirSync(dirname(path), { recursive: true });
  const lines = existsSync(path) ? wholeLines(readFileSync(path, 'utf8')) : [];
  for (const line of lines) options.replay(options.parse(JSON.parse(line)));

  const kept = options.compact?.().map((record) => JSON.stringify(record)) ?? lines;
  const fresh = `${path}.new`;
  writeFileSync(fresh, kept.map((line) => `${line}\n`).join(''), { mode: 0o600 });
  renameSync(fresh, path);
  let file: number | undefined = openSync(path, 'a', 0o600);
  return {
    append(record) {
      if (file === undefined) throw new Error('the journal is closed');
      writeSync(file, `${JSON.stringify(record)}\n`);
    },
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}

/** A kill can tear the last line only; that record was never acknowledged, so it is dropped. */
function wholeLines(text: string): string[] {
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '');
}
