import type { Stay } from '../../kernel/stay.ts';
import { localToInstant, nightAt } from '../../kernel/zone.ts';
import { findPromotion, type Guests, priceStay, type StayPrice } from '../../pricing/index.ts';
import { type Call, isRefused, type Outcome, openForLooking, refuse } from '../command.ts';
import { unchanged } from '../commit.ts';
import type { CancellationPolicy } from '../schemas.ts';
import type { Reader } from '../store/reader.ts';
import { causesAgainst, forPublic } from './availability.ts';
import { cancellationSteps, policyOf } from './cancellation.ts';
import { loadStateFor } from './load-state.ts';

export type StayRequest = {
  readonly stay: Stay;
  readonly guests: Guests;
  readonly promotionCode: string | undefined;
  readonly fees: { readonly guestPercent: number; readonly hostPercent: number };
};

/** What the marketplace signs: the price of a stay that could be booked now, and on which terms. */
export type StayOffer = {
  readonly price: StayPrice;
  readonly policy: CancellationPolicy;
  /** On which terms it could be given back; a long stay has its own. */
  readonly cancellation: { readonly policy: string; readonly steps: ReturnType<typeof cancellationSteps> };
  readonly ratesVersion: number;
  readonly promotion: { readonly code: string; readonly percentOff: number } | null;
};
export type QuoteRefusal =
  | 'unavailable'
  | 'no_rates'
  | 'price_too_large'
  | 'promotion_unknown'
  | 'promotion_not_started'
  | 'promotion_ended'
  | 'promotion_exhausted';

export function quoteStay(
  reader: Reader,
  call: Call,
  request: StayRequest,
): Outcome<StayOffer, QuoteRefusal> {
  const seen = openForLooking(reader, call);
  if (isRefused(seen)) return seen;
  const { stay, guests, fees } = request;
  const state = loadStateFor(reader, seen.facts, call.accountId, stay);
  const causes = causesAgainst(state, request, call.now);
  if (causes.length > 0) return refuse('unavailable', seen.side === 'host' ? causes : forPublic(causes));
  const { rates, rules } = state;
  if (rates === null) return refuse('no_rates');

  const { timeZone } = seen.facts;
  const bookedOn = nightAt(call.now, timeZone).night;
  const promotion =
    request.promotionCode === undefined
      ? null
      : findPromotion(rates, request.promotionCode, bookedOn, (code) => reader.promotionUses(code));
  if (promotion !== null && 'refusal' in promotion) return refuse(`promotion_${promotion.refusal}`);
  const overrides = new Map(
    [...state.overrides].flatMap(([night, { price }]) =>
      price === undefined ? [] : [[night, price] as const],
    ),
  );
  const price = priceStay({
    rates,
    stay,
    guests,
    overrides,
    bookedOn,
    fees,
    ...(promotion === null ? {} : { promotion }),
  });
  if ('refusal' in price) return refuse(price.refusal);

  const policy = rules.cancellationPolicy;
  const checkInAtMs = localToInstant(stay.checkIn, rules.checkInFrom, timeZone);
  const quoted = {
    policy,
    checkInAtMs,
    stay,
    timeZone,
    checkInTime: rules.checkInFrom,
    nights: price.nights,
    lines: price.lines,
    total: price.total,
  };
  const cancellation = { policy: policyOf(quoted), steps: cancellationSteps(quoted, call.now) };
  const ratesVersion = reader.rates().version;
  const used = promotion && { code: promotion.code, percentOff: promotion.percentOff };
  return unchanged(reader, { price, policy, cancellation, ratesVersion, promotion: used });
}
