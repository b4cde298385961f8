import type { CancellableBooking } from '../../../src/book/calendar/cancellation.ts';
import type { CancellationPolicy } from '../../../src/book/schemas.ts';
import { addNights, type Night } from '../../../src/kernel/stay.ts';
import type { PriceLine } from '../../../src/pricing/index.ts';

export const SECOND = 1_000;
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
const instants = <K extends string>(texts: Record<K, string>) =>
  Object.fromEntries(Object.entries<string>(texts).map(([key, text]) => [key, Date.parse(text)])) as Record<
    K,
    number
  >;

/** In Berlin, 15:00 at check-in; the clock changes that night (or, within the stay, in the next one). */
export const SEASONS = {
  'before the clock goes forward': {
    checkIn: '2027-03-28',
    ...instants({
      days30: '2027-02-26T14:00:00Z',
      days14: '2027-03-14T14:00:00Z',
      days7: '2027-03-21T14:00:00Z',
      days5: '2027-03-23T14:00:00Z',
      hours24: '2027-03-27T13:00:00Z',
      arrival: '2027-03-28T13:00:00Z',
      secondNight: '2027-03-29T13:00:00Z',
    }),
  },
  'before the clock goes back': {
    checkIn: '2027-10-31',
    ...instants({
      days30: '2027-10-01T13:00:00Z',
      days14: '2027-10-17T13:00:00Z',
      days7: '2027-10-24T13:00:00Z',
      days5: '2027-10-26T13:00:00Z',
      hours24: '2027-10-30T14:00:00Z',
      arrival: '2027-10-31T14:00:00Z',
      secondNight: '2027-11-01T14:00:00Z',
    }),
  },
  'around the night in which the clock goes forward': {
    checkIn: '2027-03-27',
    ...instants({
      days30: '2027-02-25T14:00:00Z',
      days14: '2027-03-13T14:00:00Z',
      days7: '2027-03-20T14:00:00Z',
      days5: '2027-03-22T14:00:00Z',
      hours24: '2027-03-26T14:00:00Z',
      arrival: '2027-03-27T14:00:00Z',
      secondNight: '2027-03-28T13:00:00Z',
    }),
  },
  'around the night in which the clock goes back': {
    checkIn: '2027-10-30',
    ...instants({
      days30: '2027-09-30T13:00:00Z',
      days14: '2027-10-16T13:00:00Z',
      days7: '2027-10-23T13:00:00Z',
      days5: '2027-10-25T13:00:00Z',
      hours24: '2027-10-29T13:00:00Z',
      arrival: '2027-10-30T13:00:00Z',
      secondNight: '2027-10-31T14:00:00Z',
    }),
  },
} as const;
export type Season = (typeof SEASONS)[keyof typeof SEASONS];
export type Deadline = Exclude<keyof Season, 'checkIn'>;
export const SEASON_NAMES = Object.keys(SEASONS) as (keyof typeof SEASONS)[];
export const LONG_AGO = Date.parse('2026-06-01T00:00:00Z');

export type Priced = { prices: number[]; lines: PriceLine[] };
export function bookingOf(
  { prices, lines }: Priced,
  season: Season,
  policy: CancellationPolicy,
): CancellableBooking {
  const checkIn: Night = season.checkIn;
  const total = lines.reduce((sum, { amount }) => sum + amount, 0);
  return {
    policy,
    confirmedAt: LONG_AGO,
    checkInAtMs: season.arrival,
    stay: { checkIn, checkOut: addNights(checkIn, prices.length) },
    timeZone: 'Europe/Berlin',
    checkInTime: '15:00',
    nights: prices.map((price, index) => ({ date: addNights(checkIn, index), price })),
    lines,
    total,
    captured: total,
  };
}

export const line = (kind: PriceLine['kind'], amount: number): PriceLine => ({ kind, label: kind, amount });
