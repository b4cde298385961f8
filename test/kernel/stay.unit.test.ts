import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addNights,
  compareNights,
  dayOfNight,
  isNight,
  MAX_STAY_NIGHTS,
  type Night,
  night,
  nightOfDay,
  nightsBetween,
  nightsOf,
  stay,
  weekdayOf,
} from '../../src/kernel/stay.ts';

const MS_PER_DAY = 86_400_000;
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const FIRST = Date.UTC(2000, 0, 1) / MS_PER_DAY;
const LAST = Date.UTC(9998, 11, 31) / MS_PER_DAY;

const textOf = (day: number) => new Date(day * MS_PER_DAY).toISOString().slice(0, 10) as Night;

test('every day of two centuries is where the calendar has it', () => {
  let wrong = 0;
  for (let day = FIRST; day < FIRST + 200 * 366; day++) {
    const text = textOf(day);
    const weekday = WEEKDAYS[new Date(day * MS_PER_DAY).getUTCDay()];
    if (nightOfDay(day) !== text || dayOfNight(text) !== day || weekdayOf(text) !== weekday) wrong++;
    if (!isNight(text)) wrong++;
  }
  expect(wrong).toBe(0);
});

test('so is any day up to the last one', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: FIRST, max: LAST - 800 }),
      fc.integer({ min: 0, max: 800 }),
      (day, count) => {
        const first = textOf(day);
        const later = textOf(day + count);
        expect(addNights(first, count)).toBe(later);
        expect(addNights(later, -count)).toBe(first);
        expect(nightsBetween(first, later)).toBe(count);
        expect(compareNights(first, later)).toBe(count === 0 ? 0 : -1);
        expect(compareNights(later, first)).toBe(count === 0 ? 0 : 1);
        expect(weekdayOf(later)).toBe(WEEKDAYS[new Date((day + count) * MS_PER_DAY).getUTCDay()]);
      },
    ),
    { numRuns: 20_000 },
  );
});

test('a stay has the nights before the day of leaving, and not that day', () => {
  expect(nightsOf({ checkIn: '2028-02-27', checkOut: '2028-03-01' })).toEqual([
    '2028-02-27',
    '2028-02-28',
    '2028-02-29',
  ]);
  expect(nightsOf({ checkIn: '2027-12-31', checkOut: '2028-01-01' })).toEqual(['2027-12-31']);
});

test('a day before the year 2000 or after 9998 can be reached by counting, one beyond four digits cannot', () => {
  expect(addNights('2000-01-01', -1)).toBe('1999-12-31');
  expect(addNights('9998-12-31', 1)).toBe('9999-01-01');
  expect(() => addNights('9998-12-31', 366)).toThrow();
});

test.each([
  '2027-02-29',
  '2100-02-29',
  '2027-04-31',
  '2027-00-10',
  '2027-13-01',
  '2027-01-00',
  '2027-01-32',
  '1999-12-31',
  '9999-01-01',
  '10000-01-01',
  '+10000-01-01',
  '2027-1-1',
  '2027-01-01T00:00:00Z',
  ' 2027-01-01',
  '2027-01-01\n',
  '２０２７-01-01',
  '2027/01/01',
  '',
])('%j is not a night', (value) => {
  expect(isNight(value)).toBe(false);
  expect(night.safeParse(value).success).toBe(false);
});

test.each(['2000-01-01', '2000-02-29', '2028-02-29', '9998-12-31'])('%s is a night', (value) => {
  expect(night.parse(value)).toBe(value);
});

const codesOf = (value: unknown): string[] =>
  (stay.safeParse(value).error?.issues ?? []).map(
    (issue) => `${issue.path.join('/')} ${issue.code === 'custom' ? issue.params?.code : issue.code}`,
  );

test('a stay that cannot be says which end is wrong, and why', () => {
  const longest = addNights('2027-01-01', MAX_STAY_NIGHTS);
  const tooLong = addNights(longest, 1);
  expect(codesOf({ checkIn: '2027-01-01', checkOut: '2027-01-02' })).toEqual([]);
  expect(codesOf({ checkIn: '2027-01-01', checkOut: longest })).toEqual([]);
  expect(codesOf({ checkIn: '2027-01-01', checkOut: '2027-01-01' })).toEqual(['checkOut stay_without_night']);
  expect(codesOf({ checkIn: '2027-01-02', checkOut: '2027-01-01' })).toEqual(['checkOut stay_without_night']);
  expect(codesOf({ checkIn: '2027-01-01', checkOut: tooLong })).toEqual(['checkOut stay_too_long']);
  expect(codesOf({ checkIn: '2027-02-30', checkOut: '10000-01-01' })).toEqual([
    'checkIn not_a_night',
    'checkOut invalid_format',
  ]);
  expect(codesOf({ checkIn: '2027-01-01', checkOut: '2027-01-02', nights: 1 })).toEqual([
    ' unrecognized_keys',
  ]);
});
