import type Stripe from 'stripe';
import { z } from 'zod';
import { early, refused } from './errors.ts';
import type { Emit } from './events.ts';
import { newStripeId, type Objects } from './objects.ts';
import { listing, metadata, positive } from './params.ts';
import { route } from './route.ts';

const Create = z.strictObject({
  amount: positive.optional(),
  charge: z.string().optional(),
  payment_intent: z.string().optional(),
  metadata: metadata.default({}),
  reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).optional(),
});
const List = z.strictObject({
  ...listing,
  charge: z.string().optional(),
  payment_intent: z.string().optional(),
});

export function refunds(objects: Objects, emit: Emit) {
  const chargeOf = (params: z.infer<typeof Create>): Stripe.Charge => {
    if (params.charge !== undefined) return objects.named('charge', params.charge);
    if (params.payment_intent === undefined) {
      throw early(
        'One of the following params should be provided for this request: payment_intent or charge.',
      );
    }
    const intent = objects.named('payment_intent', params.payment_intent);
    if (intent.status !== 'succeeded') {
      throw refused(`This PaymentIntent (${intent.id}) does not have a successful charge to refund.`, {
        code: 'payment_intent_unexpected_state',
        param: 'payment_intent',
      });
    }
    return objects.get('charge', String(intent.latest_charge));
  };

  return [
    route('POST', '/v1/refunds', Create, (params) => {
      const charge = chargeOf(params);
      if (charge.disputed) {
        throw refused(`Charge ${charge.id} has been charged back; cannot issue a refund.`, {
          code: 'charge_disputed',
        });
      }
      const left = charge.amount_captured - charge.amount_refunded;
      if (left === 0) {
        throw refused(`Charge ${charge.id} has already been refunded.`, { code: 'charge_already_refunded' });
      }
      const amount = params.amount ?? left;
      if (amount > left) {
        throw refused(`Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`, {
          param: 'amount',
        });
      }

      const refund = objects.insert('refund', newRefund(charge, amount, params, objects.seconds()));
      const refunded = charge.amount_refunded + amount;
      const changed = objects.update('charge', {
        ...charge,
        amount_refunded: refunded,
        refunded: refunded === charge.amount_captured,
      });
      emit('refund.created', refund);
      emit('charge.refunded', changed, { amount_refunded: charge.amount_refunded });
      return refund;
    }),

    route('GET', '/v1/refunds', List, ({ charge, payment_intent, ...params }) =>
      objects.page('refund', '/v1/refunds', params, { charge, payment_intent }),
    ),

    route('GET', '/v1/refunds/:id', z.strictObject({}), (_, [id]) => objects.get('refund', id, 'refund')),
  ];
}

function newRefund(
  charge: Stripe.Charge,
  amount: number,
  params: z.infer<typeof Create>,
  created: number,
): Stripe.Refund {
  return {
    id: newStripeId('re'),
    object: 'refund',
    amount,
    balance_transaction: null,
    charge: charge.id,
    created,
    currency: charge.currency,
    customer: null,
    customer_account: null,
    metadata: params.metadata,
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason: params.reason ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: 'succeeded',
    transfer_reversal: null,
  };
}
