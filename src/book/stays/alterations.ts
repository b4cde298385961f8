import type { Stay } from '../../kernel/stay.ts';
import { nightAt } from '../../kernel/zone.ts';
import { type Guests, priceStay } from '../../pricing/index.ts';
import { type Cause, causesAgainst, forPublic } from '../calendar/availability.ts';
import { loadState } from '../calendar/load-state.ts';
import { type Call, isRefused, type Outcome, refuse } from '../command.ts';
import { commit } from '../commit.ts';
import { NO_SHARES, totalOf } from '../money/ledger.ts';
import { payableRefund } from '../money/refund-parts.ts';
import { sharesLeft } from '../money/shares-left.ts';
import type { StoredFacts } from '../store/reader.ts';
import type { Transactor } from '../store/transactor.ts';
import { type Alteration, type Booking, paidOf } from './booking.ts';
import { changeBooking } from './change-booking.ts';
import { ALTERATION_LIFE_MS, checkOutAt } from './life.ts';
import { openBooking } from './open-booking.ts';

export type AlterationRequest = {
  readonly bookingId: string;
  readonly alterationId: string;
  readonly stay: Stay;
  readonly guests: Guests;
  readonly fees: { readonly guestPercent: number; readonly hostPercent: number };
};
export type AlterationRefusal =
  | 'booking_not_found'
  | 'wrong_state'
  | 'alteration_pending'
  | 'alteration_not_found'
  | 'own_alteration'
  | 'no_change'
  | 'no_rates'
  | 'price_too_large'
  | 'unavailable';

/** One side asks for other nights or guests; the nights that are new are kept until the other has answered. */
export function requestAlteration(
  tx: Transactor,
  call: Call,
  { bookingId, alterationId, stay, guests, fees }: AlterationRequest,
): Outcome<Booking, AlterationRefusal> {
  const opened = openBooking(tx, call, bookingId);
  if (isRefused(opened)) return opened;
  const { booking, facts, side } = opened;
  if (booking.status !== 'confirmed') return refuse('wrong_state', [booking.status]);
  if (booking.alteration !== null) return refuse('alteration_pending');
  if (JSON.stringify([stay, guests]) === JSON.stringify([booking.stay, booking.guests]))
    return refuse('no_change');
  const causes = causesFor(tx, facts, booking, { stay, guests }, call.now);
  if (causes.length > 0) return refuse('unavailable', side === 'host' ? causes : forPublic(causes));
  const price = priceOf(tx, facts, booking, { stay, guests, fees });
  if ('refusal' in price) return refuse(price.refusal);

  const expiresAt = Math.min(call.now + ALTERATION_LIFE_MS, checkOutAt(booking));
  const alteration: Alteration = { id: alterationId, by: side, stay, guests, price, expiresAt };
  const after = { ...booking, alteration };
  const kept = changeBooking(tx, call, {
    before: booking,
    after,
    type: 'alteration.requested',
    at: call.now,
  });
  return commit(tx, call, { audit: null, value: kept });
}

/** The other side's word. On a yes nights, guests and price change in one commit. */
export function answerAlteration(
  tx: Transactor,
  call: Call,
  {
    bookingId,
    alterationId,
    answer,
  }: { bookingId: string; alterationId: string; answer: 'accepted' | 'declined' },
): Outcome<Booking, AlterationRefusal> {
  const opened = openBooking(tx, call, bookingId);
  if (isRefused(opened)) return opened;
  const { booking, side } = opened;
  const { alteration } = booking;
  if (alteration?.id !== alterationId) return refuse('alteration_not_found');
  if (answer === 'accepted' && alteration.by === side) return refuse('own_alteration');

  const { after, credited } =
    answer === 'accepted'
      ? altered(tx, booking, alteration)
      : { after: { ...booking, alteration: null }, credited: undefined };
  const type = answer === 'accepted' ? 'booking.altered' : 'alteration.declined';
  const kept = changeBooking(tx, call, { before: booking, after, type, at: call.now, credited });
  return commit(tx, call, { audit: { action: type, data: { bookingId, alterationId } }, value: kept });
}

/**
 * What became dearer is owed, what became cheaper comes back. What was given before stays given, as far as the new
 * price goes; what a provider can't give back to the cent is rounded up, and is the marketplace's.
 */
function altered(tx: Transactor, booking: Booking, { stay, guests, price }: Alteration) {
  const { id, payment } = booking;
  const paid = paidOf(payment);
  const left = totalOf(sharesLeft(tx.entriesOf(id)));
  const due = Math.max(0, left + price.total - booking.price.total);
  const over = Math.max(0, paid - due);
  const back = Math.min(payableRefund(tx, id, over), paid);
  const money = { ...payment, refunded: payment.refunded + back, owed: Math.max(0, due - paid) };
  return {
    after: { ...booking, stay, guests, price, alteration: null, payment: money },
    credited: { ...NO_SHARES, fees: back - over },
  };
}

/** Against a stay that only moves, its own nights do not count. */
function causesFor(
  tx: Transactor,
  facts: StoredFacts,
  { id, stay }: Booking,
  asked: { stay: Stay; guests: Guests },
  nowMs: number,
): Cause[] {
  const state = loadState(tx, facts, asked.stay.checkIn, asked.stay.checkOut);
  const stays = state.stays.filter(({ bookingId }) => bookingId !== id);
  const causes = causesAgainst({ ...state, stays }, asked, nowMs);
  // Who comes on the day that was agreed comes; how soon that is, or was, is no matter any more.
  const comesAsAgreed = asked.stay.checkIn === stay.checkIn;
  const others = causes.filter(
    ({ code }) => code !== 'not_published' && !(comesAsAgreed && code === 'notice'),
  );
  const { night } = nightAt(nowMs, facts.timeZone);
  const isOver = asked.stay.checkOut <= night && asked.stay.checkOut !== stay.checkOut;
  return isOver ? [...others, { code: 'notice', date: asked.stay.checkOut }] : others;
}

function priceOf(
  tx: Transactor,
  facts: StoredFacts,
  { promotion, createdAt }: Booking,
  { stay, guests, fees }: Pick<AlterationRequest, 'stay' | 'guests' | 'fees'>,
): Alteration['price'] | { readonly refusal: 'no_rates' | 'price_too_large' } {
  const rates = tx.rates().value;
  if (rates === null) return { refusal: 'no_rates' };
  const overrides = new Map(
    [...tx.overrides(stay.checkIn, stay.checkOut)].flatMap(([night, { price }]) =>
      price === undefined ? [] : [[night, price] as const],
    ),
  );
  const bookedOn = nightAt(createdAt, facts.timeZone).night;
  return priceStay({ rates, stay, guests, overrides, bookedOn, fees, ...(promotion ? { promotion } : {}) });
}
