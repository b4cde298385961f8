import type { Call } from '../command.ts';
import { commit } from '../commit.ts';
import { lookNow } from '../money/look-later.ts';
import { askAgain } from '../money/owe-host.ts';
import { sendAgain } from '../money/request-effect.ts';
import { returnPayment } from '../money/return-payment.ts';
import type { Transactor } from '../store/transactor.ts';
import type { Booking } from './booking.ts';
import { changeBooking } from './change-booking.ts';
import { type Ahead, afterwards, nextAhead } from './life.ts';
import { endWaiting } from './offer-nights.ts';

/** Everything that the clock has done up to now, in its order and each at its own moment, however late. */
export function settleDue(tx: Transactor, nowMs: number): void {
  const clock: Call = { now: nowMs, requestId: 'clock', actorKind: 'system', accountId: null };
  for (let due = tx.firstDue(nowMs); due !== null; due = tx.firstDue(nowMs)) {
    if (due.kind === 'offer') endWaiting(tx, clock, due.subject);
    else if (due.kind === 'effect') sendAgain(tx, due.subject, nowMs);
    else if (due.kind === 'look') lookNow(tx, due.subject, nowMs);
    else if (due.kind === 'payment') callOff(tx, due.subject, nowMs);
    else if (due.kind === 'payout') askAgain(tx, due.subject, nowMs);
    else if (!goOn(tx, clock, due.subject)) tx.setDue('booking', due.subject, null);
  }
  commit(tx, clock, { audit: null, value: null });
}

/** Nobody has paid, and nobody may any more. */
function callOff(tx: Transactor, paymentId: string, nowMs: number): void {
  tx.setDue('payment', paymentId, null);
  const payment = tx.payment(paymentId);
  const booking = payment && tx.booking(payment.bookingId);
  if (booking && payment.fate.kind === 'waiting') returnPayment(tx, booking, payment, 'never_paid', nowMs);
}

function goOn(tx: Transactor, call: Call, bookingId: string): boolean {
  const booking = tx.booking(bookingId);
  const ahead = booking && nextAhead(booking);
  if (!booking || !ahead || ahead.at > call.now) return false;
  const after = met(booking, ahead);
  changeBooking(tx, call, { before: booking, after, type: TYPES[ahead.what], at: ahead.at });
  return true;
}

const TYPES: Readonly<Record<Ahead['what'], string>> = {
  hold_ran_out: 'booking.cancelled',
  request_ran_out: 'booking.cancelled',
  checked_out: 'booking.completed',
  alteration_ran_out: 'alteration.expired',
  payout: 'payout.due',
  reviews: 'reviews.closed',
};

function met(booking: Booking, { what, at }: Ahead): Booking {
  switch (what) {
    case 'hold_ran_out':
    case 'checked_out':
      return afterwards(booking, what, at) ?? booking;
    case 'request_ran_out': {
      const after = afterwards(booking, what, at) ?? booking;
      return { ...after, payment: { ...after.payment, authorized: 0 } };
    }
    case 'alteration_ran_out':
      return { ...booking, alteration: null };
    case 'payout':
    case 'reviews':
      return { ...booking, announced: [...booking.announced, what] };
  }
}
