import { split } from '../../kernel/money.ts';
import type { Call } from '../command.ts';
import { paidOf } from '../stays/booking.ts';
import { changeBooking } from '../stays/change-booking.ts';
import type { Transactor } from '../store/transactor.ts';
import { balances, disputeOf, type Entry, NO_SHARES, occasionOf } from './ledger.ts';
import { type Heard, type Payment, shownOf } from './payment.ts';
import { sharesLeft } from './shares-left.ts';

/** The guest's bank took the money back: everybody who had a part of it has it no more. */
export function loseDispute(
  tx: Transactor,
  call: Call,
  { id, bookingId }: Payment,
  { reference, amount }: Heard,
): void {
  const [booking, payment] = [tx.booking(bookingId), tx.payment(id)];
  const entries = tx.entriesOf(bookingId);
  const name = `dispute:${reference}`;
  if (booking === null || payment === null || entries.some((entry) => entry.id === name)) return;
  const isTheirs = payment.fate.kind !== 'returned';
  tx.enter(disputeOf(occasionOf(booking, name, call.now), lossOf(entries, isTheirs, amount)), call.now);
  const lost = isTheirs ? Math.min(amount, paidOf(booking.payment)) : 0;
  const disputed = booking.payment.disputed + lost;
  const after = { ...booking, payment: { ...booking.payment, disputed }, paidBy: shownOf(payment) };
  changeBooking(tx, call, { before: booking, after, type: 'payment.disputed', at: call.now });
}

/** What nobody has a part of was to go back to the guest, or has: what they then have twice is the marketplace's loss. */
function lossOf(entries: readonly Entry[], isTheirs: boolean, amount: number) {
  const left = isTheirs ? sharesLeft(entries) : NO_SHARES;
  const weights = [left.host, left.fees, left.taxes].map((part) => Math.max(0, part));
  const own = Math.min(
    amount,
    weights.reduce((sum, part) => sum + part, 0),
  );
  const [host = 0, fees = 0, taxes = 0] = split(own, weights);
  const guest = Math.min(amount - own, Math.max(0, -balances(entries).guest));
  return { host, fees: fees + amount - own - guest, taxes, guest };
}
