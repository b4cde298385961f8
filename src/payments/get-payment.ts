import { requireUser } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { askPayment } from './ask-payment.ts';

/** The payment of a booking that anything was last heard of, from its book. */
export async function getPayment(ctx: Context, { bookingId }: { bookingId: string }) {
  requireUser(ctx, 'bookings:read');

  const { value } = await askPayment(ctx, bookingId, (book, call) => book.readPaymentOf(call, bookingId));
  return value;
}
