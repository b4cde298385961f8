import { type Effect as BookEffect, type EffectResult, NEVER_STARTED } from '../book/index.ts';
import type { Context } from '../context.ts';
import { Fault } from '../kernel/errors.ts';
import { propertyIdOf } from '../kernel/ids.ts';
import { callOf } from '../properties/index.ts';
import { findReference } from './find-reference.ts';
import { lookAtPayment } from './look-at-payment.ts';
import type { Effect, EffectOutcome } from './ports.ts';
import { providerOf } from './providers.ts';

/** What a book wants done with a payment. What may have happened before is asked about before it is done again. */
export async function performEffect(
  ctx: Context,
  { effect }: { effect: BookEffect },
  attempts: number,
): Promise<void> {
  const { key, kind, paymentId, bookingId, provider, amount, currency, phone, asks } = effect;
  const reference = effect.reference ?? (await findReference(ctx, effect));
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
  const isRepeated = attempts > 1 || asks > 1;
  const outcome = reference === null ? UNKNOWN_THERE : await carryOut(ctx, provider, wanted, isRepeated);
  const result = toResult(outcome);
  if (result === null) throw new Fault(provider, new Error(`${kind} has an unknown outcome`));
  if (result.kind === 'refused')
    ctx.log.error('payment.effect_refused', { paymentId, provider, kind, reason: result.code });
  await ctx.books.of(propertyIdOf(paymentId)).settleEffect(callOf(ctx), { paymentId, key, result });
}

/** Nobody can have paid what its provider was never told of. */
const UNKNOWN_THERE: EffectOutcome = { kind: 'done', reference: NEVER_STARTED };

async function carryOut(
  ctx: Context,
  name: BookEffect['provider'],
  wanted: Effect,
  isRepeated: boolean,
): Promise<EffectOutcome> {
  const provider = providerOf(ctx, name);
  const known = isRepeated ? await provider.find(wanted) : null;
  const outcome = known ?? (await provider.perform(wanted));
  const isWallet = outcome.kind === 'refused' && outcome.code === NOTHING_TO_VOID;
  return isWallet ? callOff(ctx, wanted) : outcome;
}

const NOTHING_TO_VOID = 'nothing_to_void';

/** A wallet is called off when it says that nobody has paid; what was paid all the same goes back. */
async function callOff(ctx: Context, { id, paymentId, reference }: Effect): Promise<EffectOutcome> {
  await lookAtPayment(ctx, { look: { paymentId, reference: reference ?? id } });
  const known = await ctx.books.of(propertyIdOf(paymentId)).readPayment(callOf(ctx), paymentId);
  const isPaid = known.ok && known.value.told.captured > 0;
  return isPaid ? { kind: 'refused', code: NOTHING_TO_VOID } : { kind: 'done', reference: id };
}

const toResult = (outcome: EffectOutcome): EffectResult | null =>
  outcome.kind === 'unknown' ? null : outcome;
