import type { Effect as BookEffect, EffectResult } from '../book/index.ts';
import type { Context } from '../context.ts';
import { Fault } from '../kernel/errors.ts';
import { propertyIdOf } from '../kernel/ids.ts';
import { callOf } from '../properties/index.ts';
import type { Effect, EffectOutcome } from './ports.ts';
import { providerOf } from './providers.ts';

/** What a book wants done with a payment. What may have happened before is asked about before it is done again. */
export async function performEffect(
  ctx: Context,
  { effect }: { effect: BookEffect },
  attempts: number,
): Promise<void> {
  const { key, kind, paymentId, bookingId, provider, reference, amount, currency, phone } = effect;
  const wanted: Effect = {
    id: key,
    kind,
    paymentId,
    bookingId,
    reference,
    amount,
    currency,
    destination: phone,
  };
  const outcome = reference === null ? NEVER_STARTED : await carryOut(ctx, provider, wanted, attempts);
  const result = toResult(outcome, wanted);
  if (result === null) throw new Fault(provider, new Error(`${kind} has an unknown outcome`));
  if (result.kind === 'refused')
    ctx.log.error('payment.effect_refused', { paymentId, provider, kind, reason: result.code });
  await ctx.books.of(propertyIdOf(paymentId)).settleEffect(callOf(ctx), { paymentId, key, result });
}

/** Nobody can have paid what its provider was never told of. */
const NEVER_STARTED: EffectOutcome = { kind: 'done', reference: 'never_started' };

async function carryOut(
  ctx: Context,
  name: BookEffect['provider'],
  wanted: Effect,
  attempts: number,
): Promise<EffectOutcome> {
  const provider = providerOf(ctx, name);
  const known = attempts > 1 ? await provider.find(wanted) : null;
  return known ?? provider.perform(wanted);
}

function toResult(outcome: EffectOutcome, { kind, id }: Effect): EffectResult | null {
  if (outcome.kind === 'unknown') return null;
  // A wallet has nothing that could be called off: who pays all the same is given it back.
  if (outcome.kind === 'refused' && kind === 'void' && outcome.code === 'nothing_to_void')
    return { kind: 'done', reference: id };
  return outcome;
}
