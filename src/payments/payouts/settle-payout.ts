import type { Payout, PayoutResult } from '../../book/index.ts';
import type { Context } from '../../context.ts';
import { Fault } from '../../kernel/errors.ts';
import { newId, propertyIdOf } from '../../kernel/ids.ts';
import { commit } from '../../platform/commit.ts';
import { callOf } from '../../properties/index.ts';

type Which = Pick<Payout, 'bookingId' | 'key' | 'attempt'>;

/** Tells the book, and the host when there is something that they have to do. Says what it is then; null if there is none. */
export async function settlePayout(
  ctx: Context,
  { bookingId, key, attempt }: Which,
  result: PayoutResult,
): Promise<Payout | null> {
  const settled = { bookingId, key, attempt, result };
  const told = await ctx.books.of(propertyIdOf(bookingId)).settlePayout(callOf(ctx), settled);
  if (!told.ok) {
    if (told.refusal === 'payout_not_sent') throw new Fault('book', new Error(told.refusal));
    ctx.log.error('payout.unknown', { bookingId, reason: told.refusal });
    return null;
  }
  const { id: payoutId, hostId } = told.value;
  if (told.changed && 'reason' in result) {
    const { kind, reason } = result;
    ctx.log.warn('payout.stuck', { payoutId, kind, reason });
    const message = { id: newId('out', ctx.clock.now()), kind: 'payout_stuck', hostId, reason };
    await commit(ctx, { writes: () => [], audit: [], outbox: [{ queue: 'mail', message }], result: null });
  }
  return told.value;
}
