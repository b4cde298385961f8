import { causesAgainst } from '../../src/book/calendar/availability.ts';
import { addNights } from '../../src/kernel/stay.ts';
import { nightAt } from '../../src/kernel/zone.ts';
import { priceStay } from '../../src/pricing/index.ts';
import { AMENITIES } from '../../src/properties/amenities.ts';
import { convert, type Exchange, FIXED, toReference } from '../../src/search/exchange.ts';
import type { Asked } from '../../src/search/read-query.ts';
import { fold, foldName } from '../../src/search/words.ts';
import { type Listed, NOW } from './random-places.ts';

/** Every place is looked at, and the answer put in order: no index, no estimate, no page. */
export type Answered = { readonly id: string; readonly total: number | null; readonly key: number };

/** What the index gave each place, by its own formula. */
export type Marks = ReadonlyMap<string, { readonly score: number; readonly quality: number }>;

export function answerSlowly(
  places: readonly Listed[],
  asked: Asked,
  marks: Marks,
  exchange: Exchange = FIXED,
): Answered[] {
  const down = ['recommended', '-price', 'rating', 'newest'].includes(asked.sort) ? -1 : 1;
  return places
    .flatMap((place) => answerOf(place, asked, marks, exchange))
    .sort((a, b) => down * (a.key - b.key || (a.id < b.id ? -1 : 1)));
}

function answerOf(place: Listed, asked: Asked, marks: Marks, exchange: Exchange): Answered[] {
  const { view, state } = place;
  const { rating, location, address } = view;
  const { rates, rules, facts } = state;
  if (!rates || !location || !address) return [];
  const km = asked.circle ? greatCircleKm(asked.circle.center, location) : 0;
  const people = (asked.guests?.adults ?? 1) + (asked.guests?.children ?? 0);
  const isWanted =
    (!asked.box || isInside(asked.box, location)) &&
    (!asked.circle || km <= asked.circle.radiusKm) &&
    (asked.city === null || foldName(address.city) === asked.city) &&
    (asked.country === null || address.country === asked.country) &&
    people <= facts.capacity &&
    (!asked.guests?.pets || facts.petsAllowed) &&
    view.bedrooms >= asked.bedrooms &&
    view.beds >= asked.beds &&
    view.bathrooms >= asked.bathrooms &&
    (!asked.instant || rules.bookingMode === 'instant') &&
    (asked.types.length === 0 || asked.types.includes(view.type ?? '')) &&
    (asked.policies.length === 0 || asked.policies.includes(rules.cancellationPolicy)) &&
    (asked.minRating === 0 || (rating.average ?? 0) >= asked.minRating) &&
    asked.amenities.every((key) => view.amenities.includes(key)) &&
    asked.words.every((word) => textOf(place).includes(` ${word}`));
  if (!isWanted) return [];

  const total = asked.stay === null ? null : bestTotal(place, asked);
  if (asked.stay !== null && total === null) return [];
  const amount = total ?? rates.nightly;
  const compared =
    asked.currency === null ? amount : convert(exchange, amount, rates.currency, asked.currency);
  if (asked.priceMin !== null && compared < asked.priceMin) return [];
  if (asked.priceMax !== null && compared > asked.priceMax) return [];
  const { score = 0, quality = 0 } = marks.get(view.id) ?? {};
  const keys = {
    recommended: score,
    price: toReference(exchange, amount, rates.currency),
    '-price': toReference(exchange, amount, rates.currency),
    rating:
      rating.average === null
        ? quality
        : Math.round(rating.average * 100) * 1e6 + rating.count * 1_000 + Math.floor(quality / 1_000),
    newest: Date.parse(view.createdAt),
    distance: km,
  };
  return [{ id: view.id, total, key: keys[asked.sort] }];
}

const texts = new WeakMap<Listed, string>();

function textOf(place: Listed): string {
  const { title, address, description, amenities } = place.view;
  const labels = AMENITIES.filter(({ key }) => amenities.includes(key)).map(({ label }) => label);
  let text = texts.get(place);
  if (text === undefined) {
    const parts = [title, address?.city ?? '', description, ...labels];
    text = ` ${fold(parts.join(' ')).replace(/[^\p{L}\p{N}]+/gu, ' ')} `;
    texts.set(place, text);
  }
  return text;
}

function isInside([w, s, e, n]: readonly number[], { lat, lng }: { lat: number; lng: number }): boolean {
  if (w === undefined || s === undefined || e === undefined || n === undefined) return false;
  return lat >= s && lat <= n && (w <= e ? lng >= w && lng <= e : lng >= w || lng <= e);
}

function greatCircleKm(a: { lat: number; lng: number }, b: { lat: number; lng: number }): number {
  const rad = Math.PI / 180;
  const half = (x: number) => Math.sin((x * rad) / 2) ** 2;
  const h = half(a.lat - b.lat) + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * half(a.lng - b.lng);
  return 2 * 6371.0088 * Math.asin(Math.min(1, Math.sqrt(h)));
}

function bestTotal({ state }: Listed, { stay, flexDays, guests }: Asked): number | null {
  if (stay === null || state.rates === null) return null;
  const come = guests ?? { adults: 1, children: 0, infants: 0, pets: 0 };
  const prices = new Map(
    [...state.overrides].flatMap(([night, { price }]) =>
      price === undefined ? [] : [[night, price] as const],
    ),
  );
  const totals: number[] = [];
  for (let days = -flexDays; days <= flexDays; days++) {
    const moved = { checkIn: addNights(stay.checkIn, days), checkOut: addNights(stay.checkOut, days) };
    if (causesAgainst(state, { stay: moved, guests: come }, NOW).length > 0) continue;
    const price = priceStay({
      ...{ rates: state.rates, stay: moved, guests: come, overrides: prices },
      bookedOn: nightAt(NOW, state.facts.timeZone).night,
      fees: { guestPercent: 14, hostPercent: 3 },
    });
    if (!('refusal' in price)) totals.push(price.total);
  }
  return totals.length === 0 ? null : Math.min(...totals);
}
