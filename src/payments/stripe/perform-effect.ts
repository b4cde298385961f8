import Stripe from 'stripe';
import { assert } from '../../kernel/errors.ts';
import type { Effect, EffectOutcome } from '../ports.ts';
import { toStripeAmount } from './amounts.ts';
import { judgeIntent, judgeRefund, toFailure } from './outcomes.ts';

/** The effect's id is the key, so that the same effect twice is one at Stripe. */
export async function performEffect(stripe: Stripe, effect: Effect): Promise<EffectOutcome> {
  try {
    return await ask(stripe, effect);
  } catch (error) {
    return settledBefore(error, effect) ?? toFailure(error);
  }
}

async function ask(stripe: Stripe, effect: Effect): Promise<EffectOutcome> {
  const { id: effectId, paymentId, bookingId } = effect;
  const amount = toStripeAmount(effect.amount, effect.currency);
  const metadata = { paymentId, bookingId, effectId };
  const key = { idempotencyKey: effectId };

  switch (effect.kind) {
    case 'capture': {
      const params = { amount_to_capture: amount, metadata: { effectId } };
      const intent = await stripe.paymentIntents.capture(referenceOf(effect), params, key);
      return judgeIntent(intent, 'captured', amount) ?? { kind: 'unknown', code: intent.status };
    }
    case 'void': {
      const intent = await stripe.paymentIntents.cancel(referenceOf(effect), {}, key);
      return judgeIntent(intent, 'voided', amount) ?? { kind: 'unknown', code: intent.status };
    }
    case 'refund':
      return judgeRefund(
        await stripe.refunds.create({ payment_intent: referenceOf(effect), amount, metadata }, key),
      );
    case 'transfer': {
      assert(effect.destination !== null, 'a transfer goes to somebody');
      const currency = effect.currency.toLowerCase();
      const { id } = await stripe.transfers.create(
        { amount, currency, destination: effect.destination, transfer_group: bookingId, metadata },
        key,
      );
      return { kind: 'done', reference: id };
    }
    case 'reversal': {
      const { id } = await stripe.transfers.createReversal(referenceOf(effect), { amount, metadata }, key);
      return { kind: 'done', reference: id };
    }
  }
}

/** To end what has ended, or to capture what is captured, is refused by Stripe, and is what was wanted. */
function settledBefore(error: unknown, effect: Effect): EffectOutcome | null {
  const isSettling = effect.kind === 'capture' || effect.kind === 'void';
  if (!isSettling || !(error instanceof Stripe.errors.StripeInvalidRequestError)) return null;
  if (error.code !== 'payment_intent_unexpected_state' || !error.payment_intent) return null;

  const amount = toStripeAmount(effect.amount, effect.currency);
  return judgeIntent(error.payment_intent, effect.kind === 'capture' ? 'captured' : 'voided', amount);
}

export function referenceOf({ kind, reference }: Effect): string {
  assert(reference !== null, `a ${kind} is of something`);
  return reference;
}
