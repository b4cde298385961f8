import { connect, expectStatus } from './api.ts';
import { makePlace } from './seed/make-places.ts';
import { plantPlace } from './seed/plant-place.ts';
import { todayAt } from './seed/today.ts';
import { keepToken } from './seed.ts';

const CITIES = ['Nairobi', 'Kigali', 'Lisbon', 'Tokyo'];
const SEED = 2026;
const PICTURES = 3;

/** One published place of the demo host in each of these cities, unless the host has some already. */
export async function ensureDemoPlaces(url: string): Promise<void> {
  const api = connect(url);
  const token = await keepToken(api)();
  const { data } = expectStatus(await api('GET', '/v1/me/properties?limit=1', { token }), 200);
  if ((data as unknown[]).length > 0) return;
  const today = await todayAt(api);
  const plant = (city: string) =>
    plantPlace(api, token, makePlace({ count: 1, city, seed: SEED, today }, 0), PICTURES);
  await Promise.all(CITIES.map(plant));
}
