import type Stripe from 'stripe';
import type { ProviderPayment } from '../ports.ts';
import { fromStripeAmount } from './amounts.ts';

/** With its latest charge, when that was asked for; without it nothing is known of refunds. */
export function toPayment(intent: Stripe.PaymentIntent): ProviderPayment {
  const { currency, latest_charge: charge } = intent;
  const own = (amount: number) => fromStripeAmount(amount, currency);
  return {
    paymentId: intent.metadata.paymentId ?? '',
    reference: intent.id,
    status: toStatus(intent),
    amount: own(intent.amount),
    captured: own(intent.amount_received),
    refunded: own(typeof charge === 'object' ? (charge?.amount_refunded ?? 0) : 0),
    currency: currency.toUpperCase(),
    receipt: toReceipt(intent),
  };
}

export function toStatus(intent: Stripe.PaymentIntent): ProviderPayment['status'] {
  switch (intent.status) {
    case 'requires_capture':
      return 'authorized';
    case 'succeeded':
      return 'captured';
    case 'canceled':
      return 'voided';
    case 'requires_payment_method':
      return intent.last_payment_error ? 'failed' : 'waiting';
    default:
      return 'waiting';
  }
}

/** The charge, once it is more than a try. */
export function toReceipt({ status, latest_charge: charge }: Stripe.PaymentIntent): string | null {
  if (status !== 'requires_capture' && status !== 'succeeded') return null;
  return typeof charge === 'string' ? charge : (charge?.id ?? null);
}
