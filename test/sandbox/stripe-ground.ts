import Stripe from 'stripe';
import type { Place } from './ground.ts';

export const SECRET_KEY = 'sk_test_0123456789abcdef0123';

/** The official SDK against the sandbox: only the address differs from Stripe's own. */
export const sdkFor = (place: Place, options: Options = {}): Stripe => sdkAt(place.url, options);

type Options = { key?: string; retries?: number };

export function sdkAt(toUrl: (path: string) => string, options: Options = {}): Stripe {
  const httpClient = Stripe.createFetchHttpClient((input: string | URL | Request, init?: RequestInit) => {
    const { pathname, search } = new URL(String(input));
    return fetch(toUrl(`/sandbox/stripe${pathname}${search}`), init);
  });
  return new Stripe(options.key ?? SECRET_KEY, {
    httpClient,
    maxNetworkRetries: options.retries ?? 0,
    telemetry: false,
  });
}

let count = 0;
export const newPaymentId = (): string => `pay_${Date.now().toString(36)}${count++}`;

/** Ways to a payment in the state that a test begins with. */
export function createTill(place: Place, stripe: Stripe) {
  const start = (paymentId: string, amount = 10_000, currency = 'kes') =>
    stripe.paymentIntents.create({
      ...{ amount, currency, capture_method: 'manual', transfer_group: 'bkg_1' },
      metadata: { paymentId, bookingId: 'bkg_1' },
    });
  const play = (paymentId: string, outcome: string, faults?: unknown) =>
    place.call('POST', `/sandbox/payments/${paymentId}`, { outcome, ...(faults ? { faults } : {}) });
  return {
    start,
    play,
    async authorised(paymentId = newPaymentId(), amount?: number, currency?: string) {
      const { id } = await start(paymentId, amount, currency);
      await play(paymentId, 'succeed');
      return id;
    },
    async captured(paymentId = newPaymentId(), amount?: number, currency?: string) {
      const { id } = await start(paymentId, amount, currency);
      await play(paymentId, 'succeed');
      await stripe.paymentIntents.capture(id);
      return id;
    },
  };
}
