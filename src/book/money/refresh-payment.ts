import type { Booking } from '../stays/booking.ts';
import type { Transactor } from '../store/transactor.ts';
import { captureOf, occasionOf, refundFailed, refundOf } from './ledger.ts';
import { type Payment, statusOf } from './payment.ts';

/** Writes a payment as it is now, with what its provider has moved, and tells D1. */
export function refreshPayment(tx: Transactor, booking: Booking, payment: Payment, at: number): Payment {
  const kept: Payment = { ...payment, version: payment.version + 1 };
  const { id, told } = kept;
  const occasion = (name: string) => occasionOf(booking, name, at);
  tx.keepPayment(kept);
  if (kept.fate.kind !== 'waiting') tx.setDue('payment', id, null);
  if (told.captured > 0) tx.enter(captureOf(occasion(`capture:${id}`), told.captured), at);
  for (const [reference, amount] of Object.entries(told.refunds)) {
    tx.enter(refundOf(occasion(`refund:${reference}`), amount), at);
    if (Object.hasOwn(told.failedRefunds, reference))
      tx.enter(refundFailed(occasion(`refund_failed:${reference}`), amount), at);
  }
  postPayment(tx, booking, kept, at);
  return kept;
}

/** To D1, without what only the book needs to know. */
export function postPayment(
  tx: Transactor,
  { guestId, hostId }: Booking,
  payment: Payment,
  at: number,
): void {
  const { tokenHash: _, phone: __, ...copied } = payment;
  const told = { guestId, hostId, status: statusOf(payment), payment: copied };
  tx.post('payment', payment.id, { epoch: tx.head().epoch, ...told }, at);
}
