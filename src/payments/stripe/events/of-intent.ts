import type Stripe from 'stripe';
import { fromStripeAmount } from '../amounts.ts';
import { toReceipt } from '../to-payment.ts';
import { ourPaymentId, type Told } from '../told.ts';

/** What every event about a payment tells alike. */
export const ofIntent = (intent: Stripe.PaymentIntent, amount: number): Omit<Told, 'kind'> => ({
  paymentId: ourPaymentId(intent.metadata),
  reference: intent.id,
  paymentReference: intent.id,
  amount: fromStripeAmount(amount, intent.currency),
  currency: intent.currency.toUpperCase(),
  receipt: toReceipt(intent),
});
