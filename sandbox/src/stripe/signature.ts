import Stripe from 'stripe';
import { WEBHOOK_SECRET } from './secret.ts';

const FORGER = 'whsec_of_somebody_who_is_not_stripe';

/** Made with the secret at the given moment, or by somebody who doesn't have the secret. */
export async function signStripe(payload: string, atMs: number, isForged: boolean): Promise<string> {
  return Stripe.webhooks.generateTestHeaderStringAsync({
    payload,
    secret: isForged ? FORGER : WEBHOOK_SECRET,
    timestamp: Math.floor(atMs / 1000),
  });
}
