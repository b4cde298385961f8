import { requireUser } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { askBooking } from './ask-booking.ts';

/** Asked of its book, so that it is never behind what was just done. */
export async function getBooking(ctx: Context, { bookingId }: { bookingId: string }) {
  requireUser(ctx, 'bookings:read');

  return askBooking(ctx, bookingId, (book, call) => book.readBooking(call, bookingId));
}
