import { BOOKING_MODES, POLICIES } from '../book/index.ts';
import { currency, Money } from '../kernel/money.ts';
import { pageQuery } from '../kernel/page.ts';
import { night } from '../kernel/stay.ts';
import { inAddress, text, z } from '../kernel/zod.ts';
import { AMENITY_KEYS, PROPERTY_TYPES, PropertyImage } from '../properties/index.ts';

export const SORTS = ['recommended', 'price', '-price', 'rating', 'distance', 'newest'] as const;
export type Sort = (typeof SORTS)[number];
export const MAX_FLEX_DAYS = 7;
const MAX_PRICE = 1_000_000_000_000_000;
const MAX_TEXT = 200;

const NUMBER = '-?\\d{1,3}(?:\\.\\d{1,15})?';
const numbers = (count: number, said: string) =>
  z.string().regex(new RegExp(`^${Array(count).fill(NUMBER).join(',')}$`), `has to be ${said}`);
const listOf = <T extends string>(values: readonly T[]) => {
  const one = `(?:${values.join('|')})`;
  const list = new RegExp(`^${one}(?:,${one}){0,${values.length - 1}}$`);
  const known: readonly string[] = values;
  const complain = ({ input }: { input?: unknown }) => {
    const strange = String(input)
      .split(',')
      .find((value) => !known.includes(value));
    return strange === undefined ? 'has more than there are' : `knows no “${strange.slice(0, 40)}”`;
  };
  return z.string().regex(list, { error: complain });
};
const flag = z.enum(['true', 'false']).optional();

/** What is asked for, where a number is one or stands in an address. */
export const filtersOf = (number: (schema: ReturnType<typeof z.number>) => z.ZodType<number>) => {
  const count = (max: number, description: string) =>
    number(z.number().int().min(0).max(max)).optional().openapi({ description });
  return {
    bbox: numbers(4, 'west,south,east,north')
      .optional()
      .openapi({
        description:
          'west,south,east,north in degrees: longitude first. West may be the greater, across the line of the date. ' +
          'Not with `near`',
        example: '36.6,-1.5,37.1,-1.1',
      }),
    near: numbers(2, 'lat,lng')
      .optional()
      .openapi({ description: 'lat,lng in degrees: latitude first', example: '-1.29,36.82' }),
    radiusKm: number(z.number().gt(0).max(20_016))
      .optional()
      .openapi({ description: 'About `near`; 25 unless it is said' }),
    city: text(1, 100).optional().openapi({ description: 'Its whole name, without case and accents' }),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, 'has to be two capital letters')
      .optional()
      .openapi({ description: 'As in ISO 3166', example: 'KE' }),
    q: text(1, MAX_TEXT).optional().openapi({
      description: 'Every word has to begin a word of the title, place, amenities or description',
    }),
    checkIn: night.optional().openapi({ description: 'With `checkOut`: only what can be booked' }),
    checkOut: night.optional(),
    flexDays: count(
      MAX_FLEX_DAYS,
      'With dates: so many days earlier or later will do; the stay with the lowest total is shown',
    ),
    adults: number(z.number().int().min(1).max(50)).optional(),
    children: count(30, 'With `adults`: who has to have room'),
    pets: count(10, 'More than none: where pets are allowed'),
    priceMin: count(
      MAX_PRICE,
      'Of a plain night, with dates of the whole stay; minor units of `currency`, without it of each place’s own',
    ),
    priceMax: count(MAX_PRICE, 'As `priceMin`'),
    currency: currency.optional().openapi({ description: 'Of `priceMin` and `priceMax`; send it with them' }),
    amenities: listOf(AMENITY_KEYS).optional().openapi({ description: 'All of them, with commas between' }),
    types: listOf(PROPERTY_TYPES).optional().openapi({ description: 'Any of them, with commas between' }),
    bedrooms: count(50, 'At least'),
    beds: count(100, 'At least'),
    bathrooms: number(z.number().min(0).max(50)).optional().openapi({ description: 'At least' }),
    instant: flag.openapi({ description: 'true: only what is booked at once' }),
    policy: listOf(POLICIES).optional().openapi({ description: 'Any of them, with commas between' }),
    minRating: number(z.number().min(0).max(5)).optional().openapi({ description: 'At least' }),
  };
};

const filters = filtersOf(inAddress);

export const FacetQuery = z.strictObject(filters);
export const SearchQuery = z.strictObject({
  ...filters,
  sort: z.enum(SORTS).optional().openapi({
    description: '`recommended` unless it is said; `-price` is the dearest first; `distance` needs `near`',
  }),
  explain: flag.openapi({ description: 'For staff: how it was found' }),
  ...pageQuery,
});
export type SearchQuery = z.infer<typeof SearchQuery>;

const stayShown = {
  checkIn: z.string().optional().openapi({ description: 'With `flexDays`: the days of the total' }),
  checkOut: z.string().optional(),
  total: Money.optional(),
};
const Hit = z
  .object({
    id: z.string(),
    title: z.string(),
    type: z.enum(PROPERTY_TYPES),
    image: z.union([PropertyImage, z.null()]),
    location: z
      .object({ lat: z.number(), lng: z.number() })
      .openapi({ description: 'Near the place, not of it' }),
    city: z.string(),
    country: z.string(),
    guests: z.int(),
    bedrooms: z.int(),
    rating: z.object({ average: z.number().nullable(), count: z.int() }),
    nightly: Money,
    bookingMode: z.enum(BOOKING_MODES),
    distanceKm: z.number().optional().openapi({ description: 'With `near`' }),
    ...stayShown,
  })
  .openapi('SearchHit', {
    description:
      '`nightly` is of a plain night, without fees; `total` of the stay for these guests, with all fees and taxes.',
  });
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
    price: z.object({ currency, min: z.int(), median: z.int(), max: z.int() }).nullable().openapi({
      description: 'Of a plain night, with dates of the whole stay; in `currency` or else dollars',
    }),
  })
  .openapi('SearchFacets');
export type Facets = z.infer<typeof Facets>;
