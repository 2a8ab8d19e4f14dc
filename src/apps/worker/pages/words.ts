// Instants and amounts in the words of the pages: Shanghai's wall clock, yuan. Pure.

const shanghaiMs = 8 * 3_600_000;

/** 7月3日 14:32 of this instant in Shanghai, with its year where that is not this one. */
export function momentText(instant: string, today: string): string {
  const local = localMoment(instant);
  return `${dayText(local.slice(0, 10), today)} ${local.slice(11)}`;
}

/** 2026年7月3日 14:32 */
export function fullMomentText(instant: string): string {
  return momentText(instant, '');
}

/** The end of a limit or of cover: midnight is 24:00 of the day before, for nothing can be done on the day that it begins. */
export function untilText(instant: string, today: string): string {
  const local = localMoment(instant);
  if (!local.endsWith('00:00')) return momentText(instant, today);
  return `${dayText(localMoment(new Date(Date.parse(instant) - 1).toISOString()).slice(0, 10), today)} 24:00`;
}

/** As an input of date and time has it; with its seconds where there are some, for cover begins with one. */
export function localInput(instant: string): string {
  return new Date(Date.parse(instant) + shanghaiMs).toISOString().slice(0, 19).replace(/:00$/, '');
}

/** 2026-07-03T14:32 */
export function localMoment(instant: string): string {
  return new Date(Date.parse(instant) + shanghaiMs).toISOString().slice(0, 16);
}

/** 7月3日 of a plain date, with its year where that is not this one. */
export function dayText(day: string, today: string): string {
  const year = day.slice(0, 4) === today.slice(0, 4) ? '' : `${day.slice(0, 4)}年`;
  return `${year}${Number(day.slice(5, 7))}月${Number(day.slice(8, 10))}日`;
}

/** 2026-07-03 in a line of a calculation, as dates are written everywhere else. */
export function saidDates(text: string): string {
  return text.replace(/(\d{4})-(\d\d)-(\d\d)/g, (day) => dayText(day, ''));
}

export function yuanText(fen: number): string {
  const sign = fen < 0 ? '-' : '';
  const digits = String(Math.abs(fen)).padStart(3, '0');
  return `${sign}${digits.slice(0, -2).replace(/\B(?=(?:\d{3})+$)/g, ',')}.${digits.slice(-2)} 元`;
}
