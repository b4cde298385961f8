import type Stripe from 'stripe';
import type { Effect, EffectOutcome } from '../ports.ts';
import { toStripeAmount } from './amounts.ts';
import { judgeIntent, judgeRefund, toFailure } from './outcomes.ts';
import { referenceOf } from './perform-effect.ts';

const PAGE = { limit: 100 };

type Marked = { metadata: Stripe.Metadata | null };

/** Only looks: to ask again with the key would do it, had it not been done. */
export async function findEffect(stripe: Stripe, effect: Effect): Promise<EffectOutcome | null> {
  try {
    return await search(stripe, effect);
  } catch (error) {
    return toFailure(error);
  }
}

async function search(stripe: Stripe, effect: Effect): Promise<EffectOutcome | null> {
  switch (effect.kind) {
    case 'capture':
    case 'void': {
      const intent = await stripe.paymentIntents.retrieve(referenceOf(effect));
      const amount = toStripeAmount(effect.amount, effect.currency);
      return judgeIntent(intent, effect.kind === 'capture' ? 'captured' : 'voided', amount);
    }
    case 'refund': {
      const refunds = stripe.refunds.list({ payment_intent: referenceOf(effect), ...PAGE });
      const found = await firstOf(refunds, effect.id);
      return found && judgeRefund(found);
    }
    case 'transfer': {
      const found = await firstOf(
        stripe.transfers.list({ transfer_group: effect.bookingId, ...PAGE }),
        effect.id,
      );
      return found && { kind: 'done', reference: found.id };
    }
    case 'reversal': {
      const reversals = stripe.transfers.listReversals(referenceOf(effect), PAGE);
      const found = await firstOf(reversals, effect.id);
      return found && { kind: 'done', reference: found.id };
    }
  }
}

async function firstOf<T extends Marked>(list: AsyncIterable<T>, effectId: string): Promise<T | null> {
  for await (const one of list) if (one.metadata?.effectId === effectId) return one;
  return null;
}
