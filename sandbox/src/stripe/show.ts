import type Stripe from 'stripe';
import type { Outcome, ShownPayment } from '../payments.ts';
import { toMinorUnits } from './amounts.ts';
import type { Objects } from './objects.ts';

export const PAYABLE = ['requires_payment_method', 'requires_confirmation', 'requires_action'];

/** How far each payment is, and what its guest and the guest's bank can do next. */
export function createShow(objects: Objects) {
  const stateOf = (intent: Stripe.PaymentIntent): [state: string, outcomes: Outcome[]] => {
    if (PAYABLE.includes(intent.status)) {
      return [intent.last_payment_error ? 'declined' : 'waiting', ['succeed', 'fail']];
    }
    const charge = objects.find('charge', String(intent.latest_charge));
    if (!charge?.captured) return [intent.status === 'canceled' ? 'voided' : 'held', []];

    const refunds = objects.where('refund', 'payment_intent', intent.id);
    const last: Outcome[] = refunds.some(({ status }) => status === 'succeeded') ? ['fail_refund'] : [];
    if (charge.disputed) {
      const status = objects.where('dispute', 'payment_intent', intent.id)[0]?.status;
      if (status === 'needs_response') return ['disputed', ['win_dispute', 'lose_dispute', ...last]];
      return [`dispute_${status}`, last];
    }
    if (charge.refunded) return ['refunded', last];
    return [charge.amount_refunded > 0 ? 'partly_refunded' : 'taken', ['dispute', ...last]];
  };

  const show = (paymentId: string, intent: Stripe.PaymentIntent): ShownPayment => {
    const [state, outcomes] = stateOf(intent);
    const { amount, currency, created, metadata } = intent;
    return {
      ...{ paymentId, provider: 'stripe', state, outcomes, about: metadata.bookingId ?? '' },
      amount: { amount: toMinorUnits(amount, currency), currency: currency.toUpperCase() },
      askedAt: new Date(created * 1000).toISOString(),
    };
  };

  return (most: number): ShownPayment[] => {
    const { data } = objects.page('payment_intent', '/v1/payment_intents', { limit: most });
    const seen = new Set<string>();
    return data.flatMap((intent) => {
      const { paymentId } = intent.metadata;
      // Of a payment that was begun twice, the later one is meant.
      if (paymentId === undefined || seen.has(paymentId)) return [];
      seen.add(paymentId);
      return [show(paymentId, intent)];
    });
  };
}
