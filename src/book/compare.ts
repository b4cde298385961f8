import type { Call } from './command.ts';
import { keepEffect } from './money/park-effect.ts';
import { postPayment } from './money/refresh-payment.ts';
import { equalsSnapshot, type Snapshot, takeSnapshot } from './outbox/snapshot.ts';
import { sameTallies, type Tallies } from './store/tallies.ts';
import type { Transactor } from './store/transactor.ts';

/** `ahead`: D1 knows what the book does not, so the book was set back to an earlier point. */
export type Comparison = 'equal' | 'behind' | 'ahead' | 'different';
/** What D1 has of a book. */
export type Seen = { readonly snapshot: Snapshot | null; readonly tallies: Tallies };

/**
 * What D1 has against what the book has. Whatever differs is sent again. Where D1 has versions or bookings that
 * the book does not know, or has lost some, the book begins a new epoch: all of it goes to D1 as of that, and
 * what is left there of earlier ones is removed.
 */
export function compare(tx: Transactor, call: Call, seen: Seen) {
  const own = takeSnapshot(tx);
  if (own === null) return { ok: false, refusal: 'unopened' } as const;
  const listed = judge(own, seen.snapshot);
  // Bookings and entries are sent before the listing of the same version, so only of that one can they be compared.
  const isAstray = listed === 'equal' && !sameTallies(tx.tallies(), seen.tallies);
  const result = isAstray ? 'different' : listed;
  if (isAstray || result === 'ahead') {
    tx.outlive(Math.max(seen.snapshot?.epoch ?? 0, own.epoch));
    postAll(tx, call, own.propertyId);
  }
  if (result !== 'equal') tx.post('projection', own.propertyId, takeSnapshot(tx), call.now);
  return { ok: true, value: result, changed: false } as const;
}

function judge(own: Snapshot, seen: Snapshot | null): Comparison {
  if (seen === null) return 'behind';
  const order = own.epoch - seen.epoch || own.version - seen.version;
  if (order > 0) return 'behind';
  if (order < 0) return 'ahead';
  return equalsSnapshot(own, seen) ? 'equal' : 'different';
}

/** Every booking with its money, and then that there is nothing else. */
function postAll(tx: Transactor, call: Call, propertyId: string): void {
  const { epoch } = tx.head();
  for (const booking of tx.bookings()) {
    tx.post('booking', booking.id, { epoch, booking }, call.now);
    for (const payment of tx.paymentsOf(booking.id)) {
      postPayment(tx, booking, payment, call.now);
      for (const effect of tx.effectsOf(payment.id)) if (effect.isParked) keepEffect(tx, effect, call.now);
    }
    for (const payout of tx.payoutsOf(booking.id)) tx.post('payout', payout.id, { epoch, payout }, call.now);
    for (const entry of tx.entriesOf(booking.id)) tx.post('ledger', entry.id, { epoch, entry }, call.now);
  }
  tx.post('no_other_booking', propertyId, { propertyId, epoch }, call.now);
  tx.post('no_other_money', propertyId, { propertyId, epoch }, call.now);
}
