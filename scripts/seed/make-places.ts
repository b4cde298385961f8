import type { CalendarChange, Rules } from '../../src/book/schemas.ts';
import type { Night } from '../../src/kernel/stay.ts';
import type { Rates } from '../../src/pricing/index.ts';
import type { Address } from '../../src/properties/schemas.ts';
import { type Amenity, drawAmenities } from './amenities.ts';
import { drawCalendar } from './calendar.ts';
import type { City } from './cities/city.ts';
import { CITIES, getCity } from './cities.ts';
import { drawDescription } from './description.ts';
import { drawHouseRules } from './house-rules.ts';
import { drawLayout, type Layout } from './layout.ts';
import { digitsIn, drawSpot } from './location.ts';
import { type DemoPicture, drawPictures } from './pictures.ts';
import { randomOf } from './random.ts';
import { drawRates } from './rates.ts';
import { drawRules } from './rules.ts';
import { drawTitle, drawWords } from './titles.ts';

export type PlaceOptions = {
  /** How many `makePlaces` makes; one place alone has no use for it. */
  count?: number | undefined;
  /** By its name; without one the places go round all cities. */
  city?: string | undefined;
  seed: number;
  /** Nothing is priced or blocked before it. */
  today: Night;
};

export type DemoPlace = {
  content: {
    title: string;
    description: string;
    type: Layout['type'];
    address: Address;
    location: { lat: number; lng: number };
    timeZone: string;
    guests: number;
    bedrooms: number;
    beds: number;
    bathrooms: number;
    amenities: Amenity[];
    houseRules: string;
    registrationNumber?: string;
  };
  rates: Rates;
  rules: Rules;
  changes: CalendarChange[];
  pictures: DemoPicture[];
};

/** One after the other, so that any number of them needs the memory of one. */
export function* makePlaces({ count, ...options }: PlaceOptions & { count: number }): Generator<DemoPlace> {
  for (let index = 0; index < count; index++) yield makePlace(options, index);
}

/** Depends on nothing but its arguments; each part has its own chance, so that none disturbs another. */
export function makePlace({ city: name, seed, today }: PlaceOptions, index: number): DemoPlace {
  const city = name === undefined ? cityOfTurn(index) : getCity(name);
  const randomFor = (part: string) => randomOf(seed, city.name, index, part);

  const layout = drawLayout(randomFor('layout'));
  const amenities = drawAmenities(randomFor('amenities'), city, layout);
  const { neighbourhood, address, location } = drawSpot(randomFor('spot'), city, layout);
  const texts = randomFor('texts');
  const words = drawWords(texts, layout);
  const rates = drawRates(randomFor('rates'), city, layout, today);
  const rules = drawRules(randomFor('rules'), layout, amenities);
  const { type, guests, bedrooms, beds, bathrooms } = layout;
  return {
    content: {
      title: drawTitle(texts, city, layout, neighbourhood, amenities, words),
      description: drawDescription(texts, city, layout, neighbourhood, amenities, words),
      type,
      address,
      location,
      timeZone: city.timeZone,
      guests,
      bedrooms,
      beds,
      bathrooms,
      amenities,
      houseRules: drawHouseRules(texts, amenities),
      ...(city.registration === undefined
        ? {}
        : { registrationNumber: digitsIn(randomFor('registration'), city.registration) }),
    },
    rates,
    rules,
    changes: drawCalendar(
      randomFor('calendar'),
      city,
      { nightly: rates.nightly, minNights: rules.minNights },
      today,
    ),
    pictures: drawPictures(randomFor('pictures'), layout, amenities),
  };
}

const cityOfTurn = (index: number): City => CITIES[index % CITIES.length] as City;
