import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { timeZonesText } from '../../scripts/time-zones.ts';
import { createKeyring } from '../../src/kernel/crypto.ts';
import { isTimeZone } from '../../src/kernel/zone.ts';
import { approximatePoint, type Point, zoneAt } from '../../src/properties/location.ts';

/** As they lie beside the Worker. */
const files = { fetch: async () => new Response(timeZonesText()) };
const keyring = createKeyring(new Uint8Array(32).fill(7));
const PLACES: Point[] = Array.from({ length: 1_000 }, (_, index) => {
  const share = (prime: number) => ((index + 1) * prime) % 1;
  const lat = Math.round((share(0.618_034) * 180 - 90) * 1e6) / 1e6;
  const lng = Math.round((share(0.754_878) * 360 - 180) * 1e6) / 1e6;
  return { lat, lng };
});
const EDGES: Point[] = [90, -90, 89.9999, -89.9999, 89.997, 0].flatMap((lat) =>
  [180, -180, 179.9999, -179.9999, 0].map((lng) => ({ lat, lng })),
);

test('the public point is 300 to 500 metres off, everywhere on earth, and a point on earth', () => {
  for (const [index, point] of [...PLACES, ...EDGES].entries()) {
    const shown = approximatePoint(keyring, `prp_${index}`, point);
    const metres = haversine(point, shown);
    expect(metres, JSON.stringify({ point, shown })).toBeGreaterThanOrEqual(300);
    expect(metres, JSON.stringify({ point, shown })).toBeLessThanOrEqual(500);
    expect(Math.abs(shown.lat)).toBeLessThanOrEqual(90);
    expect(Math.abs(shown.lng)).toBeLessThanOrEqual(180);
  }
});

test('it is always the same, differs from property to property, and cannot be known without the key', () => {
  const point = { lat: -1.2921, lng: 36.8219 };
  const shown = approximatePoint(keyring, 'prp_a', point);
  expect(approximatePoint(createKeyring(new Uint8Array(32).fill(7)), 'prp_a', point)).toEqual(shown);
  expect(approximatePoint(keyring, 'prp_b', point)).not.toEqual(shown);
  expect(approximatePoint(createKeyring(randomBytes(32)), 'prp_a', point)).not.toEqual(shown);
});

test('it leans to no side: over many places every direction and distance comes up', () => {
  const counts = { north: 0, east: 0, far: 0 };
  const point = { lat: 0, lng: 0 };
  for (let index = 0; index < 1_000; index++) {
    const shown = approximatePoint(keyring, `prp_${index}`, point);
    if (shown.lat > 0) counts.north++;
    if (shown.lng > 0) counts.east++;
    if (haversine(point, shown) > 400) counts.far++;
  }
  for (const count of Object.values(counts)) expect(Math.abs(count - 500)).toBeLessThan(80);
});

test('neither of its coordinates is the true one', () => {
  const point = { lat: -0.7638, lng: 36.4333 };
  for (let index = 0; index < 1_000; index++) {
    const shown = approximatePoint(keyring, `prp_${index}`, point);
    for (const half of [
      { ...point, lat: shown.lat },
      { ...point, lng: shown.lng },
    ])
      expect(haversine(point, half)).toBeGreaterThan(75);
  }
});

test('a place has the time zone in which it lies, and every place on earth has one that is known here', async () => {
  expect(await zoneAt(files, { lat: -1.2921, lng: 36.8219 })).toBe('Africa/Nairobi');
  expect(await zoneAt(files, { lat: 48.8566, lng: 2.3522 })).toBe('Europe/Paris');
  expect(await zoneAt(files, { lat: 40.7128, lng: -74.006 })).toBe('America/New_York');
  for (const point of [...PLACES, ...EDGES])
    expect(isTimeZone(await zoneAt(files, point)), JSON.stringify(point)).toBe(true);
});

function haversine(a: Point, b: Point): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const half = (x: number, y: number) => Math.sin(radians(y - x) / 2) ** 2;
  const h = half(a.lat, b.lat) + Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * half(a.lng, b.lng);
  return 2 * 6_371_008.8 * Math.asin(Math.sqrt(h));
}
