import { DAY, MINUTE } from '../../kernel/clock.ts';
import { newIdWithin, propertyIdOf } from '../../kernel/ids.ts';
import type { Booking } from '../stays/booking.ts';
import type { Transactor } from '../store/transactor.ts';
import { hostDue } from './host-due.ts';
import type { Payment } from './payment.ts';
import { isPaid, type Payout } from './payout.ts';

const FIRST_PATIENCE_MS = 15 * MINUTE;

/** Sees to it that what is due to the host, or owed by them, is on its way, unless a guest's bank has it in dispute. */
export function oweHost(tx: Transactor, booking: Booking, nowMs: number): void {
  if (booking.confirmedAt === null) return;
  const settled = tx.payoutsOf(booking.id).reduce((sum, { amount }) => sum + amount, 0);
  const amount = hostDue(booking, tx.entriesOf(booking.id), settled, nowMs);
  if (amount < 0 || (amount > 0 && !isInDispute(tx, booking.id))) beginPayout(tx, booking, amount, nowMs);
}

export const isInDispute = (tx: Transactor, bookingId: string): boolean =>
  tx.paymentsOf(bookingId).some(hasOpenDispute);

/** Of what went back there is nothing that the host could be paid. */
const hasOpenDispute = ({ fate, told }: Payment): boolean =>
  fate.kind !== 'returned' && Object.values(told.disputes).some(({ outcome }) => outcome === 'open');

/** Of nothing, it sends what the host's balance has left. */
export function beginPayout(tx: Transactor, booking: Booking, amount: number, nowMs: number): void {
  const { id: bookingId, hostId, price } = booking;
  const number = tx.payoutsOf(bookingId).length;
  const payout: Payout = {
    id: newIdWithin('pyo', propertyIdOf(bookingId), nowMs),
    key: `${bookingId}-payout-${number}`,
    number,
    bookingId,
    hostId,
    amount,
    sent: null,
    left: false,
    currency: price.currency,
    status: 'due',
    attempt: 0,
    asked: 0,
    provider: null,
    reference: null,
    reason: null,
    createdAt: nowMs,
    paidAt: null,
    version: 0,
  };
  askForPayout(tx, payout, nowMs);
}

/** To whoever sends it; asked again later and later until there is an answer, since a question may be lost. */
export function askForPayout(tx: Transactor, payout: Payout, nowMs: number): void {
  const kept = keepPayout(tx, payout, nowMs);
  tx.post('pay_host', kept.id, kept, nowMs);
  tx.setDue('payout', kept.id, nowMs + Math.min(FIRST_PATIENCE_MS * 2 ** kept.asked, DAY));
}

/** Writes a payout as it is now, and tells D1. */
export function keepPayout(tx: Transactor, payout: Payout, nowMs: number): Payout {
  const kept = { ...payout, version: payout.version + 1 };
  tx.keepPayout(kept);
  tx.post('payout', kept.id, { epoch: tx.head().epoch, payout: kept }, nowMs);
  return kept;
}

/** The clock asks for what was never answered. */
export function askAgain(tx: Transactor, payoutId: string, nowMs: number): void {
  tx.setDue('payout', payoutId, null);
  const payout = tx.payout(payoutId);
  if (payout === null || isPaid(payout) || payout.status === 'waiting' || payout.status === 'failed') return;
  askForPayout(tx, { ...payout, asked: payout.asked + 1 }, nowMs);
}
