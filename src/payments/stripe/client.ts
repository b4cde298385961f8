import Stripe from 'stripe';
import type { StripeSettings } from '../../env.ts';
import type { Send } from '../../platform/outbound.ts';

const TIMEOUT_MS = 5_000;

/** The official SDK at another address. It asks once: who asks again first finds out what became of it. */
export function openClient({ url, secretKey }: StripeSettings, send: Send): Stripe {
  const base = url.replace(/\/$/, '');
  const httpClient = Stripe.createFetchHttpClient((input: RequestInfo | URL, init?: RequestInit) => {
    const { pathname, search } = new URL(String(input));
    return send(new Request(`${base}${pathname}${search}`, { ...init, redirect: 'manual' }));
  });
  return new Stripe(secretKey, { httpClient, maxNetworkRetries: 0, timeout: TIMEOUT_MS, telemetry: false });
}
