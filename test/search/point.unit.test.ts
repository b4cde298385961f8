import { expect, test } from 'vitest';
import {
  chordOfKm,
  kmOfChord,
  type Rect,
  rectsOfBox,
  rectsOfCircle,
  toSteps,
  unitOf,
} from '../../src/search/point.ts';
import { randomFrom } from './random-places.ts';

const CENTERS = [
  { lat: 0, lng: 0 },
  { lat: 51.5, lng: -0.1 },
  { lat: -17.8, lng: 179.99 },
  { lat: 64, lng: -179.99 },
  { lat: 89.5, lng: 40 },
  { lat: -90, lng: 0 },
];
const holds = (rects: readonly Rect[], lat: number, lng: number) =>
  rects.filter(
    ([w, s, e, n]) => toSteps(lng) >= w && toSteps(lng) <= e && toSteps(lat) >= s && toSteps(lat) <= n,
  ).length;

/** So far from there, in a direction. */
function go({ lat, lng }: { lat: number; lng: number }, km: number, bearing: number) {
  const [phi, angle] = [(lat * Math.PI) / 180, km / 6371.0088];
  const sine = Math.sin(phi) * Math.cos(angle) + Math.cos(phi) * Math.sin(angle) * Math.cos(bearing);
  const east = Math.atan2(
    Math.sin(bearing) * Math.sin(angle) * Math.cos(phi),
    Math.cos(angle) - Math.sin(phi) * sine,
  );
  const turned = lng + (east * 180) / Math.PI;
  return {
    lat: (Math.asin(Math.max(-1, Math.min(1, sine))) * 180) / Math.PI,
    lng: ((turned + 540) % 360) - 180,
  };
}

test.each(CENTERS)(
  'every point of a circle or a ring around $lat, $lng is in its bands, and once',
  (center) => {
    const random = randomFrom(3);
    for (let round = 0; round < 200; round++) {
      const radiusKm = random.of([0.3, 12, 90, 700, 5_000, 20_000]);
      const innerKm = random.of([0, 0, radiusKm * 0.5, radiusKm * 0.97]);
      const rects = rectsOfCircle({ center, radiusKm }, innerKm);
      for (let at = 0; at < 20; at++) {
        const km = innerKm + random() * (radiusKm - innerKm);
        const { lat, lng } = go(center, km, random() * 2 * Math.PI);
        expect(holds(rects, lat, lng), JSON.stringify({ radiusKm, innerKm, km, lat, lng })).toBe(1);
      }
    }
  },
);

test('bands hold little beside a circle, so that little is read for nothing', () => {
  for (const radiusKm of [1, 30, 300]) {
    const rects = rectsOfCircle({ center: { lat: 40, lng: 10 }, radiusKm });
    const area = rects.reduce(
      (sum, [w, s, e, n]) =>
        sum + (e - w) * (n - s) * Math.cos((((s + n) / 2) * Math.PI) / 180 / 1e7) * (111.195 / 1e7) ** 2,
      0,
    );
    expect(area / (Math.PI * radiusKm ** 2)).toBeLessThan(1.2);
  }
});

test('a box over the line of the date is two, which share no point', () => {
  expect(rectsOfBox(170, -10, -170, 10)).toEqual([
    [1_700_000_000, -100_000_000, 1_800_000_000, 100_000_000],
    [-1_800_000_000, -100_000_000, -1_700_000_000, 100_000_000],
  ]);
});

test('a way is as long there as back', () => {
  for (const km of [0, 0.01, 3, 900, 12_000, 20_015]) expect(kmOfChord(chordOfKm(km))).toBeCloseTo(km, 6);
});

test('bands of a ring hold little beside it, however far it is and whichever poles lie within', () => {
  const WHOLE = 4 * Math.PI * 6371.0088 ** 2;
  const areaOf = ([w, s, e, n]: Rect) => {
    const height = Math.sin((n * Math.PI) / 180 / 1e7) - Math.sin((s * Math.PI) / 180 / 1e7);
    return (((e - w) / 3.6e9) * Math.max(0, height) * WHOLE) / 2;
  };
  for (const center of CENTERS)
    for (const radiusKm of [5_000, 9_000, 12_000, 18_000, 20_000]) {
      const rects = rectsOfCircle({ center, radiusKm }, radiusKm - 100);
      const area = rects.reduce((sum, rect) => sum + areaOf(rect), 0);
      expect(area / WHOLE, JSON.stringify({ center, radiusKm })).toBeLessThan(0.2);
    }
});

test('the meridian behind a pole is met from one side only', () => {
  const rects = rectsOfCircle({ center: { lat: 60, lng: 30 }, radiusKm: 5_000 }, 3_000);
  expect(holds(rects, 80, -150)).toBe(1);
});

test('the widest circle there is holds what is on the other side of the earth', () => {
  const there = unitOf({ lat: 10, lng: 20 });
  const chord = 4 * (there.ux ** 2 + there.uy ** 2 + there.uz ** 2);
  for (const km of [20_015.2, 20_016]) expect(chordOfKm(km)).toBeGreaterThanOrEqual(chord);
});
