import type { Quote } from '../../pricing/index.ts';
import { causesAgainst, forPublic } from '../calendar/availability.ts';
import { loadState } from '../calendar/load-state.ts';
import { TAKEN_CODES } from '../calendar/taken.ts';
import { type Call, type Outcome, refuse } from '../command.ts';
import { commit } from '../commit.ts';
import { isOnHostSide } from '../facts.ts';
import type { CancellationPolicy } from '../schemas.ts';
import type { Transactor } from '../store/transactor.ts';
import { type Booking, UNPAID } from './booking.ts';
import { changeBooking } from './change-booking.ts';
import { PAYMENT_HOLD_MS } from './life.ts';
import { offerFreedNights, serveOffersOf } from './offer-nights.ts';

export type NewBooking = { readonly id: string; readonly quote: Quote; readonly message: string | null };
export type CreateRefusal = 'own_place' | 'held_already' | 'unavailable' | 'promotion_exhausted';

/** Against a quote that lives only what happened to the nights since then counts, not what the rules say now. */
const COUNTS_AGAINST_A_QUOTE: readonly string[] = [...TAKEN_CODES, 'not_published'];

/** Nights are kept from here on, for as long as it takes to pay. */
export function createBooking(
  tx: Transactor,
  call: Call,
  { id, quote, message }: NewBooking,
): Outcome<Booking, CreateRefusal> {
  const facts = tx.facts();
  if (facts === null || call.accountId === null) return refuse('unopened');
  if (isOnHostSide(facts, call.accountId, 'messages')) return refuse('own_place');
  if (tx.unpaidOf(call.accountId) > 0) return refuse('held_already');
  const served = serveOffersOf(tx, call, quote.stay);
  const { checkIn, checkOut } = quote.stay;
  const state = loadState(tx, facts, checkIn, checkOut);
  const causes = causesAgainst(state, quote, call.now).filter(({ code }) =>
    COUNTS_AGAINST_A_QUOTE.includes(code),
  );
  if (causes.length > 0) return refuse('unavailable', forPublic(causes));
  const promotion = state.rates?.promotions?.find(({ code }) => code === quote.promotion?.code);
  if (promotion?.maxUses !== undefined && tx.promotionUses(promotion.code) >= promotion.maxUses) {
    return refuse('promotion_exhausted');
  }

  const expiresAt = call.now + PAYMENT_HOLD_MS;
  const { rules } = state;
  const booking: Booking = {
    id,
    guestId: call.accountId,
    hostId: facts.hostId,
    status: 'pending',
    awaiting: 'payment',
    cause: null,
    stay: quote.stay,
    guests: quote.guests,
    price: {
      currency: quote.currency,
      nights: quote.nights,
      lines: quote.lines,
      total: quote.total,
      hostEarns: quote.hostEarns,
    },
    terms: {
      mode: rules.bookingMode,
      policy: quote.policy as CancellationPolicy,
      timeZone: facts.timeZone,
      checkInFrom: rules.checkInFrom,
      checkOutBy: rules.checkOutBy,
    },
    promotion: quote.promotion,
    message,
    payment: UNPAID,
    paidBy: null,
    expiresAt,
    createdAt: call.now,
    confirmedAt: null,
    cancelledAt: null,
    completedAt: null,
    noShow: false,
    penalty: 0,
    alteration: null,
    announced: [],
    version: 0,
  };
  if (quote.promotion) tx.usePromotion(id, quote.promotion.code);
  const kept = changeBooking(tx, call, {
    before: null,
    after: booking,
    type: 'booking.held',
    at: call.now,
  });
  for (const offered of served) offerFreedNights(tx, call, offered);
  return commit(tx, call, { audit: null, value: kept });
}
