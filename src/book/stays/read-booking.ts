import type { Currency } from '../../kernel/money.ts';
import type { RefundPreview } from '../calendar/cancellation.ts';
import { type Call, isRefused, type Outcome, refuse } from '../command.ts';
import { unchanged } from '../commit.ts';
import type { Reader } from '../store/reader.ts';
import type { Booking } from './booking.ts';
import { openBooking } from './open-booking.ts';
import { payableRefundFor } from './refund.ts';

export function readBooking(
  reader: Reader,
  call: Call,
  bookingId: string,
): Outcome<Booking, 'booking_not_found'> {
  const opened = openBooking(reader, call, bookingId);
  return isRefused(opened) ? opened : unchanged(reader, opened.booking);
}

/** What the guest would get back who cancelled at that moment, or now. */
export function previewRefundOf(
  reader: Reader,
  call: Call,
  { bookingId, at }: { bookingId: string; at: number | null },
): Outcome<RefundPreview & { currency: Currency }, 'booking_not_found' | 'wrong_state'> {
  const opened = openBooking(reader, call, bookingId);
  if (isRefused(opened)) return opened;
  const { booking } = opened;
  if (booking.status !== 'pending' && booking.status !== 'confirmed')
    return refuse('wrong_state', [booking.status]);
  const preview = payableRefundFor(reader, booking, Math.max(at ?? call.now, booking.createdAt));
  return unchanged(reader, { ...preview, currency: booking.price.currency });
}
