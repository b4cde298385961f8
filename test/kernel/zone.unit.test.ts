import { expect, test } from 'vitest';
import type { Night } from '../../src/kernel/stay.ts';
import {
  isTimeZone,
  type LocalTime,
  localTime,
  localToInstant,
  nightAt,
  timeZone,
} from '../../src/kernel/zone.ts';
import { compareZone } from './zone-oracle.ts';

/** Names of the IANA data that `Intl` knows but does not list: it lists one of each that mean the same. */
const OTHER_NAMES = `Africa/Asmara America/Argentina/Buenos_Aires America/Atka America/Ensenada
  America/Indiana/Indianapolis America/Kentucky/Louisville America/Nuuk America/Porto_Acre Antarctica/South_Pole
  Asia/Ho_Chi_Minh Asia/Kathmandu Asia/Kolkata Asia/Yangon Asia/Tel_Aviv Atlantic/Faroe Australia/ACT
  Australia/LHI Brazil/East CST6CDT Canada/Newfoundland Chile/EasterIsland Cuba EET EST Egypt Eire Etc/GMT+12
  Etc/GMT-14 Etc/UTC Europe/Belfast Europe/Kyiv GB GB-Eire GMT HST Iran Israel Jamaica Japan MET MST7MDT
  Mexico/BajaNorte NZ NZ-CHAT Navajo PRC Pacific/Chuuk Pacific/Kanton Portugal ROK Singapore Turkey UTC
  US/Alaska US/East-Indiana US/Pacific UCT W-SU WET Zulu`.split(/\s+/);

const subject = {
  localToInstant: (date: string, time: string, zone: string) =>
    localToInstant(date as Night, time as LocalTime, zone),
  nightAt,
};

test('in every time zone of the world, nights and check-in times are right at each change to the year 2035', () => {
  const zones = [...new Set([...Intl.supportedValuesOf('timeZone'), ...OTHER_NAMES])];
  const results = zones.map((zone) => compareZone(zone, subject));

  expect(results.flatMap(({ wrong }) => wrong)).toEqual([]);
  expect(zones.filter((zone) => !isTimeZone(zone) || !timeZone.safeParse(zone).success)).toEqual([]);
  expect(zones.length).toBeGreaterThan(450);
  expect(results.reduce((sum, { transitions }) => sum + transitions, 0)).toBeGreaterThan(3_000);
}, 30_000);

test.each([
  [
    'skipped: read with the offset before the jump',
    '2027-03-28',
    '02:30',
    'Europe/Berlin',
    '2027-03-28T01:30Z',
  ],
  ['shown twice: the first', '2027-10-31', '02:30', 'Europe/Berlin', '2027-10-31T00:30Z'],
  ['a jump of half an hour', '2027-10-03', '02:15', 'Australia/Lord_Howe', '2027-10-02T15:45Z'],
  ['a midnight that is skipped', '2026-04-24', '00:00', 'Africa/Cairo', '2026-04-23T22:00Z'],
  ['no change at all', '2027-03-28', '15:00', 'Africa/Nairobi', '2027-03-28T12:00Z'],
  ['a day ahead of UTC', '2027-01-01', '11:00', 'Pacific/Kiritimati', '2026-12-31T21:00Z'],
  ['a quarter of an hour', '2027-01-01', '00:00', 'Asia/Kathmandu', '2026-12-31T18:15Z'],
])('a check-in time that is %s', (_, date, time, zone, instant) => {
  expect(localToInstant(date as Night, time as LocalTime, zone)).toBe(Date.parse(instant));
});

test.each([
  '',
  'utc',
  'europe/berlin',
  '+03:00',
  '-08',
  'Mars/Olympus',
  'Etc/Unknown',
  'Factory',
  '../UTC',
  'UTC ',
])('%j is not a time zone', (name) => {
  expect(isTimeZone(name)).toBe(false);
  expect(timeZone.safeParse(name).success).toBe(false);
});

test('a time is two digits of hour and of minute', () => {
  for (const time of ['00:00', '09:05', '23:59']) expect(localTime.parse(time)).toBe(time);
  for (const time of ['24:00', '9:05', '12:60', '12:00:00', '12', '', '12:00\n'])
    expect(localTime.safeParse(time).success).toBe(false);
});
