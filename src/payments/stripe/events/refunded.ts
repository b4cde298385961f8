import type Stripe from 'stripe';
import { fromStripeAmount } from '../amounts.ts';
import { idOf, ourPaymentId, type Told } from '../told.ts';

/** Null while it is on its way. */
export function toRefunded(refund: Stripe.Refund): Told | null {
  const kind = toKind(refund.status);
  return (
    kind && {
      kind,
      paymentId: ourPaymentId(refund.metadata),
      reference: refund.id,
      paymentReference: idOf(refund.payment_intent),
      amount: fromStripeAmount(refund.amount, refund.currency),
      currency: refund.currency.toUpperCase(),
      receipt: null,
    }
  );
}

function toKind(status: string | null): 'refunded' | 'refund_failed' | null {
  switch (status) {
    case 'succeeded':
      return 'refunded';
    case 'failed':
    case 'canceled':
      return 'refund_failed';
    default:
      return null;
  }
}
