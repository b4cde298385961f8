import { requireStanding, requireUser } from '../accounts/index.ts';
import type { Replay } from '../book/index.ts';
import type { Context } from '../context.ts';
import { askBooking } from './ask-booking.ts';

type Input = { bookingId: string; reason: string | null; replay: Replay | null };

/** The host says that the guest did not come. */
export async function markNoShow(ctx: Context, { bookingId, reason, replay }: Input) {
  requireUser(ctx, 'bookings:write');
  await requireStanding(ctx);

  return askBooking(ctx, bookingId, (book, call) => book.markNoShow(call, { bookingId, reason }, replay));
}
