// What stops the program before it can serve anybody: a port in use, a missing right, a database too old. The operator reads
// it on a terminal, so it is one whole sentence in Chinese and one in English, each saying what to do. Never shown to a person
// on a page; for that there is Refusal.

export class SetupError extends Error {
  override readonly name = 'SetupError';
  readonly zh: string;
  readonly en: string;

  constructor(zh: string, en: string, cause?: unknown) {
    super(`${zh}\n${en}`, cause === undefined ? {} : { cause });
    this.zh = zh;
    this.en = en;
  }
}

/** The message of whatever was thrown. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
