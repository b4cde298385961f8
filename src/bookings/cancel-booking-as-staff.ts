import { requireStaff, requireStanding } from '../accounts/index.ts';
import type { Replay, StaffCancellation } from '../book/index.ts';
import type { Context } from '../context.ts';
import { askBooking } from './ask-booking.ts';

type Input = StaffCancellation & { replay: Replay | null };

/** Whatever the policy says, the guest gets everything back. */
export async function cancelBookingAsStaff(ctx: Context, { replay, ...cancellation }: Input) {
  requireStaff(ctx);
  await requireStanding(ctx);

  return askBooking(ctx, cancellation.bookingId, (book, call) =>
    book.cancelBookingAsStaff({ ...call, actorKind: 'staff' }, cancellation, replay),
  );
}
