import { AMENITIES } from './amenities.ts';

export async function listAmenities() {
  return { data: AMENITIES };
}
