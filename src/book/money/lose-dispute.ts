import { split } from '../../kernel/money.ts';
import type { Call } from '../command.ts';
import { paidOf } from '../stays/booking.ts';
import { changeBooking } from '../stays/change-booking.ts';
import type { Transactor } from '../store/transactor.ts';
import { disputeOf, occasionOf } from './ledger.ts';
import { type Heard, type Payment, shownOf } from './payment.ts';
import { sharesLeft } from './shares-left.ts';

/** The guest's bank took the money back: everybody who had a part of it has it no more. */
export function loseDispute(
  tx: Transactor,
  call: Call,
  payment: Payment,
  { reference, amount }: Heard,
): void {
  const booking = tx.booking(payment.bookingId);
  if (booking === null) return;
  const left = sharesLeft(tx.entriesOf(booking.id));
  const [host = 0, fees = 0, taxes = 0] = split(amount, [left.host, left.fees, left.taxes]);
  const occasion = occasionOf(booking, `dispute:${reference}`, call.now);
  tx.enter(disputeOf(occasion, { host, fees, taxes }), call.now);
  const disputed = Math.min(
    booking.payment.disputed + amount,
    booking.payment.disputed + paidOf(booking.payment),
  );
  const after = { ...booking, payment: { ...booking.payment, disputed }, paidBy: shownOf(payment) };
  changeBooking(tx, call, { before: booking, after, type: 'payment.disputed', at: call.now });
}
