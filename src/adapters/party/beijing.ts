// Instants as the outside parties write them: Beijing time, which has had one fixed offset since 1992.
// Legal time limits are not counted here.

const OFFSET_MS = 8 * 3_600_000;

/** 'YYYY-MM-DDTHH:mm:ss+08:00', the RFC 3339 form that the parties use. */
export function beijingIso(at: Date): string {
  return `${new Date(at.getTime() + OFFSET_MS).toISOString().slice(0, 19)}+08:00`;
}

export function beijingDay(at: Date): string {
  return beijingIso(at).slice(0, 10);
}
