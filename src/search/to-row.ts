import type { BookForSearch, Sale } from '../book/index.ts';
import type { Money } from '../kernel/money.ts';
import { WEEKDAYS, type Weekday } from '../kernel/stay.ts';
import { AMENITIES, type PublicView } from '../properties/index.ts';
import { ALL, cellsOf, cityKey, countryKey } from './cells.ts';
import { type Exchange, priceKeyOf } from './exchange.ts';
import { toSteps, unitOf } from './point.ts';
import { qualityOf } from './score.ts';
import { foldName, toWords } from './words.ts';

/** What a place is in the index, by the names of the columns. */
const LABELS: ReadonlyMap<string, string> = new Map(AMENITIES.map(({ key, label }) => [key, label]));
/** A hundredth of one, and more than any quality. */
const STAR = 1e6;
const MOST_REVIEWS = 999;
/**
 * The average, of equal ones the more reviews, then the better description; it alone where nobody has said anything.
 * Hardly two places are equal, or all that have no stars would have to be read to put a few in order.
 */
export const starsOf = (average: number | null, count = 0, quality = 0): number =>
  average === null
    ? quality
    : Math.round(average * 100) * STAR + Math.min(count, MOST_REVIEWS) * 1_000 + Math.floor(quality / 1_000);

const maskOf = (days: readonly Weekday[] | undefined): number =>
  WEEKDAYS.reduce((mask, day, at) => (days === undefined || days.includes(day) ? mask | (1 << at) : mask), 0);

/** The part that the book says. */
export function toSaleColumns(
  { epoch, version, publishedAt, taken, takenFrom }: BookForSearch,
  sale: Sale,
  exchange: Exchange,
) {
  const { facts, rules, rates, overrides } = sale;
  const price = priceKeyOf(exchange, rates.nightly, rates.currency);
  const least = [
    rules.minNights,
    ...Object.values(rules.minNightsByCheckInDay ?? {}).flatMap((count) => count ?? []),
    ...(rates.seasons ?? []).flatMap(({ minNights }) => minNights ?? []),
    ...overrides.flatMap(([, { minNights }]) => minNights ?? []),
  ];
  const nightly: Money = { amount: rates.nightly, currency: rates.currency };
  return {
    epoch,
    version,
    published: publishedAt ?? 0,
    price,
    log_price: Math.log(price),
    currency: rates.currency,
    nightly: rates.nightly,
    guests: facts.capacity,
    pets: facts.petsAllowed ? 1 : 0,
    instant: rules.bookingMode === 'instant' ? 1 : 0,
    policy: rules.cancellationPolicy,
    min_nights: Math.min(...least),
    max_nights: rules.maxNights,
    notice_days: rules.noticeDays,
    window_days: rules.bookingWindowDays,
    arrive: maskOf(rules.checkInDays),
    leave: maskOf(rules.checkOutDays),
    taken_from: takenFrom,
    taken,
    sale: JSON.stringify(sale),
    shown: JSON.stringify({ guests: facts.capacity, nightly, bookingMode: rules.bookingMode }),
  };
}

/** The part that the description says, which is public. */
export function toContentColumns(view: PublicView, asOf: number) {
  const { address, location, amenities, images, rating } = view;
  const point = location ?? { lat: 0, lng: 0 };
  const [x, y] = [toSteps(point.lng), toSteps(point.lat)];
  const [city, country] = [foldName(address?.city ?? ''), address?.country ?? ''];
  const { cells, near } = cellsOf({ lng: x, lat: y });
  const [image] = images;
  const labels = amenities.map((key) => LABELS.get(key) ?? key);
  const quality = qualityOf({
    rating,
    images: images.length,
    descriptionLength: [...view.description].length,
    amenities: amenities.length,
    responseRate: null,
  });
  const card = {
    id: view.id,
    title: view.title,
    type: view.type,
    image: image ?? null,
    location: point,
    city: address?.city ?? '',
    country,
    bedrooms: view.bedrooms,
    rating: { average: rating.average, count: rating.count },
  };
  return {
    as_of: asOf,
    cells: JSON.stringify([...cells, ALL, cityKey(city), countryKey(country)]),
    near,
    quality,
    ...{ x, y, ...unitOf(point), city, country },
    words: toWords(view.title, address?.city ?? '', address?.region ?? '', ...labels, view.description),
    type: view.type,
    amenities: ` ${amenities.join(' ')} `,
    bedrooms: view.bedrooms,
    beds: view.beds,
    bathrooms: view.bathrooms,
    stars: starsOf(rating.average, rating.count, quality),
    card: JSON.stringify(card),
  };
}

type Sold = ReturnType<typeof toSaleColumns>;
type Described = ReturnType<typeof toContentColumns>;
export type LiveRow = { readonly id: string } & Sold & Described;
export type SoldRow = { readonly id: string } & Sold;
/** Of what is not let any more, to outlive what is said later of an earlier time. */
export type GoneRow = { readonly id: string; readonly epoch: number; readonly version: number };
