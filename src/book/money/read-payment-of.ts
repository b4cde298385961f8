import { type Call, isRefused, type Outcome, refuse } from '../command.ts';
import { unchanged } from '../commit.ts';
import { openBooking } from '../stays/open-booking.ts';
import type { Reader } from '../store/reader.ts';
import type { Payment } from './payment.ts';

/** The payment of a booking that was heard of last, for either side of it. */
export function readPaymentOf(
  reader: Reader,
  call: Call,
  bookingId: string,
): Outcome<Payment, 'booking_not_found' | 'payment_not_found'> {
  const opened = openBooking(reader, call, bookingId);
  if (isRefused(opened)) return opened;
  const { paidBy } = opened.booking;
  const payment = paidBy && reader.payment(paidBy.id);
  return payment === null ? refuse('payment_not_found') : unchanged(reader, payment);
}
