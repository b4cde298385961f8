import type { Call, Outcome } from '../command.ts';
import { commit, unchanged } from '../commit.ts';
import { isOpen } from '../money/effect.ts';
import type { Payment } from '../money/payment.ts';
import type { Transactor } from '../store/transactor.ts';
import { stopWaiting } from './offer-nights.ts';

/** What a guest wrote, which phone paid, and what they wait for. That somebody stayed, and paid, stays. */
export function forgetGuest(tx: Transactor, call: Call, guestId: string): Outcome {
  const own = tx.bookings().filter((booking) => booking.guestId === guestId);
  const spoken = own.filter(({ message }) => message !== null);
  const phoned = own.flatMap(({ id }) => tx.paymentsOf(id)).filter((payment) => isPhoneIdle(tx, payment));
  const waiting = tx.waitingOf(guestId);
  if (spoken.length + phoned.length + waiting.length === 0) return unchanged(tx, null);

  tx.forgetAnswersTo(guestId);
  const { epoch } = tx.head();
  for (const booking of spoken) {
    const silent = { ...booking, message: null, version: booking.version + 1 };
    tx.keep(silent);
    tx.post('booking', silent.id, { epoch, booking: silent }, call.now);
  }
  for (const payment of phoned) forgetPhone(tx, payment);
  for (const one of waiting) stopWaiting(tx, call, one);
  return commit(tx, call, { audit: null, value: null });
}

/** A phone that money still goes back to is known until it has arrived. */
const isPhoneIdle = (tx: Transactor, { id, phone }: Payment): boolean =>
  phone !== null && !tx.effectsOf(id).some(isOpen);

function forgetPhone(tx: Transactor, payment: Payment): void {
  tx.keepPayment({ ...payment, phone: null });
  for (const effect of tx.effectsOf(payment.id)) tx.keepEffect({ ...effect, phone: null });
}
