// Pure: how often a code may be asked for, and how long sessions live. Figures are those of the project's trust page §4.

export const codeLimits = {
  minutes: 5,
  triesMax: 5,
  perNumberGapSeconds: 60,
  perNumberHour: 5,
  perNumberDay: 10,
  perAddressHour: 30,
  /** Messages cost money: whoever asks for many numbers from one place does not go on for days. */
  perAddressDay: 300,
} as const;

/** A code before a card is changed or health papers are opened is good for this long in its session. */
export const stepUpMinutes = 5;

export const registrationMinutes = 15;
/** Wrong codes and refused registrations together: an attacker must not try ID numbers without end on one proven phone. */
export const registrationTriesMax = 15;

/** Carriers keep a number that was given up for 90 days at least; 待核 against the rules of each carrier. */
export const recycledAfterDays = 90;
export const confirmMinutes = 10;
/** Four signs of an ID number in nine tries: after that a person at a window looks. */
export const confirmTriesMax = 9;
/** Wrong codes from one address in an hour, on whatever numbers. Many share one address of a carrier, so it is not few. */
export const failuresPerAddressHour = 100;

export const loginLimits = { failuresMax: 5, lockMinutes: 15 } as const;

export const unmaskPerHour = 30;

/** 劳动法 article 15: nobody under 16 may be employed. */
export const ageMin = 16;

export type SessionKind = 'worker' | 'staff' | 'staff_pending';
/** In which an agent acts for somebody: at home, and at a window's own machine. */
export type ActingKind = 'acting' | 'assisting';

export const sessionLimits: Readonly<
  Record<SessionKind | ActingKind, { idleMinutes: number; absoluteMinutes: number }>
> = {
  worker: { idleMinutes: 7 * 24 * 60, absoluteMinutes: 30 * 24 * 60 },
  staff: { idleMinutes: 30, absoluteMinutes: 10 * 60 },
  staff_pending: { idleMinutes: 10, absoluteMinutes: 10 },
  acting: { idleMinutes: 60, absoluteMinutes: 12 * 60 },
  assisting: { idleMinutes: 15, absoluteMinutes: 60 },
};

/** How long a worker's cookie is kept. */
export const sessionMaxAgeSeconds = sessionLimits.worker.absoluteMinutes * 60;

/** What was sent before, with the ages in seconds of the sendings that must pass out of the window first. */
export type CodeHistory = {
  readonly lastAgeSeconds: number | null;
  readonly hourCount: number;
  readonly hourOldestAgeSeconds: number;
  readonly dayCount: number;
  readonly dayOldestAgeSeconds: number;
  readonly addressHourCount: number;
  readonly addressOldestAgeSeconds: number;
  readonly addressDayCount: number;
  readonly addressDayOldestAgeSeconds: number;
};

export type CodeVerdict =
  | { readonly may: true }
  | { readonly may: false; readonly why: 'gap' | 'number' | 'address'; readonly waitSeconds: number };

const hourSeconds = 3_600;
const daySeconds = 86_400;

export function mayAskForCode(history: CodeHistory): CodeVerdict {
  const { lastAgeSeconds } = history;
  const wait = (window: number, age: number) => Math.max(1, Math.ceil(window - age));
  if (lastAgeSeconds !== null && lastAgeSeconds < codeLimits.perNumberGapSeconds) {
    return { may: false, why: 'gap', waitSeconds: wait(codeLimits.perNumberGapSeconds, lastAgeSeconds) };
  }
  if (history.dayCount >= codeLimits.perNumberDay) {
    return { may: false, why: 'number', waitSeconds: wait(daySeconds, history.dayOldestAgeSeconds) };
  }
  if (history.hourCount >= codeLimits.perNumberHour) {
    return { may: false, why: 'number', waitSeconds: wait(hourSeconds, history.hourOldestAgeSeconds) };
  }
  if (history.addressHourCount >= codeLimits.perAddressHour) {
    return { may: false, why: 'address', waitSeconds: wait(hourSeconds, history.addressOldestAgeSeconds) };
  }
  if (history.addressDayCount >= codeLimits.perAddressDay) {
    return { may: false, why: 'address', waitSeconds: wait(daySeconds, history.addressDayOldestAgeSeconds) };
  }
  return { may: true };
}

/** Whoever has one IPv6 address has its whole /64, so that is counted as one; an IPv4 address counts for itself. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.toLowerCase().split('%', 1)[0]?.split('::') ?? [];
  const left = head.split(':').filter(Boolean);
  const right = (tail ?? '').split(':').filter(Boolean);
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
