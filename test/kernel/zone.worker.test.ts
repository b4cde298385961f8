import { expect, test } from 'vitest';
import type { Night } from '../../src/kernel/stay.ts';
import { isTimeZone, type LocalTime, localToInstant, nightAt } from '../../src/kernel/zone.ts';
import { compareZone } from './zone-oracle.ts';

/** The Worker brings its own time zone data: those with the strangest clocks, and where the demo homes are. */
const ZONES = `Africa/Cairo Africa/Casablanca Africa/Kigali Africa/Nairobi America/Havana America/New_York
  America/Nuuk America/Sao_Paulo America/Scoresbysund America/St_Johns Antarctica/Troll Asia/Beirut Asia/Gaza
  Asia/Kathmandu Asia/Tokyo Atlantic/Azores Australia/Lord_Howe Europe/Chisinau Europe/Dublin Europe/Lisbon
  Pacific/Apia Pacific/Auckland Pacific/Chatham Pacific/Easter Pacific/Kiritimati UTC`.split(/\s+/);

test('nights and check-in times are right where the Worker runs, too', () => {
  const results = ZONES.map((zone) =>
    compareZone(zone, {
      localToInstant: (date, time, name) => localToInstant(date as Night, time as LocalTime, name),
      nightAt,
    }),
  );
  expect(results.flatMap(({ wrong }) => wrong)).toEqual([]);
  expect(results.reduce((sum, { transitions }) => sum + transitions, 0)).toBeGreaterThan(300);
  expect([...ZONES, 'Europe/Kyiv', 'Asia/Kolkata'].filter((zone) => !isTimeZone(zone))).toEqual([]);
});
