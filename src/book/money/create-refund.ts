import { type Call, isRefused, type Outcome, refuse } from '../command.ts';
import { commit } from '../commit.ts';
import { type Booking, paidOf } from '../stays/booking.ts';
import { changeBooking } from '../stays/change-booking.ts';
import { openBooking } from '../stays/open-booking.ts';
import type { Transactor } from '../store/transactor.ts';
import { payableRefund, payableWithin } from './refund-parts.ts';
import { sharesLeft } from './shares-left.ts';

export type GoodwillRefund = { readonly bookingId: string; readonly amount: number; readonly reason: string };

/** What the host gives back of their own will comes from the host's part, and is no more than that. */
export function createRefund(
  tx: Transactor,
  call: Call,
  { bookingId, amount: wanted, reason }: GoodwillRefund,
): Outcome<Booking, 'booking_not_found' | 'not_the_host' | 'refund_too_large'> {
  const opened = openBooking(tx, call, bookingId);
  if (isRefused(opened)) return opened;
  const { booking, side } = opened;
  if (side !== 'host') return refuse('not_the_host');
  const most = Math.min(paidOf(booking.payment), sharesLeft(tx.entriesOf(bookingId)).host);
  const amount = payableRefund(tx, bookingId, wanted);
  if (amount > most) return refuse('refund_too_large', [Math.max(0, payableWithin(tx, bookingId, most))]);

  const { payment } = booking;
  const after = { ...booking, payment: { ...payment, refunded: payment.refunded + amount } };
  const kept = changeBooking(tx, call, {
    before: booking,
    after,
    type: 'payment.refund_requested',
    at: call.now,
    credited: { host: amount, fees: 0, taxes: 0 },
  });
  const audit = { action: 'booking.refunded', data: { bookingId, amount, reason } };
  return commit(tx, call, { audit, value: kept });
}
