import type { FieldError } from '../kernel/errors.ts';
import type { Currency } from '../kernel/money.ts';
import { MAX_STAY_NIGHTS, nightsBetween, type Stay } from '../kernel/stay.ts';
import type { z } from '../kernel/zod.ts';
import { RequestInvalid } from '../platform/errors.ts';
import type { Guests } from '../pricing/index.ts';
import { type Circle, toSteps } from './point.ts';
import type { FacetQuery, SearchQuery, Sort } from './schemas.ts';
import { foldName, wordsIn } from './words.ts';

/** A query in the one form that all ways to write it have. */
export type Asked = {
  readonly box: readonly [w: number, s: number, e: number, n: number] | null;
  readonly circle: Circle | null;
  readonly city: string | null;
  readonly country: string | null;
  readonly words: readonly string[];
  readonly stay: Stay | null;
  readonly flexDays: number;
  /** Null when nobody said who comes; a stay is then priced for one. */
  readonly guests: Guests | null;
  readonly priceMin: number | null;
  readonly priceMax: number | null;
  readonly currency: Currency | null;
  readonly amenities: readonly string[];
  readonly types: readonly string[];
  readonly bedrooms: number;
  readonly beds: number;
  readonly bathrooms: number;
  readonly instant: boolean;
  readonly policies: readonly string[];
  readonly minRating: number;
  readonly sort: Sort;
};

const USUAL_RADIUS_KM = 25;
const MAX_WORDS = 8;

/** Where the query is, for whoever is told what is wrong with it. */
type Home = Pick<FieldError, 'in'> & { readonly under: string };

export function readQuery(
  query: Partial<SearchQuery> & z.infer<typeof FacetQuery>,
  home: Home = { in: 'query', under: '' },
): Asked {
  const errors: FieldError[] = [];
  const refuse = (name: string, code: string, message: string) =>
    errors.push({ in: home.in, pointer: `${home.under}/${name}`, code, message });

  const box = query.bbox === undefined ? null : readBox(query.bbox, refuse);
  const circle = readCircle(query, refuse);
  const stay = readStay(query, refuse);
  const words = query.q === undefined ? [] : wordsIn(query.q).sort();
  const { sort = 'recommended', adults, children = 0, pets = 0, priceMin, priceMax } = query;
  if (query.q !== undefined && words.length === 0) refuse('q', 'no_words', 'has no letter and no digit');
  if (words.length > MAX_WORDS) refuse('q', 'too_many_words', `may have ${MAX_WORDS} words`);
  if (query.city !== undefined && foldName(query.city) === '')
    refuse('city', 'no_words', 'has nothing in it');
  if (box && circle) refuse('near', 'two_places', 'goes without bbox');
  if (sort === 'distance' && !circle) refuse('sort', 'near_required', 'needs near');
  if (priceMin !== undefined && priceMax !== undefined && priceMax < priceMin)
    refuse('priceMax', 'max_below_min', 'must not be below priceMin');
  if (errors.length > 0) throw RequestInvalid({ errors });

  const isSomebody = adults !== undefined || children > 0 || pets > 0;
  return {
    box,
    circle,
    city: query.city === undefined ? null : foldName(query.city),
    country: query.country ?? null,
    words,
    stay,
    flexDays: query.flexDays ?? 0,
    guests: isSomebody ? { adults: adults ?? 1, children, infants: 0, pets } : null,
    priceMin: priceMin ?? null,
    priceMax: priceMax ?? null,
    currency: query.currency ?? null,
    amenities: inOrder(query.amenities),
    types: inOrder(query.types),
    bedrooms: query.bedrooms ?? 0,
    beds: query.beds ?? 0,
    bathrooms: query.bathrooms ?? 0,
    instant: query.instant === 'true',
    policies: inOrder(query.policy),
    minRating: query.minRating ?? 0,
    sort,
  };
}

/** By what nights cost together, which no order that is kept is. */
export const isByTotal = ({ stay, sort }: Pick<Asked, 'stay' | 'sort'>): boolean =>
  stay !== null && sort.endsWith('price');

/** Equal for equal queries, however they were written. */
export const canonical = (asked: Asked): string => JSON.stringify(Object.values(asked));

type Refuse = (name: string, code: string, message: string) => void;

const inOrder = (list: string | undefined): string[] =>
  list === undefined ? [] : [...new Set(list.split(','))].sort();

/** As exact as what is kept; a query can't be more so. */
const exact = (degrees: string): number => toSteps(Number(degrees)) / 1e7;

function readBox(bbox: string, refuse: Refuse): Asked['box'] {
  const [w = 0, s = 0, e = 0, n = 0] = bbox.split(',').map(exact);
  if (Math.abs(w) > 180 || Math.abs(e) > 180 || Math.abs(s) > 90 || Math.abs(n) > 90)
    refuse('bbox', 'beyond_the_earth', 'has a longitude within 180 and a latitude within 90 degrees');
  else if (n < s) refuse('bbox', 'inverted', 'has its north below its south');
  return [w, s, e, n];
}

function readCircle(
  { near, radiusKm }: Pick<SearchQuery, 'near' | 'radiusKm'>,
  refuse: Refuse,
): Circle | null {
  if (near === undefined) {
    if (radiusKm !== undefined) refuse('radiusKm', 'near_required', 'needs near');
    return null;
  }
  const [lat = 0, lng = 0] = near.split(',').map(exact);
  if (Math.abs(lat) > 90 || Math.abs(lng) > 180)
    refuse('near', 'beyond_the_earth', 'has a latitude within 90 and a longitude within 180 degrees');
  return { center: { lat, lng }, radiusKm: radiusKm ?? USUAL_RADIUS_KM };
}

function readStay(
  { checkIn, checkOut, flexDays }: Pick<SearchQuery, 'checkIn' | 'checkOut' | 'flexDays'>,
  refuse: Refuse,
): Stay | null {
  if (checkIn === undefined || checkOut === undefined) {
    if (checkIn !== undefined) refuse('checkOut', 'required', 'goes with checkIn');
    if (checkOut !== undefined) refuse('checkIn', 'required', 'goes with checkOut');
    if (flexDays !== undefined && flexDays > 0 && checkIn === checkOut)
      refuse('flexDays', 'stay_required', 'needs checkIn and checkOut');
    return null;
  }
  const count = nightsBetween(checkIn, checkOut);
  if (count < 1) refuse('checkOut', 'stay_without_night', 'must be later than checkIn');
  else if (count > MAX_STAY_NIGHTS)
    refuse('checkOut', 'stay_too_long', `must be within ${MAX_STAY_NIGHTS} nights of checkIn`);
  return { checkIn, checkOut };
}
