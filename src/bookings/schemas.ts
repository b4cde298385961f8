import { PAYMENT_STATUSES, POLICIES } from '../book/index.ts';
import { idPattern, idPatternWithin } from '../kernel/ids.ts';
import { Money } from '../kernel/money.ts';
import { pageOf, pageQuery } from '../kernel/page.ts';
import { night, stay } from '../kernel/stay.ts';
import { captcha, instant, text, z } from '../kernel/zod.ts';
import { Guests } from '../pricing/index.ts';
import { NightPrices, PriceLines, PropertyParams } from '../properties/index.ts';

/** Bookings as REST takes and shows them. */
const MAX_QUOTE = 200_000;
const MAX_MESSAGE = 2_000;
const MAX_REASON = 500;
const STATUSES = ['pending', 'confirmed', 'completed', 'cancelled'] as const;

export const BookingParams = z.object({ bookingId: z.string().regex(idPatternWithin('bkg')) });
export const AlterationParams = BookingParams.extend({
  alterationId: z.string().regex(idPatternWithin('alt')),
});
export const NewBooking = z.strictObject({
  quote: z.string().min(1).max(MAX_QUOTE).openapi({ description: 'As createQuote gave it' }),
  message: text(1, MAX_MESSAGE).optional().openapi({ description: 'For the host' }),
  captcha: captcha.optional(),
});
export const Reason = z.strictObject({ reason: text(1, MAX_REASON).optional() });
export const StaffCancellation = z.strictObject({
  reason: text(1, MAX_REASON),
  keepBlocked: z.boolean().default(false).openapi({ description: 'The nights that are ahead stay closed' }),
  waivePenalty: z.boolean().default(false).openapi({ description: 'It was not the host’s fault' }),
});
export const AlterationBody = stay.safeExtend({ guests: Guests });
export const WaitlistBody = stay.safeExtend({ guests: Guests });
export const WaitlistParams = PropertyParams.extend({ entryId: z.string().regex(idPatternWithin('wtl')) });
export const RefundQuery = z.strictObject({
  at: instant.optional().openapi({ description: 'Now, when it is left out' }),
});
export const BookingsQuery = z.strictObject({
  ...pageQuery,
  role: z.enum(['guest', 'host']).default('guest'),
  status: z.enum(STATUSES).optional(),
  propertyId: z.string().regex(idPattern('prp')).optional(),
  from: night.optional().openapi({ description: 'Stays with this night or a later one' }),
  to: night.optional().openapi({ description: 'Stays with this night or an earlier one' }),
});

const priced = {
  nights: NightPrices,
  lines: PriceLines,
  total: Money,
  hostEarns: Money.optional().openapi({ description: 'For the host’s side alone' }),
};

export const Booking = z
  .object({
    id: z.string(),
    propertyId: z.string(),
    guestId: z.string(),
    hostId: z.string(),
    status: z.enum(STATUSES),
    awaiting: z.enum(['payment', 'host']).nullable(),
    cause: z
      .enum(['guest', 'host', 'staff', 'declined', 'request_expired', 'payment_expired', 'payment_failed'])
      .nullable()
      .openapi({ description: 'Why it was cancelled' }),
    checkIn: night,
    checkOut: night,
    guests: Guests,
    ...priced,
    penalty: Money.optional().openapi({
      description: 'What the host owes for having cancelled; for the host’s side alone',
    }),
    policy: z.enum(POLICIES),
    message: z.string().nullable(),
    payment: z
      .object({
        id: z.string(),
        provider: z.enum(['stripe', 'mpesa']),
        status: z.enum(PAYMENT_STATUSES),
        amount: Money,
        refunded: Money,
        owed: Money.openapi({ description: 'By the guest, since an alteration made the stay dearer' }),
      })
      .nullable(),
    alteration: z
      .object({
        id: z.string(),
        by: z.enum(['guest', 'host']),
        checkIn: night,
        checkOut: night,
        guests: Guests,
        ...priced,
        expiresAt: instant,
      })
      .nullable()
      .openapi({ description: 'What one side asked for and the other has not answered' }),
    noShow: z.boolean(),
    expiresAt: instant.nullable().openapi({ description: 'When it ends by itself while it is pending' }),
    createdAt: instant,
    confirmedAt: instant.nullable(),
    cancelledAt: instant.nullable(),
    completedAt: instant.nullable(),
    version: z.int(),
  })
  .openapi('Booking');
export const BookingPage = pageOf(Booking);

export const RefundPreview = z
  .object({
    refund: Money,
    kept: Money,
    lines: z
      .array(z.object({ kind: z.string(), label: z.string(), amount: Money, refunded: Money }))
      .openapi({ description: 'What was paid for, and what of it comes back' }),
    rule: z.string().openapi({ description: 'The policy and its step, such as `moderate.full_refund`' }),
  })
  .openapi('RefundPreview');

export const WaitlistEntry = z
  .object({
    id: z.string(),
    propertyId: z.string(),
    checkIn: night,
    checkOut: night,
    guests: Guests,
    offeredUntil: instant
      .nullable()
      .openapi({ description: 'While the nights are kept for whoever waits, who may book them until then' }),
  })
  .openapi('WaitlistEntry');
export const WaitlistPage = pageOf(WaitlistEntry);
