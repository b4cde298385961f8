import { requireStanding, requireUser } from '../accounts/index.ts';
import type { Replay } from '../book/index.ts';
import type { Context } from '../context.ts';
import { askBooking } from './ask-booking.ts';

type Input = { bookingId: string; replay: Replay | null };

/** The host's no to a request lets go of what was authorized. */
export async function declineBooking(ctx: Context, { bookingId, replay }: Input) {
  requireUser(ctx, 'bookings:write');
  await requireStanding(ctx);

  return askBooking(ctx, bookingId, (book, call) =>
    book.answerRequest(call, { bookingId, answer: 'declined' }, replay),
  );
}
