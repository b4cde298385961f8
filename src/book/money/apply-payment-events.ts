import { GUEST_FEE_PERCENT, HOST_FEE_PERCENT } from '../../pricing/index.ts';
import { quoteStay } from '../calendar/quote-stay.ts';
import { TAKEN_CODES } from '../calendar/taken.ts';
import { type Call, type Outcome, refuse } from '../command.ts';
import { commit } from '../commit.ts';
import type { Booking } from '../stays/booking.ts';
import { changeBooking } from '../stays/change-booking.ts';
import { afterwards } from '../stays/life.ts';
import { offerFreedNights, serveOffersOf } from '../stays/offer-nights.ts';
import type { Transactor } from '../store/transactor.ts';
import { decidePayment, type Nights, type Verdict } from './decide-payment.ts';
import { loseDispute } from './lose-dispute.ts';
import { keepEffect } from './park-effect.ts';
import { addTold, type Payment, type PaymentEvent, shownOf, statusOf } from './payment.ts';
import { refreshPayment } from './refresh-payment.ts';
import { sendNext } from './request-effect.ts';
import { finishReturn, returnPayment, returnWaiting } from './return-payment.ts';

/** What became of an event. `unmatched` names no payment here; `returned` was money that could not stay. */
export type Applied = {
  readonly eventId: string;
  readonly result: 'applied' | 'known' | 'unmatched' | 'returned' | 'unproven';
  readonly why?: string;
};

/** What providers told, in one commit with the note that it was told: the second time nothing happens. */
export function applyPaymentEvents(
  tx: Transactor,
  call: Call,
  events: readonly PaymentEvent[],
): Outcome<readonly Applied[]> {
  if (tx.facts() === null) return refuse('unopened');
  const applied = events.map((event) => apply(tx, call, event));
  return commit(tx, call, { audit: null, value: applied });
}

function apply(tx: Transactor, call: Call, event: PaymentEvent): Applied {
  const { source, eventId } = event;
  if (tx.knowsEvent(source, eventId)) return { eventId, result: 'known' };
  const payment = tx.payment(event.paymentId);
  const booking = payment && tx.booking(payment.bookingId);
  if (!payment || !booking || payment.provider !== source) return { eventId, result: 'unmatched' };

  const doubt = doubtOf(payment, event);
  if (doubt !== null) return { eventId, result: 'unproven', why: doubt };

  tx.rememberEvent(source, eventId, call.now);
  const reference = payment.reference ?? nameIn(event);
  const said = { ...event, amount: event.amount ?? payment.amount };
  const told = addTold(payment.told, said);
  const heard: Payment = {
    ...payment,
    reference,
    told: isAfterCapture(said) ? withCapture(told, payment) : told,
  };
  const verdict = verdictOn(tx, call, booking, heard, said);
  switch (verdict.do) {
    case 'confirm':
    case 'confirm_again':
      confirm(tx, call, booking, heard, verdict.do === 'confirm' ? 'paid' : 'paid_late');
      if (said.kind === 'dispute_lost') loseDispute(tx, call, heard, said);
      return { eventId, result: 'applied' };
    case 'settle_difference':
      settleDifference(tx, call, booking, heard);
      if (said.kind === 'dispute_lost') loseDispute(tx, call, heard, said);
      return { eventId, result: 'applied' };
    case 'return':
      returnPayment(tx, booking, heard, verdict.why, call.now);
      show(tx, call, booking, heard, 'payment.returned');
      if (said.kind === 'dispute_lost') loseDispute(tx, call, heard, said);
      return { eventId, result: 'returned', why: verdict.why };
    case 'nothing':
      hear(tx, call, booking, heard, said);
      return { eventId, result: 'applied' };
  }
}

/** Only of what was captured is there anything to give back or to dispute, so that much is told with it. */
const isAfterCapture = ({ kind }: Pick<PaymentEvent, 'kind'>): boolean =>
  kind === 'refunded' || kind === 'disputed' || kind === 'dispute_won' || kind === 'dispute_lost';
const withCapture = (told: Payment['told'], { amount }: Payment): Payment['told'] =>
  told.captured > 0 ? told : { ...told, captured: amount };

type Said = PaymentEvent & { readonly amount: number };

/** A message that anybody could have sent names what only the provider and we know. */
function doubtOf(payment: Payment, { proof, amount, kind }: PaymentEvent): string | null {
  if (proof === undefined) return null;
  // A phone is asked for so much, and can't pay more or less.
  if (kind === 'captured' && amount !== payment.amount) return 'amount_differs';
  if (payment.reference !== null && payment.reference !== proof.reference) return 'reference_differs';
  return proof.phone !== null && proof.phone !== payment.phone ? 'phone_differs' : null;
}

/** Who was not told how the provider calls the payment learns it from what is said of it. */
const nameIn = ({ kind, reference }: PaymentEvent): string | null =>
  kind === 'authorized' || kind === 'captured' || kind === 'failed' || kind === 'voided' ? reference : null;

function verdictOn(tx: Transactor, call: Call, booking: Booking, payment: Payment, event: Said): Verdict {
  const isNews = event.kind === 'authorized' || event.kind === 'captured' || isAfterCapture(event);
  if (!isNews || payment.fate.kind !== 'waiting') return { do: 'nothing' };
  const isLate = booking.cause === 'payment_expired';
  const offer = isLate ? offerOf(tx, call, booking) : { nights: 'own' as const, isOffered: true };
  const paid = isAfterCapture(event) ? payment : event;
  return decidePayment({ booking, payment, paid, ...offer });
}

/** Whether the room could be had now as it was agreed: the same nights, at the same price. */
function offerOf(tx: Transactor, call: Call, booking: Booking): { nights: Nights; isOffered: boolean } {
  const { stay, guests, promotion, price } = booking;
  const asked = {
    stay,
    guests,
    promotionCode: promotion?.code,
    fees: { guestPercent: GUEST_FEE_PERCENT, hostPercent: HOST_FEE_PERCENT },
  };
  const offer = quoteStay(tx, { ...call, actorKind: 'session', accountId: booking.guestId }, asked);
  if (offer.ok) {
    const { total, currency } = offer.value.price;
    return { nights: 'free', isOffered: total === price.total && currency === price.currency };
  }
  const causes = (offer.detail ?? []) as readonly { code: string }[];
  const isTaken = causes.some(({ code }) => TAKEN_CODES.some((taken) => taken === code));
  return { nights: isTaken ? 'taken' : 'free', isOffered: false };
}

function confirm(
  tx: Transactor,
  call: Call,
  booking: Booking,
  payment: Payment,
  on: 'paid' | 'paid_late',
): void {
  const moved = afterwards(booking, on, call.now);
  if (moved === null) return void returnPayment(tx, booking, payment, 'booking_cancelled', call.now);
  const taken = refreshPayment(tx, booking, { ...payment, fate: { kind: 'taken' } }, call.now);
  const { total } = booking.price;
  const isConfirmed = moved.status === 'confirmed';
  const money = isConfirmed ? { captured: total } : { authorized: total };
  const after = { ...moved, payment: { ...moved.payment, ...money }, paidBy: shownOf(taken) };
  if (on === 'paid_late' && booking.promotion) tx.usePromotion(booking.id, booking.promotion.code);
  const type = isConfirmed ? 'booking.confirmed' : 'booking.requested';
  const asGuest: Call = { ...call, actorKind: 'session', accountId: booking.guestId };
  const served = on === 'paid_late' ? serveOffersOf(tx, asGuest, booking.stay) : [];
  changeBooking(tx, call, { before: booking, after, type, at: call.now });
  for (const offered of served) offerFreedNights(tx, call, offered);
  returnWaiting(tx, booking, 'paid_already', call.now);
}

function settleDifference(tx: Transactor, call: Call, booking: Booking, payment: Payment): void {
  const taken = refreshPayment(tx, booking, { ...payment, fate: { kind: 'taken' } }, call.now);
  const { captured } = booking.payment;
  const money = { ...booking.payment, captured: captured + payment.amount, owed: 0 };
  const after = { ...booking, payment: money, paidBy: shownOf(taken) };
  changeBooking(tx, call, { before: booking, after, type: 'payment.settled', at: call.now });
}

/** What is only news, or comes in on its way back. */
function hear(tx: Transactor, call: Call, booking: Booking, payment: Payment, event: Said): void {
  const kept = refreshPayment(tx, booking, payment, call.now);
  if (event.kind === 'refunded' || event.kind === 'refund_failed') closeRefund(tx, kept, event, call.now);
  if (kept.fate.kind === 'returned') finishReturn(tx, kept, call.now);
  if (event.kind === 'dispute_lost') loseDispute(tx, call, kept, event);
  else show(tx, call, booking, kept, `payment.${statusOf(kept)}`);
}

/** A refund that a provider had taken on has come to its end. */
function closeRefund(
  tx: Transactor,
  payment: Payment,
  { kind, reference }: PaymentEvent,
  nowMs: number,
): void {
  const effect = tx.effectsOf(payment.id).find((one) => one.kind === 'refund' && one.result === reference);
  if (!effect) return;
  keepEffect(tx, { ...effect, state: kind === 'refunded' ? 'done' : 'refused' }, nowMs);
  sendNext(tx, payment.id, nowMs);
}

/** A booking shows what was last heard of its payment. */
function show(tx: Transactor, call: Call, booking: Booking, payment: Payment, type: string): void {
  const after = { ...booking, paidBy: shownOf(payment) };
  changeBooking(tx, call, { before: booking, after, type, at: call.now });
}
