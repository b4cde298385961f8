import { POLICIES } from '../../src/book/schemas.ts';
import { addNights } from '../../src/kernel/stay.ts';
import { AMENITY_KEYS } from '../../src/properties/amenities.ts';
import { PROPERTY_TYPES } from '../../src/properties/schemas.ts';
import { SORTS } from '../../src/search/schemas.ts';
import { type Random, TODAY, TOWNS } from './random-places.ts';

/** What somebody might ask, as the parameters of an address. */
export function randomQuery(random: Random): Record<string, string> {
  const town = random.of(TOWNS);
  const query: Record<string, string> = {};
  const set = (share: number, name: string, value: () => string | number) => {
    if (random() < share) query[name] = String(value());
  };
  const where = random();
  const off = () => (random() - 0.5) * 0.6;
  const wrap = (lng: number) => Number((((lng + 540) % 360) - 180).toFixed(5));
  if (where < 0.4) {
    const [lat, lng] = [town.lat + off(), town.lng + off()];
    const [high, wide] = [random() * 0.6, random.of([0.1, 0.5, 3, 60])];
    const south = Math.max(-90, Math.min(90, lat - high));
    const north = Math.max(south, Math.min(90, lat + high));
    query.bbox = [wrap(lng - wide), south.toFixed(5), wrap(lng + wide), north.toFixed(5)].join(',');
  } else if (where < 0.65) {
    const lat = Math.max(-90, Math.min(90, town.lat + off()));
    query.near = `${lat.toFixed(5)},${wrap(town.lng + off())}`;
    set(0.8, 'radiusKm', () => random.of([0.5, 5, 12.5, 40, 90, 900, 20_000]));
  } else if (where < 0.8) {
    set(0.7, 'city', () => random.of([town.city, town.city.toUpperCase(), 'koln', 'nowhere']));
    set(0.4, 'country', () => town.country);
  }
  set(0.2, 'q', () =>
    random.of(['cafe', 'CASA gar', 'strasse', 'villa 100', 'wi fi', 'köl', '"old" OR*', 'sunny lake cafe']),
  );
  if (random() < 0.5) {
    const nights = random.of([1, 2, 3, 6, 7, 14, 28]);
    const checkIn = addNights(TODAY, random.int(-2, 60));
    query.checkIn = checkIn;
    query.checkOut = addNights(checkIn, nights);
    set(0.3, 'flexDays', () => random.int(0, 7));
  }
  set(0.4, 'adults', () => random.int(1, 6));
  set(0.1, 'children', () => random.int(0, 3));
  set(0.1, 'pets', () => random.int(0, 2));
  set(0.15, 'currency', () => random.of(['KES', 'EUR', 'USD', 'JPY']));
  const plain = town.plain * (query.checkIn ? 3 : 1);
  set(0.15, 'priceMin', () => random.int(0, plain));
  set(0.15, 'priceMax', () => plain + random.int(0, plain));
  set(0.2, 'amenities', () => [random.of(AMENITY_KEYS), random.of(AMENITY_KEYS)].join(','));
  set(0.2, 'types', () => [random.of(PROPERTY_TYPES), random.of(PROPERTY_TYPES)].join(','));
  set(0.15, 'bedrooms', () => random.int(0, 4));
  set(0.1, 'beds', () => random.int(0, 5));
  set(0.1, 'bathrooms', () => random.int(0, 6) / 2);
  set(0.1, 'instant', () => random.of(['true', 'false']));
  set(0.1, 'policy', () => random.of(POLICIES));
  set(0.15, 'minRating', () => random.of([3, 4.25, 4.5]));
  set(0.8, 'sort', () => random.of(SORTS.filter((sort) => sort !== 'distance' || query.near !== undefined)));
  return query;
}
