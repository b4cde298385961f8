import type { Call, Outcome } from '../command.ts';
import { commit, unchanged } from '../commit.ts';
import type { Transactor } from '../store/transactor.ts';
import { stopWaiting } from './offer-nights.ts';

/** What a guest wrote, and what they wait for. That somebody stayed stays. */
export function forgetGuest(tx: Transactor, call: Call, guestId: string): Outcome {
  const spoken = tx.bookings().filter((booking) => booking.guestId === guestId && booking.message !== null);
  const waiting = tx.waitingOf(guestId);
  if (spoken.length + waiting.length === 0) return unchanged(tx, null);

  tx.forgetAnswersTo(guestId);
  const { epoch } = tx.head();
  for (const booking of spoken) {
    const silent = { ...booking, message: null, version: booking.version + 1 };
    tx.keep(silent);
    tx.post('booking', silent.id, { epoch, booking: silent }, call.now);
  }
  for (const one of waiting) stopWaiting(tx, call, one);
  return commit(tx, call, { audit: null, value: null });
}
