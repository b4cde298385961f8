import { expect, test } from 'vitest';
import { type Booking, UNPAID } from '../../../src/book/stays/booking.ts';
import { penaltyFor, refundFor } from '../../../src/book/stays/refund.ts';
import { addNights, type Night } from '../../../src/kernel/stay.ts';
import {
  DAY,
  HOUR,
  LONG_AGO,
  line,
  SEASON_NAMES,
  SEASONS,
  SECOND,
  type Season,
} from '../calendar/bookings.ts';

const bookingOf = (season: Season, price: number, count: number, more: Partial<Booking> = {}): Booking => {
  const checkIn: Night = season.checkIn;
  const lines = [
    line('nights', price * count),
    line('early_bird', -price),
    line('cleaning_fee', 30_000),
    line('pet_fee', 10_000),
    line('guest_service_fee', 5_000),
  ];
  const total = lines.reduce((sum, { amount }) => sum + amount, 0);
  const nights = Array.from({ length: count }, (_, index) => ({ date: addNights(checkIn, index), price }));
  return {
    ...{ id: 'bkg_1', guestId: 'usr_1', hostId: 'usr_2', status: 'confirmed', awaiting: null, cause: null },
    stay: { checkIn, checkOut: addNights(checkIn, count) },
    guests: { adults: 1, children: 0, infants: 0, pets: 1 },
    price: { currency: 'USD', nights, lines, total, hostEarns: total - 5_000 },
    terms: {
      ...{ mode: 'instant', policy: 'firm', timeZone: 'Europe/Berlin' },
      ...{ checkInFrom: '15:00', checkOutBy: '11:00' },
    },
    ...{ promotion: null, message: null, payment: { ...UNPAID, captured: total }, paidBy: null },
    expiresAt: null,
    ...{ createdAt: LONG_AGO, confirmedAt: LONG_AGO, cancelledAt: null, completedAt: null, noShow: false },
    ...{ penalty: 0, alteration: null, announced: [], version: 1 },
    ...more,
  };
};

/**
 * What a host owes for ten nights at 10,000 with cleaning 30,000 and pet 10,000: a tenth, from thirty days on a
 * quarter of 140,000, from 48 hours on half of the nights that are still to be stayed.
 */
test.each(SEASON_NAMES)(
  '%s, a host who cancels owes what the rules say, a second before, at and after each boundary',
  (name) => {
    const season = SEASONS[name];
    const booking = bookingOf(season, 10_000, 10);
    const around = (instant: number) =>
      [-SECOND, 0, SECOND].map((away) => penaltyFor(booking, instant + away));
    // Days keep the wall clock's time, hours are as they pass.
    expect(around(season.days30)).toEqual([14_000, 35_000, 35_000]);
    expect(around(season.arrival - 48 * HOUR)).toEqual([35_000, 50_000, 50_000]);
    // Exactly at the time of check-in no night has been stayed yet.
    expect(around(season.arrival)).toEqual([50_000, 50_000, 45_000]);
    expect(around(season.secondNight)).toEqual([45_000, 45_000, 40_000]);
    expect(penaltyFor(booking, season.secondNight + 20 * DAY)).toBe(5_000);
  },
);

test('a penalty is never less than the least nor more than the most, and nothing before anything was agreed', () => {
  const season = SEASONS['before the clock goes back'];
  const late = season.arrival - HOUR;
  expect(penaltyFor(bookingOf(season, 1_000, 2), late)).toBe(5_000);
  expect(penaltyFor(bookingOf(season, 100_000, 10), late)).toBe(100_000);
  const pending = bookingOf(season, 10_000, 10, { status: 'pending', awaiting: 'host' });
  expect(penaltyFor(pending, late)).toBe(0);
});

test('who still owes for an alteration gets no more back than was paid beyond what the host keeps', () => {
  const season = SEASONS['before the clock goes forward'];
  const whole = bookingOf(season, 10_000, 10);
  const total = 135_000;
  const within = season.days7 + HOUR;
  // Less than seven days ahead all nights are kept: 90,000 and the fee of 5,000.
  expect(refundFor(whole, within)).toMatchObject({ refund: 40_000, kept: 95_000 });
  const owing = (owed: number) =>
    bookingOf(season, 10_000, 10, { payment: { ...UNPAID, captured: total - owed, owed } });
  expect(refundFor(owing(25_000), within)).toMatchObject({ refund: 15_000, kept: 95_000 });
  expect(refundFor(owing(100_000), within)).toMatchObject({ refund: 0, kept: 35_000 });
  expect(refundFor(owing(100_000), season.days30)).toMatchObject({ refund: 35_000, kept: 0 });
  for (const owed of [0, 25_000, 100_000]) {
    const { refund, lines } = refundFor(owing(owed), within);
    expect(lines.reduce((sum, { refunded }) => sum + refunded, 0)).toBe(refund);
  }
});
