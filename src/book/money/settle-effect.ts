import { type Call, type Outcome, refuse } from '../command.ts';
import { commit, unchanged } from '../commit.ts';
import type { Booking } from '../stays/booking.ts';
import { changeBooking } from '../stays/change-booking.ts';
import { afterwards } from '../stays/life.ts';
import type { Transactor } from '../store/transactor.ts';
import { type Effect, type EffectResult, isOpen } from './effect.ts';
import { keepEffect } from './park-effect.ts';
import { addTold, type Payment, type PaymentEvent, shownOf, statusOf } from './payment.ts';
import { refreshPayment } from './refresh-payment.ts';
import { sendAgain, sendNext } from './request-effect.ts';
import { finishReturn } from './return-payment.ts';
import { sharesLeft } from './shares-left.ts';

export type SettledEffect = {
  readonly paymentId: string;
  readonly key: string;
  readonly result: EffectResult;
};

/** What the provider did of what it was asked; then comes what waited for it. */
export function settleEffect(
  tx: Transactor,
  call: Call,
  { paymentId, key, result }: SettledEffect,
): Outcome<Effect, 'effect_not_found'> {
  const effect = tx.effectsOf(paymentId).find((one) => one.key === key);
  const payment = tx.payment(paymentId);
  const booking = effect && tx.booking(effect.bookingId);
  if (!effect || !payment || !booking) return refuse('effect_not_found');
  if (!isOpen(effect)) return unchanged(tx, effect);

  if (result.kind === 'missing') {
    tx.keepEffect({ ...effect, state: 'sent', asks: 0 });
    sendAgain(tx, paymentId, call.now);
    return commit(tx, call, { audit: null, value: effect });
  }
  const settled: Effect = {
    ...effect,
    state: result.kind,
    result: result.kind === 'refused' ? result.code : result.reference,
  };
  keepEffect(tx, settled, call.now);
  if (result.kind === 'done') didHappen(tx, call, booking, payment, effect, result.reference);
  if (result.kind === 'refused' && effect.kind === 'capture') loseBooking(tx, call, booking, payment);
  sendNext(tx, payment.id, call.now);
  return commit(tx, call, { audit: null, value: settled });
}

const EVENTS = { capture: 'captured', void: 'voided', refund: 'refunded' } as const satisfies Record<
  Effect['kind'],
  PaymentEvent['kind']
>;

function didHappen(
  tx: Transactor,
  call: Call,
  booking: Booking,
  payment: Payment,
  { kind, amount }: Effect,
  reference: string,
): void {
  const event = { kind: EVENTS[kind], reference, amount, receipt: null };
  const kept = refreshPayment(tx, booking, { ...payment, told: addTold(payment.told, event) }, call.now);
  if (kind === 'void') finishReturn(tx, kept, call.now);
  if (booking.paidBy?.id !== kept.id) return;
  const after = { ...booking, paidBy: shownOf(kept) };
  changeBooking(tx, call, { before: booking, after, type: `payment.${statusOf(kept)}`, at: call.now });
}

/** What had been promised can't be had: the nights go to somebody who pays. */
function loseBooking(tx: Transactor, call: Call, booking: Booking, payment: Payment): void {
  const told = { ...payment.told, failed: true, voided: true };
  const lost: Payment = { ...payment, told, fate: { kind: 'returned', why: 'capture_refused' } };
  const kept = refreshPayment(tx, booking, lost, call.now);
  const moved = afterwards(booking, 'payment_failed', call.now);
  const captured = Math.max(0, booking.payment.captured - payment.amount);
  const refunded = Math.min(booking.payment.refunded, captured);
  const after = {
    ...(moved ?? booking),
    payment: { ...booking.payment, captured, refunded, owed: 0 },
    paidBy: shownOf(kept),
  };
  for (const waiting of tx.effectsOf(payment.id).filter(isOpen))
    tx.keepEffect({ ...waiting, state: 'refused', result: 'nothing_captured' });
  const credited = moved ? undefined : sharesLeft(tx.entriesOf(booking.id));
  const type = moved ? 'booking.cancelled' : 'payment.voided';
  changeBooking(tx, call, { before: booking, after, type, at: call.now, credited });
}
