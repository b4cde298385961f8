import type Stripe from 'stripe';
import type { Told } from '../told.ts';
import { ofIntent } from './of-intent.ts';

export const toCaptured = (intent: Stripe.PaymentIntent): Told => ({
  ...ofIntent(intent, intent.amount_received),
  kind: 'captured',
});
