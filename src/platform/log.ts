// Structured logs as JSON lines, masked twice: by key, and by what looks like an ID number, a phone or a card in any string.
// A log is read by people who may not read cases: nothing personal reaches it, and nothing here decides what is worth logging.

import { pino, type DestinationStream, type Logger } from 'pino';

export type Log = Logger;

export type LogOptions = {
  readonly level: 'silent' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
  /** Standard output unless said otherwise. */
  readonly destination?: DestinationStream;
};

const hiddenKeys = new Set([
  'authorization',
  'card',
  'code',
  'cookie',
  'csrf',
  'idNumber',
  'id_number',
  'name',
  'password',
  'phone',
  'secret',
  'set-cookie',
  'token',
  'totp',
]);

export function createLog(options: LogOptions): Log {
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: hideKeys },
      serializers: { err: describeError },
      hooks: { streamWrite: maskLine },
    },
    options.destination ?? pino.destination({ fd: 1, sync: false }),
  );
}

/** Replaces what looks like an identifier; lone runs of digits only, so that case numbers (20 digits) and fractions stay. */
export function maskText(text: string): string {
  return text
    .replace(/(?<![\d.])(\d{4})\d{10}\d{3}[\dXx](?!\d)/g, '$1**************')
    .replace(/(?<![\d.])(\d{4})\d{9,15}(?!\d)/g, '$1*********')
    .replace(/(?<!\d)(1[3-9]\d)\d{8}(?!\d)/g, '$1********');
}

/** A line stays JSON: a number that was masked becomes a string. */
function maskLine(line: string): string {
  const masked = maskText(line);
  if (masked === line) return line;
  try {
    JSON.parse(masked);
    return masked;
  } catch {
    return `${JSON.stringify(deepMask(JSON.parse(line), 0))}\n`;
  }
}

function deepMask(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return maskText(value);
  if (typeof value === 'number') {
    const masked = maskText(String(value));
    return masked === String(value) ? value : masked;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth > 8) return '…';
  if (Array.isArray(value)) return value.map((one) => deepMask(one, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, deepMask(one, depth + 1)]));
}

function hideKeys(record: Record<string, unknown>): Record<string, unknown> {
  return hide(record, 0) as Record<string, unknown>;
}

function hide(value: unknown, depth: number): unknown {
  // Errors have a serializer of their own, which runs after this and lists what it shows.
  if (typeof value !== 'object' || value === null || value instanceof Error) return value;
  if (depth > 6) return '…';
  if (Array.isArray(value)) return value.map((one) => hide(one, depth + 1));
  const shown: Record<string, unknown> = {};
  for (const [key, one] of Object.entries(value)) {
    shown[key] = hiddenKeys.has(key) && one !== null && one !== undefined ? '***' : hide(one, depth + 1);
  }
  return shown;
}

/** PostgreSQL puts whole rows into `detail` and `where`, so those are left out. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  const extra = error as Error & { code?: unknown; constraint?: unknown; table?: unknown };
  const keep = (key: 'code' | 'constraint' | 'table') =>
    typeof extra[key] === 'string' ? { [key === 'code' ? 'errorCode' : key]: extra[key] } : {};
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...keep('code'),
    ...keep('constraint'),
    ...keep('table'),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}
