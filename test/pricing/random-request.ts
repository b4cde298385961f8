import fc from 'fast-check';
import { currency, exponentOf } from '../../src/kernel/money.ts';
import { addNights, type Night, nightsBetween } from '../../src/kernel/stay.ts';
import { Guests, Rates } from '../../src/pricing/index.ts';
import { MAX_PRICE } from '../../src/pricing/schemas.ts';

/** Any request that a host's rates and a guest's wishes can make, the smallest and the largest included. */
const START: Night = '2027-01-01';

const often = <T>(given: fc.Arbitrary<T>) => fc.option(given, { nil: undefined, freq: 2 });
const nightAfter = (start: Night, min: number, max: number) =>
  fc.integer({ min, max }).map((count) => addNights(start, count));

const percentage = fc.oneof(
  fc.integer({ min: 0, max: 10_000 }).map((hundredths) => hundredths / 100),
  fc.constantFrom(0, 0.01, 0.5, 5, 10, 12.5, 25, 33.33, 50, 99.99, 100),
);

/** Tiny prices make ties of half a unit likely; whole ones are what hosts ask; the largest try the limits. */
const priceIn = (exponent: number, min: number) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min, max: 300 }) },
    { weight: 6, arbitrary: fc.integer({ min: 1, max: 2_000 }).map((units) => units * 10 ** exponent) },
    { weight: 4, arbitrary: fc.integer({ min, max: 9_999_999 }) },
    { weight: 1, arbitrary: fc.integer({ min: MAX_PRICE - 1_000, max: MAX_PRICE }) },
  );

function seasonsIn(nightly: fc.Arbitrary<number>) {
  const season = fc.record({
    gap: fc.integer({ min: 1, max: 30 }),
    length: fc.integer({ min: 0, max: 40 }),
    nightly,
    weekendNightly: often(nightly),
    minNights: often(fc.integer({ min: 1, max: 14 })),
  });
  return fc.tuple(fc.array(season, { maxLength: 6 }), fc.boolean()).map(([given, reversed]) => {
    let from = START;
    const seasons = given.map(({ gap, length, ...rest }, index) => {
      from = addNights(from, gap);
      const to = addNights(from, length);
      const season = { name: `Season ${index}`, from, to, ...rest };
      from = to;
      return season;
    });
    return reversed ? seasons.reverse() : seasons;
  });
}

function taxesIn(price: fc.Arbitrary<number>) {
  const flags = {
    inclusive: often(fc.boolean()),
    includeFees: often(fc.boolean()),
    childrenExempt: often(fc.boolean()),
    name: fc.constantFrom('VAT', 'City tax', 'Tourism levy', 'Taxe de séjour'),
  };
  return fc.array(
    fc.oneof(
      fc.record({ ...flags, kind: fc.constant('percent' as const), value: percentage }),
      fc.record({
        ...flags,
        kind: fc.constantFrom('per_night' as const, 'per_guest_night' as const, 'per_stay' as const),
        value: price,
      }),
    ),
    { maxLength: 4 },
  );
}

const ratesIn = (code: Rates['currency']) => {
  const fee = priceIn(exponentOf(code), 0);
  const nightly = priceIn(exponentOf(code), 1);
  return fc
    .record({
      currency: fc.constant(code),
      nightly,
      weekend: often(
        fc.record({
          nightly,
          nights: fc.uniqueArray(fc.constantFrom('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'), {
            minLength: 1,
          }),
        }),
      ),
      seasons: often(seasonsIn(nightly)),
      lengthOfStay: often(
        fc.uniqueArray(
          fc.record({ minNights: fc.constantFrom(2, 3, 5, 7, 14, 28, 90), percentOff: percentage }),
          { selector: ({ minNights }) => minNights, maxLength: 4 },
        ),
      ),
      earlyBird: often(fc.record({ daysBefore: fc.integer({ min: 1, max: 120 }), percentOff: percentage })),
      lastMinute: often(fc.record({ daysBefore: fc.integer({ min: 0, max: 60 }), percentOff: percentage })),
      guestsIncluded: often(fc.integer({ min: 1, max: 6 })),
      extraGuest: often(fee),
      cleaningFee: often(fee),
      petFee: often(fee),
      taxes: often(taxesIn(fee)),
    })
    .map((rates) => Rates.parse(rates));
};

const guests = fc
  .record({
    adults: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.constant(50)),
    children: fc.integer({ min: 0, max: 5 }),
    infants: fc.integer({ min: 0, max: 3 }),
    pets: fc.integer({ min: 0, max: 2 }),
  })
  .map((given) => Guests.parse(given));

const stay = fc
  .record({
    checkIn: nightAfter(START, 0, 150),
    count: fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 1, max: 16 }) },
      { weight: 2, arbitrary: fc.integer({ min: 17, max: 100 }) },
    ),
  })
  .map(({ checkIn, count }) => ({ checkIn, checkOut: addNights(checkIn, count) }));

export const randomRequest = fc
  .constantFrom(...currency.options)
  .chain((code) =>
    stay.chain((chosen) => {
      const nights = nightsBetween(chosen.checkIn, chosen.checkOut);
      const price = priceIn(exponentOf(code), 1);
      return fc.record({
        rates: ratesIn(code),
        stay: fc.constant(chosen),
        guests,
        overrides: fc
          .array(fc.tuple(nightAfter(chosen.checkIn, 0, nights), price), { maxLength: 4 })
          .map((given) => new Map(given)),
        bookedOn: nightAfter(chosen.checkIn, -130, 0),
        promotion: often(fc.record({ code: fc.constant('SPRING'), percentOff: percentage })),
        fees: fc.oneof(
          fc.constant({ guestPercent: 14, hostPercent: 3 }),
          fc.record({ guestPercent: percentage, hostPercent: percentage }),
        ),
      });
    }),
  )
  .map(({ promotion, ...request }) => ({ ...request, ...(promotion === undefined ? {} : { promotion }) }));
