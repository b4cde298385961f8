import type { Booking } from '../stays/booking.ts';
import type { Transactor } from '../store/transactor.ts';
import { NEVER_STARTED } from './effect.ts';
import { type Payment, type ReturnReason, refundedOf } from './payment.ts';
import { refreshPayment } from './refresh-payment.ts';
import { askedBack } from './refund-parts.ts';
import { requestEffect } from './request-effect.ts';

/** All of a booking's payments go back whole. */
export function returnPayments(tx: Transactor, booking: Booking, why: ReturnReason, at: number): void {
  for (const payment of tx.paymentsOf(booking.id))
    if (payment.fate.kind !== 'returned') returnPayment(tx, booking, payment, why, at);
}

/** Nobody waits for them any more. */
export function returnWaiting(tx: Transactor, booking: Booking, why: ReturnReason, at: number): void {
  for (const payment of tx.paymentsOf(booking.id))
    if (payment.fate.kind === 'waiting') returnPayment(tx, booking, payment, why, at);
}

/** What was taken is refunded, what was only allowed, or may yet be, is cancelled at its provider. */
export function returnPayment(
  tx: Transactor,
  booking: Booking,
  payment: Payment,
  why: ReturnReason,
  at: number,
): void {
  const returned: Payment = { ...payment, fate: { kind: 'returned', why } };
  refreshPayment(tx, booking, returned, at);
  finishReturn(tx, returned, at);
}

/** Also when money comes in that was on its way back already. */
export function finishReturn(tx: Transactor, payment: Payment, at: number): void {
  const { told } = payment;
  const owedBack = told.captured - Math.max(refundedOf(told), askedBack(tx, payment));
  if (told.captured > 0) {
    if (owedBack > 0) requestEffect(tx, payment, { kind: 'refund', amount: owedBack }, at);
    return;
  }
  const voids = tx.effectsOf(payment.id).filter(({ kind }) => kind === 'void');
  const isOver = told.voided || voids.length > 0;
  // It was taken to be unknown there, and was not.
  const isKnown = told.authorized && voids.every(({ result }) => result === NEVER_STARTED);
  if (!isOver || isKnown) requestEffect(tx, payment, { kind: 'void', amount: payment.amount }, at);
}
