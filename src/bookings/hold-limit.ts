import { type Booking, MAX_UNPAID_HOLDS, PAYMENT_HOLD_MS, type Replay } from '../book/index.ts';
import type { Context } from '../context.ts';
import { DAY } from '../kernel/clock.ts';
import { assert } from '../kernel/errors.ts';
import { KeyReused } from '../platform/errors.ts';
import { TooManyHolds } from './errors.ts';

/**
 * Nights are kept for a guest in many books; that they are few at once is counted in one place, before any of
 * those books is asked. The same place knows what a key was used for, in whichever book.
 */
export const holdsOf = (accountId: string): string => `holds:${accountId}`;

/** Who let nights lapse unpaid is asked to be a person for so long. */
const LAPSE_LIFE_MS = 30 * DAY;

type Wanted = {
  readonly accountId: string;
  readonly bookingId: string;
  readonly replay: Replay;
  readonly captcha: string | undefined;
};

/** The booking that this key may make; null when it has had its answer, whatever that was. */
export async function takeHold(
  ctx: Pick<Context, 'limiter' | 'clock' | 'settings' | 'captcha' | 'client'>,
  { accountId, bookingId, replay, captcha }: Wanted,
): Promise<string | null> {
  const now = ctx.clock.now();
  const ask = (challenged: boolean) =>
    ctx.limiter.hold(
      holdsOf(accountId),
      {
        id: bookingId,
        limit: MAX_UNPAID_HOLDS,
        expiresAt: now + PAYMENT_HOLD_MS,
        challenged,
        claim: { name: replay.scope, meaning: replay.fingerprint, expiresAt: now + DAY },
      },
      now,
    );
  let answer = await ask(!ctx.settings.captcha.required);
  if (answer === 'challenge') {
    await ctx.captcha.verify(captcha, 'book', ctx.client.ip);
    answer = await ask(true);
  }
  if (answer === 'full') throw TooManyHolds();
  if (answer === 'claimed_otherwise') throw KeyReused();
  assert(answer !== 'challenge', 'a solved challenge is not asked for again');
  return answer.isLive ? answer.id : null;
}

/** Not waited for: what could not be given back ends by itself. */
export function giveHoldBack(
  ctx: Pick<Context, 'limiter' | 'log' | 'defer'>,
  { accountId, bookingId }: Pick<Wanted, 'accountId' | 'bookingId'>,
): void {
  const work = ctx.limiter.release(holdsOf(accountId), bookingId);
  ctx.defer(work.catch((error) => ctx.log.warn('booking.hold_not_released', { error })));
}

/** Until when it is remembered that a booking ran out unpaid; undefined for one that did not. */
export const lapsedUntil = ({ cause, cancelledAt }: Booking): number | undefined =>
  cause === 'payment_expired' && cancelledAt !== null ? cancelledAt + LAPSE_LIFE_MS : undefined;
