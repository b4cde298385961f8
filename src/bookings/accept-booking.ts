import { requireStanding, requireUser } from '../accounts/index.ts';
import type { Replay } from '../book/index.ts';
import type { Context } from '../context.ts';
import { askBooking } from './ask-booking.ts';

type Input = { bookingId: string; replay: Replay | null };

/** The host's yes to a request takes what was authorized. */
export async function acceptBooking(ctx: Context, { bookingId, replay }: Input) {
  requireUser(ctx, 'bookings:write');
  await requireStanding(ctx);

  return askBooking(ctx, bookingId, (book, call) =>
    book.answerRequest(call, { bookingId, answer: 'accepted' }, replay),
  );
}
