import { BOOKING_MODES, POLICIES } from '../book/index.ts';
import { currency, Money } from '../kernel/money.ts';
import { pageQuery } from '../kernel/page.ts';
import { night } from '../kernel/stay.ts';
import { text, z } from '../kernel/zod.ts';
import { AMENITY_KEYS, PROPERTY_TYPES, PropertyImage } from '../properties/index.ts';

export const SORTS = ['recommended', 'price', '-price', 'rating', 'distance', 'newest'] as const;
export type Sort = (typeof SORTS)[number];
export const MAX_FLEX_DAYS = 7;
const MAX_PRICE = 1_000_000_000_000_000;
const MAX_TEXT = 200;

const NUMBER = '-?\\d{1,3}(?:\\.\\d{1,15})?';
const numbers = (count: number) => new RegExp(`^${Array(count).fill(NUMBER).join(',')}$`);
const listOf = <T extends string>(values: readonly T[], max: number) => {
  const one = `(?:${values.join('|')})`;
  return z.string().regex(new RegExp(`^${one}(?:,${one}){0,${max - 1}}$`));
};
const flag = z.enum(['true', 'false']).optional();

/** A number in an address is a text. */
export const filtersOf = (number: () => ReturnType<typeof z.number>) => {
  const count = (max: number) => number().int().min(0).max(max).optional();
  return {
    bbox: z.string().regex(numbers(4)).optional().openapi({
      description: 'west,south,east,north in degrees; west may be the greater, across the line of the date',
      example: '36.6,-1.5,37.1,-1.1',
    }),
    near: z.string().regex(numbers(2)).optional().openapi({ description: 'lat,lng', example: '-1.29,36.82' }),
    radiusKm: number().gt(0).max(20_016).optional().openapi({ description: 'About `near`; 25' }),
    city: text(1, 100).optional(),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/)
      .optional(),
    q: text(1, MAX_TEXT).optional().openapi({
      description: 'Every word has to begin a word of the title, place, amenities or description',
    }),
    checkIn: night.optional(),
    checkOut: night.optional(),
    flexDays: count(MAX_FLEX_DAYS).openapi({
      description: 'So many days earlier or later will do; the stay with the lowest total is shown',
    }),
    adults: number().int().min(1).max(50).optional(),
    children: count(30),
    pets: count(10),
    priceMin: count(MAX_PRICE).openapi({
      description:
        'Of a plain night, with dates of the whole stay; minor units of `currency`, else of each place’s own',
    }),
    priceMax: count(MAX_PRICE),
    currency: currency.optional(),
    amenities: listOf(AMENITY_KEYS, AMENITY_KEYS.length).optional().openapi({ description: 'All of them' }),
    types: listOf(PROPERTY_TYPES, PROPERTY_TYPES.length).optional().openapi({ description: 'Any of them' }),
    bedrooms: count(50),
    beds: count(100),
    bathrooms: number().min(0).max(50).optional(),
    instant: flag.openapi({ description: 'true: only what is booked at once' }),
    policy: listOf(POLICIES, POLICIES.length).optional().openapi({ description: 'Any of them' }),
    minRating: number().min(0).max(5).optional(),
  };
};

const filters = filtersOf(z.coerce.number);

export const FacetQuery = z.strictObject(filters);
export const SearchQuery = z.strictObject({
  ...filters,
  sort: z.enum(SORTS).optional(),
  explain: flag.openapi({ description: 'For staff: how it was found' }),
  ...pageQuery,
});
export type SearchQuery = z.infer<typeof SearchQuery>;

const stayShown = {
  checkIn: z.string().optional().openapi({ description: 'With `flexDays`: the days of the total' }),
  checkOut: z.string().optional(),
  total: Money.optional().openapi({ description: 'Of the stay, for these guests' }),
};
const Hit = z
  .object({
    id: z.string(),
    title: z.string(),
    type: z.enum(PROPERTY_TYPES),
    image: z.union([PropertyImage, z.null()]),
    location: z.object({ lat: z.number(), lng: z.number() }),
    city: z.string(),
    country: z.string(),
    guests: z.int(),
    bedrooms: z.int(),
    rating: z.object({ average: z.number().nullable(), count: z.int() }),
    nightly: Money,
    bookingMode: z.enum(BOOKING_MODES),
    distanceKm: z.number().optional(),
    ...stayShown,
  })
  .openapi('SearchHit');
export type Hit = z.infer<typeof Hit>;

/** All that a kept page may hold. */
export const PublicSearchPage = z.object({ data: z.array(Hit), nextCursor: z.string().nullable() });
export const Explanation = z.object({
  plan: z.enum(['place', 'words', 'city', 'country', 'slice', 'walk']),
  estimate: z.int().nullable(),
  examined: z.int(),
  trips: z.int(),
  rowsRead: z.int(),
});
export type Explanation = z.infer<typeof Explanation>;
export const SearchPage = PublicSearchPage.extend({
  explain: Explanation.optional().openapi({ description: 'For staff who ask for it' }),
}).openapi('SearchPage');

const counts = z.record(z.string(), z.int());
export const Facets = z
  .object({
    total: z.int(),
    complete: z.boolean().openapi({ description: 'False where there are too many to count them all' }),
    types: counts,
    amenities: counts,
    policies: counts,
    bookingModes: counts,
    bedrooms: counts,
    price: z
      .object({ currency, min: z.int(), median: z.int(), max: z.int() })
      .nullable()
      .openapi({ description: 'Of a plain night, in `currency` or else dollars' }),
  })
  .openapi('SearchFacets');
export type Facets = z.infer<typeof Facets>;
