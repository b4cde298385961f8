import type Stripe from 'stripe';
import type { Told } from '../told.ts';
import { ofIntent } from './of-intent.ts';

/** By us, or by the bank after seven days. */
export const toVoided = (intent: Stripe.PaymentIntent): Told => ({
  ...ofIntent(intent, intent.amount),
  kind: 'voided',
});
