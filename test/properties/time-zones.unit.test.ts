import lookUpZone from '@photostructure/tz-lookup';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { timeZonesText } from '../../scripts/time-zones.ts';
import { findTimeZone, type TimeZones } from '../../src/properties/time-zones.ts';

const zones: TimeZones = JSON.parse(timeZonesText());

test('every place has the time zone that the library gives it', () => {
  const lat = fc.double({ min: -90, max: 90, noNaN: true });
  const lng = fc.double({ min: -180, max: 180, noNaN: true });
  fc.assert(
    fc.property(lat, lng, (a, b) => findTimeZone(zones, a, b) === lookUpZone(a, b)),
    { numRuns: 5_000 },
  );
  // Where the borders of cells are no chance leads.
  const steps = (from: number, to: number) =>
    Array.from({ length: (to - from) / 0.75 + 1 }, (_, index) => from + index * 0.75);
  const lats = [...steps(-90, 90), 89.999_999_999, -89.999_999_999];
  const lngs = [...steps(-180, 180), 179.999_999_999, -179.999_999_999];
  const wrong = lats.flatMap((a) =>
    lngs.filter((b) => findTimeZone(zones, a, b) !== lookUpZone(a, b)).map((b) => [a, b]),
  );
  expect(wrong).toEqual([]);
});

test('a file that cannot be read is a fault that may pass, and is asked for again', async () => {
  const failures = [
    async () => Response.json({}, { status: 404 }),
    async () => new Response('<html>'),
    () => Promise.reject(new Error('down')),
  ];
  // Others may have read it in this process.
  const anew = '../../src/properties/time-zones.ts?anew';
  const { openTimeZones } = (await import(anew)) as typeof import('../../src/properties/time-zones.ts');
  for (const fetch of failures)
    await expect(openTimeZones({ fetch })).rejects.toThrow('files did not answer');

  let reads = 0;
  const fetch = async () => {
    reads += 1;
    return new Response(timeZonesText());
  };
  expect(await openTimeZones({ fetch })).toEqual(zones);
  await openTimeZones({ fetch });
  expect(reads).toBe(1);
});
