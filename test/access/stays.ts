import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { randomInt } from 'node:crypto';
import { vi } from 'vitest';
import type { Booking, Call, ParkedEffect, Payment, Payout } from '../../src/book/index.ts';
import type { PropertyBook } from '../../src/index.ts';
import { DAY, HOUR, MINUTE } from '../../src/kernel/clock.ts';
import type { Keyring } from '../../src/kernel/crypto.ts';
import { newId, newIdWithin } from '../../src/kernel/ids.ts';
import { addNights, nightsOf, type Stay } from '../../src/kernel/stay.ts';
import { localToInstant } from '../../src/kernel/zone.ts';
import { type Quote, sealQuote } from '../../src/pricing/index.ts';
import { eventOf } from '../book/money/events.ts';
import { canaryNumber, canaryText, type Row } from './canaries.ts';
import type { Place } from './place.ts';

/**
 * Stays at the host's property: one of a lodger's, whom nobody else here knows, as D1 has it; and the guest's,
 * agreed upon with the book itself, as far as the operation needs it.
 */
export type Progress =
  /** Nights are held and not paid, for as much as a provider takes at once. */
  | 'held'
  /** Paid, and waits for the host. */
  | 'requested'
  | 'confirmed'
  /** The host has cancelled, and the provider would not give it back. */
  | 'refused_refund'
  /** The time of check-in was today or yesterday. */
  | 'begun'
  /** Somebody has asked for other nights. */
  | 'asked_by_host'
  | 'asked_by_guest';
export type Stayed = { readonly id: string; readonly alterationId: string; readonly effectId: string };

type AgreedPrice = Booking['price'];

export const GUESTS = { adults: 2, children: 0, infants: 0, pets: 0 };
const ZONE = 'Africa/Nairobi';
const CHECK_IN = '15:00';
const PAYABLE: Asked = { nightly: 900_000, fee: 300_000 };
const FEES = { guestPercent: 14, hostPercent: 3 };

export const nightsAhead = ({ today }: Place, from: number, to: number): Stay => ({
  checkIn: addNights(today, from),
  checkOut: addNights(today, to),
});

type Asked = { readonly nightly: number; readonly fee: number };

function priceOf(
  stay: Stay,
  { nightly: price, fee }: Asked = { nightly: canaryNumber(), fee: canaryNumber() },
): AgreedPrice {
  const nights = nightsOf(stay).map((date) => ({ date, price }));
  const amount = nights.length * price;
  const total = amount + fee;
  const lines: AgreedPrice['lines'] = [
    { kind: 'nights', label: `${nights.length} nights`, amount },
    { kind: 'guest_service_fee', label: 'Service fee', amount: total - amount },
  ];
  return { currency: 'KES', nights, lines, total, hostEarns: amount - randomInt(1_000_000) };
}

/** Not to be had from the service, because the price is one of a kind. */
export function quoteAt(
  keyring: Keyring,
  { id }: Place,
  stay: Stay,
  now: number,
  asked?: Asked,
): { token: string; quote: Quote } {
  const agreed = { policy: 'moderate', ratesVersion: 1, promotion: null, issuedAt: now };
  return sealQuote(keyring, { ...priceOf(stay, asked), ...agreed, propertyId: id, stay, guests: GUESTS });
}

/** Everything that a booking can hold, so that each of it would be noticed. */
export function lodgersRow(place: Place, now: number): Row {
  const stay = nightsAhead(place, -10, -7);
  const guestId = newId('usr', now);
  const value: Booking = {
    ...{ id: place.inBook.booking, guestId, hostId: place.hostId },
    ...{ status: 'completed', awaiting: null, cause: null, stay, guests: GUESTS, price: priceOf(stay) },
    terms: {
      mode: 'request',
      policy: 'moderate',
      timeZone: ZONE,
      checkInFrom: CHECK_IN,
      checkOutBy: '11:00',
    },
    promotion: { code: canaryText('booking', 'promotion'), percentOff: 10 },
    message: canaryText('booking', 'message'),
    payment: {
      ...{ authorized: canaryNumber(), captured: canaryNumber() },
      ...{ refunded: canaryNumber(), disputed: canaryNumber(), owed: canaryNumber() },
    },
    paidBy: { id: newIdWithin('pay', place.id, now), provider: 'stripe', status: 'captured' },
    ...{ expiresAt: canaryNumber(), createdAt: canaryNumber(), confirmedAt: canaryNumber() },
    ...{ cancelledAt: canaryNumber(), completedAt: canaryNumber(), noShow: false, penalty: canaryNumber() },
    alteration: {
      ...{ id: newIdWithin('alt', place.id, now), by: 'guest', stay, guests: GUESTS },
      ...{ price: priceOf(stay), expiresAt: canaryNumber() },
    },
    ...{ announced: [], version: 9 },
  };
  return {
    ...{ id: value.id, property_id: place.id, host_id: place.hostId, guest_id: guestId },
    ...{ status: value.status, check_in: stay.checkIn, check_out: stay.checkOut, epoch: 1, version: 9 },
    ...{ value: JSON.stringify(value), created_at: value.createdAt },
  };
}

/** How the lodger paid, as D1 has it: everything that a payment can hold. */
export function lodgersPayment({ id: propertyId, hostId }: Place, lodging: Row, now: number): Row {
  const { id: bookingId, guest_id: guestId } = lodging;
  const value: Omit<Payment, 'tokenHash' | 'phone'> = {
    ...{ id: newIdWithin('pay', propertyId, now), bookingId: String(bookingId), provider: 'stripe' },
    ...{ purpose: 'stay', amount: canaryNumber(), currency: 'KES' },
    reference: canaryText('payment', 'reference'),
    told: {
      ...{ authorized: true, failed: false, voided: false, captured: canaryNumber() },
      receipt: canaryText('payment', 'receipt'),
      refunds: { re_lodger: canaryNumber() },
      failedRefunds: { re_failed: canaryNumber() },
      disputes: { dp_lodger: { amount: canaryNumber(), outcome: 'won' } },
    },
    ...{ fate: { kind: 'taken' }, createdAt: canaryNumber(), version: 3 },
  };
  return {
    ...{ id: value.id, property_id: propertyId, booking_id: bookingId, host_id: hostId, guest_id: guestId },
    ...{ status: 'partially_refunded', reference: value.reference, epoch: 1, version: value.version },
    ...{ value: JSON.stringify(value), created_at: value.createdAt },
  } as Row;
}

/** What the host got for it, less what they owed. */
export function lodgersPayout({ id: propertyId, hostId }: Place, lodging: Row, now: number): Row {
  const bookingId = String(lodging.id);
  const value: Payout = {
    ...{
      id: newIdWithin('pyo', propertyId, now),
      key: `${bookingId}-payout-0`,
      number: 0,
      bookingId,
      hostId,
    },
    ...{ amount: canaryNumber(), sent: canaryNumber(), left: false, currency: 'KES', status: 'paid' },
    ...{ attempt: 0, asked: 0, provider: 'stripe', reason: null, version: 3 },
    reference: canaryText('payout', 'reference'),
    ...{ createdAt: canaryNumber(), paidAt: canaryNumber() },
  };
  return {
    ...{ id: value.id, property_id: propertyId, booking_id: bookingId, host_id: hostId },
    ...{ status: value.status, epoch: 1, version: value.version },
    ...{ value: JSON.stringify(value), created_at: value.createdAt },
  } as Row;
}

/** What M-Pesa would not give back to the lodger, as D1 has it. */
export function lodgersEffect({ id: propertyId }: Place, lodging: Row, now: number): Row {
  const value: ParkedEffect = {
    ...{ id: newIdWithin('rfd', propertyId, now), key: canaryText('parked_effect', 'key'), number: 1 },
    ...{ kind: 'refund', paymentId: newIdWithin('pay', propertyId, now), bookingId: String(lodging.id) },
    ...{ provider: 'mpesa', reference: canaryText('parked_effect', 'reference'), amount: canaryNumber() },
    ...{ currency: 'KES', asks: canaryNumber(), isParked: true, state: 'refused' },
    ...{ result: canaryText('parked_effect', 'result'), createdAt: canaryNumber() },
  };
  return {
    ...{ id: value.id, property_id: propertyId, epoch: 1, version: 3, is_parked: 1 },
    ...{ value: JSON.stringify(value), created_at: value.createdAt },
  };
}

/** Each step as whoever takes it, and some time ago. */
export async function agree(
  book: PropertyBook,
  keyring: Keyring,
  { place, guestId, now, progress }: { place: Place; guestId: string; now: number; progress: Progress },
): Promise<Stayed> {
  const begun = lastCheckIn(place, now);
  const isBegun = progress === 'begun';
  const at = (isBegun ? begun.at - 3 * HOUR : now - MINUTE) - randomInt(MINUTE);
  // All at one moment, so that whichever drain comes first takes everything along.
  const by = (accountId: string): Call => ({
    ...{ now: at, requestId: 'village', actorKind: 'session', accountId },
  });
  const once = () => ({ scope: crypto.randomUUID(), fingerprint: 'village' });
  const stay = isBegun
    ? { checkIn: begun.night, checkOut: addNights(begun.night, 3) }
    : nightsAhead(place, 24, 27);
  const { quote } = quoteAt(keyring, place, stay, at, progress === 'held' ? PAYABLE : undefined);
  const id = newIdWithin('bkg', place.id, now);
  const alterationId = newIdWithin('alt', place.id, now);
  const stayed = { id, alterationId, effectId: newIdWithin('rfd', place.id, now) };

  const message = canaryText('booking', 'message');
  done(await book.createBooking(by(guestId), { id, quote, message }, once()));
  if (progress === 'held') return stayed;
  const paymentId = newIdWithin('pay', place.id, now);
  const start = {
    bookingId: id,
    paymentId,
    provider: 'mpesa',
    phone: null,
    tokenHash: null,
    takes: null,
  } as const;
  const started = await book.startPayment(by(guestId), start);
  done(started);
  if (started.ok)
    done(
      await book.applyPaymentEvents({ ...by(guestId), actorKind: 'system' }, [
        eventOf(started.value, 'captured'),
      ]),
    );
  if (progress === 'requested') return stayed;
  done(await book.answerRequest(by(place.hostId), { bookingId: id, answer: 'accepted' }, null));
  if (progress === 'confirmed' || isBegun) return stayed;

  if (progress === 'refused_refund') {
    done(await book.cancelBooking(by(place.hostId), { bookingId: id, reason: null }, null));
    const refused = { kind: 'refused', code: 'phone_switched_off' } as const;
    const key = `${paymentId}-refund-0`;
    const effect = await book.settleEffect(
      { ...by(place.hostId), actorKind: 'system' },
      { paymentId, key, result: refused },
    );
    done(effect);
    return { ...stayed, effectId: effect.ok ? effect.value.id : '' };
  }

  const other = nightsAhead(place, 30, 33);
  const dearer = { from: other.checkIn, to: other.checkOut, price: place.nightly + randomInt(1_000_000) };
  done(await book.updateCalendar(by(place.hostId), [dearer]));
  const who = progress === 'asked_by_guest' ? guestId : place.hostId;
  const wish = { bookingId: id, alterationId, stay: other, guests: GUESTS, fees: FEES };
  done(await book.requestAlteration(by(who), wish, once()));
  return stayed;
}

function lastCheckIn({ today }: Place, now: number) {
  const at = localToInstant(today, CHECK_IN, ZONE);
  return at <= now ? { night: today, at } : { night: addNights(today, -1), at: at - DAY };
}

function done(outcome: { readonly ok: boolean }): void {
  if (!outcome.ok) throw new Error(`The village is not as it should be: ${JSON.stringify(outcome)}`);
}

// It is waited for some thousand times.
const PATIENCE = { timeout: 10_000, interval: 5 };

/** D1 has all that the book has said. */
export const told = (propertyId: string): Promise<void> =>
  vi.waitFor(async () => {
    const waiting = await runInDurableObject(env.BOOKS.getByName(propertyId), (_, { storage }) =>
      storage.sql.exec('SELECT kind, parked FROM outbox').toArray(),
    );
    if (waiting.length > 0) throw new Error(JSON.stringify(waiting));
  }, PATIENCE);
