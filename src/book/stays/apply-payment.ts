import { type Call, type Outcome, refuse } from '../command.ts';
import { commit, unchanged } from '../commit.ts';
import type { Transactor } from '../store/transactor.ts';
import type { Booking } from './booking.ts';
import { changeBooking } from './change-booking.ts';
import { afterwards } from './life.ts';

export type PaymentOutcome = 'succeeded' | 'failed';

/**
 * What the payment of a booking came to. Money is taken only after the nights are owned: an instant booking is
 * confirmed and captured in one commit, a request keeps what was authorized until the host has answered.
 * One that comes when nothing waits for it changes nothing: whoever sent it gives the money back.
 */
export function applyPayment(
  tx: Transactor,
  call: Call,
  { bookingId, outcome }: { bookingId: string; outcome: PaymentOutcome },
): Outcome<{ booking: Booking; applied: boolean }, 'booking_not_found'> {
  if (tx.facts() === null) return refuse('unopened');
  const booking = tx.booking(bookingId);
  if (booking === null) return refuse('booking_not_found');
  const moved = afterwards(booking, outcome === 'succeeded' ? 'paid' : 'payment_failed', call.now);
  if (moved === null) return unchanged(tx, { booking, applied: false });

  const { total } = booking.price;
  const taken =
    outcome === 'failed' ? {} : moved.status === 'confirmed' ? { captured: total } : { authorized: total };
  const after = { ...moved, payment: { ...booking.payment, ...taken } };
  const type =
    outcome === 'failed'
      ? 'booking.cancelled'
      : moved.status === 'confirmed'
        ? 'booking.confirmed'
        : 'booking.requested';
  const kept = changeBooking(tx, call, { before: booking, after, type, at: call.now });
  return commit(tx, call, { audit: null, value: { booking: kept, applied: true } });
}
