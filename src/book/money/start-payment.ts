import { type Call, isRefused, type Outcome, refuse } from '../command.ts';
import { commit, unchanged } from '../commit.ts';
import type { Booking } from '../stays/booking.ts';
import { changeBooking } from '../stays/change-booking.ts';
import { DIFFERENCE_LIFE_MS, LATE_PAYMENT_MS } from '../stays/life.ts';
import { openBooking } from '../stays/open-booking.ts';
import type { Transactor } from '../store/transactor.ts';
import { NOTHING_TOLD, type Payment, shownOf } from './payment.ts';
import { refreshPayment } from './refresh-payment.ts';

export type PaymentStart = {
  readonly bookingId: string;
  readonly paymentId: string;
  readonly provider: Payment['provider'];
  readonly phone: string | null;
  readonly tokenHash: string | null;
  /** What the provider takes, where that is not everything. */
  readonly takes: Takes | null;
};
export type Takes = {
  readonly currency: string;
  readonly unit: number;
  readonly least: number;
  readonly most: number;
};
export type StartRefusal =
  | 'booking_not_found'
  | 'not_the_guest'
  | 'nothing_due'
  | 'wrong_state'
  | 'not_payable';

/** The guest is about to pay. Asked again while the first still waits, it is the first. */
export function startPayment(
  tx: Transactor,
  call: Call,
  { bookingId, paymentId, provider, phone, tokenHash, takes }: PaymentStart,
): Outcome<Payment, StartRefusal> {
  const opened = openBooking(tx, call, bookingId);
  if (isRefused(opened)) return opened;
  const { booking, side } = opened;
  if (side !== 'guest') return refuse('not_the_guest');
  const due = dueOf(booking);
  if (due === null)
    return refuse(booking.status === 'cancelled' ? 'wrong_state' : 'nothing_due', [booking.status]);

  const { currency } = booking.price;
  const isTaken =
    takes === null ||
    (currency === takes.currency &&
      due.amount % takes.unit === 0 &&
      due.amount >= takes.least &&
      due.amount <= takes.most);
  if (!isTaken) return refuse('not_payable');

  const waiting = tx
    .paymentsOf(bookingId)
    .find(
      (one) =>
        one.fate.kind === 'waiting' &&
        !one.told.failed &&
        one.provider === provider &&
        one.amount === due.amount &&
        one.phone === phone,
    );
  if (waiting) return unchanged(tx, waiting);

  const payment = refreshPayment(
    tx,
    booking,
    {
      id: paymentId,
      bookingId,
      provider,
      purpose: due.purpose,
      amount: due.amount,
      currency,
      reference: null,
      tokenHash,
      phone,
      told: NOTHING_TOLD,
      fate: { kind: 'waiting' },
      createdAt: call.now,
      version: 0,
    },
    call.now,
  );
  const endsAt =
    due.purpose === 'stay'
      ? (booking.expiresAt ?? call.now) + LATE_PAYMENT_MS
      : call.now + DIFFERENCE_LIFE_MS;
  tx.setDue('payment', paymentId, endsAt);
  const after = { ...booking, paidBy: shownOf(payment) };
  changeBooking(tx, call, { before: booking, after, type: 'payment.started', at: call.now });
  return commit(tx, call, { audit: null, value: payment });
}

/** What the guest has to pay now, and what for. */
function dueOf({ status, awaiting, price, payment }: Booking): Pick<Payment, 'amount' | 'purpose'> | null {
  if (status === 'pending') return awaiting === 'payment' ? { amount: price.total, purpose: 'stay' } : null;
  if (status === 'cancelled' || payment.owed === 0) return null;
  return { amount: payment.owed, purpose: 'difference' };
}
