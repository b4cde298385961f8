import { requireStanding, requireUser } from '../accounts/index.ts';
import type { Replay } from '../book/index.ts';
import type { Context } from '../context.ts';
import { newIdWithin } from '../kernel/ids.ts';
import type { Stay } from '../kernel/stay.ts';
import type { Guests } from '../pricing/index.ts';
import { askBook } from '../properties/index.ts';
import { BOOKING_NAMES } from './ask-booking.ts';

type Input = { propertyId: string; stay: Stay; guests: Guests; replay: Replay | null };

/** For nights that are taken: whoever came first is offered them first when they become free. */
export async function joinWaitlist(ctx: Context, { propertyId, replay, ...wish }: Input) {
  requireUser(ctx, 'bookings:write');
  await requireStanding(ctx);

  const id = newIdWithin('wtl', propertyId, ctx.clock.now());
  return askBook(
    ctx,
    propertyId,
    (book, call) => book.joinWaitlist(call, { id, ...wish }, replay),
    BOOKING_NAMES,
  );
}
