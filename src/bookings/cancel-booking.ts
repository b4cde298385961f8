import { requireStanding, requireUser } from '../accounts/index.ts';
import type { Replay } from '../book/index.ts';
import type { Context } from '../context.ts';
import { askBooking } from './ask-booking.ts';

type Input = { bookingId: string; reason: string | null; replay: Replay | null };

/** By either side, each on its own terms. */
export async function cancelBooking(ctx: Context, { bookingId, reason, replay }: Input) {
  requireUser(ctx, 'bookings:write');
  await requireStanding(ctx);

  return askBooking(ctx, bookingId, (book, call) => book.cancelBooking(call, { bookingId, reason }, replay));
}
