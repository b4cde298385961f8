import Stripe from 'stripe';
import type { StripeSettings } from '../../env.ts';
import { Fault } from '../../kernel/errors.ts';
import type { Send } from '../../platform/outbound.ts';
import type { PaymentOrder, PaymentProvider, Started } from '../ports.ts';
import { acceptsAmount, sendableIn, toStripeAmount } from './amounts.ts';
import { openClient } from './client.ts';
import { findEffect } from './find-effect.ts';
import { listRecords } from './list-records.ts';
import { openPayoutAccount } from './open-payout-account.ts';
import { toFailure } from './outcomes.ts';
import { performEffect } from './perform-effect.ts';
import { toPayment } from './to-payment.ts';
import { traceRecords } from './trace-records.ts';

/** Opened at first use: most requests have nothing to pay. */
export function createStripe(settings: StripeSettings, send: Send): PaymentProvider {
  let opened: Stripe | undefined;
  const client = () => (opened ??= openClient(settings, send));

  return {
    name: 'stripe',
    accepts: acceptsAmount,
    sendable: sendableIn,
    openPayoutAccount: (order) => openPayoutAccount(client(), order),
    start: (order) => startPayment(client(), order, settings.publishableKey),
    perform: (effect) => performEffect(client(), effect),
    find: (effect) => findEffect(client(), effect),
    async look({ reference }) {
      try {
        const intent = await client().paymentIntents.retrieve(reference, { expand: ['latest_charge'] });
        return toPayment(intent);
      } catch (error) {
        if (error instanceof Stripe.errors.StripeInvalidRequestError && error.statusCode === 404) return null;
        throw new Fault('stripe', error);
      }
    },
    keeps: ['payment', 'refund', 'transfer', 'dispute'],
    list: (range) => listRecords(client(), range),
    trace: (traced) => traceRecords(client(), traced),
  };
}

/** Cards only: they keep the money for us until the nights are owned. */
async function startPayment(stripe: Stripe, order: PaymentOrder, publishableKey: string): Promise<Started> {
  if (!acceptsAmount(order)) return { ok: false, why: 'refused', code: 'amount_not_accepted' };
  try {
    const intent = await stripe.paymentIntents.create(
      {
        amount: toStripeAmount(order.amount, order.currency),
        currency: order.currency.toLowerCase(),
        capture_method: 'manual',
        allowed_payment_method_types: ['card'],
        transfer_group: order.bookingId,
        metadata: { paymentId: order.id, bookingId: order.bookingId },
      },
      { idempotencyKey: order.id },
    );
    const clientSecret = intent.client_secret;
    if (clientSecret === null) return { ok: false, why: 'unknown', code: 'no_client_secret' };
    return { ok: true, reference: intent.id, forGuest: { clientSecret, publishableKey } };
  } catch (error) {
    const { kind, code } = toFailure(error);
    return { ok: false, why: kind, code };
  }
}
