import { DAY } from '../kernel/clock.ts';
import { CURRENCIES_IN_USE, type Currency } from '../kernel/money.ts';
import { dayOfNight, type Stay, WEEKDAYS, weekdayOf } from '../kernel/stay.ts';
import { convert, type Exchange } from './exchange.ts';
import { staysAround } from './judge-stay.ts';
import { chordOfKm, chordSql, type Rect, rectsOfBox, rectsOfCircle, unitOf } from './point.ts';
import type { Asked } from './read-query.ts';
import { starsOf } from './to-row.ts';

/** What a statement is given, by number. */
export class Parameters {
  readonly values: unknown[] = [];
  add(value: string | number): string {
    return `?${this.values.push(value)}`;
  }
}

/** Whoever stays is somewhere between half a day behind and half a day ahead of Greenwich. */
const ZONE_DAYS = 1;

/**
 * What SQL can say of a query, for a row `l` of either table. Of a stay it lets pass a few that the book's own
 * rules refuse, and none that they would not; texts from outside are parameters, lists are words of ours.
 */
export function conditionsOf(
  asked: Asked,
  add: Parameters['add'],
  nowMs: number,
  exchange: Exchange,
): string[] {
  const { city, country, words, guests, types, policies, amenities, circle, stay } = asked;
  const among = (values: readonly string[]) => values.map((value) => `'${value}'`).join(', ');
  const people = guests ? guests.adults + guests.children : 0;
  return [
    ...(city === null ? [] : [`l.city = ${add(city)}`]),
    ...(country === null ? [] : [`l.country = ${add(country)}`]),
    ...(people > 1 ? [`l.guests >= ${people}`] : []),
    ...(guests && guests.pets > 0 ? ['l.pets = 1'] : []),
    ...(asked.bedrooms > 0 ? [`l.bedrooms >= ${asked.bedrooms}`] : []),
    ...(asked.beds > 0 ? [`l.beds >= ${asked.beds}`] : []),
    ...(asked.bathrooms > 0 ? [`l.bathrooms >= ${asked.bathrooms}`] : []),
    ...(asked.instant ? ['l.instant = 1'] : []),
    ...(types.length > 0 ? [`l.type IN (${among(types)})`] : []),
    ...(policies.length > 0 ? [`l.policy IN (${among(policies)})`] : []),
    ...(asked.minRating > 0 ? [`l.stars >= ${leastStars(asked.minRating)}`] : []),
    ...(stay === null ? priceConditions(asked, add, exchange) : stayConditions(stay, asked.flexDays, nowMs)),
    allOf(amenities.map((key) => `instr(l.amenities, ' ${key} ') > 0`)),
    ...words.map((word) => `instr(l.words, ${add(` ${word}`)}) > 0`),
    ...(circle === null ? [] : [`${distanceSql(asked, add)} <= ${add(chordOfKm(circle.radiusKm))}`]),
  ];
}

/** Ratings are hundredths, and what is asked for may lie between two. */
const leastStars = (rating: number): number => starsOf(Math.ceil(Number((rating * 100).toFixed(9))) / 100);

/** In halves of halves: D1 refuses what is nested a hundred deep, as a row of so many is. */
function allOf(conditions: readonly string[]): string {
  if (conditions.length < 2) return conditions[0] ?? 'true';
  const half = conditions.length / 2;
  return `(${allOf(conditions.slice(0, half))} AND ${allOf(conditions.slice(half))})`;
}

export function distanceSql({ circle }: Asked, add: Parameters['add']): string {
  const { ux, uy, uz } = unitOf(circle?.center ?? { lat: 0, lng: 0 });
  return chordSql(add(ux), add(uy), add(uz));
}

export const rectsOf = ({ box, circle }: Asked, innerKm = 0): readonly Rect[] =>
  box ? rectsOfBox(...box) : circle ? rectsOfCircle(circle, innerKm) : [];

/** For a row that was not found by its place. */
export const insideBox = ({ box }: Asked): string[] =>
  box
    ? [
        `(${rectsOfBox(...box)
          .map(([w, s, e, n]) => `l.x BETWEEN ${w} AND ${e} AND l.y BETWEEN ${s} AND ${n}`)
          .join(' OR ')})`,
      ]
    : [];

function priceConditions(
  { priceMin, priceMax, currency }: Asked,
  add: Parameters['add'],
  exchange: Exchange,
): string[] {
  if (priceMin === null && priceMax === null) return [];
  if (currency === null)
    return [
      ...(priceMin === null ? [] : [`l.nightly >= ${priceMin}`]),
      ...(priceMax === null ? [] : [`l.nightly <= ${priceMax}`]),
    ];
  const range = (own: Currency) => [
    firstOf(exchange, priceMin ?? 0, own, currency),
    priceMax === null ? MOST : firstOf(exchange, priceMax + 1, own, currency) - 1,
  ];
  const ranges = add(JSON.stringify(Object.fromEntries(CURRENCIES_IN_USE.map((own) => [own, range(own)]))));
  const end = (at: 0 | 1) => `json_extract(${ranges}, '$.' || l.currency || '[${at}]')`;
  return [`l.nightly BETWEEN ${end(0)} AND ${end(1)}`];
}

/** More than a night may cost. */
const MOST = 1_000_000_000_000;

/** The least amount of one currency that is, in another, so much. */
function firstOf(exchange: Exchange, amount: number, own: Currency, asked: Currency): number {
  let [low, high] = [0, MOST];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (convert(exchange, middle, own, asked) >= amount) high = middle;
    else low = middle + 1;
  }
  return high;
}

function stayConditions(stay: Stay, flexDays: number, nowMs: number): string[] {
  const nights = dayOfNight(stay.checkOut) - dayOfNight(stay.checkIn);
  const today = Math.floor(nowMs / DAY);
  const maskOf = (night: Stay['checkIn']) => 1 << WEEKDAYS.indexOf(weekdayOf(night));
  const windows = staysAround(stay, flexDays).map(({ checkIn, checkOut }) => {
    const [first, end] = [dayOfNight(checkIn), dayOfNight(checkOut)];
    return [
      `l.notice_days <= ${first - today + ZONE_DAYS}`,
      `l.window_days >= ${end - today - ZONE_DAYS}`,
      `l.arrive & ${maskOf(checkIn)}`,
      `l.leave & ${maskOf(checkOut)}`,
      `instr(substr(l.taken, ${first + 1} - l.taken_from, ${nights}), '1') = 0`,
    ].join(' AND ');
  });
  return [
    `l.min_nights <= ${nights}`,
    `l.max_nights >= ${nights}`,
    `(${windows.map((one) => `(${one})`).join(' OR ')})`,
  ];
}
