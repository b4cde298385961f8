import { requireStanding, requireUser } from '../accounts/index.ts';
import type { Replay } from '../book/index.ts';
import type { Context } from '../context.ts';
import { askBooking } from './ask-booking.ts';

type Input = { bookingId: string; alterationId: string; replay: Replay | null };

/** The other side's no, or one's own change of mind. */
export async function declineAlteration(ctx: Context, { bookingId, alterationId, replay }: Input) {
  requireUser(ctx, 'bookings:write');
  await requireStanding(ctx);

  return askBooking(ctx, bookingId, (book, call) =>
    book.answerAlteration(call, { bookingId, alterationId, answer: 'declined' }, replay),
  );
}
