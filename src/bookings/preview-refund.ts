import { requireUser } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { askBooking } from './ask-booking.ts';

/** What the guest gets back who cancels at that moment, or now when none is named. */
export async function previewRefund(
  ctx: Context,
  { bookingId, at }: { bookingId: string; at: number | null },
) {
  requireUser(ctx, 'bookings:read');

  const { value } = await askBooking(ctx, bookingId, (book, call) =>
    book.previewRefund(call, { bookingId, at }),
  );
  return value;
}
