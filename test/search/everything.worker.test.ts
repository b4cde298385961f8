import { expect, test } from 'vitest';
import { AMENITY_KEYS } from '../../src/properties/amenities.ts';
import { PROPERTY_TYPES } from '../../src/properties/schemas.ts';
import { answer } from '../properties/places.ts';

const EVERYTHING = {
  amenities: AMENITY_KEYS.join(','),
  types: PROPERTY_TYPES.join(','),
  q: 'a b c d e f g h',
  ...{ checkIn: '2027-06-01', checkOut: '2027-06-04', flexDays: '7', adults: '2', pets: '1' },
  ...{ bedrooms: '1', beds: '1', bathrooms: '1', minRating: '1', instant: 'true', policy: 'moderate' },
  ...{ city: 'nowhere', country: 'KE' },
};

test.each([
  { near: '1,1' },
  { near: '1,1', radiusKm: '20000', sort: 'distance' },
  { bbox: '170,-89,-170,89', sort: 'price' },
  { bbox: '-180,-90,180,90' },
])('whoever asks for everything at once is answered (%o)', async (where) => {
  const page = await answer('GET', `/v1/search?${new URLSearchParams({ ...EVERYTHING, ...where })}`);
  expect(page).toEqual({ data: [], nextCursor: null });
});
