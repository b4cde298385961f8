import type Stripe from 'stripe';
import type { Told } from '../told.ts';
import { ofIntent } from './of-intent.ts';

/** One card was declined. The guest may still pay with another. */
export const toFailed = (intent: Stripe.PaymentIntent): Told => ({
  ...ofIntent(intent, intent.amount),
  kind: 'failed',
});
