import { requireStanding, requireUser } from '../accounts/index.ts';
import type { Replay } from '../book/index.ts';
import type { Context } from '../context.ts';
import { askBooking } from './ask-booking.ts';

type Input = { bookingId: string; alterationId: string; replay: Replay | null };

/** The other side's yes: nights, guests and price change together. */
export async function acceptAlteration(ctx: Context, { bookingId, alterationId, replay }: Input) {
  requireUser(ctx, 'bookings:write');
  await requireStanding(ctx);

  return askBooking(ctx, bookingId, (book, call) =>
    book.answerAlteration(call, { bookingId, alterationId, answer: 'accepted' }, replay),
  );
}
