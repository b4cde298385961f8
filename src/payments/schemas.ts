import { PAYMENT_STATUSES } from '../book/index.ts';
import { idPattern, idPatternWithin } from '../kernel/ids.ts';
import { Money } from '../kernel/money.ts';
import { pageOf, pageQuery } from '../kernel/page.ts';
import { instant, text, z } from '../kernel/zod.ts';
import { PROVIDERS } from './ports.ts';

/** Payments as REST takes and shows them. */
const MAX_REASON = 500;
export const MAX_TOKEN = 300;

export const BookingParams = z.object({ bookingId: z.string().regex(idPatternWithin('bkg')) });
/** What it is about, and the secret of it. */
const CALLBACK_TOKEN = /^[\w-]+\.[\w-]+$/;
export const CallbackParams = z.object({ token: z.string().max(MAX_TOKEN).regex(CALLBACK_TOKEN) });
export const StartPaymentBody = z.strictObject({
  provider: z.enum(PROVIDERS),
  phone: z
    .string()
    .regex(/^\+?[0-9]{9,15}$/)
    .optional()
    .openapi({ description: 'For M-Pesa: the phone that pays', example: '+254712345678' }),
});
export const RefundBody = z.strictObject({
  amount: z.int().min(1).max(1_000_000_000_000).openapi({ description: 'In minor units of the booking' }),
  reason: text(1, MAX_REASON),
});
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
