import fc from 'fast-check';
import type { CalendarState } from '../../../src/book/calendar/state.ts';
import { STATUSES } from '../../../src/book/facts.ts';
import { DEFAULT_RULES } from '../../../src/book/schemas.ts';
import { addNights, type Night, WEEKDAYS } from '../../../src/kernel/stay.ts';
import { Guests, Rates } from '../../../src/pricing/index.ts';

/** Crowded calendars around a clock that changes, and guests who want a stay among what is there. */
const START: Night = '2027-02-20';
const NOON = Date.parse(`${START}T12:00:00Z`);
const HOUR_MS = 3_600_000;
/** In these the clock changes forward or back, at noon's other side of the world, or never. */
const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Pacific/Auckland',
  'Africa/Nairobi',
  'Asia/Kathmandu',
  'Pacific/Kiritimati',
  'Pacific/Pago_Pago',
];

const rarely = <T>(given: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: given });
const mostly = (value: boolean) => fc.constantFrom(...Array<boolean>(9).fill(value), !value);
const date = fc.integer({ min: -10, max: 90 }).map((days) => addNights(START, days));
const span = fc.record({ from: date, nights: fc.integer({ min: 1, max: 9 }) });
const few = fc.integer({ min: 1, max: 8 });
const days = fc.uniqueArray(fc.constantFrom(...WEEKDAYS), { minLength: 3 });

/** On a full hour, at which cut-offs and midnights are, or a moment before or after it. */
const now = fc
  .tuple(fc.integer({ min: 0, max: 40 * 24 }), fc.constantFrom(-1, 0, 1, 30 * 60_000))
  .map(([hours, more]) => NOON + hours * HOUR_MS + more);

const rules = fc.record({
  minNights: fc.constantFrom(1, 1, 1, 2, 3),
  maxNights: fc.constantFrom(365, 365, 14, 5),
  noticeDays: fc.constantFrom(0, 0, 1, 2, 7),
  cutoffHour: fc.option(fc.integer({ min: 0, max: 23 }), { nil: undefined }),
  bookingWindowDays: fc.constantFrom(365, 365, 60, 20),
  preparationNights: fc.option(
    fc.record({ before: fc.integer({ min: 0, max: 3 }), after: fc.integer({ min: 0, max: 3 }) }),
    { nil: undefined },
  ),
  checkInDays: rarely(days),
  checkOutDays: rarely(days),
  minNightsByCheckInDay: rarely(fc.record({ mon: few, wed: few, sat: few }, { requiredKeys: [] })),
});

const rates = fc
  .array(fc.record({ gap: few, length: few, minNights: rarely(few) }), { maxLength: 5 })
  .map((given) => {
    let at = START;
    const seasons = given.map(({ gap, length, minNights }, index) => {
      const from = addNights(at, gap);
      at = addNights(from, length);
      return { name: `Season ${index}`, from, to: at, nightly: 20_000 + index, minNights };
    });
    return Rates.parse({ currency: 'KES', nightly: 10_000, seasons });
  });

const stays = (nowMs: number) =>
  fc.array(
    fc.record({
      span,
      kind: fc.constantFrom('booked' as const, 'held' as const),
      expiresAt: fc.constantFrom(null, nowMs - 1, nowMs, nowMs + 1, nowMs + HOUR_MS),
    }),
    { maxLength: 6 },
  );

const overrides = fc.array(
  fc.record({
    date,
    available: fc.option(fc.boolean(), { nil: undefined }),
    minNights: rarely(few),
    price: rarely(fc.integer({ min: 1, max: 50_000 })),
    note: rarely(fc.constant('The roof is mended')),
  }),
  { maxLength: 10 },
);

const stateAt = (nowMs: number): fc.Arbitrary<CalendarState> =>
  fc
    .record({
      facts: fc.record({
        timeZone: fc.constantFrom(...ZONES),
        capacity: fc.integer({ min: 2, max: 9 }),
        petsAllowed: mostly(true),
        status: fc.constantFrom(...Array<'published'>(30).fill('published'), ...STATUSES),
      }),
      rules,
      rates: fc.option(rates, { freq: 3 }),
      overrides,
      stays: stays(nowMs),
      imported: fc.array(span, { maxLength: 2 }),
    })
    .map((given) => ({
      facts: given.facts,
      rates: given.rates,
      rules: { ...DEFAULT_RULES, ...defined(given.rules) },
      overrides: new Map(given.overrides.map(({ date: on, ...said }) => [on, defined(said)])),
      stays: given.stays.map(({ span: { from, nights }, kind, expiresAt }, index) => ({
        bookingId: `booking-${index}`,
        kind,
        checkIn: from,
        checkOut: addNights(from, nights),
        expiresAt: kind === 'held' ? expiresAt : null,
      })),
      imported: given.imported.map(({ from, nights }, index) => ({
        uid: `block-${index}`,
        from,
        to: addNights(from, nights),
      })),
    }));

const asked = fc
  .record({
    checkIn: date,
    nights: fc.constantFrom(1, 1, 2, 2, 3, 4, 5, 6, 9, 16),
    adults: fc.constantFrom(1, 1, 2, 3, 5),
    children: fc.constantFrom(0, 0, 1, 2),
    infants: fc.constantFrom(0, 3),
    pets: fc.constantFrom(0, 0, 1),
  })
  .map(({ checkIn, nights, ...guests }) => ({
    stay: { checkIn, checkOut: addNights(checkIn, nights) },
    guests: Guests.parse(guests),
  }));

export const randomCalendar = now.chain((nowMs) =>
  fc.record({ nowMs: fc.constant(nowMs), state: stateAt(nowMs), asked }),
);

/** Without what is undefined, as the schemas leave it. */
function defined<T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never;
}
