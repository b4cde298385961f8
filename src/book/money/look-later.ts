import { MINUTE } from '../../kernel/clock.ts';
import type { Transactor } from '../store/transactor.ts';
import type { Payment } from './payment.ts';

/** A provider that does not sign is asked, when it has said nothing for so long. */
const SILENCE_MS = MINUTE;

const isUnheard = ({ provider, fate, told }: Payment): boolean =>
  provider === 'mpesa' && fate.kind === 'waiting' && told.captured === 0 && !told.failed;

export function lookLater(tx: Transactor, payment: Payment, nowMs: number): void {
  // Each time as long again as it has lasted.
  const silenceMs = Math.max(SILENCE_MS, nowMs - payment.createdAt);
  tx.setDue('look', payment.id, isUnheard(payment) ? nowMs + silenceMs : null);
}

/** Asks the provider, and again later: the question may be lost. */
export function lookNow(tx: Transactor, paymentId: string, nowMs: number): void {
  const payment = tx.payment(paymentId);
  tx.setDue('look', paymentId, null);
  if (payment === null || !isUnheard(payment)) return;
  const { bookingId, reference } = payment;
  tx.post('look', paymentId, { paymentId, bookingId, reference }, nowMs);
  lookLater(tx, payment, nowMs);
}
