import { MAX_UNPAID_HOLDS, PAYMENT_HOLD_MS, type Replay } from '../book/index.ts';
import type { Context } from '../context.ts';
import { DAY } from '../kernel/clock.ts';
import { KeyReused } from '../platform/errors.ts';
import { TooManyHolds } from './errors.ts';

/**
 * Nights are kept for a guest in many books; that they are few at once is counted in one place, before any of
 * those books is asked. The same place knows what a key was used for, in whichever book.
 */
export const holdsOf = (accountId: string): string => `holds:${accountId}`;

type Wanted = { readonly accountId: string; readonly bookingId: string; readonly replay: Replay };

/** The booking that this key may make; null when it has had its answer, whatever that was. */
export async function takeHold(
  ctx: Pick<Context, 'limiter' | 'clock'>,
  { accountId, bookingId, replay }: Wanted,
): Promise<string | null> {
  const now = ctx.clock.now();
  const answer = await ctx.limiter.hold(
    holdsOf(accountId),
    {
      id: bookingId,
      limit: MAX_UNPAID_HOLDS,
      expiresAt: now + PAYMENT_HOLD_MS,
      claim: { name: replay.scope, meaning: replay.fingerprint, expiresAt: now + DAY },
    },
    now,
  );
  if (answer === 'full') throw TooManyHolds();
  if (answer === 'claimed_otherwise') throw KeyReused();
  return answer.isLive ? answer.id : null;
}

/** Not waited for: what could not be given back ends by itself. */
export function giveHoldBack(
  ctx: Pick<Context, 'limiter' | 'log' | 'defer'>,
  { accountId, bookingId }: Omit<Wanted, 'replay'>,
): void {
  const work = ctx.limiter.release(holdsOf(accountId), bookingId);
  ctx.defer(work.catch((error) => ctx.log.warn('booking.hold_not_released', { error })));
}
