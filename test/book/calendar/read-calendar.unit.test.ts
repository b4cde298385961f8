import fc from 'fast-check';
import { expect, test } from 'vitest';
import { causesAgainst } from '../../../src/book/calendar/availability.ts';
import { calendarDays } from '../../../src/book/calendar/read-calendar.ts';
import type { CalendarState } from '../../../src/book/calendar/state.ts';
import { DEFAULT_RULES, MAX_CALENDAR_NIGHTS } from '../../../src/book/schemas.ts';
import { addNights, type Night } from '../../../src/kernel/stay.ts';
import { Guests, nightlyPrice, Rates } from '../../../src/pricing/index.ts';
import { randomCalendar } from './random-calendar.ts';

const CALENDARS = 10_000;
const MONDAY: Night = '2027-03-01';
const NOW = Date.parse('2027-03-01T09:00:00Z');
const OF_A_NIGHT = [
  'booked',
  'held',
  'blocked',
  'imported',
  'preparation',
  'notice',
  'window',
  'not_published',
];
const ONE = Guests.parse({ adults: 1 });

const state: CalendarState = {
  facts: { timeZone: 'Africa/Nairobi', capacity: 4, petsAllowed: false, status: 'published' },
  rules: {
    ...DEFAULT_RULES,
    bookingWindowDays: 8,
    checkInDays: ['wed', 'fri', 'sat'],
    checkOutDays: ['sat'],
  },
  rates: Rates.parse({ currency: 'KES', nightly: 100, weekend: { nightly: 150, nights: ['fri'] } }),
  overrides: new Map([
    ['2027-03-03', { price: 70, minNights: 2, note: 'Market day' }],
    ['2027-03-06', { available: false, note: 'Family' }],
  ]),
  stays: [
    { bookingId: 'b-1', kind: 'booked', checkIn: '2027-03-04', checkOut: '2027-03-05', expiresAt: null },
    { bookingId: 'h-1', kind: 'held', checkIn: '2027-03-07', checkOut: '2027-03-08', expiresAt: NOW + 1 },
    { bookingId: 'h-2', kind: 'held', checkIn: '2027-03-02', checkOut: '2027-03-03', expiresAt: NOW },
  ],
  imported: [],
};

test('a calendar shows the host every day from the first to the last, and why it can’t be sold', () => {
  const days = calendarDays(state, { from: MONDAY, to: '2027-03-09' }, NOW, 'host');
  const row = (date: string, price: number, minNights: number, closed: string, more: object = {}) => ({
    date: `2027-03-${date}`,
    available: !('cause' in more),
    price,
    minNights,
    closedToArrival: closed.includes('arrival'),
    closedToDeparture: closed.includes('departure'),
    ...more,
  });
  expect(days).toEqual([
    row('01', 100, 1, 'arrival departure', { cause: 'notice' }),
    row('02', 100, 1, 'arrival departure'),
    row('03', 70, 2, 'departure', { note: 'Market day' }),
    row('04', 100, 1, 'arrival departure', { cause: 'booked', bookingId: 'b-1' }),
    row('05', 150, 1, 'departure'),
    row('06', 100, 1, 'arrival', { cause: 'blocked', note: 'Family' }),
    row('07', 100, 1, 'arrival departure', { cause: 'held', bookingId: 'h-1' }),
    row('08', 100, 1, 'arrival departure'),
    row('09', 100, 1, 'arrival departure', { cause: 'window' }),
  ]);
});

test('the public sees what can be sold and for how much, and nothing of the host’s affairs', () => {
  const range = { from: MONDAY, to: '2027-03-09' } as const;
  const host = calendarDays(state, range, NOW, 'host');
  const shown = calendarDays(state, range, NOW, 'public');
  expect(shown).toEqual(host.map(({ cause: _, bookingId: __, note: ___, ...rest }) => rest));
  expect(JSON.stringify(shown)).not.toMatch(/cause|bookingId|note|Family|b-1|held|booked/);
});

test('a calendar without rates has no prices, and one that is not published nothing to sell', () => {
  const closed = { ...state, rates: null, facts: { ...state.facts, status: 'suspended' as const } };
  const [day] = calendarDays(closed, { from: '2027-03-05', to: '2027-03-05' }, NOW, 'host');
  expect(day).toMatchObject({
    price: null,
    available: false,
    closedToArrival: true,
    cause: 'not_published',
  });
});

test('every day of a calendar says what a guest who asks for that day is told', () => {
  const agrees = fc.property(randomCalendar, ({ state: random, nowMs, asked }) => {
    const from = addNights(asked.stay.checkIn, -3);
    const to = addNights(asked.stay.checkIn, 8);
    const codesFor = (checkIn: Night, nights: number) =>
      causesAgainst(
        random,
        { stay: { checkIn, checkOut: addNights(checkIn, nights) }, guests: ONE },
        nowMs,
      ).map(({ code }) => code);

    const days = calendarDays(random, { from, to }, nowMs, 'host');
    expect(days.map(({ date }) => date)).toEqual(Array.from({ length: 12 }, (_, at) => addNights(from, at)));
    for (const day of days) {
      const codes = codesFor(day.date, 1);
      expect([day.date, day.cause]).toEqual([day.date, codes.find((code) => OF_A_NIGHT.includes(code))]);
      expect(day.available).toBe(day.cause === undefined);
      expect(day.closedToArrival).toBe(!day.available || codes.includes('check_in_day'));
      expect(day.closedToDeparture).toBe(codesFor(addNights(day.date, -1), 1).includes('check_out_day'));
      expect(codesFor(day.date, day.minNights)).not.toContain('min_nights');
      if (day.minNights > 1) expect(codesFor(day.date, day.minNights - 1)).toContain('min_nights');

      const own = random.overrides.get(day.date)?.price;
      const price = random.rates && nightlyPrice(random.rates, day.date, new Map());
      expect(day.price).toBe(random.rates && (own ?? price));
      const keeper = random.stays.find(({ bookingId }) => bookingId === day.bookingId);
      expect(day.bookingId !== undefined).toBe(codes.includes('booked') || codes.includes('held'));
      if (keeper) expect(keeper.checkIn <= day.date && day.date < keeper.checkOut).toBe(true);
    }
  });
  fc.assert(agrees, { numRuns: CALENDARS / 4 });
});

test('two years of a crowded calendar are read within a few milliseconds', () => {
  const at = (days: number) => addNights(MONDAY, days);
  const many = Array.from({ length: 200 }, (_, index) => index);
  const crowded: CalendarState = {
    ...state,
    rules: { ...state.rules, preparationNights: { before: 1, after: 2 } },
    overrides: new Map(Array.from({ length: 700 }, (_, day) => [at(day), { price: day + 1 }])),
    stays: many.map((index) => ({
      bookingId: `b-${index}`,
      kind: 'booked',
      checkIn: at(index * 3),
      checkOut: at(index * 3 + 2),
      expiresAt: null,
    })),
    imported: many.map((index) => ({ uid: `u-${index}`, from: at(index * 3 + 1), to: at(index * 3 + 9) })),
  };
  const range = { from: MONDAY, to: at(MAX_CALENDAR_NIGHTS - 1) };

  const runs = Array.from({ length: 30 }, () => {
    const start = performance.now();
    expect(calendarDays(crowded, range, NOW, 'host').length).toBe(MAX_CALENDAR_NIGHTS);
    return performance.now() - start;
  });
  expect(Math.min(...runs)).toBeLessThan(5);
});
