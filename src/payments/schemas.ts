import { PAYMENT_STATUSES, PAYOUT_STATUSES } from '../book/index.ts';
import { idPattern, idPatternWithin } from '../kernel/ids.ts';
import { Money } from '../kernel/money.ts';
import { pageOf, pageQuery } from '../kernel/page.ts';
import { instant, text, z } from '../kernel/zod.ts';
import { PROVIDERS } from './ports.ts';

/** Payments as REST takes and shows them. */
const MAX_REASON = 500;
const PHONE = /^\+?[0-9]{9,15}$/;
export const MAX_TOKEN = 300;

export const BookingParams = z.object({ bookingId: z.string().regex(idPatternWithin('bkg')) });
/** What it is about, and the secret of it. */
const CALLBACK_TOKEN = /^[\w-]+\.[\w-]+$/;
export const CallbackParams = z.object({ token: z.string().max(MAX_TOKEN).regex(CALLBACK_TOKEN) });
export const StartPaymentBody = z.strictObject({
  provider: z.enum(PROVIDERS),
  phone: z
    .string()
    .regex(PHONE)
    .optional()
    .openapi({ description: 'For M-Pesa: the phone that pays', example: '+254712345678' }),
});
export const RefundBody = z.strictObject({
  amount: z.int().min(1).max(1_000_000_000_000).openapi({ description: 'In minor units of the booking' }),
  reason: text(1, MAX_REASON),
});
/** A refund, or anything else that a provider is to do. */
const EFFECT_ID = new RegExp(`${idPatternWithin('eff').source}|${idPatternWithin('rfd').source}`);
export const EffectParams = z.object({ effectId: z.string().regex(EFFECT_ID) });
export const RetryBody = z.strictObject({ reason: text(1, MAX_REASON) });
export const ParkedEffectsQuery = z.strictObject(pageQuery);
export const ParkedEffect = z
  .object({
    id: z.string(),
    propertyId: z.string(),
    bookingId: z.string(),
    paymentId: z.string(),
    provider: z.enum(PROVIDERS),
    kind: z.enum(['capture', 'void', 'refund']),
    state: z.enum(['waiting', 'sent', 'pending', 'done', 'refused', 'superseded']),
    result: z.string().nullable().openapi({ description: 'Why the provider refused, where it did' }),
    asks: z.int().openapi({ description: 'How often the provider was asked' }),
    amount: Money,
    createdAt: instant,
  })
  .openapi('ParkedEffect');
export const ParkedEffectPage = pageOf(ParkedEffect);
export const PaymentsQuery = z.strictObject({
  ...pageQuery,
  role: z.enum(['guest', 'host']).default('guest'),
  propertyId: z.string().regex(idPattern('prp')).optional(),
});

export const Payment = z
  .object({
    id: z.string(),
    bookingId: z.string(),
    propertyId: z.string(),
    provider: z.enum(PROVIDERS),
    purpose: z.enum(['stay', 'difference']),
    status: z.enum(PAYMENT_STATUSES),
    amount: Money,
    refunded: Money,
    createdAt: instant,
  })
  .openapi('Payment');
export const PaymentPage = pageOf(Payment);

export const StartedPayment = z
  .object({
    payment: Payment,
    stripe: z.object({ clientSecret: z.string(), publishableKey: z.string() }).optional(),
    mpesa: z.object({ checkoutRequestId: z.string() }).optional(),
  })
  .openapi('StartedPayment');

export const PayoutParams = z.object({ payoutId: z.string().regex(idPatternWithin('pyo')) });
export const PayoutsQuery = z.strictObject({
  ...pageQuery,
  status: z.enum(PAYOUT_STATUSES).optional(),
  propertyId: z.string().regex(idPattern('prp')).optional(),
});
export const Payout = z
  .object({
    id: z.string(),
    status: z.enum(PAYOUT_STATUSES).openapi({ description: 'One that waits or failed says its reason' }),
    amount: Money.openapi({ description: 'What goes to the host' }),
    withheld: Money.openapi({
      description: 'What was owed of other bookings; below zero where it was added',
    }),
    bookings: z.array(z.object({ bookingId: z.string(), propertyId: z.string(), amount: Money })),
    provider: z.enum(PROVIDERS).nullable(),
    reason: z.string().nullable(),
    createdAt: instant,
    paidAt: instant.nullable(),
  })
  .openapi('Payout');
export const PayoutPage = pageOf(Payout);

const MAX_URL = 500;
export const PayoutAccountBody = z.strictObject({
  provider: z.enum(PROVIDERS),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .optional()
    .openapi({ description: 'For Stripe: where the host lives', example: 'PT' }),
  phone: z
    .string()
    .regex(PHONE)
    .optional()
    .openapi({ description: 'For M-Pesa: the phone that is paid', example: '+254712345678' }),
  returnUrl: z
    .url()
    .max(MAX_URL)
    .optional()
    .openapi({ description: 'For Stripe: where the host goes on afterwards, within the marketplace' }),
});
export const PayoutAccount = z
  .object({
    provider: z.enum(PROVIDERS),
    destination: z.string(),
    country: z.string().nullable(),
    createdAt: instant,
    onboardingUrl: z
      .string()
      .nullable()
      .openapi({ description: 'Where the host tells Stripe who they are; good for minutes, and once' }),
  })
  .openapi('PayoutAccount');

const MONTH = /^20[2-9][0-9]-(0[1-9]|1[0-2])$/;
export const StatementQuery = z.strictObject({
  month: z.string().regex(MONTH).openapi({ description: 'In UTC', example: '2027-03' }),
  format: z.enum(['json', 'csv']).default('json'),
});
export const Statement = z
  .object({
    month: z.string(),
    currencies: z.array(
      z.object({
        opening: Money,
        lines: z.array(
          z.object({
            at: instant,
            kind: z
              .enum(['charge', 'credit', 'penalty', 'dispute', 'payout'])
              .openapi({ description: '`charge` is what was earned, `credit` what of it was given back' }),
            bookingId: z.string(),
            propertyId: z.string(),
            amount: Money,
          }),
        ),
        closing: Money,
      }),
    ),
  })
  .openapi('Statement', {
    description:
      'Above zero in the host’s favour. The opening balance and the lines add up to the closing one.',
  });
