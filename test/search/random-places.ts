import type { CalendarState } from '../../src/book/calendar/state.ts';
import { toBookForSearch } from '../../src/book/read-for-search.ts';
import { DEFAULT_RULES, POLICIES } from '../../src/book/schemas.ts';
import { addNights, type Night, WEEKDAYS } from '../../src/kernel/stay.ts';
import { AMENITY_KEYS } from '../../src/properties/amenities.ts';
import type { PublicView } from '../../src/properties/describe-for-search.ts';
import { PROPERTY_TYPES } from '../../src/properties/schemas.ts';
import { FIXED } from '../../src/search/exchange.ts';
import { type LiveRow, toContentColumns, toSaleColumns } from '../../src/search/to-row.ts';

/** Places in towns that are hard on maps, with every rule that there is, the same for the same seed. */
export const TODAY: Night = '2027-03-10';
export const NOW = Date.parse(`${TODAY}T09:30:00Z`);
export const TOWNS = [
  {
    city: 'Nairobi',
    country: 'KE',
    lat: -1.29,
    lng: 36.82,
    zone: 'Africa/Nairobi',
    currency: 'KES',
    plain: 500_000,
  },
  {
    city: 'Köln',
    country: 'DE',
    lat: 50.94,
    lng: 6.96,
    zone: 'Europe/Berlin',
    currency: 'EUR',
    plain: 9_000,
  },
  {
    city: 'Suva',
    country: 'FJ',
    lat: -17.8,
    lng: 179.96,
    zone: 'Pacific/Fiji',
    currency: 'FJD',
    plain: 21_000,
  },
  {
    city: 'Alert',
    country: 'CA',
    lat: 89.6,
    lng: -62.3,
    zone: 'America/Toronto',
    currency: 'CAD',
    plain: 14_000,
  },
  {
    city: 'Kyōto',
    country: 'JP',
    lat: 35.01,
    lng: 135.77,
    zone: 'Asia/Tokyo',
    currency: 'JPY',
    plain: 15_000,
  },
  {
    city: 'Apia',
    country: 'WS',
    lat: -13.83,
    lng: -179.9,
    zone: 'Pacific/Apia',
    currency: 'USD',
    plain: 8_000,
  },
] as const;
const WORDS = [
  'Casa',
  'Café',
  'garden',
  'Lake',
  'quiet',
  'old',
  'new',
  'roof',
  'Straße',
  'villa',
  'sunny',
  '100%',
];

export type Random = { (): number; int(min: number, max: number): number; of<T>(values: readonly T[]): T };

export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  return Object.assign(next, {
    int,
    of: <T>(values: readonly T[]) => values[int(0, values.length - 1)] as T,
  });
}

export type Listed = { readonly view: PublicView; readonly state: CalendarState; readonly row: LiveRow };

export function randomPlace(random: Random, at: number): Listed {
  const town = random.of(TOWNS);
  const lat = Math.max(-90, Math.min(90, town.lat + (random() - 0.5) * 0.8));
  const lng = ((town.lng + (random() - 0.5) * 1.2 + 540) % 360) - 180;
  const some = <T>(values: readonly T[], share: number) => values.filter(() => random() < share);
  const title = Array.from({ length: 4 }, () => random.of(WORDS)).join(' ');
  const count = random.int(0, 30);
  const id = `prp_${String(at).padStart(26, '0')}`;
  const view = {
    ...{
      id,
      hostId: 'usr_1',
      title,
      description: `A ${title} with ${random.of(WORDS)} views`,
      status: 'published',
    },
    type: random.of(PROPERTY_TYPES),
    timeZone: town.zone,
    guests: random.int(1, 9),
    bedrooms: random.int(0, 5),
    beds: random.int(1, 8),
    bathrooms: random.int(1, 8) / 2,
    amenities: some(AMENITY_KEYS, 0.4),
    houseRules: '',
    images: Array.from({ length: random.int(1, 9) }, (_, place) => ({
      ...{ id: `img_${at}_${place}`, url: `http://x/${at}`, width: 8, height: 6, caption: '', alt: '' },
    })),
    address: { city: town.city, country: town.country },
    location: { lat: Math.round(lat * 1e6) / 1e6, lng: Math.round(lng * 1e6) / 1e6 },
    approximate: true,
    nightly: null,
    bookingMode: 'request',
    cancellationPolicy: 'moderate',
    rating: { average: count === 0 ? null : random.int(300, 500) / 100, count, categories: {} },
    registrationNumber: null,
    createdAt: new Date(NOW - random.int(0, 400) * 86_400_000).toISOString(),
    updatedAt: new Date(NOW).toISOString(),
  } as unknown as PublicView;
  const state = randomState(random, town, view);
  const publishedAt = Date.parse(view.createdAt);
  const book = toBookForSearch({ epoch: 1, version: 1, publishedAt }, state, NOW);
  if (book.sale === null) throw new Error('Every place has rates here');
  return { view, state, row: { id, ...toSaleColumns(book, book.sale, FIXED), ...toContentColumns(view, 1) } };
}

function randomState(
  random: Random,
  town: (typeof TOWNS)[number],
  { guests, amenities }: PublicView,
): CalendarState {
  const maybe = <T>(share: number, value: () => T) => (random() < share ? value() : undefined);
  const days = () => WEEKDAYS.filter(() => random() < 0.7);
  const weekdays = () =>
    maybe(0.2, () => (days().length > 0 ? WEEKDAYS.slice(random.int(0, 3)) : [...WEEKDAYS]));
  const nightly = random.int(20, 200) * Math.round(town.plain / 100);
  const [checkInDays, checkOutDays] = [weekdays(), weekdays()];
  const cutoffHour = maybe(0.3, () => random.int(0, 23));
  const rules = {
    ...DEFAULT_RULES,
    minNights: random.of([1, 1, 2, 3]),
    maxNights: random.of([365, 28, 6]),
    noticeDays: random.of([0, 1, 3]),
    bookingWindowDays: random.of([365, 120, 40]),
    ...(cutoffHour !== undefined && { cutoffHour }),
    ...(random() < 0.2 && { preparationNights: { before: 1, after: random.int(0, 2) } }),
    ...(checkInDays && { checkInDays }),
    ...(checkOutDays && { checkOutDays }),
    ...(random() < 0.1 && { minNightsByCheckInDay: { fri: 2, sat: random.int(1, 4) } }),
    bookingMode: random.of(['instant', 'request'] as const),
    cancellationPolicy: random.of(POLICIES),
  };
  const rates = {
    currency: town.currency,
    nightly,
    ...(random() < 0.4 && { weekend: { nightly: nightly * 2, nights: ['fri', 'sat'] as ('fri' | 'sat')[] } }),
    ...(random() < 0.4 && {
      seasons: [
        {
          name: 'Spring',
          from: '2027-04-01' as Night,
          to: '2027-05-10' as Night,
          nightly: Math.ceil(nightly / 2),
          minNights: 2,
        },
      ],
    }),
    ...(random() < 0.4 && { lengthOfStay: [{ minNights: 5, percentOff: 12.5 }] }),
    ...(random() < 0.2 && { earlyBird: { daysBefore: 30, percentOff: 10 } }),
    ...(random() < 0.5 && { cleaningFee: random.int(0, nightly) }),
    ...(random() < 0.3 && { extraGuest: Math.round(nightly / 10), guestsIncluded: 2 }),
    ...(random() < 0.3 && { taxes: [{ name: 'VAT', kind: 'percent' as const, value: 16 }] }),
  };
  const stays = [];
  for (let day = random.int(-3, 10); day < 90 && random() < 0.8; day += random.int(1, 20)) {
    const nights = random.int(1, 6);
    const isHeld = random() < 0.25;
    stays.push({
      bookingId: 'bkg_1',
      kind: isHeld ? ('held' as const) : ('booked' as const),
      checkIn: addNights(TODAY, day),
      checkOut: addNights(TODAY, (day += nights)),
      expiresAt: isHeld ? NOW + random.of([-1, 0, 1, 60_000]) : null,
    });
  }
  return {
    facts: {
      timeZone: town.zone,
      capacity: guests,
      petsAllowed: amenities.includes('pets_allowed'),
      status: 'published',
    },
    rules,
    rates,
    overrides: new Map(
      Array.from({ length: random.int(0, 6) }, () => [
        addNights(TODAY, random.int(0, 60)),
        random.of([
          { available: false },
          { price: nightly * 3 },
          { minNights: 3 },
          { price: 1, note: 'Cheap' },
        ]),
      ]),
    ),
    stays,
    imported: random() < 0.2 ? [{ uid: 'x', from: addNights(TODAY, 20), to: addNights(TODAY, 24) }] : [],
  };
}
