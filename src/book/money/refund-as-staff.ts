import { type Call, isRefused, type Outcome, refuse } from '../command.ts';
import { commit } from '../commit.ts';
import { type Booking, paidOf } from '../stays/booking.ts';
import { changeBooking } from '../stays/change-booking.ts';
import { openCase } from '../stays/open-case.ts';
import type { Transactor } from '../store/transactor.ts';
import type { GoodwillRefund } from './create-refund.ts';
import { totalOf } from './ledger.ts';
import { payableRefund, payableWithin } from './refund-parts.ts';
import { sharesLeft } from './shares-left.ts';

/** What the marketplace gives back: from its fees, and what they don't cover from the host's part. */
export function refundAsStaff(
  tx: Transactor,
  call: Call,
  { bookingId, amount: wanted, reason }: GoodwillRefund,
): Outcome<Booking, 'booking_not_found' | 'own_booking' | 'refund_too_large'> {
  const opened = openCase(tx, call, bookingId);
  if (isRefused(opened)) return opened;
  const { booking } = opened;
  const { payment } = booking;
  const most = Math.max(0, Math.min(paidOf(payment), totalOf(sharesLeft(tx.entriesOf(bookingId)))));
  const amount = payableRefund(tx, bookingId, wanted);
  if (amount > most) return refuse('refund_too_large', [payableWithin(tx, bookingId, most)]);

  const kept = changeBooking(tx, call, {
    before: booking,
    after: { ...booking, payment: { ...payment, refunded: payment.refunded + amount } },
    type: 'payment.refund_requested',
    at: call.now,
    credited: { host: 0, fees: amount, taxes: 0 },
  });
  const audit = { action: 'booking.refunded', data: { bookingId, by: 'staff', amount, reason } };
  return commit(tx, call, { audit, value: kept });
}
