import type { StripeSettings } from '../../../src/env.ts';
import type { Effect, PaymentOrder } from '../../../src/payments/ports.ts';
import { createStripe } from '../../../src/payments/stripe/index.ts';
import type { Send } from '../../../src/platform/outbound.ts';
import type { Place } from '../../sandbox/ground.ts';
import { SECRET_KEY } from '../../sandbox/stripe-ground.ts';

// Long enough for an answer of this machine, and shorter than the provider's own five seconds.
const PATIENCE_MS = 700;

export const settingsFor = (place: Place): StripeSettings => ({
  url: place.url('/sandbox/stripe'),
  secretKey: SECRET_KEY,
  publishableKey: 'pk_test_0123456789abcdef',
  webhookSecrets: [],
});

/** The provider as it is wired, but for its patience. */
export function openProvider(place: Place) {
  const send: Send = (request) =>
    fetch(
      new Request(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(PATIENCE_MS)]) }),
    );
  return createStripe(settingsFor(place), send);
}

let count = 0;
export const newId = (prefix: string): string => `${prefix}_${Date.now().toString(36)}${count++}`;

export const newOrder = (more: Partial<PaymentOrder> = {}): PaymentOrder => ({
  ...{ id: newId('pay'), bookingId: newId('bkg'), amount: 25_000, currency: 'KES' },
  ...{ phone: null, callbackToken: null },
  ...more,
});

export const effectOf = (
  kind: Effect['kind'],
  order: PaymentOrder,
  reference: string | null,
  more: Partial<Effect> = {},
): Effect => ({
  ...{ id: newId('eff'), kind, paymentId: order.id, bookingId: order.bookingId, reference },
  ...{ amount: order.amount, currency: order.currency, destination: null },
  ...more,
});
