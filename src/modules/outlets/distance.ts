// Positions (GCJ-02) and how far they are from one another. Pure.

export type Point = { readonly longitude: number; readonly latitude: number };

/** The point in a value of a location field; null where the place is told in words only. */
export function pointOf(value: unknown): Point | null {
  if (typeof value !== 'object' || value === null || !('lat' in value) || !('lng' in value)) return null;
  const { lat, lng } = value;
  return typeof lat === 'number' && typeof lng === 'number' ? { latitude: lat, longitude: lng } : null;
}

const earthMetres = 6_371_008.8;

/** Along the great circle; good to a half per cent, which is more than a walk needs. */
export function distanceMetres(a: Point, b: Point): number {
  const rad = (degrees: number) => (degrees * Math.PI) / 180;
  const half =
    Math.sin(rad(b.latitude - a.latitude) / 2) ** 2 +
    Math.cos(rad(a.latitude)) * Math.cos(rad(b.latitude)) * Math.sin(rad(b.longitude - a.longitude) / 2) ** 2;
  return Math.round(2 * earthMetres * Math.asin(Math.min(1, Math.sqrt(half))));
}

/** 350 米, 1.2 公里. */
export function distanceZh(metres: number): string {
  return metres < 1_000 ? `${metres} 米` : `${(metres / 1_000).toFixed(1)} 公里`;
}
