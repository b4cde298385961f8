import { CAUSE_CODES, MAX_CALENDAR_NIGHTS } from '../book/index.ts';
import { Money } from '../kernel/money.ts';
import { isNight, night, nightsBetween, stay } from '../kernel/stay.ts';
import { inAddress, instant, line, z } from '../kernel/zod.ts';
import { Guests, Rates } from '../pricing/index.ts';

/** The calendar and the price, as REST shows them. */
const counts = Guests.shape;
export const NothingAsked = z
  .object({ currency: z.null(), nightly: z.null() })
  .openapi({ description: 'Before the host has said a price' });
export const RatesView = z.union([Rates, NothingAsked]);

export const CalendarQuery = z
  .strictObject({ from: night, to: night })
  .superRefine(({ from, to }, context) => {
    if (!isNight(from) || !isNight(to)) return;
    const count = nightsBetween(from, to) + 1;
    const refuse = (code: string, message: string) =>
      context.addIssue({ code: 'custom', path: ['to'], message, params: { code } });
    if (count < 1) refuse('ends_before_start', 'must not be before from');
    if (count > MAX_CALENDAR_NIGHTS)
      refuse('too_many_nights', `must be within ${MAX_CALENDAR_NIGHTS} nights of from`);
  });

export const CalendarDay = z
  .object({
    date: night,
    available: z.boolean(),
    price: z.union([Money, z.null()]),
    minNights: z.int(),
    closedToArrival: z.boolean(),
    closedToDeparture: z.boolean(),
    cause: z.enum(CAUSE_CODES).optional(),
    bookingId: z.string().optional(),
    note: z.string().optional(),
  })
  .openapi('CalendarDay', {
    description: '`cause`, `bookingId` and `note` are shown to the host’s side alone',
  });
export const Calendar = z.object({ data: z.array(CalendarDay) });

export const WatchQuery = z.strictObject({
  after: inAddress(z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)).optional(),
});

export const Cause = z.object({ code: z.enum(CAUSE_CODES), date: night.optional() }).openapi('Cause', {
  description: 'Why a stay cannot be booked. To the public every taken night is `booked`, whatever took it.',
});

const countInQuery = (count: typeof counts.adults, otherwise: number) => inAddress(count).default(otherwise);
export const AvailabilityQuery = stay.safeExtend({
  adults: countInQuery(counts.adults, 1),
  children: countInQuery(counts.children.unwrap(), 0),
  infants: countInQuery(counts.infants.unwrap(), 0),
  pets: countInQuery(counts.pets.unwrap(), 0),
});
export const Availability = z
  .object({ available: z.boolean(), causes: z.array(Cause) })
  .openapi('Availability');

export const QuoteBody = stay.safeExtend({ guests: Guests, promotionCode: line(1, 40).optional() });
export const NightPrices = z.array(z.object({ date: night, price: Money }));
export const PriceLines = z.array(
  z.object({
    kind: z.enum([
      'nights',
      'early_bird',
      'last_minute',
      'length_of_stay',
      'promotion',
      'extra_guest',
      'cleaning_fee',
      'pet_fee',
      'guest_service_fee',
      'tax',
    ]),
    label: z.string(),
    amount: Money,
    included: Money.optional().openapi({ description: 'A tax that the lines above contain' }),
  }),
);
export const Quote = z
  .object({
    quote: z.string().openapi({ description: 'Signed; send it as it is with the booking' }),
    expiresAt: instant,
    propertyId: z.string(),
    checkIn: night,
    checkOut: night,
    guests: Guests,
    nights: NightPrices,
    lines: PriceLines,
    total: Money,
    hostEarns: Money,
    cancellation: z.object({
      policy: z.string(),
      steps: z.array(
        z.object({
          until: instant
            .nullable()
            .openapi({ description: 'Null for what comes back after the last deadline' }),
          refund: Money,
        }),
      ),
    }),
  })
  .openapi('Quote');
