import { split } from '../../kernel/money.ts';
import { type Booking, paidOf } from '../stays/booking.ts';
import type { Transactor } from '../store/transactor.ts';
import {
  charge,
  credit,
  minus,
  NO_SHARES,
  occasionOf,
  penaltyOf,
  type Shares,
  sharesOf,
  totalOf,
} from './ledger.ts';
import type { Payment } from './payment.ts';
import { refundParts } from './refund-parts.ts';
import { requestEffect } from './request-effect.ts';
import { returnPayments, returnWaiting } from './return-payment.ts';
import { creditWithin, sharesLeft } from './shares-left.ts';

type Change = {
  readonly before: Booking | null;
  readonly after: Booking;
  /** Whose parts a refund is taken from; everybody's, as far as they go, where it is not said. */
  readonly credited?: Shares | undefined;
  readonly at: number;
};

/**
 * Money follows the booking: what became of it is in its amounts, and what is to be done about that, and
 * written down, is read from their difference.
 */
export function moveMoney(tx: Transactor, { before, after, credited, at }: Change): void {
  const [had, has] = [before?.payment, after.payment];
  const isAgreed = ({ confirmedAt, cause }: Booking) => confirmedAt !== null && cause !== 'payment_failed';
  const occasion = (name: string) => occasionOf(after, `${name}:${after.id}:${after.version}`, at);

  const wasAgreed = before !== null && before.status !== 'cancelled' && isAgreed(before);
  if (after.status !== 'cancelled' && isAgreed(after)) {
    const known = wasAgreed ? sharesOf(before.price) : NO_SHARES;
    const more = minus(sharesOf(after.price), known);
    if (totalOf(more) !== 0 || more.host !== 0) tx.enter(charge(occasion('charge'), more), at);
  }
  const hasBeenCancelled = wasAgreed && after.status === 'cancelled';
  if (hasBeenCancelled || credited) {
    const left = sharesLeft(tx.entriesOf(after.id));
    const back = hasBeenCancelled
      ? creditFor(left, after, credited)
      : creditWithin(left, credited ?? NO_SHARES);
    if (hasBeenCancelled || Object.values(back).some((part) => part !== 0))
      tx.enter(credit(occasion('credit'), back), at);
  }
  if (after.penalty > (before?.penalty ?? 0)) tx.enter(penaltyOf(occasion('penalty'), after.penalty), at);

  if (had === undefined) return;
  const hasEnded = after.status === 'cancelled' && before?.status !== 'cancelled';
  // Who pays a moment too late may still get the room; everybody else's payment ends with the booking.
  if (hasEnded && after.cause !== 'payment_expired') returnWaiting(tx, after, 'let_go', at);
  const taken = has.captured - had.captured;
  const back = has.refunded - had.refunded;
  if (taken > 0) captureTaken(tx, after, at);
  else if (had.authorized > 0 && has.authorized === 0) returnPayments(tx, after, 'let_go', at);
  if (back > 0) refundTaken(tx, after, back, at);
}

/** With the end of a stay the guest owes nothing more: what was paid and stays is what is left of its price. */
function creditFor(left: Shares, { payment }: Booking, wanted: Shares | undefined): Shares {
  const amount = totalOf(left) - paidOf(payment);
  if (wanted && totalOf(wanted) === amount) return creditWithin(left, wanted);
  const [host = 0, fees = 0, taxes = 0] = split(amount, [left.host, left.fees, left.taxes]);
  return { host, fees, taxes };
}

const isTaken = ({ fate }: Payment): boolean => fate.kind === 'taken';

/** A wallet has paid already; of a card it is only allowed by now. */
function captureTaken(tx: Transactor, { id }: Booking, at: number): void {
  for (const payment of tx.paymentsOf(id).filter(isTaken)) {
    const isAsked = tx.effectsOf(payment.id).some(({ kind }) => kind === 'capture');
    if (payment.told.captured === 0 && !isAsked)
      requestEffect(tx, payment, { kind: 'capture', amount: payment.amount }, at);
  }
}

function refundTaken(tx: Transactor, { id }: Booking, amount: number, at: number): void {
  for (const part of refundParts(tx, id, amount))
    requestEffect(tx, part.payment, { kind: 'refund', amount: part.amount }, at);
}
