import { causesAgainst, type Sale, toCalendarState } from '../book/index.ts';
import type { Currency } from '../kernel/money.ts';
import { addNights, type Stay } from '../kernel/stay.ts';
import { nightAt } from '../kernel/zone.ts';
import { GUEST_FEE_PERCENT, type Guests, HOST_FEE_PERCENT, priceStay } from '../pricing/index.ts';
import type { Asked } from './read-query.ts';

export type Offer = { readonly stay: Stay; readonly total: number; readonly currency: Currency };

const FEES = { guestPercent: GUEST_FEE_PERCENT, hostPercent: HOST_FEE_PERCENT };
const ALONE: Guests = { adults: 1, children: 0, infants: 0, pets: 0 };

/** The stay, and those as long that begin so many days earlier or later; the nearest first, of two the earlier. */
export function staysAround({ checkIn, checkOut }: Stay, flexDays: number): Stay[] {
  const shifts = [0, ...Array.from({ length: flexDays }, (_, at) => [-at - 1, at + 1]).flat()];
  return shifts.map((days) => ({ checkIn: addNights(checkIn, days), checkOut: addNights(checkOut, days) }));
}

/** The cheapest of the stays that could be booked now, by the rules and prices that booking goes by; null for none. */
export function judgeStay(sale: Sale, stays: readonly Stay[], asked: Asked, nowMs: number): Offer | null {
  const state = toCalendarState(sale);
  const guests = asked.guests ?? ALONE;
  const bookedOn = nightAt(nowMs, sale.facts.timeZone).night;
  const prices = new Map(
    sale.overrides.flatMap(([night, { price }]) => (price === undefined ? [] : [[night, price] as const])),
  );
  let best: Offer | null = null;
  for (const stay of stays) {
    if (causesAgainst(state, { stay, guests }, nowMs).length > 0) continue;
    const price = priceStay({ rates: sale.rates, stay, guests, overrides: prices, bookedOn, fees: FEES });
    if ('refusal' in price || (best !== null && best.total <= price.total)) continue;
    best = { stay, total: price.total, currency: price.currency };
  }
  return best;
}
