import type Stripe from 'stripe';
import { z } from 'zod';
import { checkAmount } from './amounts.ts';
import { early, refused } from './errors.ts';
import type { Emit } from './events.ts';
import { newStripeId, type Objects, randomText } from './objects.ts';
import { currency, flag, listing, metadata, positive } from './params.ts';
import { route } from './route.ts';

/** For how long a card's bank keeps money for a capture. */
const AUTHORISED_SECONDS = 7 * 86_400;

const Create = z.strictObject({
  amount: positive,
  currency,
  capture_method: z.enum(['automatic', 'automatic_async', 'manual']).default('automatic_async'),
  confirm: flag.optional(),
  description: z.string().optional(),
  metadata: metadata.default({}),
  allowed_payment_method_types: z.array(z.enum(['card'])).optional(),
  receipt_email: z.string().optional(),
  statement_descriptor_suffix: z.string().max(22).optional(),
  transfer_group: z.string().optional(),
});
const Capture = z.strictObject({
  amount_to_capture: positive.optional(),
  final_capture: flag.optional(),
  metadata: metadata.optional(),
});
const Cancel = z.strictObject({
  cancellation_reason: z.enum(['abandoned', 'duplicate', 'fraudulent', 'requested_by_customer']).optional(),
});
const CANCELABLE = [
  'requires_payment_method',
  'requires_capture',
  'requires_confirmation',
  'requires_action',
  'processing',
];

const unexpected = (message: string, intent: Stripe.PaymentIntent) =>
  refused(message, { code: 'payment_intent_unexpected_state', payment_intent: intent });

export function paymentIntents(objects: Objects, emit: Emit) {
  const cancel = (
    intent: Stripe.PaymentIntent,
    reason: Stripe.PaymentIntent.CancellationReason | null,
  ): Stripe.PaymentIntent => {
    const canceled = objects.update('payment_intent', {
      ...intent,
      status: 'canceled',
      amount_capturable: 0,
      canceled_at: objects.seconds(),
      cancellation_reason: reason,
    });
    emit('payment_intent.canceled', canceled);
    return canceled;
  };

  const routes = [
    route('POST', '/v1/payment_intents', Create, (params) => {
      if (params.confirm) throw early('Payments are confirmed by the guest here.', { param: 'confirm' });
      checkAmount(params.amount, params.currency);
      return objects.insert('payment_intent', newIntent(params, objects.seconds()));
    }),

    route('GET', '/v1/payment_intents', z.strictObject(listing), (params) =>
      objects.page('payment_intent', '/v1/payment_intents', params),
    ),

    route('GET', '/v1/payment_intents/:id', z.strictObject({}), (_, [id]) =>
      objects.get('payment_intent', id, 'intent'),
    ),

    route('POST', '/v1/payment_intents/:id/capture', Capture, (params, [id]) => {
      const intent = objects.get('payment_intent', id, 'intent');
      if (intent.status !== 'requires_capture') {
        throw unexpected(
          `This PaymentIntent could not be captured because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be captured: requires_capture.`,
          intent,
        );
      }
      const amount = params.amount_to_capture ?? intent.amount_capturable;
      if (amount > intent.amount_capturable) {
        throw refused(
          `The amount to capture, ${amount}, is greater than the amount that can be captured: ${intent.amount_capturable}.`,
          { code: 'amount_too_large', param: 'amount_to_capture', payment_intent: intent },
        );
      }

      const charge = objects.get('charge', String(intent.latest_charge));
      objects.update('charge', { ...charge, captured: true, amount_captured: amount });
      const captured = objects.update('payment_intent', {
        ...intent,
        status: 'succeeded',
        amount_capturable: 0,
        amount_received: amount,
        metadata: { ...intent.metadata, ...params.metadata },
      });
      emit('payment_intent.succeeded', captured);
      return captured;
    }),

    route('POST', '/v1/payment_intents/:id/cancel', Cancel, (params, [id]) => {
      const intent = objects.get('payment_intent', id, 'intent');
      if (!CANCELABLE.includes(intent.status)) {
        throw unexpected(
          `You cannot cancel this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be canceled: ${CANCELABLE.join(', ')}.`,
          intent,
        );
      }
      return cancel(intent, params.cancellation_reason ?? null);
    }),
  ];

  const authorised = () => objects.where('payment_intent', 'status', 'requires_capture');
  const endOf = ({ latest_charge }: Stripe.PaymentIntent) =>
    objects.get('charge', String(latest_charge)).created + AUTHORISED_SECONDS;

  return {
    routes,

    /** The banks let go what nobody has captured. */
    expire(): void {
      const now = objects.seconds();
      for (const intent of authorised()) if (endOf(intent) <= now) cancel(intent, 'automatic');
    },

    nextExpiryAt(): number | null {
      const ends = authorised().map(endOf);
      return ends.length === 0 ? null : Math.min(...ends) * 1000;
    },
  };
}

function newIntent(params: z.infer<typeof Create>, created: number): Stripe.PaymentIntent {
  const id = newStripeId('pi');
  return {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: params.allowed_payment_method_types ?? null,
    amount: params.amount,
    amount_capturable: 0,
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: params.capture_method,
    client_secret: `${id}_secret_${randomText(25)}`,
    confirmation_method: 'automatic',
    created,
    currency: params.currency,
    customer: null,
    customer_account: null,
    description: params.description ?? null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: params.metadata,
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: { card: {} } as Stripe.PaymentIntent.PaymentMethodOptions,
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: params.receipt_email ?? null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: params.statement_descriptor_suffix ?? null,
    status: 'requires_payment_method',
    transfer_group: params.transfer_group ?? null,
  };
}
