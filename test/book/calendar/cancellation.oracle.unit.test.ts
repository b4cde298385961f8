import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cancellationSteps, previewRefund } from '../../../src/book/calendar/cancellation.ts';
import { POLICIES } from '../../../src/book/schemas.ts';
import type { PriceLine } from '../../../src/pricing/index.ts';
import { bookingOf, DAY, HOUR, line, SEASON_NAMES, SEASONS, SECOND } from './bookings.ts';
import { oracleRefund } from './cancellation-oracle.ts';

const BOOKINGS = 10_000;
const TAXED = ['nights', 'host_share', 'host_share_and_fee'] as const;
const DEADLINES = [
  ...(['days30', 'days14', 'days7', 'days5', 'hours24', 'arrival', 'secondNight'] as const),
  'grace' as const,
];

const amount = (min: number) =>
  fc.oneof(fc.integer({ min, max: 50 }), fc.integer({ min, max: 2_000_000 }), fc.constant(100_000_000_000));
const NIGHTS = [1, 2, 3, 7, 14, 27, 28, 29, 31, 60];
const randomBooking = fc.constantFrom(...NIGHTS).chain((nights) =>
  fc.record({
    policy: fc.constantFrom(...POLICIES),
    season: fc.constantFrom(...SEASON_NAMES),
    prices: fc.array(amount(1), { minLength: nights, maxLength: nights }),
    extraEach: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 5_000 })),
    cleaning: fc.oneof(fc.constant(0), amount(0)),
    pet: fc.oneof(fc.constant(0), amount(0)),
    serviceFee: amount(0),
    taxes: fc.array(fc.record({ amount: amount(0), on: fc.constantFrom(...TAXED) }), { maxLength: 3 }),
    discountShares: fc.array(fc.constantFrom(0.05, 0.1, 0.333, 0.5, 1), { maxLength: 3 }),
    confirmedHoursAhead: fc.integer({ min: 0, max: 60 * 24 }),
    moments: fc.array(
      fc.record({
        from: fc.constantFrom(...DEADLINES),
        days: fc.constantFrom(0, 0, 0, 1, 2, 3, 20, 31),
        away: fc.constantFrom(-SECOND, -1, 0, 1, SECOND, HOUR, -HOUR),
      }),
      { minLength: 2, maxLength: 6 },
    ),
  }),
);
type Random = typeof randomBooking extends fc.Arbitrary<infer Value> ? Value : never;

test('what comes back is what a second reading of the rules gives back; it is never more later', () => {
  const rules = new Map<string, number>();
  const agrees = fc.property(randomBooking, (given) => {
    const season = SEASONS[given.season];
    const { prices, discounts, extraGuest, lines } = linesFor(given);
    const confirmedAt = season.arrival - given.confirmedHoursAhead * HOUR;
    const booking = { ...bookingOf({ prices, lines }, season, given.policy), confirmedAt };
    const checkInTimes = prices.map((_, at) =>
      at === 0 ? season.arrival : season.secondNight + (at - 1) * DAY,
    );
    const { days5, days7, days14, days30 } = season;
    const daysBefore = { 5: days5, 7: days7, 14: days14, 30: days30 };

    const moments = given.moments
      .map(
        ({ from, days, away }) => (from === 'grace' ? confirmedAt + DAY : season[from]) + days * DAY + away,
      )
      .filter((at) => at >= confirmedAt)
      .sort((a, b) => a - b);
    let before = booking.total;
    for (const at of moments) {
      const preview = previewRefund(booking, at);
      const due = oracleRefund(
        { ...given, discounts, extraGuest },
        { at, confirmedAt, daysBefore, checkInTimes },
      );
      expect([at, preview.rule, BigInt(preview.refund)]).toEqual([at, preview.rule, due]);

      expect(preview.refund + preview.kept).toBe(booking.captured);
      expect(preview.refund).toBeGreaterThanOrEqual(0);
      expect(preview.refund).toBeLessThanOrEqual(before);
      expect(preview.lines.reduce((sum, { refunded }) => sum + refunded, 0)).toBe(preview.refund);
      for (const { amount: of, refunded } of preview.lines) {
        expect(refunded).toBeGreaterThanOrEqual(Math.min(0, of));
        expect(refunded).toBeLessThanOrEqual(Math.max(0, of));
      }
      before = preview.refund;
      rules.set(preview.rule, (rules.get(preview.rule) ?? 0) + 1);

      const captured = Math.floor(booking.total / 3);
      const capped = previewRefund({ ...booking, captured }, at);
      expect(capped.refund).toBe(Math.min(captured, preview.refund));
      expect(capped.lines.reduce((sum, { refunded }) => sum + refunded, 0)).toBe(capped.refund);
    }

    const steps = cancellationSteps(booking, confirmedAt);
    expect(steps.at(-1)?.until).toBeNull();
    for (const { until, refund } of steps)
      if (until !== null) expect(previewRefund(booking, until).refund).toBe(refund);
    for (const at of moments.filter((moment) => moment <= season.arrival)) {
      const step = steps.find(({ until }) => until === null || at <= until);
      expect(previewRefund(booking, at).refund).toBe(step?.refund);
    }
  });
  fc.assert(agrees, { numRuns: BOOKINGS });

  expect([...rules.keys()].sort()).toEqual([
    ...['firm.all_kept', 'firm.full_refund', 'firm.half_kept', 'firm.stay_begun'],
    ...['flexible.first_night_kept', 'flexible.full_refund', 'flexible.stay_begun', 'grace'],
    ...['limited.all_kept', 'limited.full_refund', 'limited.half_kept', 'limited.stay_begun'],
    ...['long_term.first_30_nights_kept', 'long_term.full_refund', 'long_term.stay_begun'],
    ...['moderate.first_night_and_half_kept', 'moderate.full_refund', 'moderate.stay_begun'],
    ...['non_refundable.all_kept', 'non_refundable.stay_begun'],
    ...['strict.all_kept', 'strict.half_kept', 'strict.stay_begun'],
  ]);
  for (const [rule, times] of rules) expect([rule, times > 20]).toEqual([rule, true]);
});

function linesFor(given: Random) {
  const gross = given.prices.reduce((sum, price) => sum + price);
  let left = gross;
  const discounts = given.discountShares.map((share) => {
    const off = Math.floor(left * share);
    left -= off;
    return off;
  });
  const extraGuest = given.extraEach * given.prices.length;
  const kinds = ['early_bird', 'length_of_stay', 'promotion'] as const;
  const lines: PriceLine[] = [
    line('nights', gross),
    ...discounts.map((off, index) => line(kinds[index] as 'promotion', 0 - off)),
    line('extra_guest', extraGuest),
    line('cleaning_fee', given.cleaning),
    line('pet_fee', given.pet),
    line('guest_service_fee', given.serviceFee),
    ...given.taxes.map(({ amount: tax, on }): PriceLine => ({ ...line('tax', tax), taxOn: on })),
  ];
  return { prices: given.prices, discounts, extraGuest, lines };
}
