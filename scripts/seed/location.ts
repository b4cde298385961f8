import type { Address } from '../../src/properties/schemas.ts';
import type { City } from './cities/city.ts';
import type { Layout } from './layout.ts';
import type { Random } from './random.ts';

const KM_PER_DEGREE = 111.32;
/** Coordinates are rounded to about a metre, which must not lead over the edge. */
const WITHIN = 0.999;

export type Spot = {
  neighbourhood: string;
  address: Address;
  location: { lat: number; lng: number };
};

export function drawSpot(random: Random, city: City, { type }: Layout): Spot {
  const neighbourhood = random.pick(city.neighbourhoods);
  return {
    neighbourhood,
    location: drawLocation(random, city),
    address: drawAddress(random, city, neighbourhood, drawUnit(random, type)),
  };
}

/** Spread evenly over the disc. */
function drawLocation(random: Random, city: City): Spot['location'] {
  const km = city.radiusKm * WITHIN * Math.sqrt(random.next());
  const angle = 2 * Math.PI * random.next();
  const kmPerDegreeEast = KM_PER_DEGREE * Math.cos((city.lat * Math.PI) / 180);
  return {
    lat: rounded(city.lat + (km * Math.sin(angle)) / KM_PER_DEGREE),
    lng: rounded(city.lng + (km * Math.cos(angle)) / kmPerDegreeEast),
  };
}

function drawAddress(random: Random, city: City, neighbourhood: string, unit: string | null): Address {
  const words: Record<string, string> = {
    number: String(random.int(1, 190)),
    small: String(random.int(1, 7)),
    street: city.streets.length > 0 ? random.pick(city.streets) : '',
    neighbourhood,
  };
  const line1 = city.line1.replaceAll(/\{(\w+)\}/g, (_, word: string) => words[word] ?? '');
  const line2 = [unit, line1.includes(neighbourhood) ? null : neighbourhood].filter((part) => part !== null);
  return {
    line1,
    ...(line2.length > 0 ? { line2: line2.join(', ') } : {}),
    city: city.name,
    ...(city.region === undefined ? {} : { region: city.region }),
    ...(city.postalCodes.length > 0 ? { postalCode: digitsIn(random, random.pick(city.postalCodes)) } : {}),
    country: city.country,
  };
}

function drawUnit(random: Random, type: Layout['type']): string | null {
  if (type === 'hotel_room') return `Room ${random.int(1, 5)}0${random.int(1, 9)}`;
  if (type !== 'apartment' && type !== 'room') return null;
  return `Apartment ${random.int(1, 9)}${random.pick(['A', 'B', 'C', 'D'])}`;
}

export const digitsIn = (random: Random, pattern: string): string =>
  pattern.replaceAll('#', () => String(random.int(0, 9)));

const rounded = (degrees: number): number => Math.round(degrees * 1e5) / 1e5;
