import type { Context } from '../context.ts';
import { MINUTE } from '../kernel/clock.ts';
import { propertyIdOf } from '../kernel/ids.ts';
import { callOf } from '../properties/index.ts';
import type { ProviderName } from './ports.ts';
import { providerOf } from './providers.ts';

/**
 * What a provider calls a payment, when its answer to that never came: by its own list of what was begun since then.
 * Null when it knows of none, or has no list.
 */
export async function findReference(
  ctx: Context,
  { paymentId, provider }: { paymentId: string; provider: ProviderName },
): Promise<string | null> {
  const book = ctx.books.of(propertyIdOf(paymentId));
  const known = await book.readPayment(callOf(ctx), paymentId);
  if (!known.ok || known.value.reference !== null) return known.ok ? known.value.reference : null;

  const range = { from: known.value.createdAt - MINUTE, to: ctx.clock.now() };
  for await (const page of providerOf(ctx, provider).list(range)) {
    const payments = page.filter(({ kind }) => kind === 'payment');
    const found = payments.find((one) => one.paymentId === paymentId);
    if (found) return found.reference;
    // They come first.
    if (payments.length === 0) return null;
  }
  return null;
}
