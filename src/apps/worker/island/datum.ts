// WGS-84, as phones measure, to GCJ-02, as maps in China must be. The published approximation, good to a few metres; outside
// China the two are the same. Pure.

const axis = 6_378_245;
const eccentricity = 0.006_693_421_622_965_943;

function outside(lat: number, lng: number): boolean {
  return lng < 72.004 || lng > 137.8347 || lat < 0.8293 || lat > 55.8271;
}

export function toGcj02(lat: number, lng: number): { lat: number; lng: number } {
  if (outside(lat, lng)) return { lat, lng };
  const x = lng - 105;
  const y = lat - 35;
  const ripple = ((20 * Math.sin(6 * x * Math.PI) + 20 * Math.sin(2 * x * Math.PI)) * 2) / 3;
  const root = Math.sqrt(Math.abs(x));
  const byLat =
    -100 +
    2 * x +
    3 * y +
    0.2 * y * y +
    0.1 * x * y +
    0.2 * root +
    ripple +
    ((20 * Math.sin(y * Math.PI) + 40 * Math.sin((y / 3) * Math.PI)) * 2) / 3 +
    ((160 * Math.sin((y / 12) * Math.PI) + 320 * Math.sin((y * Math.PI) / 30)) * 2) / 3;
  const byLng =
    300 +
    x +
    2 * y +
    0.1 * x * x +
    0.1 * x * y +
    0.1 * root +
    ripple +
    ((20 * Math.sin(x * Math.PI) + 40 * Math.sin((x / 3) * Math.PI)) * 2) / 3 +
    ((150 * Math.sin((x / 12) * Math.PI) + 300 * Math.sin((x / 30) * Math.PI)) * 2) / 3;
  const angle = (lat / 180) * Math.PI;
  const magic = 1 - eccentricity * Math.sin(angle) * Math.sin(angle);
  const sqrt = Math.sqrt(magic);
  return {
    lat: lat + (byLat * 180) / (((axis * (1 - eccentricity)) / (magic * sqrt)) * Math.PI),
    lng: lng + (byLng * 180) / ((axis / sqrt) * Math.cos(angle) * Math.PI),
  };
}
