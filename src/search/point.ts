/** Places on the earth as a sphere. What is kept is whole: ten millionths of a degree. */
export type Point = { readonly lat: number; readonly lng: number };
export type Unit = { readonly ux: number; readonly uy: number; readonly uz: number };
/** Both ends belong to it: west, south, east, north. */
export type Rect = readonly [w: number, s: number, e: number, n: number];
export type Circle = { readonly center: Point; readonly radiusKm: number };

const EARTH_RADIUS_KM = 6_371.0088;
const STEPS = 1e7;
const BANDS = 8;
const BANDS_OF_A_RING = 24;

export const toSteps = (degrees: number): number => Math.round(degrees * STEPS);
const toRadians = (degrees: number): number => (degrees * Math.PI) / 180;
const toDegrees = (radians: number): number => (radians * 180) / Math.PI;

export function unitOf({ lat, lng }: Point): Unit {
  const [phi, lambda] = [toRadians(lat), toRadians(lng)];
  return { ux: Math.cos(phi) * Math.cos(lambda), uy: Math.cos(phi) * Math.sin(lambda), uz: Math.sin(phi) };
}

/**
 * The square of the straight way through the earth, of radius 1, from a point whose parts are parameters: a number in
 * a text might be read as its neighbour.
 */
export const chordSql = (x: string, y: string, z: string): string =>
  `((l.ux - ${x}) * (l.ux - ${x}) + (l.uy - ${y}) * (l.uy - ${y}) + (l.uz - ${z}) * (l.uz - ${z}))`;

/** More than any for what goes around half the earth and farther. */
export const chordOfKm = (km: number): number =>
  km < Math.PI * EARTH_RADIUS_KM ? (2 * Math.sin(km / 2 / EARTH_RADIUS_KM)) ** 2 : 5;
export const kmOfChord = (chord: number): number =>
  2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(chord) / 2));

/** A box in steps; one that goes over the line of the date is two. */
export function rectsOfBox(w: number, s: number, e: number, n: number): Rect[] {
  const [south, north] = [toSteps(s), toSteps(n)];
  if (w <= e) return [[toSteps(w), south, toSteps(e), north]];
  return [
    [toSteps(w), south, toSteps(180), north],
    [toSteps(-180), south, toSteps(e), north],
  ];
}

/** Bands of latitude that hold what is between two circles and little more, none of it twice. */
export function rectsOfCircle(
  { center, radiusKm }: Circle,
  innerKm = 0,
  bands = innerKm === 0 ? BANDS : BANDS_OF_A_RING,
): Rect[] {
  const angle = radiusKm / EARTH_RADIUS_KM;
  const reach = toDegrees(angle);
  const [south, north] = [Math.max(-90, center.lat - reach), Math.min(90, center.lat + reach)];
  const edges = Array.from({ length: bands + 1 }, (_, at) => toSteps(south + ((north - south) * at) / bands));
  return edges.slice(1).flatMap((upper, index) => {
    const lower = edges[index] ?? 0;
    const ends = [lower / STEPS, upper / STEPS];
    const [bottom, top] = [index === 0 ? lower - 1 : lower, index === bands - 1 ? upper + 1 : upper - 1];
    const outer = Math.min(180, Math.max(...halvesAt(center, angle, ends)) + 2 / STEPS);
    const inner = innerKm === 0 ? 0 : Math.min(...halvesAt(center, innerKm / EARTH_RADIUS_KM, ends));
    const { lng } = center;
    // Both sides meet on the meridian behind a pole, which belongs to the western one.
    const sides =
      inner === 180
        ? []
        : inner > 2 / STEPS
          ? [
              [lng - outer, lng - inner],
              [lng + inner, lng + Math.min(outer, 180 - 1 / STEPS)],
            ]
          : [[lng - outer, lng + outer]];
    return sides.flatMap(([w = 0, e = 0]) =>
      stripsOf(w, e).map(([left, right]) => [left, bottom, right, top] as const),
    );
  });
}

/** From one longitude to another that is not less, wherever they are, in steps. */
function stripsOf(w: number, e: number): (readonly [number, number])[] {
  if (e - w >= 360) return [[toSteps(-180), toSteps(180)]];
  const [west, east] = [
    w < -180 ? w + 360 : w > 180 ? w - 360 : w,
    e > 180 ? e - 360 : e < -180 ? e + 360 : e,
  ];
  return rectsOfBox(west, 0, east, 0).map(([left, , right]) => [left, right] as const);
}

/**
 * How far a circle goes to either side at some latitudes, and between them where it turns, in degrees of longitude: it
 * is widest there, or narrowest where both poles lie within.
 */
function halvesAt(center: Point, angle: number, lats: readonly number[]): number[] {
  const phi = toRadians(center.lat);
  const turn = toDegrees(Math.asin(Math.sin(phi) / Math.cos(angle)));
  const [south = 0, north = 0] = lats;
  const all = south < turn && turn < north ? [...lats, turn] : lats;
  return all.map((lat) => {
    const at = toRadians(lat);
    const cosine = (Math.cos(angle) - Math.sin(phi) * Math.sin(at)) / (Math.cos(phi) * Math.cos(at));
    return cosine >= 1 ? 0 : cosine <= -1 ? 180 : toDegrees(Math.acos(cosine));
  });
}
