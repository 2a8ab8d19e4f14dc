// Instants and amounts in the words of the pages: Shanghai's wall clock, yuan. Pure.

const shanghaiMs = 8 * 3_600_000;

/** 7月3日 14:32 of this instant in Shanghai. */
export function momentText(instant: string): string {
  const local = new Date(Date.parse(instant) + shanghaiMs).toISOString();
  return `${Number(local.slice(5, 7))}月${Number(local.slice(8, 10))}日 ${local.slice(11, 16)}`;
}

/** 2026年7月3日 14:32 */
export function fullMomentText(instant: string): string {
  const local = new Date(Date.parse(instant) + shanghaiMs).toISOString();
  return `${local.slice(0, 4)}年${momentText(instant)}`;
}

/** 2026-07-03T14:32, as an input of date and time has it. */
export function localMoment(instant: string): string {
  return new Date(Date.parse(instant) + shanghaiMs).toISOString().slice(0, 16);
}

/** 7月3日 of a plain date. */
export function dayText(day: string): string {
  return `${Number(day.slice(5, 7))}月${Number(day.slice(8, 10))}日`;
}

export function yuanText(fen: number): string {
  const sign = fen < 0 ? '-' : '';
  const digits = String(Math.abs(fen)).padStart(3, '0');
  return `${sign}${digits.slice(0, -2).replace(/\B(?=(?:\d{3})+$)/g, ',')}.${digits.slice(-2)} 元`;
}
